//! What holds for any rota.

use proptest::prelude::*;

use super::*;
use crate::domain::calendar::WEEK;

const ZONES: [Tz; 5] = [Tz::Europe__London, Tz::Europe__Stockholm, Tz::America__New_York, Tz::Australia__Lord_Howe, Tz::Asia__Kolkata];

/// Minutes since the beginning of 2026, around both change days of every zone.
fn minute() -> impl Strategy<Value = i64> {
    prop_oneof![80_000_i64..140_000, 370_000_i64..450_000]
}

fn moment(minute: i64) -> Time {
    at("2026-01-01T00:00:00Z") + TimeDelta::minutes(minute)
}

fn wall_time() -> impl Strategy<Value = WallTime> {
    (0_u32..24, prop_oneof![Just(0_u32), Just(15), Just(30), Just(45)])
        .prop_map(|(hour, minute)| WallTime(chrono::NaiveTime::from_hms_opt(hour, minute, 0).unwrap()))
}

fn any_hand_over() -> impl Strategy<Value = Rotation> {
    prop_oneof![
        (1_u32..4, 0_usize..7, wall_time()).prop_map(|(count, day, at)| Rotation {
            every: Every::Weeks,
            count,
            on: Some(WEEK[day]),
            at: Some(at)
        }),
        (1_u32..9, wall_time()).prop_map(|(count, at)| Rotation { every: Every::Days, count, on: None, at: Some(at) }),
        (1_u32..200).prop_map(|count| Rotation { every: Every::Hours, count, on: None, at: None }),
    ]
}

fn any_window() -> impl Strategy<Value = DutyWindow> {
    (wall_time(), wall_time(), proptest::sample::subsequence(WEEK.to_vec(), 0..7)).prop_map(|(from, to, days)| DutyWindow {
        from,
        to,
        days,
    })
}

fn any_layer() -> impl Strategy<Value = Layer> {
    (
        proptest::sample::subsequence(vec!["ann", "bob", "cid", "dee"], 1..=4),
        any_hand_over(),
        proptest::collection::vec(any_window(), 0..3),
        minute(),
        proptest::option::of(1_i64..40_000),
    )
        .prop_map(|(persons, hand_over, windows, starts, lasts)| Layer {
            name: persons.concat(),
            persons: persons.into_iter().map(str::to_owned).collect(),
            hand_over,
            windows,
            starts_at: moment(starts),
            ends_at: lasts.map(|lasts| moment(starts + lasts)),
        })
}

fn any_override() -> impl Strategy<Value = Override> {
    let person = || proptest::option::of(proptest::sample::select(vec!["ann", "bob", "eve"]));
    (minute(), 1_i64..20_000, person(), person(), any::<bool>()).prop_map(|(from, lasts, who, instead_of, beside)| Override {
        from: moment(from),
        until: moment(from + lasts),
        instead_of: instead_of.filter(|_| !beside).map(str::to_owned),
        beside: beside && who.is_some(),
        ..exception(0, "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", who)
    })
}

fn any_rota() -> impl Strategy<Value = Rota> {
    let layers = proptest::collection::vec(any_layer(), 1..4);
    let overrides = proptest::collection::vec(any_override(), 0..4);
    (proptest::sample::select(ZONES.to_vec()), layers, overrides).prop_map(|(zone, layers, overrides)| Rota {
        overrides: (1..).zip(overrides).map(|(n, each)| Override { n, ..each }).collect(),
        ..rota(zone, layers)
    })
}

/// Who is on call by a list of shifts.
fn by_list(shifts: &[Shift], at: Time) -> Vec<String> {
    let mut there: Vec<String> =
        shifts.iter().filter(|shift| shift.from <= at && at < shift.until).map(|shift| shift.person.clone()).collect();
    there.sort();
    there
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn a_layer_without_windows_is_parted_into_shifts_without_gap_or_overlap(
        zone in proptest::sample::select(ZONES.to_vec()), mut layer in any_layer(), from in minute(), lasts in 1_i64..60_000,
    ) {
        layer.windows.clear();
        let (from, until) = (moment(from), moment(from + lasts));
        let (starts, ends) = (layer.starts_at.max(from), layer.ends_at.unwrap_or(until).min(until));
        let parts = shifts(&rota(zone, vec![layer]), from, until);
        if starts >= ends {
            prop_assert_eq!(parts, []);
        } else {
            prop_assert_eq!((parts[0].from, parts.last().unwrap().until), (starts, ends));
            for pair in parts.windows(2) {
                prop_assert_eq!(pair[0].until, pair[1].from);
                prop_assert_ne!(&pair[0].person, &pair[1].person, "a shift that goes on is one");
            }
        }
    }

    #[test]
    fn the_list_of_shifts_and_of_gaps_say_what_holds_at_every_instant(
        rota in any_rota(), from in minute(), lasts in 1_i64..60_000, others in proptest::collection::vec(0.0_f64..1.0, 20),
    ) {
        let (from, until) = (moment(from), moment(from + lasts));
        let (list, gaps) = (shifts(&rota, from, until), gaps(&rota, from, until));
        let tick = TimeDelta::microseconds(1);
        let ends = list.iter().flat_map(|shift| [shift.from, shift.until]).chain(gaps.iter().flat_map(|gap| [gap.from, gap.until]));
        let mut instants: Vec<Time> = ends.flat_map(|end| [end - tick, end, end + tick]).collect();
        #[expect(clippy::cast_possible_truncation, reason = "below 60,000")]
        instants.extend(others.iter().map(|part| from + TimeDelta::seconds((part * lasts as f64 * 60.0) as i64)));
        for now in instants.into_iter().filter(|now| (from..until).contains(now)) {
            let mut there = on_call(&rota, now);
            there.sort();
            prop_assert_eq!(&by_list(&list, now), &there, "at {}", now);
            let in_gap = gaps.iter().any(|gap| gap.from <= now && now < gap.until);
            prop_assert_eq!(in_gap, there.is_empty(), "at {}", now);
        }
    }

    #[test]
    fn where_a_list_is_cut_changes_nothing(rota in any_rota(), from in minute(), one in 1_i64..30_000, two in 1_i64..30_000) {
        let (from, cut, until) = (moment(from), moment(from + one), moment(from + one + two));
        let mut joined = shifts(&rota, from, cut);
        for shift in shifts(&rota, cut, until) {
            let same = |each: &&mut Shift| {
                each.until == cut && shift.from == cut && (&each.person, &each.layer, each.by_override) == (&shift.person, &shift.layer, shift.by_override)
            };
            match joined.iter_mut().find(same) {
                Some(begun) => begun.until = shift.until,
                None => joined.push(shift),
            }
        }
        joined.sort_by_key(|shift| (shift.from, shift.until, shift.person.clone()));
        prop_assert_eq!(joined, shifts(&rota, from, until));
    }
}
