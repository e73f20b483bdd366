//! Layers: whose turn, in which windows, which layer lies above which.

use super::*;

const LONDON: Tz = Tz::Europe__London;

#[test]
fn people_take_turns_in_their_order_and_begin_again() {
    let three = layer(&["ann", "bob", "cid"], hand_over(Every::Days, 1, None, Some("08:00")), "2026-01-05T08:00:00Z");
    let rota = rota(LONDON, vec![three]);
    let days = ["05", "06", "07", "08"].map(|day| on_call(&rota, at(&format!("2026-01-{day}T12:00:00Z"))).concat());
    assert_eq!(days, ["ann", "bob", "cid", "ann"]);
    assert_eq!(on_call(&rota, at("2026-01-06T07:59:59.999999Z")), ["ann"], "until the very moment");
    assert_eq!(on_call(&rota, at("2026-01-06T08:00:00Z")), ["bob"], "from the very moment");
}

#[test]
fn the_first_person_has_the_turn_in_which_the_layer_starts_however_short() {
    let rota = rota(LONDON, vec![weekly("2026-01-07T12:00:00Z")]);
    assert_eq!(
        told(&rota, "2026-01-01T00:00:00Z", "2026-01-20T00:00:00Z"),
        ["ann Wed 07 12:00 - Mon 12 09:00", "bob Mon 12 09:00 - Mon 19 09:00", "ann Mon 19 09:00 - Tue 20 00:00"]
    );
    assert_eq!(on_call(&rota, at("2026-01-07T11:59:59Z")), Vec::<String>::new(), "not before it starts");
}

#[test]
fn a_turn_may_last_several_weeks_or_days() {
    let fortnight = layer(&["ann", "bob"], hand_over(Every::Weeks, 2, Some(Day::Fri), Some("17:00")), "2026-01-02T17:00:00Z");
    let four_days = layer(&["ann", "bob"], hand_over(Every::Days, 4, None, Some("07:00")), "2026-01-02T07:00:00Z");
    assert_eq!(
        told(&rota(LONDON, vec![fortnight]), "2026-01-03T00:00:00Z", "2026-02-01T00:00:00Z"),
        ["ann Sat 03 00:00 - Fri 16 17:00", "bob Fri 16 17:00 - Fri 30 17:00", "ann Fri 30 17:00 - Sun 01 00:00"]
    );
    assert_eq!(
        told(&rota(LONDON, vec![four_days]), "2026-01-03T00:00:00Z", "2026-01-11T00:00:00Z"),
        ["ann Sat 03 00:00 - Tue 06 07:00", "bob Tue 06 07:00 - Sat 10 07:00", "ann Sat 10 07:00 - Sun 11 00:00"]
    );
}

#[test]
fn one_person_alone_has_one_shift_without_seams() {
    let always = layer(&["ann"], hand_over(Every::Days, 1, None, Some("08:00")), "2026-01-01T00:00:00Z");
    assert_eq!(told(&rota(LONDON, vec![always]), "2026-01-03T00:00:00Z", "2026-01-13T00:00:00Z"), ["ann Sat 03 00:00 - Tue 13 00:00"]);
}

#[test]
fn the_highest_layer_that_has_somebody_decides() {
    let nights = Layer {
        windows: vec![window("22:00", "06:00", &[])],
        ..layer(&["nell"], hand_over(Every::Days, 1, None, Some("12:00")), "2026-01-01T00:00:00Z")
    };
    let rota = rota(LONDON, vec![weekly("2026-01-01T00:00:00Z"), nights]);
    assert_eq!(
        told(&rota, "2026-01-01T12:00:00Z", "2026-01-02T12:00:00Z"),
        ["ann Thu 01 12:00 - Thu 01 22:00", "nell Thu 01 22:00 - Fri 02 06:00", "ann Fri 02 06:00 - Fri 02 12:00"]
    );
    let below = shifts(&rota, at("2026-01-01T12:00:00Z"), at("2026-01-02T12:00:00Z"));
    assert_eq!(below.iter().map(|shift| shift.layer.clone().unwrap()).collect::<Vec<_>>(), ["annbob", "nell", "annbob"]);
}

#[test]
fn a_window_belongs_to_the_day_on_which_it_begins() {
    let weekend_nights = Layer {
        windows: vec![window("22:00", "06:00", &[Day::Fri, Day::Sat])],
        ..layer(&["nell"], hand_over(Every::Weeks, 1, Some(Day::Mon), Some("12:00")), "2026-01-01T00:00:00Z")
    };
    let whole_sunday = Layer {
        windows: vec![window("00:00", "00:00", &[Day::Sun])],
        ..layer(&["sue"], hand_over(Every::Weeks, 1, Some(Day::Mon), Some("12:00")), "2026-01-01T00:00:00Z")
    };
    assert_eq!(
        told(&rota(LONDON, vec![weekend_nights]), "2026-01-05T00:00:00Z", "2026-01-12T00:00:00Z"),
        ["nell Fri 09 22:00 - Sat 10 06:00", "nell Sat 10 22:00 - Sun 11 06:00"]
    );
    assert_eq!(
        told(&rota(LONDON, vec![whole_sunday]), "2026-01-05T00:00:00Z", "2026-01-13T00:00:00Z"),
        ["sue Sun 11 00:00 - Mon 12 00:00"]
    );
}

#[test]
fn turns_pass_while_a_window_is_closed() {
    let office = Layer {
        windows: vec![window("09:00", "17:00", &[Day::Mon, Day::Tue, Day::Wed, Day::Thu, Day::Fri])],
        ..layer(&["ann", "bob"], hand_over(Every::Days, 1, None, Some("00:00")), "2026-01-05T00:00:00Z")
    };
    let rota = rota(LONDON, vec![office]);
    assert_eq!(on_call(&rota, at("2026-01-09T10:00:00Z")), ["ann"], "Friday, the fifth turn");
    assert_eq!(on_call(&rota, at("2026-01-10T10:00:00Z")), Vec::<String>::new(), "Saturday");
    assert_eq!(on_call(&rota, at("2026-01-12T10:00:00Z")), ["bob"], "Monday, the eighth");
}

#[test]
fn where_no_layer_has_anybody_there_is_a_gap() {
    let mut ending = weekly("2026-01-05T09:00:00Z");
    ending.ends_at = Some(at("2026-01-08T00:00:00Z"));
    let mut rota = rota(LONDON, vec![ending]);
    let gap = |from: &str, until: &str| Gap { from: at(from), until: at(until) };
    assert_eq!(
        gaps(&rota, at("2026-01-05T00:00:00Z"), at("2026-01-10T00:00:00Z")),
        [gap("2026-01-05T00:00:00Z", "2026-01-05T09:00:00Z"), gap("2026-01-08T00:00:00Z", "2026-01-10T00:00:00Z")]
    );
    assert_eq!(
        gaps_without(&rota, at("2026-01-05T10:00:00Z"), at("2026-01-07T00:00:00Z"), |person| person != "ann"),
        [gap("2026-01-05T10:00:00Z", "2026-01-07T00:00:00Z")],
        "somebody who cannot be reached is nobody"
    );
    rota.archived_at = Some(at("2026-01-01T00:00:00Z"));
    assert_eq!(on_call(&rota, at("2026-01-06T00:00:00Z")), Vec::<String>::new(), "an archived rota has nobody");
}
