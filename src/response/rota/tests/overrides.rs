//! Overrides lie above all layers, in the order in which they were made.

use super::*;
use crate::domain::rota::{Swap, SwapSide};

const LONDON: Tz = Tz::Europe__London;

/// Ann has the week from Monday the 5th, Bob the one from the 12th.
fn two_weeks() -> Rota {
    rota(LONDON, vec![weekly("2026-01-05T09:00:00Z")])
}

#[test]
fn an_override_puts_somebody_else_on_call_for_its_time() {
    let mut rota = two_weeks();
    rota.overrides = vec![exception(1, "2026-01-06T00:00:00Z", "2026-01-07T00:00:00Z", Some("eve"))];
    assert_eq!(
        told(&rota, "2026-01-05T09:00:00Z", "2026-01-12T09:00:00Z"),
        ["ann Mon 05 09:00 - Tue 06 00:00", "eve Tue 06 00:00 - Wed 07 00:00", "ann Wed 07 00:00 - Mon 12 09:00"]
    );
    let found = shifts(&rota, at("2026-01-05T09:00:00Z"), at("2026-01-12T09:00:00Z"));
    assert_eq!(found.iter().map(|shift| shift.by_override).collect::<Vec<_>>(), [None, Some(1), None]);
}

#[test]
fn an_override_to_nobody_is_a_gap() {
    let mut rota = two_weeks();
    rota.overrides = vec![exception(1, "2026-01-06T00:00:00Z", "2026-01-07T00:00:00Z", None)];
    assert_eq!(
        gaps(&rota, at("2026-01-05T09:00:00Z"), at("2026-01-12T09:00:00Z")),
        [Gap { from: at("2026-01-06T00:00:00Z"), until: at("2026-01-07T00:00:00Z") }]
    );
}

#[test]
fn an_override_fills_a_gap() {
    let mut rota = two_weeks();
    rota.overrides = vec![exception(1, "2026-01-01T00:00:00Z", "2026-01-05T12:00:00Z", Some("eve"))];
    assert_eq!(gaps(&rota, at("2026-01-01T00:00:00Z"), at("2026-01-12T00:00:00Z")), []);
}

#[test]
fn in_place_of_one_person_it_touches_only_their_shifts() {
    let mut rota = two_weeks();
    let mut holiday = exception(1, "2026-01-10T00:00:00Z", "2026-01-14T00:00:00Z", Some("eve"));
    holiday.instead_of = Some("ann".to_owned());
    rota.overrides = vec![holiday];
    assert_eq!(
        told(&rota, "2026-01-09T00:00:00Z", "2026-01-15T00:00:00Z"),
        ["ann Fri 09 00:00 - Sat 10 00:00", "eve Sat 10 00:00 - Mon 12 09:00", "bob Mon 12 09:00 - Thu 15 00:00"]
    );
    rota.overrides[0].person = None;
    assert_eq!(gaps(&rota, at("2026-01-09T00:00:00Z"), at("2026-01-15T00:00:00Z")).len(), 1, "and may leave them to nobody");
}

#[test]
fn beside_adds_a_person() {
    let mut rota = two_weeks();
    let mut added = exception(1, "2026-01-06T00:00:00Z", "2026-01-07T00:00:00Z", Some("eve"));
    added.beside = true;
    rota.overrides = vec![added.clone()];
    assert_eq!(on_call(&rota, at("2026-01-06T12:00:00Z")), ["ann", "eve"]);
    rota.overrides.push(Override { n: 2, person: Some("ann".to_owned()), ..added });
    assert_eq!(on_call(&rota, at("2026-01-06T12:00:00Z")), ["ann", "eve"], "nobody is on call twice");
}

#[test]
fn a_later_override_is_applied_to_what_the_earlier_left() {
    let mut rota = two_weeks();
    let mut again = exception(2, "2026-01-06T12:00:00Z", "2026-01-08T00:00:00Z", Some("fay"));
    again.instead_of = Some("eve".to_owned());
    rota.overrides = vec![exception(1, "2026-01-06T00:00:00Z", "2026-01-07T00:00:00Z", Some("eve")), again];
    assert_eq!(
        told(&rota, "2026-01-05T09:00:00Z", "2026-01-08T09:00:00Z"),
        [
            "ann Mon 05 09:00 - Tue 06 00:00",
            "eve Tue 06 00:00 - Tue 06 12:00",
            "fay Tue 06 12:00 - Wed 07 00:00",
            "ann Wed 07 00:00 - Thu 08 09:00"
        ]
    );
}

#[test]
fn a_swap_exchanges_the_shifts_of_two_people() {
    let mut rota = two_weeks();
    let side = |person: &str, from: &str, until: &str| SwapSide { person: person.to_owned(), from: at(from), until: at(until) };
    let swap = Swap {
        one: side("ann", "2026-01-05T09:00:00Z", "2026-01-12T09:00:00Z"),
        other: side("bob", "2026-01-12T09:00:00Z", "2026-01-19T09:00:00Z"),
        reason: "a wedding".to_owned(),
    };
    swap.check().unwrap();
    let now = at("2026-01-01T00:00:00Z");
    rota.overrides = (1..).zip(swap.overrides()).map(|(n, new)| new.into_record(n, "manager", now).unwrap()).collect();
    assert_eq!(
        told(&rota, "2026-01-05T09:00:00Z", "2026-01-26T09:00:00Z"),
        ["bob Mon 05 09:00 - Mon 12 09:00", "ann Mon 12 09:00 - Mon 19 09:00", "ann Mon 19 09:00 - Mon 26 09:00"]
    );
    let overlapping = Swap { other: side("bob", "2026-01-12T08:00:00Z", "2026-01-19T09:00:00Z"), ..swap };
    assert!(overlapping.check().unwrap_err().0.contains("overlaps"));
}
