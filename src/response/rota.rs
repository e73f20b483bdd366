//! Who is on call by a rota. Pure: the time is handed in, and calendar arithmetic makes both change days right.
//!
//! At an instant each layer has one person's turn, or, outside its windows or its time, nobody. The highest layer that has somebody decides; then the
//! overrides are applied in the order in which they were made.

use crate::clock::Time;
use crate::domain::calendar::{DAY_US, Us, date, is_on, plus, time, us, wall};
use crate::domain::rota::{DutyWindow, Gap, Layer, Rota, Shift};
use chrono_tz::Tz;

pub mod coverage;
mod turns;

use turns::Turns;

#[cfg(test)]
mod tests;

/// What puts somebody on call: a layer by its place, or an override by its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    Layer(usize),
    Override(usize),
}

/// The ids of those on call at `at`; none: a gap. An archived rota has nobody.
#[must_use]
pub fn on_call(rota: &Rota, at: Time) -> Vec<String> {
    stand(rota, &turns(rota), us(at)).into_iter().map(|(person, _)| person.to_owned()).collect()
}

/// Everybody's shifts between the two instants, cut off there, by their beginning. A shift that goes on by the same layer or override is one.
#[must_use]
pub fn shifts(rota: &Rota, from: Time, until: Time) -> Vec<Shift> {
    let mut done: Vec<(Us, Us, &str, By)> = Vec::new();
    let mut running: Vec<(Us, &str, By)> = Vec::new();
    let (last, turns) = (us(until), turns(rota));
    for at in edges(rota, &turns, us(from), last) {
        let now = stand(rota, &turns, at);
        running.retain(|(since, person, by)| {
            let goes_on = now.contains(&(*person, *by));
            if !goes_on {
                done.push((*since, at, person, *by));
            }
            goes_on
        });
        for (person, by) in now {
            if !running.iter().any(|(_, running, same)| *running == person && *same == by) {
                running.push((at, person, by));
            }
        }
    }
    done.extend(running.into_iter().map(|(since, person, by)| (since, last, person, by)));
    done.sort_by_key(|(since, until, person, _)| (*since, *until, *person));
    done.into_iter().map(|(since, until, person, by)| shift(rota, since, until, person, by)).collect()
}

/// The stretches between the two instants in which nobody is on call.
#[must_use]
pub fn gaps(rota: &Rota, from: Time, until: Time) -> Vec<Gap> {
    gaps_without(rota, from, until, |_| true)
}

/// The stretches between the two instants in which nobody is on call who is `reachable`.
#[must_use]
pub fn gaps_without(rota: &Rota, from: Time, until: Time, reachable: impl Fn(&str) -> bool) -> Vec<Gap> {
    let mut gaps = Vec::new();
    let mut open: Option<Us> = None;
    let mut close = |open: &mut Option<Us>, at: Us| {
        if let Some(since) = open.take() {
            gaps.push(Gap { from: time(since), until: time(at) });
        }
    };
    let turns = turns(rota);
    for at in edges(rota, &turns, us(from), us(until)) {
        if stand(rota, &turns, at).iter().any(|(person, _)| reachable(person)) {
            close(&mut open, at);
        } else {
            open = open.or(Some(at));
        }
    }
    close(&mut open, us(until));
    gaps
}

/// The turns of each layer.
fn turns(rota: &Rota) -> Vec<Turns> {
    rota.layers.iter().map(|layer| Turns::of(layer, rota.zone)).collect()
}

/// Who is on call at `at`, and by what.
fn stand<'a>(rota: &'a Rota, turns: &[Turns], at: Us) -> Vec<(&'a str, By)> {
    if rota.archived_at.is_some() {
        return Vec::new();
    }
    let mut from_above = rota.layers.iter().zip(turns).enumerate().rev();
    let highest = from_above.find_map(|(n, (layer, turns))| Some((on_layer(layer, turns, rota.zone, at)?, By::Layer(n))));
    let mut stand: Vec<(&str, By)> = highest.into_iter().collect();
    for (n, each) in rota.overrides.iter().enumerate() {
        if !(us(each.from)..us(each.until)).contains(&at) {
            continue;
        }
        if let Some(absent) = &each.instead_of {
            let before = stand.len();
            stand.retain(|(person, _)| person != absent);
            if stand.len() == before {
                continue;
            }
        } else if !each.beside {
            stand.clear();
        }
        if let Some(person) = &each.person
            && !stand.iter().any(|(there, _)| there == person)
        {
            stand.push((person, By::Override(n)));
        }
    }
    stand
}

/// Whose turn it is in a layer at `at`, inside its time and windows.
fn on_layer<'a>(layer: &'a Layer, turns: &Turns, zone: Tz, at: Us) -> Option<&'a str> {
    let begun = at >= us(layer.starts_at) && layer.ends_at.is_none_or(|ends| at < us(ends));
    let open = layer.windows.is_empty() || layer.windows.iter().any(|window| is_open(window, zone, at));
    if !begun || !open || layer.persons.is_empty() {
        return None;
    }
    let turn = turns.at(at);
    let place = turn.rem_euclid(i64::try_from(layer.persons.len()).unwrap_or(1));
    layer.persons.get(usize::try_from(place).unwrap_or(0)).map(String::as_str)
}

/// When a window that begins on `day` opens and closes.
fn opening(window: &DutyWindow, day: chrono::NaiveDate, zone: Tz) -> (Us, Us) {
    let ends = if window.to <= window.from { plus(day, 1) } else { day };
    (wall(day, window.from.0, zone), wall(ends, window.to.0, zone))
}

fn is_open(window: &DutyWindow, zone: Tz, at: Us) -> bool {
    let today = date(at, zone);
    // Where the clock is set back over midnight, tomorrow's window may have opened on what is today again.
    (-1..=1).map(|ahead| plus(today, ahead)).filter(|day| is_on(*day, &window.days)).any(|day| {
        let (opens, closes) = opening(window, day, zone);
        (opens..closes).contains(&at)
    })
}

/// The instants from `from`, before `until`, at which who is on call may change; `from` is the first.
fn edges(rota: &Rota, turns: &[Turns], from: Us, until: Us) -> Vec<Us> {
    if from >= until {
        return Vec::new();
    }
    let mut edges = vec![from];
    for each in &rota.overrides {
        edges.extend([us(each.from), us(each.until)]);
    }
    for (layer, turns) in rota.layers.iter().zip(turns) {
        let (starts, ends) = (us(layer.starts_at), layer.ends_at.map_or(until, us));
        edges.extend([starts, ends]);
        let (first, last) = (from.max(starts), until.min(ends));
        if first >= last {
            continue;
        }
        edges.extend(turns.between(first, last));
        let mut day = date(first.saturating_sub(2 * DAY_US), rota.zone);
        let end = date(last.saturating_add(DAY_US), rota.zone);
        while !layer.windows.is_empty() && day <= end {
            edges.extend(layer.windows.iter().filter(|window| is_on(day, &window.days)).flat_map(|window| {
                let (opens, closes) = opening(window, day, rota.zone);
                [opens, closes]
            }));
            day = plus(day, 1);
        }
    }
    edges.retain(|at| (from..until).contains(at));
    edges.sort_unstable();
    edges.dedup();
    edges
}

fn shift(rota: &Rota, from: Us, until: Us, person: &str, by: By) -> Shift {
    let (layer, by_override) = match by {
        By::Layer(n) => (rota.layers.get(n).map(|layer| layer.name.clone()), None),
        By::Override(n) => (None, rota.overrides.get(n).map(|each| each.n)),
    };
    Shift { person: person.to_owned(), from: time(from), until: time(until), layer, by_override }
}
