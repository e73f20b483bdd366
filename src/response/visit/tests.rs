//! The life of a visit, move by move, and in any order of moves.

use proptest::prelude::*;

use super::*;

const TIMES: VisitTimes = VisitTimes {
    answer: TimeDelta::minutes(3),
    set_out: TimeDelta::minutes(10),
    attend: TimeDelta::minutes(45),
    attend_limit: TimeDelta::minutes(60),
    lone_worker: TimeDelta::minutes(60),
};

fn at(minute: i64) -> Time {
    Time::UNIX_EPOCH + TimeDelta::minutes(minute)
}

fn someone(name: &str) -> Holder {
    Holder { id: name.to_lowercase(), name: name.to_owned() }
}

fn offered() -> Visit {
    offer("v".to_owned(), ("o".to_owned(), "h".to_owned(), "a".to_owned()), someone("Rae"), Some("nights".to_owned()), at(0), &TIMES)
}

#[test]
fn from_the_offer_to_the_end_with_a_timer_at_every_stage() {
    let (mut visit, rae) = (offered(), someone("Rae"));
    assert_eq!(visit.due_at, Some(at(3)));
    assert!(!may_open(&visit, "rae"), "not before acceptance");
    accept(&mut visit, &rae, at(1), &TIMES).unwrap();
    assert_eq!((visit.due_at, may_open(&visit, "rae"), may_open(&visit, "bob")), (Some(at(11)), true, false));
    set_out(&mut visit, &rae, at(5)).unwrap();
    assert_eq!(visit.due_at, Some(at(45)), "the mark counts from the asking");
    arrive(&mut visit, &rae, at(30), &TIMES).unwrap();
    assert_eq!(visit.due_at, Some(at(90)));
    complete(&mut visit, &rae, Some("a cup of tea".to_owned()), at(50)).unwrap();
    assert_eq!((visit.due_at, may_open(&visit, "rae")), (None, false), "and not after completion");
}

#[test]
fn only_who_is_asked_moves_it_and_only_in_order() {
    let (mut visit, rae, bob) = (offered(), someone("Rae"), someone("Bob"));
    assert!(accept(&mut visit, &bob, at(1), &TIMES).unwrap_err().to_string().contains("not yours"));
    assert!(complete(&mut visit, &rae, None, at(1)).unwrap_err().to_string().contains("offered"));
    assert!(set_out(&mut visit, &rae, at(1)).is_err());
}

#[test]
fn who_declines_or_does_not_answer_is_not_asked_again() {
    let mut visit = offered();
    let all = [someone("Rae"), someone("Bob"), someone("Cy")];
    assert_eq!(fall_due(&mut visit, at(2), &TIMES), Overdue::No);
    assert_eq!(fall_due(&mut visit, at(3), &TIMES), Overdue::NoAnswer);
    assert!(ask_next(&mut visit, &all, at(3), &TIMES));
    assert_eq!((visit.responder.clone(), visit.due_at), (Some(someone("Bob")), Some(at(6))));
    decline(&mut visit, &someone("Bob"), "no car", at(4)).unwrap();
    assert!(ask_next(&mut visit, &all, at(4), &TIMES));
    accept(&mut visit, &someone("Cy"), at(5), &TIMES).unwrap();
    decline(&mut visit, &someone("Cy"), "an accident", at(6)).unwrap();
    assert!(!ask_next(&mut visit, &all, at(6), &TIMES));
    assert_eq!((visit.state, visit.due_at, visit.declined.len()), (VisitState::Unfilled, None, 3));
}

#[test]
fn each_timer_that_ends_is_told_and_told_again() {
    let (mut visit, rae) = (offered(), someone("Rae"));
    accept(&mut visit, &rae, at(0), &TIMES).unwrap();
    assert_eq!(fall_due(&mut visit, at(10), &TIMES), Overdue::NotSetOut);
    assert_eq!((fall_due(&mut visit, at(19), &TIMES), fall_due(&mut visit, at(20), &TIMES)), (Overdue::No, Overdue::NotSetOut));
    set_out(&mut visit, &rae, at(21)).unwrap();
    assert_eq!(fall_due(&mut visit, at(45), &TIMES), Overdue::NotThere);
    assert_eq!((fall_due(&mut visit, at(59), &TIMES), fall_due(&mut visit, at(60), &TIMES)), (Overdue::No, Overdue::NotThere));
    arrive(&mut visit, &rae, at(61), &TIMES).unwrap();
    assert_eq!(fall_due(&mut visit, at(121), &TIMES), Overdue::LoneWorker);
    assert_eq!(fall_due(&mut visit, at(151), &TIMES), Overdue::LoneWorker, "and again, sooner");
}

#[test]
fn the_home_can_prove_an_arrival() {
    let (mut visit, rae) = (offered(), someone("Rae"));
    assert!(!seen_arriving(&mut visit, at(1), &TIMES), "nobody has accepted");
    accept(&mut visit, &rae, at(1), &TIMES).unwrap();
    assert!(seen_arriving(&mut visit, at(20), &TIMES));
    assert_eq!((visit.state, visit.arrived_at, visit.arrival_proven), (VisitState::Arrived, Some(at(20)), true));
    assert!(!seen_arriving(&mut visit, at(21), &TIMES));
}

proptest! {
    #[test]
    fn an_open_visit_always_has_a_timer_and_somebody(moves in proptest::collection::vec((0..9u8, any::<bool>()), 0..40)) {
        let mut visit = offered();
        let all = [someone("Rae"), someone("Bob")];
        for (minute, (each, rae)) in (1i64..).map(|n| n * 7).zip(moves) {
            let (before, who, now) = (visit.clone(), someone(if rae { "Rae" } else { "Bob" }), at(minute));
            let refused = match each {
                0 => accept(&mut visit, &who, now, &TIMES).is_err(),
                1 => set_out(&mut visit, &who, now).is_err(),
                2 => arrive(&mut visit, &who, now, &TIMES).is_err(),
                3 => complete(&mut visit, &who, None, now).is_err(),
                4 => cancel(&mut visit).is_err(),
                5 => !seen_arriving(&mut visit, now, &TIMES),
                6 => match decline(&mut visit, &who, "no", now) {
                    Ok(()) => { ask_next(&mut visit, &all, now, &TIMES); false }
                    Err(_) => true,
                },
                _ => match fall_due(&mut visit, now, &TIMES) {
                    Overdue::No => true,
                    Overdue::NoAnswer => { ask_next(&mut visit, &all, now, &TIMES); false }
                    _ => false,
                },
            };
            if refused {
                prop_assert_eq!(&before, &visit);
            }
            prop_assert_eq!(visit.state.is_open(), visit.due_at.is_some());
            prop_assert!(!visit.state.is_open() || visit.responder.is_some());
            // A timer that has run out and was not looked at yet stays as it is: it is due.
            let untouched = visit.due_at == before.due_at;
            prop_assert!(!visit.state.is_open() || visit.due_at > Some(now) || untouched, "a timer runs from now on");
        }
    }
}
