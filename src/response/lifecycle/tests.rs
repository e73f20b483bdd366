//! The life of an alert, move by move, and in any order of moves.

use proptest::prelude::*;

use super::case::{CallResult, accept, call, close, escalate, hand_over, hold, note, release, renew, reopen, set_priority};
use super::queue::{Due, fall_due, stepped};
use super::*;
use crate::domain::access::Role;
use crate::domain::escalation::{Step, Target};
use crate::domain::outcome::Outcomes;

static OUTCOMES: std::sync::LazyLock<Outcomes> = std::sync::LazyLock::new(Outcomes::default);
static LIMITS: std::sync::LazyLock<Limits> = std::sync::LazyLock::new(Limits::default);

fn at(second: i64) -> Time {
    Time::UNIX_EPOCH + TimeDelta::seconds(second)
}

fn someone(name: &str) -> Holder {
    Holder { id: name.to_lowercase(), name: name.to_owned() }
}

fn fresh() -> Alert {
    of(NewAlert { priority: 2, marks: vec!["late".to_owned()], ..NewAlert::default() })
}

fn of(new: NewAlert) -> Alert {
    raise("a".to_owned(), new, policy(), None, at(0), &LIMITS).0
}

/// The operators at once, the managers after 60 s, and after that every 120 s.
fn policy() -> Escalation {
    let step = |after_s, role| Step { after_s, targets: vec![Target::Role(role)] };
    Escalation { policy: "p".to_owned(), version: 1, steps: vec![step(0, Role::Operator), step(60, Role::Manager)], repeat_s: 120 }
}

fn told(alert: &mut Alert, second: i64) -> String {
    match fall_due(alert, at(second), &LIMITS) {
        Due::Told(entry) => entry.map_or_else(String::new, |entry| entry.what),
        Due::Step(_) => "step".to_owned(),
        Due::NotYet => "not yet".to_owned(),
    }
}

fn closing(outcome: &str, seen: i64) -> Closing {
    Closing { outcome: outcome.to_owned(), activations_seen: seen, ..Closing::default() }
}

#[test]
fn two_can_never_hold_it() {
    let mut alert = fresh();
    accept(&mut alert, &someone("Ann"), at(5), &LIMITS).unwrap();
    let error = accept(&mut alert, &someone("Ben"), at(6), &LIMITS).unwrap_err();
    assert_eq!(error, LifecycleError::Conflict("Ann has this alert".to_owned()));
    accept(&mut alert, &someone("Ann"), at(50), &LIMITS).unwrap();
    assert_eq!((alert.lease_until, alert.accepted_at), (Some(at(110)), Some(at(5))));
}

#[test]
fn only_the_holder_closes_and_only_what_was_seen() {
    let mut alert = fresh();
    let ann = someone("Ann");
    let refused = |alert: &mut Alert, who: &Holder, outcome: &str, seen: i64| {
        close(alert, who, &closing(outcome, seen), &OUTCOMES, at(3), &LIMITS).unwrap_err()
    };
    assert!(matches!(refused(&mut alert, &ann, "reassured", 1), LifecycleError::Conflict(_)));
    accept(&mut alert, &ann, at(1), &LIMITS).unwrap();
    activate(&mut alert, &NewAlert { priority: 1, ..NewAlert::default() }, at(2), &LIMITS);
    assert_eq!((alert.activations, alert.priority), (2, 1));
    assert!(matches!(refused(&mut alert, &someone("Ben"), "reassured", 2), LifecycleError::Conflict(_)));
    assert!(matches!(refused(&mut alert, &ann, "reassured", 1), LifecycleError::Conflict(_)));
    assert!(matches!(refused(&mut alert, &ann, "reassured", 3), LifecycleError::Invalid(_)));
    assert!(matches!(refused(&mut alert, &ann, "went away", 2), LifecycleError::Invalid(_)));
    close(&mut alert, &ann, &closing("reassured", 2), &OUTCOMES, at(4), &LIMITS).unwrap();
    assert_eq!((alert.state, alert.holder.clone(), alert.closed_at), (State::Closed, None, Some(at(4))));
    assert!(accept(&mut alert, &ann, at(5), &LIMITS).is_err());
}

#[test]
fn a_late_answer_wants_a_cause() {
    let mut alert = fresh();
    let ann = someone("Ann");
    accept(&mut alert, &ann, at(181), &LIMITS).unwrap();
    assert!(matches!(close(&mut alert, &ann, &closing("reassured", 1), &OUTCOMES, at(190), &LIMITS), Err(LifecycleError::Conflict(_))));
    let with_cause = Closing { breach_cause: Some("flood of calls".to_owned()), ..closing("reassured", 1) };
    assert!(close(&mut alert, &ann, &with_cause, &OUTCOMES, at(190), &LIMITS).unwrap().text.contains("flood of calls"));
}

#[test]
fn a_lost_lease_puts_it_back_marked() {
    let mut alert = fresh();
    accept(&mut alert, &someone("Ann"), at(1), &LIMITS).unwrap();
    assert!(renew(&mut alert, at(30), &LIMITS));
    assert_eq!(alert.lease_until, Some(at(90)));
    assert_eq!(told(&mut alert, 89), "not yet");
    assert_eq!(told(&mut alert, 91), "lease_lost");
    assert_eq!((alert.state, alert.holder.clone(), alert.marks.join(" ")), (State::Raised, None, "late lease_lost".to_owned()));
    assert_eq!(alert.previous_holder, Some(someone("Ann")));
    assert_eq!(alert.next_step_at, Some(at(91)), "somebody is told at once");
    assert!(!renew(&mut alert, at(92), &LIMITS));
    assert!(alert.rank() < fresh().rank(), "it stands before what waited longer");
}

#[test]
fn a_case_without_a_step_goes_back_though_its_holder_is_there() {
    let mut alert = fresh();
    accept(&mut alert, &someone("Ann"), at(0), &LIMITS).unwrap();
    for second in (30..600).step_by(30) {
        renew(&mut alert, at(second), &LIMITS);
        assert_eq!(told(&mut alert, second), "not yet");
    }
    call(&mut alert, &someone("Ann"), "the home", CallResult::NoAnswer, at(590), &LIMITS).unwrap();
    for second in (600..1190).step_by(30) {
        renew(&mut alert, at(second), &LIMITS);
        assert_eq!(told(&mut alert, second), "not yet");
    }
    renew(&mut alert, at(1189), &LIMITS);
    assert_eq!(told(&mut alert, 1190), "no_step");
    assert_eq!((alert.state, alert.marks.contains(&"no_step".to_owned())), (State::Raised, true));
}

#[test]
fn a_hold_has_an_end_and_comes_back_on_top() {
    let (mut alert, ann) = (fresh(), someone("Ann"));
    accept(&mut alert, &ann, at(1), &LIMITS).unwrap();
    assert!(matches!(hold(&mut alert, &ann, at(1), "x", at(2), &LIMITS), Err(LifecycleError::Invalid(_))), "past");
    assert!(matches!(hold(&mut alert, &ann, at(1900), "x", at(2), &LIMITS), Err(LifecycleError::Invalid(_))), "beyond 30 min");
    assert!(matches!(hold(&mut alert, &someone("Ben"), at(900), "x", at(2), &LIMITS), Err(LifecycleError::Conflict(_))));
    hold(&mut alert, &ann, at(900), "the daughter is on her way", at(2), &LIMITS).unwrap();
    assert_eq!((alert.state, alert.lease_until, told(&mut alert, 899)), (State::Held, None, "not yet".to_owned()));
    assert_eq!(told(&mut alert, 900), "hold_ended");
    assert_eq!((alert.state, alert.previous_holder.clone(), alert.on_top_since), (State::Raised, Some(ann.clone()), Some(at(900))));

    accept(&mut alert, &ann, at(901), &LIMITS).unwrap();
    hold(&mut alert, &ann, at(1000), "x", at(902), &LIMITS).unwrap();
    activate(&mut alert, &NewAlert { priority: 2, ..NewAlert::default() }, at(903), &LIMITS);
    assert_eq!((alert.state, alert.next_step_at), (State::Raised, Some(at(903))), "a new press ends it at once");
}

#[test]
fn steps_follow_each_other_and_the_last_is_repeated_for_ever() {
    let mut alert = fresh();
    assert_eq!(told(&mut alert, 0), "step");
    stepped(&mut alert, &["Ann".to_owned()], at(0));
    assert_eq!((alert.level, alert.next_step_at), (1, Some(at(60))));
    stepped(&mut alert, &["Meg".to_owned()], at(60));
    assert_eq!((alert.level, alert.next_step_at), (2, Some(at(180))));
    for round in 0..1000 {
        let second = 180 + 120 * round;
        assert_eq!(told(&mut alert, second), "step");
        let heard = round % 10 == 9;
        let reached: &[String] = if heard { &["Meg".to_owned()] } else { &[] };
        let words = stepped(&mut alert, reached, at(second)).map(|entry| entry.what);
        let expected = ["escalation_unheard", "", "", "", "", "", "", "", "", "escalated"][usize::try_from(round % 10).unwrap()];
        assert_eq!(words.unwrap_or_default(), expected, "round {round}");
        assert_eq!(alert.next_step_at, Some(at(second + 120)), "heard or not, it goes on");
        assert_eq!(alert.marks.contains(&"escalation_unheard".to_owned()), !heard);
    }
    assert!(alert.marks.contains(&"last_step_repeated".to_owned()));
}

#[test]
fn a_step_that_reaches_nobody_is_skipped_at_once() {
    let mut alert = fresh();
    assert_eq!(stepped(&mut alert, &[], at(5)).unwrap().what, "escalation_skipped");
    assert_eq!((alert.level, alert.next_step_at), (1, Some(at(5))));
}

#[test]
fn without_any_policy_it_is_never_without_a_next_moment() {
    let mut alert = raise("a".to_owned(), NewAlert::default(), Escalation::default(), None, at(0), &LIMITS).0;
    for second in (0..3600).step_by(30) {
        assert!(alert.next_moment().is_some());
        let _ = told(&mut alert, second);
    }
    assert!(alert.level > 10);
}

#[test]
fn tests_and_cleared_faults_end_by_themselves_and_nothing_else_does() {
    let mut test = of(NewAlert { queue: Queue::Test, test: true, ..NewAlert::default() });
    assert_eq!((told(&mut test, 3599), told(&mut test, 3600)), ("not yet".to_owned(), "closed".to_owned()));
    assert_eq!(test.outcome.as_deref(), Some("test_ended"));

    let mut fault = of(NewAlert { queue: Queue::Technical, ..NewAlert::default() });
    cleared(&mut fault, at(10), false, at(10), &LIMITS);
    assert_eq!(told(&mut fault, 1809), "not yet");
    activate(&mut fault, &NewAlert { priority: 4, ..NewAlert::default() }, at(1809), &LIMITS);
    assert_eq!(told(&mut fault, 1810), "step", "it has begun again");
    cleared(&mut fault, at(1900), false, at(1900), &LIMITS);
    assert_eq!((told(&mut fault, 3700), fault.outcome.as_deref()), ("closed".to_owned(), Some("cleared_itself")));

    let mut care = fresh();
    cleared(&mut care, at(10), false, at(10), &LIMITS);
    assert_eq!(told(&mut care, 86_400), "step", "only a person closes it");
    let (mut taken, ann) = (of(NewAlert { queue: Queue::Technical, ..NewAlert::default() }), someone("Ann"));
    accept(&mut taken, &ann, at(1), &LIMITS).unwrap();
    cleared(&mut taken, at(10), false, at(10), &LIMITS);
    assert_eq!((taken.state, taken.holder.clone()), (State::Accepted, Some(ann)), "whoever works on it keeps it");
}

#[test]
fn priority_moves_with_a_reason_and_reopening_keeps_the_id() {
    let (mut alert, ann) = (fresh(), someone("Ann"));
    assert!(set_priority(&mut alert, &ann, 2, "x", at(1), &LIMITS).is_err(), "as it is");
    assert!(set_priority(&mut alert, &ann, 6, "x", at(1), &LIMITS).is_err());
    set_priority(&mut alert, &ann, 4, "the son is with her", at(1), &LIMITS).unwrap();
    activate(&mut alert, &NewAlert { priority: 2, ..NewAlert::default() }, at(2), &LIMITS);
    assert_eq!(alert.priority, 2, "a new press is as urgent as it is");
    accept(&mut alert, &ann, at(3), &LIMITS).unwrap();
    assert!(reopen(&mut alert, &ann, "x", None, at(4), &LIMITS).is_err(), "open");
    close(&mut alert, &ann, &closing("reassured", 2), &OUTCOMES, at(5), &LIMITS).unwrap();
    let refused = reopen(&mut alert, &ann, "x", Some("b"), at(6), &LIMITS).unwrap_err();
    assert!(refused.to_string().contains("alert b"), "{refused}");
    reopen(&mut alert, &ann, "she pressed again", None, at(6), &LIMITS).unwrap();
    assert_eq!((alert.id.as_str(), alert.state, alert.outcome.clone(), alert.closed_at), ("a", State::Raised, None, None));
}

#[test]
fn a_case_is_handed_over_with_its_lease() {
    let (mut alert, ann, ben) = (fresh(), someone("Ann"), someone("Ben"));
    assert!(hand_over(&mut alert, &ann, &ben, at(1), &LIMITS).is_err(), "not hers");
    accept(&mut alert, &ann, at(1), &LIMITS).unwrap();
    hand_over(&mut alert, &ann, &ben, at(2), &LIMITS).unwrap();
    assert_eq!((alert.holder.clone(), alert.previous_holder.clone(), alert.lease_until), (Some(ben), Some(ann), Some(at(62))));
}

#[test]
fn the_next_step_can_be_asked_for_by_whoever_has_it_or_may_have_it() {
    let (mut alert, ann) = (fresh(), someone("Ann"));
    stepped(&mut alert, &["x".to_owned()], at(0));
    escalate(&mut alert, &ann, at(1), &LIMITS).unwrap();
    assert_eq!(told(&mut alert, 1), "step");
    accept(&mut alert, &ann, at(2), &LIMITS).unwrap();
    assert!(escalate(&mut alert, &someone("Ben"), at(3), &LIMITS).is_err());
    escalate(&mut alert, &ann, at(3), &LIMITS).unwrap();
    stepped(&mut alert, &["Meg".to_owned()], at(3));
    assert_eq!((alert.state, alert.next_step_at, alert.level), (State::Accepted, None, 2));
}

#[test]
fn the_queue_stands_by_breach_then_by_what_pressed_again() {
    let rank = |received: i64, presses: u8| {
        let mut alert = of(NewAlert { received_at: Some(at(received)), ..NewAlert::default() });
        for _ in 0..presses {
            activate(&mut alert, &NewAlert::default(), at(1), &LIMITS);
        }
        alert.rank()
    };
    assert!(rank(-30, 0) < rank(-10, 0), "first received, first answered");
    assert!(rank(-10, 1) < rank(-30, 0), "who presses again is before who waited a little longer");
    assert_eq!(of(NewAlert { received_at: Some(at(-30)), ..NewAlert::default() }).breach_at, Some(at(150)), "from the first receipt");
}

#[derive(Clone, Debug)]
enum Move {
    Accept(bool),
    Release(bool),
    Close(bool, i64),
    Activate(u8),
    Note(bool),
    FallDue,
    Hold(bool, i64),
    Priority(u8),
    Escalate(bool),
    Clear,
    Reopen,
    HandOver(bool),
    Renew,
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let one = prop_oneof![
        any::<bool>().prop_map(Move::Accept),
        any::<bool>().prop_map(Move::Release),
        (any::<bool>(), 0..5i64).prop_map(|(who, seen)| Move::Close(who, seen)),
        (0..9u8).prop_map(Move::Activate),
        any::<bool>().prop_map(Move::Note),
        Just(Move::FallDue),
        (any::<bool>(), 0..2000i64).prop_map(|(who, until)| Move::Hold(who, until)),
        (0..7u8).prop_map(Move::Priority),
        any::<bool>().prop_map(Move::Escalate),
        Just(Move::Clear),
        Just(Move::Reopen),
        any::<bool>().prop_map(Move::HandOver),
        Just(Move::Renew),
    ];
    proptest::collection::vec(one, 0..40)
}

/// Makes the move, and answers whether it was refused.
fn make(alert: &mut Alert, each: &Move, now: Time) -> bool {
    let who = |ann: bool| someone(if ann { "Ann" } else { "Ben" });
    match *each {
        Move::Accept(ann) => accept(alert, &who(ann), now, &LIMITS).is_err(),
        Move::Release(ann) => release(alert, &who(ann), now, &LIMITS).is_err(),
        Move::Close(ann, seen) => {
            let closing = Closing { breach_cause: Some("late".to_owned()), ..closing("reassured", seen) };
            close(alert, &who(ann), &closing, &OUTCOMES, now, &LIMITS).is_err()
        }
        Move::Activate(priority) if alert.is_open() => {
            activate(alert, &NewAlert { priority, ..NewAlert::default() }, now, &LIMITS);
            false
        }
        Move::Note(ann) => {
            note(alert, &who(ann), "n", now, &LIMITS);
            false
        }
        Move::FallDue => match fall_due(alert, now, &LIMITS) {
            Due::NotYet => true,
            Due::Told(_) => false,
            Due::Step(_) => {
                stepped(alert, &["somebody".to_owned()], now);
                false
            }
        },
        Move::Hold(ann, until) => hold(alert, &who(ann), at(until), "w", now, &LIMITS).is_err(),
        Move::Priority(priority) => set_priority(alert, &who(true), priority, "w", now, &LIMITS).is_err(),
        Move::Escalate(ann) => escalate(alert, &who(ann), now, &LIMITS).is_err(),
        Move::Clear if alert.is_open() => {
            cleared(alert, now, false, now, &LIMITS);
            false
        }
        Move::Reopen => reopen(alert, &who(true), "w", None, now, &LIMITS).is_err(),
        Move::HandOver(ann) => hand_over(alert, &who(ann), &who(!ann), now, &LIMITS).is_err(),
        Move::Renew => !renew(alert, now, &LIMITS),
        Move::Activate(_) | Move::Clear => true,
    }
}

proptest! {
    #[test]
    fn no_sequence_of_moves_ends_in_an_impossible_state(moves in moves(), queue in 0..3usize) {
        let queue = [Queue::Care, Queue::Technical, Queue::Test][queue];
        let mut alert = of(NewAlert { queue, test: queue == Queue::Test, ..NewAlert::default() });
        for (second, each) in (1i64..).map(|n| n * 47).zip(moves) {
            let before = alert.clone();
            if make(&mut alert, &each, at(second)) {
                prop_assert_eq!(&before, &alert, "what was refused changed something");
            }
            prop_assert_eq!(matches!(alert.state, State::Accepted | State::Held), alert.holder.is_some());
            prop_assert_eq!(alert.state == State::Accepted, alert.lease_until.is_some() && alert.idle_until.is_some());
            prop_assert_eq!(alert.state == State::Held, alert.held_until.is_some());
            prop_assert_eq!(alert.state == State::Raised, alert.next_step_at.is_some());
            prop_assert_eq!(alert.is_open(), alert.next_moment().is_some(), "an open alert always has a next moment");
            prop_assert_eq!(alert.state == State::Closed, alert.closed_at.is_some() && alert.outcome.is_some());
            prop_assert!((1..=5).contains(&alert.priority) && alert.activations >= before.activations);
            prop_assert!(alert.is_open() || before.is_open() || alert.state == State::Closed);
        }
    }
}
