//! Schedules of reports and their runs, on both databases: each day asked for once and made once, however many replicas look at the same moment.

use std::collections::HashSet;

use harken::domain::access::Scope;
use harken::domain::delivery::Channel;
use harken::domain::register::NewOrganisation;
use harken::domain::schedule::{RunFile, RunState, Schedule, SchedulePatch};
use harken::store::outbox::NewDelivery;
use harken::store::{Actor, ListQuery, Store, StoreError};
use serde_json::json;

use super::{at, on_both, only};

on_both!(
    schedules_are_listed_within_the_scope_and_changed,
    each_day_is_asked_for_once_and_made_by_one,
    a_maker_that_is_not_heard_of_loses_its_run,
    a_run_that_fails_is_begun_again_or_given_up_and_told,
);

const HOUR: i64 = 3600;

async fn organisation(store: &Store, id: &str) {
    let new = NewOrganisation { id: Some(id.to_owned()), name: id.to_owned(), zone: Some("Europe/London".to_owned()) };
    store.create_organisation(&by(), at(0), &new).await.unwrap();
}

fn by() -> Actor {
    Actor { id: "mia".to_owned() }
}

async fn schedule(store: &Store, organisation: &str) -> Schedule {
    let new = json!({ "organisation": organisation, "name": "n", "report": "workload", "format": "csv", "when": { "every": "daily", "at": "09:00" } });
    store.create_schedule(&by(), at(0), &Scope::All, &serde_json::from_value(new).unwrap(), &|_| Ok(())).await.unwrap()
}

async fn patch(store: &Store, id: &str, change: serde_json::Value) -> Schedule {
    let patch: SchedulePatch = serde_json::from_value(change).unwrap();
    store.change_schedule(&by(), at(0), &Scope::All, id, &patch, &|_| Ok(())).await.unwrap()
}

async fn schedules_are_listed_within_the_scope_and_changed(store: Store) {
    organisation(&store, "north").await;
    organisation(&store, "south").await;
    let (north, south) = (schedule(&store, "north").await, schedule(&store, "south").await);
    assert_eq!(north.next_at, Some(at(HOUR)), "eight in London is not nine");
    let scope = only(&["north"]);
    let list = |archived| ListQuery { scope: &scope, organisation: None, home: None, archived, after: None, limit: 10 };
    assert_eq!(store.schedules(&list(false)).await.unwrap(), std::slice::from_ref(&north));
    assert_eq!(store.schedule(&scope, &north.id).await.unwrap(), north);
    assert!(matches!(store.schedule(&scope, &south.id).await, Err(StoreError::NotFound(_))));
    assert!(matches!(store.ask_run(&by(), at(0), &scope, &south.id, true).await, Err(StoreError::NotFound(_))));
    let run = store.ask_run(&by(), at(0), &scope, &north.id, false).await.unwrap();
    assert_eq!((run.n, run.state, run.asked_by.as_deref(), run.send), (1, RunState::Waiting, Some("mia"), false));
    assert!(matches!(store.ask_run(&by(), at(0), &scope, &north.id, true).await, Err(StoreError::Conflict(_))), "one at a time");
    assert!(store.runs(&only(&["south"]), &north.id, None, 10).await.unwrap().is_empty());
    assert!(matches!(store.report_run(&only(&["south"]), &north.id, 1).await, Err(StoreError::NotFound(_))));
    let gone = patch(&store, &north.id, json!({ "archived": true })).await;
    assert_eq!((gone.next_at, gone.archived_at), (None, Some(at(0))));
    assert!(store.schedules(&list(false)).await.unwrap().is_empty());
    assert_eq!(store.schedules(&list(true)).await.unwrap(), [gone]);
    assert_eq!(patch(&store, &north.id, json!({ "archived": false })).await.next_at, Some(at(HOUR)));
}

async fn each_day_is_asked_for_once_and_made_by_one(store: Store) {
    organisation(&store, "north").await;
    for _ in 0..12 {
        schedule(&store, "north").await;
    }
    assert_eq!(store.next_report().await.unwrap(), Some(at(HOUR)));
    assert_eq!(store.plan_runs(at(HOUR - 1)).await.unwrap(), 0);
    // Two days were missed; four replicas come back at one moment.
    let now = at(HOUR + 86_400);
    let replica = async || {
        let mut taken = Vec::new();
        loop {
            let planned = store.plan_runs(now).await.unwrap();
            let run = store.take_run(now, at(HOUR + 86_460)).await.unwrap();
            if planned == 0 && run.is_none() {
                return taken;
            }
            taken.extend(run.map(|taken| (taken.run.schedule, taken.run.n, taken.run.due_day)));
        }
    };
    let (one, two, three, four) = tokio::join!(replica(), replica(), replica(), replica());
    let all: Vec<_> = [one, two, three, four].concat();
    assert_eq!(all.len(), 24, "two days of twelve");
    assert_eq!(all.iter().map(|(schedule, _, day)| (schedule, day)).collect::<HashSet<_>>().len(), 24);
    assert_eq!(store.next_report().await.unwrap(), Some(at(HOUR + 86_460)), "the makers are waited for");
}

async fn a_maker_that_is_not_heard_of_loses_its_run(store: Store) {
    organisation(&store, "north").await;
    let schedule = schedule(&store, "north").await;
    store.plan_runs(at(HOUR)).await.unwrap();
    let first = store.take_run(at(HOUR), at(HOUR + 60)).await.unwrap().expect("a run");
    assert_eq!((first.run.state, first.run.attempts, &first.schedule.id), (RunState::Running, 1, &schedule.id));
    assert!(store.run_goes_on(&first.run, 17, at(HOUR + 90)).await.unwrap());
    assert_eq!(store.report_run(&Scope::All, &schedule.id, 1).await.unwrap().rows, 17);
    assert!(store.take_run(at(HOUR + 89), at(HOUR + 200)).await.unwrap().is_none(), "it lives");
    assert!(store.keep_report_part(&first.run, 0, b"first").await.unwrap());
    let second = store.take_run(at(HOUR + 90), at(HOUR + 200)).await.unwrap().expect("the run");
    assert_eq!((second.run.attempts, second.run.rows), (2, 0));
    // The first comes back too late, with everything that it could say.
    let file = RunFile { name: "f.csv".to_owned(), size: 6, sha256: "0".repeat(64), kept_until: at(10 * HOUR) };
    let message = NewDelivery {
        organisation: "north".to_owned(),
        channel: Channel::Email,
        target: "ann@example.org".to_owned(),
        alert: None,
        kind: "report.ready".to_owned(),
        body: "{}".into(),
    };
    assert!(!store.run_goes_on(&first.run, 18, at(HOUR + 500)).await.unwrap());
    assert!(!store.keep_report_part(&first.run, 1, b"late").await.unwrap());
    assert!(!store.run_is_done(&first.run, 18, &file, std::slice::from_ref(&message), at(HOUR + 100)).await.unwrap());
    store.run_failed(&first.run, "late", None, Some("late"), at(HOUR + 100)).await.unwrap();
    assert!(store.due_reports(at(2 * HOUR), &[], 10).await.unwrap().is_empty(), "nothing is sent");
    assert!(store.keep_report_part(&second.run, 0, b"second").await.unwrap());
    assert!(store.run_is_done(&second.run, 20, &file, &[message], at(HOUR + 100)).await.unwrap());
    let done = store.report_run(&Scope::All, &schedule.id, 1).await.unwrap();
    assert_eq!((done.state, done.rows, done.sent_to, done.file.as_ref()), (RunState::Done, 20, 1, Some(&file)));
    assert_eq!(store.report_file(&done).await.unwrap().as_deref(), Some(b"second".as_slice()));
    assert_eq!(store.due_reports(at(2 * HOUR), &[], 10).await.unwrap().len(), 1);
    assert!(store.due_deliveries(at(2 * HOUR), &[], 10).await.unwrap().is_empty(), "a report never stands before an alert");
    assert_eq!(store.prune_report_files(at(9 * HOUR)).await.unwrap(), 0);
    assert_eq!(store.prune_report_files(at(10 * HOUR)).await.unwrap(), 1);
    assert_eq!(store.report_file(&done).await.unwrap(), None);
    assert!(store.schedule(&Scope::All, &schedule.id).await.unwrap().active, "the late one stopped nothing");
}

async fn a_run_that_fails_is_begun_again_or_given_up_and_told(store: Store) {
    organisation(&store, "north").await;
    let schedule = schedule(&store, "north").await;
    store.plan_runs(at(HOUR)).await.unwrap();
    let first = store.take_run(at(HOUR), at(HOUR + 60)).await.unwrap().expect("a run");
    store.run_failed(&first.run, "the disk is\nfull", Some(at(HOUR + 300)), None, at(HOUR)).await.unwrap();
    let waiting = store.report_run(&Scope::All, &schedule.id, 1).await.unwrap();
    assert_eq!((waiting.state, waiting.error.as_deref()), (RunState::Waiting, Some("the disk isfull")));
    assert!(store.take_run(at(HOUR + 299), at(HOUR + 400)).await.unwrap().is_none());
    let second = store.take_run(at(HOUR + 300), at(HOUR + 400)).await.unwrap().expect("the run");
    assert!(store.untold_runs(10).await.unwrap().is_empty());
    store.run_failed(&second.run, "no more", None, Some("no grant"), at(HOUR + 301)).await.unwrap();
    let stopped = store.schedule(&Scope::All, &schedule.id).await.unwrap();
    assert_eq!((stopped.active, stopped.next_at, stopped.stopped.as_deref()), (false, None, Some("no grant")));
    let untold = store.untold_runs(10).await.unwrap();
    assert_eq!((untold.len(), untold[0].run.state), (1, RunState::Failed));
    store.told_of_run(&untold[0].run).await.unwrap();
    assert!(store.untold_runs(10).await.unwrap().is_empty());
    assert_eq!(store.next_report().await.unwrap(), None);
}
