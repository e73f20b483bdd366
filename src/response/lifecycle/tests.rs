//! The life of an alert, move by move, and in any order of moves.

use proptest::prelude::*;

use super::*;

const LEASE: TimeDelta = TimeDelta::seconds(60);
const LIMITS: Limits = Limits { answer: TimeDelta::seconds(180) };

fn at(second: i64) -> Time {
    Time::UNIX_EPOCH + TimeDelta::seconds(second)
}

fn someone(name: &str) -> Holder {
    Holder { id: name.to_lowercase(), name: name.to_owned() }
}

fn fresh() -> Alert {
    raise("a".to_owned(), NewAlert { priority: 2, marks: vec!["late".to_owned()], ..NewAlert::default() }, None, at(0)).0
}

fn closing(outcome: &str, seen: i64) -> Closing {
    Closing { outcome: outcome.to_owned(), activations_seen: seen, ..Closing::default() }
}

#[test]
fn two_can_never_hold_it() {
    let mut alert = fresh();
    accept(&mut alert, &someone("Ann"), at(5), LEASE).unwrap();
    let error = accept(&mut alert, &someone("Ben"), at(6), LEASE).unwrap_err();
    assert_eq!(error, LifecycleError::Conflict("Ann has this alert".to_owned()));
    accept(&mut alert, &someone("Ann"), at(50), LEASE).unwrap();
    assert_eq!((alert.lease_until, alert.accepted_at), (Some(at(110)), Some(at(5))));
}

#[test]
fn only_the_holder_closes_and_only_what_was_seen() {
    let mut alert = fresh();
    let ann = someone("Ann");
    let refused =
        |alert: &mut Alert, who: &Holder, outcome: &str, seen: i64| close(alert, who, &closing(outcome, seen), at(3), &LIMITS).unwrap_err();
    assert!(matches!(refused(&mut alert, &ann, "reassured", 1), LifecycleError::Conflict(_)));
    accept(&mut alert, &ann, at(1), LEASE).unwrap();
    activate(&mut alert, &NewAlert { priority: 1, ..NewAlert::default() }, at(2));
    assert_eq!((alert.activations, alert.priority), (2, 1));
    assert!(matches!(refused(&mut alert, &someone("Ben"), "reassured", 2), LifecycleError::Conflict(_)));
    assert!(matches!(refused(&mut alert, &ann, "reassured", 1), LifecycleError::Conflict(_)));
    assert!(matches!(refused(&mut alert, &ann, "reassured", 3), LifecycleError::Invalid(_)));
    assert!(matches!(refused(&mut alert, &ann, "went away", 2), LifecycleError::Invalid(_)));
    close(&mut alert, &ann, &closing("reassured", 2), at(4), &LIMITS).unwrap();
    assert_eq!((alert.state, alert.holder.clone(), alert.closed_at), (State::Closed, None, Some(at(4))));
    assert!(accept(&mut alert, &ann, at(5), LEASE).is_err());
}

#[test]
fn a_late_answer_wants_a_cause() {
    let mut alert = fresh();
    let ann = someone("Ann");
    accept(&mut alert, &ann, at(181), LEASE).unwrap();
    assert!(matches!(close(&mut alert, &ann, &closing("reassured", 1), at(190), &LIMITS), Err(LifecycleError::Conflict(_))));
    let with_cause = Closing { breach_cause: Some("flood of calls".to_owned()), ..closing("reassured", 1) };
    assert!(close(&mut alert, &ann, &with_cause, at(190), &LIMITS).unwrap().text.contains("flood of calls"));
}

#[test]
fn a_lost_lease_puts_it_back_marked() {
    let mut alert = fresh();
    accept(&mut alert, &someone("Ann"), at(1), LEASE).unwrap();
    assert!(renew(&mut alert, at(30), LEASE));
    assert_eq!(alert.lease_until, Some(at(90)));
    lease_lost(&mut alert, at(91));
    assert_eq!((alert.state, alert.holder.clone(), alert.marks.join(" ")), (State::Raised, None, "late lease_lost".to_owned()));
    assert!(!renew(&mut alert, at(92), LEASE));
}

#[derive(Clone, Debug)]
enum Move {
    Accept(bool),
    Release(bool),
    Close(bool, i64),
    Activate(u8),
    Note(bool),
    LeaseLost,
    Renew,
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let one = prop_oneof![
        any::<bool>().prop_map(Move::Accept),
        any::<bool>().prop_map(Move::Release),
        (any::<bool>(), 0..5i64).prop_map(|(who, seen)| Move::Close(who, seen)),
        (0..9u8).prop_map(Move::Activate),
        any::<bool>().prop_map(Move::Note),
        Just(Move::LeaseLost),
        Just(Move::Renew),
    ];
    proptest::collection::vec(one, 0..40)
}

/// Makes the move, and answers whether it was refused.
fn make(alert: &mut Alert, each: &Move, now: Time) -> bool {
    let who = |ann: bool| someone(if ann { "Ann" } else { "Ben" });
    match *each {
        Move::Accept(ann) => accept(alert, &who(ann), now, LEASE).is_err(),
        Move::Release(ann) => release(alert, &who(ann), now).is_err(),
        Move::Close(ann, seen) => close(alert, &who(ann), &closing("reassured", seen), now, &LIMITS).is_err(),
        Move::Activate(priority) if alert.is_open() => {
            activate(alert, &NewAlert { priority, ..NewAlert::default() }, now);
            false
        }
        Move::Note(ann) => {
            note(alert, &who(ann), "n", now, LEASE);
            false
        }
        Move::LeaseLost if alert.state == State::Accepted => {
            lease_lost(alert, now);
            false
        }
        Move::Renew => !renew(alert, now, LEASE),
        Move::Activate(_) | Move::LeaseLost => true,
    }
}

proptest! {
    #[test]
    fn no_sequence_of_moves_ends_in_an_impossible_state(moves in moves()) {
        let mut alert = fresh();
        for (second, each) in (1i64..).zip(moves) {
            let before = alert.clone();
            if make(&mut alert, &each, at(second)) {
                prop_assert_eq!(&before, &alert, "what was refused changed something");
            }
            prop_assert_eq!(alert.state == State::Accepted, alert.holder.is_some());
            prop_assert_eq!(alert.holder.is_some(), alert.lease_until.is_some());
            prop_assert_eq!(alert.state == State::Closed, alert.closed_at.is_some() && alert.outcome.is_some());
            prop_assert!((1..=5).contains(&alert.priority) && alert.activations >= before.activations);
            prop_assert!(!(before.state == State::Closed && alert.state != State::Closed), "reopened");
        }
    }
}
