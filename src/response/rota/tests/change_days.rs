//! Hand-overs and windows on the days on which the clocks change, in five zones.

use chrono::NaiveTime;

use super::*;

/// A zone, and a day shortly before each of its changes of 2026 (for Kolkata, which has none, the same days as London).
const ZONES: [(Tz, [&str; 2]); 5] = [
    (Tz::Europe__London, ["2026-03-20T12:00:00Z", "2026-10-16T12:00:00Z"]),
    (Tz::Europe__Stockholm, ["2026-03-20T12:00:00Z", "2026-10-16T12:00:00Z"]),
    (Tz::America__New_York, ["2026-02-27T12:00:00Z", "2026-10-23T12:00:00Z"]),
    (Tz::Australia__Lord_Howe, ["2026-03-27T12:00:00Z", "2026-09-25T12:00:00Z"]),
    (Tz::Asia__Kolkata, ["2026-03-20T12:00:00Z", "2026-10-16T12:00:00Z"]),
];

/// Reads a clock on the wall minute by minute and hands over when it first shows the time of hand-over, or a later one, on a day for it.
struct Watcher {
    zone: Tz,
    on: Option<Day>,
    at: NaiveTime,
    handed_over: Option<NaiveDate>,
    turn: usize,
}

impl Watcher {
    fn look(&mut self, now: Time) -> usize {
        let shown = now.with_timezone(&self.zone);
        let (day, clock) = (shown.date_naive(), shown.time().with_second(0).unwrap());
        let due = self.on.is_none_or(|on| on == Day::of(day)) && clock >= self.at;
        if due && self.handed_over.is_none_or(|last| last < day) {
            self.turn += usize::from(self.handed_over.is_some());
            self.handed_over = Some(day);
        }
        self.turn
    }
}

#[test]
fn a_weekly_hand_over_stays_at_nine_on_the_wall() {
    for (zone, starts) in ZONES {
        for starts in starts {
            let rota = rota(zone, vec![weekly(starts)]);
            let all = shifts(&rota, at(starts), at(starts) + TimeDelta::weeks(5));
            assert!(all.len() >= 5, "{zone} {all:?}");
            for pair in all.windows(2) {
                let handed_over = pair[0].until.with_timezone(&zone);
                assert_eq!(pair[0].until, pair[1].from, "{zone}");
                assert_eq!(handed_over.format("%a %H:%M:%S").to_string(), "Mon 09:00:00", "{zone}");
                assert_ne!(pair[0].person, pair[1].person, "{zone}");
            }
        }
    }
    let week = |rota: &Rota, from: &str| shifts(rota, at(from), at(from) + TimeDelta::weeks(4))[1].clone();
    let long = |shift: Shift| (shift.until - shift.from).num_minutes();
    let lord_howe = rota(Tz::Australia__Lord_Howe, vec![weekly("2026-03-27T12:00:00Z")]);
    assert_eq!(long(week(&lord_howe, "2026-03-27T12:00:00Z")), 168 * 60 + 30, "half an hour comes twice");
    let london = rota(Tz::Europe__London, vec![weekly("2026-03-20T12:00:00Z")]);
    assert_eq!(long(week(&london, "2026-03-20T12:00:00Z")), 167 * 60, "an hour is skipped");
}

#[test]
fn turns_pass_as_a_clock_on_the_wall_shows() {
    // 00:30 and 01:15 and 02:15: in one zone or another these are skipped, or come twice.
    for (zone, starts) in ZONES {
        for (starts, hand_over_at) in starts.into_iter().flat_map(|starts| ["00:30", "01:15", "02:15", "09:00"].map(|at| (starts, at))) {
            for on in [None, Some(Day::Sun)] {
                let every = if on.is_some() { Every::Weeks } else { Every::Days };
                let rota = rota(zone, vec![layer(&["a", "b", "c"], hand_over(every, 1, on, Some(hand_over_at)), starts)]);
                let turns = turns(&rota);
                let mut watcher = Watcher { zone, on, at: hm(hand_over_at).0, handed_over: None, turn: 0 };
                // The watcher begins a fortnight early, so that it knows which hand-over came last.
                let start = at(starts);
                for minute in -14 * 1440..0 {
                    watcher.look(start + TimeDelta::minutes(minute));
                }
                watcher.turn = 0;
                for minute in 0..21 * 1440 {
                    let now = start + TimeDelta::minutes(minute);
                    let turn = watcher.look(now);
                    let expected = ["a", "b", "c"][turn % 3];
                    let found = stand(&rota, &turns, us(now));
                    assert_eq!(found[0].0, expected, "{zone}, hand-over {hand_over_at} {on:?}, at {now}");
                }
            }
        }
    }
}

#[test]
fn day_and_night_that_join_leave_no_gap_and_no_overlap_when_the_clocks_change() {
    for (zone, starts) in ZONES {
        for (starts, turn) in starts.into_iter().flat_map(|starts| ["01:15", "01:45", "02:30", "08:00"].map(|turn| (starts, turn))) {
            let daily = || hand_over(Every::Days, 1, None, Some("00:00"));
            let days = Layer { windows: vec![window(turn, "20:00", &[])], ..layer(&["day"], daily(), starts) };
            let nights = Layer { windows: vec![window("20:00", turn, &[])], ..layer(&["night"], daily(), starts) };
            let (from, until) = (at(starts), at(starts) + TimeDelta::weeks(3));
            let both = rota(zone, vec![days.clone(), nights.clone()]);
            assert_eq!(gaps(&both, from, until), [], "{zone} {turn}");
            let alone = |layer: Layer| shifts(&rota(zone, vec![layer]), from, until);
            let whole: TimeDelta = alone(days).iter().chain(&alone(nights)).map(|shift| shift.until - shift.from).sum();
            assert_eq!(whole, until - from, "{zone} {turn}: neither twice nor never");
            let count = shifts(&both, from, until).len();
            assert!((42..=43).contains(&count), "{zone} {turn}: {count} shifts; nobody comes and goes twice in a night");
        }
    }
}

#[test]
fn hours_are_counted_as_they_pass() {
    let rota = rota(Tz::Europe__London, vec![layer(&["a", "b"], hand_over(Every::Hours, 12, None, None), "2026-03-28T08:00:00Z")]);
    assert_eq!(
        told(&rota, "2026-03-28T08:00:00Z", "2026-03-30T08:00:00Z"),
        [
            "a Sat 28 08:00 - Sat 28 20:00",
            "b Sat 28 20:00 - Sun 29 09:00",
            "a Sun 29 09:00 - Sun 29 21:00",
            "b Sun 29 21:00 - Mon 30 09:00"
        ]
    );
}
