//! A gateway that was heard before anybody registered it: registering it adopts all that it said and all that was raised.

use std::collections::BTreeMap;
use std::sync::Arc;

use harken::domain::access::{Scope, UNCLAIMED};
use harken::domain::alert::{Alert, Queue, RuleRef, State};
use harken::domain::catalogue::Class;
use harken::domain::event::{Body, Event};
use harken::domain::register::{GatewayPatch, NewDevice, NewGateway, NewHome};
use harken::store::heard::DeviceHeard;
use harken::store::refused::Refused;
use harken::store::states::{ClockRow, StateRow};

use super::reading::{events, quarantine, timeline};
use super::{Bench, all, at, conflict, is_not_found, on_both};

on_both!(
    everything_moves_to_the_home,
    two_open_alerts_on_one_subject_both_stay_open,
    the_unclaimed_are_seen_by_those_who_see_all,
    a_rule_s_memory_at_the_home_stays,
);

const KEY: &str = "unclaimed/gw";

pub fn event(gateway: &str, id: &str, kind: &str, seconds: i64) -> Event {
    Event {
        gateway: Arc::from(gateway),
        id: id.to_owned(),
        kind: kind.to_owned(),
        class: harken::domain::catalogue::class_of(kind),
        device: Some("p1".to_owned()),
        resident: None,
        at: at(seconds),
        claimed_at: Some(at(seconds)),
        received_at: at(seconds),
        body: Body::default(),
    }
}

pub fn alert(id: &str, home: Option<&str>, subject: &str, state: State) -> Alert {
    Alert {
        id: id.to_owned(),
        organisation: if home.is_some() { "o".to_owned() } else { UNCLAIMED.to_owned() },
        home: home.map(str::to_owned),
        resident: None,
        device: None,
        gateway: Some("gw".to_owned()),
        subject: subject.to_owned(),
        rule: RuleRef { id: "pendant".to_owned(), revision: 1, title: "Pendant".to_owned() },
        queue: Queue::Care,
        priority: 1,
        state,
        raised_at: at(1),
        occurred_at: at(1),
        late_s: None,
        activations: 1,
        explanation: "pressed".to_owned(),
        call_back: None,
        holder: None,
        lease_until: None,
        idle_until: None,
        held_until: None,
        previous_holder: None,
        on_top_since: None,
        answer_by: None,
        breach_at: None,
        escalation: harken::domain::escalation::Escalation::default(),
        level: 0,
        next_step_at: None,
        received_at: None,
        accepted_at: None,
        accepted_by: None,
        closed_at: (state == State::Closed).then(|| at(2)),
        outcome: None,
        breach_cause: None,
        previous: None,
        incident: None,
        fault: None,
        test: false,
        marks: vec!["unregistered".to_owned()],
        instructions: Vec::new(),
        settings: BTreeMap::new(),
        blind_rules: Vec::new(),
        version: 1,
    }
}

fn state_row(home: &str, subject: &str, state: &str) -> StateRow {
    StateRow { home: home.to_owned(), rule: "r".to_owned(), subject: subject.to_owned(), revision: 1, state: state.to_owned() }
}

fn clock_row(home: &str, subject: &str, seconds: i64) -> ClockRow {
    ClockRow { home: home.to_owned(), rule: "r".to_owned(), subject: subject.to_owned(), due: at(seconds) }
}

/// What an unknown gateway leaves behind that pressed a pendant, sent rubbish and has a rule waiting.
async fn heard(bench: &Bench, alerts: &[Alert]) {
    let mut tx = bench.store.begin().await.unwrap();
    tx.bump_home(KEY).await.unwrap();
    tx.gateways_heard(&[(Arc::from("gw"), at(1))]).await.unwrap();
    let device = DeviceHeard {
        gateway: Arc::from("gw"),
        address: "p1".to_owned(),
        home: KEY.to_owned(),
        new_id: "dev-p1".to_owned(),
        at: at(1),
        battery: None,
    };
    tx.devices_heard(&[device]).await.unwrap();
    let event = event("gw", "e1", "pendant", 1);
    assert_eq!(event.class, Class::Alarm);
    tx.insert_events(&[(&event, KEY)]).await.unwrap();
    tx.save_states(vec![state_row(KEY, "device:gw/p1", r#"{"n":1}"#)]).await.unwrap();
    tx.save_clocks(vec![clock_row(KEY, "device:gw/p1", 5000)]).await.unwrap();
    let rubbish = Refused {
        id: "q1".to_owned(),
        received_at: at(1),
        gateway: "gw".to_owned(),
        organisation: UNCLAIMED.to_owned(),
        home: KEY.to_owned(),
        topic: "telecare/v1/gw/events".to_owned(),
        length: 3,
        reason: "not JSON".to_owned(),
        head: b"\xff{x".to_vec(),
    };
    tx.quarantine(vec![rubbish]).await.unwrap();
    tx.save_alerts(alerts).await.unwrap();
    tx.append_feed(alerts, at(1)).await.unwrap();
    tx.commit().await.unwrap();
}

async fn register(bench: &Bench, home: &str) {
    let new = NewGateway { id: "gw".to_owned(), home: home.to_owned(), model: "Hub".to_owned(), call_back: None, ..NewGateway::default() };
    let made = bench.store.create_gateway(&bench.by, at(60), &Scope::All, &new).await.unwrap();
    assert!(made.gateway.registered && made.gateway.first_heard_at == Some(at(1)) && made.gateway.created_at == at(60));
}

async fn everything_moves_to_the_home(bench: Bench) {
    let store = &bench.store;
    let scope = bench.organisation("o").await;
    let new = NewHome { organisation: "o".to_owned(), name: "H".to_owned(), call_back: Some("tel:+441".to_owned()), ..NewHome::default() };
    let home = store.create_home(&bench.by, at(0), &scope, &bench.key, &new).await.unwrap();
    let open = alert("a1", None, "device:gw/p1", State::Raised);
    let closed = alert("a0", None, "device:gw/p1", State::Closed);
    heard(&bench, &[open, closed]).await;
    let (position, version, unclaimed) = (store.feed_position().await.unwrap(), bench.version(&home.id).await, bench.version(KEY).await);
    assert!(store.gateway_credentials("gw").await.unwrap().is_none(), "the listener does not know it");

    register(&bench, &home.id).await;

    assert!(store.gateway_credentials("gw").await.unwrap().is_some());
    let found = store.events_of(&events(&scope, &home.id)).await.unwrap();
    assert_eq!(found.iter().map(|each| each.event.id.as_str()).collect::<Vec<_>>(), ["e1"]);
    assert_eq!(store.device(&scope, "dev-p1").await.unwrap().home.as_deref(), Some(&*home.id));
    let refused = store.quarantined(&quarantine(&scope)).await.unwrap();
    assert_eq!((refused.len(), refused[0].home.as_deref(), refused[0].organisation.as_str()), (1, Some(&*home.id), "o"));
    let mut tx = store.begin().await.unwrap();
    assert_eq!(tx.states_of(&[&home.id]).await.unwrap(), [state_row(&home.id, "device:gw/p1", r#"{"n":1}"#)]);
    assert!(tx.states_of(&[KEY]).await.unwrap().is_empty() && tx.clocks_of(&[KEY]).await.unwrap().is_empty());
    let alerts = tx.open_alerts_of(&[&home.id]).await.unwrap();
    assert!(tx.open_alerts_of(&[KEY]).await.unwrap().is_empty());
    let closed = tx.alert("a0").await.unwrap().unwrap();
    drop(tx);
    assert_eq!((alerts.len(), alerts[0].id.as_str(), alerts[0].home.as_deref()), (1, "a1", Some(&*home.id)));
    assert_eq!((alerts[0].organisation.as_str(), alerts[0].subject.as_str(), alerts[0].version), ("o", "device:gw/p1", 2));
    assert_eq!(alerts[0].call_back.as_deref(), Some("tel:+441"), "now there is somebody to speak to");
    assert_eq!(alerts[0].state, State::Raised, "registering closes nothing");
    assert_eq!((closed.home.as_deref(), closed.organisation.as_str(), closed.state), (Some(&*home.id), "o", State::Closed));

    assert_eq!(store.feed_position().await.unwrap(), position + 2, "the organisation's operators are told");
    let line = store.timeline_of(&timeline(&scope, &home.id)).await.unwrap();
    assert!(line.iter().any(|(_, entry)| entry.what == "adopted" && entry.alert.as_deref() == Some("a1")), "{line:?}");
    let due: BTreeMap<_, _> = bench.clocks(&home.id).await.into_iter().map(|(rule, _, due)| (rule, due)).collect();
    assert_eq!(due, BTreeMap::from([("#watch".to_owned(), at(60)), ("r".to_owned(), at(60))]), "looked at again");
    assert!(bench.version(&home.id).await > version && bench.version(KEY).await > unclaimed);
    assert!(
        conflict(
            store
                .create_gateway(
                    &bench.by,
                    at(61),
                    &scope,
                    &NewGateway { id: "gw".to_owned(), home: home.id.clone(), ..NewGateway::default() }
                )
                .await
        )
        .contains("registered already"),
        "only once"
    );
}

async fn two_open_alerts_on_one_subject_both_stay_open(bench: Bench) {
    let store = &bench.store;
    bench.organisation("o").await;
    let home = bench.home("o", "H").await;
    let mut tx = store.begin().await.unwrap();
    let older = alert("older", Some(&home.id), "home", State::Raised);
    tx.save_alerts(std::slice::from_ref(&older)).await.unwrap();
    tx.commit().await.unwrap();
    heard(&bench, &[alert("newcomer", None, "home", State::Accepted)]).await;

    register(&bench, &home.id).await;

    let mut tx = store.begin().await.unwrap();
    let mut alerts = tx.open_alerts_of(&[&home.id]).await.unwrap();
    alerts.sort_by(|left, right| right.id.cmp(&left.id));
    let [first, second] = alerts.as_slice() else { panic!("both stay: {alerts:?}") };
    assert_eq!(*first, older, "untouched");
    assert_eq!((second.id.as_str(), second.state), ("newcomer", State::Accepted));
    assert!(second.subject.starts_with("device:gw/"), "told apart by its gateway: {}", second.subject);
}

async fn the_unclaimed_are_seen_by_those_who_see_all(bench: Bench) {
    let (store, by) = (&bench.store, &bench.by);
    let scope = bench.organisation("o").await;
    heard(&bench, &[]).await;
    let gateway = store.gateway(&Scope::All, "gw").await.unwrap();
    assert_eq!((gateway.registered, gateway.home, gateway.organisation.as_str()), (false, None, UNCLAIMED));
    assert_eq!(store.devices(&all(&Scope::All), Some("gw")).await.unwrap().len(), 1);
    assert_eq!(store.events_of(&events(&Scope::All, KEY)).await.unwrap().len(), 1);
    assert_eq!(store.quarantined(&quarantine(&Scope::All)).await.unwrap().len(), 1);
    let state = store.home_state(&Scope::All, KEY, at(10)).await.unwrap();
    assert_eq!((state.gateways.len(), state.devices.len(), state.waiting.len()), (1, 1, 1));
    let nobodys = NewDevice { gateway: "gw".to_owned(), address: "p1".to_owned(), ..NewDevice::default() };
    assert!(store.create_device(by, at(2), &Scope::All, &nobodys).await.unwrap().confirmed);
    for change in [GatewayPatch { model: Some("X".to_owned()), ..GatewayPatch::default() }, GatewayPatch::default()] {
        assert!(conflict(store.change_gateway(by, at(2), &Scope::All, "gw", &change).await).contains("POST /gateways"));
    }
    assert!(conflict(store.rotate_gateway_secret(by, at(2), &Scope::All, "gw").await).contains("POST /gateways"));

    for scope in [scope, Scope::Only(vec![UNCLAIMED.to_owned()])] {
        assert!(is_not_found(&store.gateway(&scope, "gw").await));
        assert!(is_not_found(&store.events_of(&events(&scope, KEY)).await));
        assert!(is_not_found(&store.timeline_of(&timeline(&scope, KEY)).await));
        assert!(is_not_found(&store.home_state(&scope, KEY, at(10)).await));
        assert!(is_not_found(&store.device(&scope, "dev-p1").await));
    }
    assert!(is_not_found(&store.home_state(&Scope::All, "unclaimed/other", at(10)).await));
}

async fn a_rule_s_memory_at_the_home_stays(bench: Bench) {
    let store = &bench.store;
    bench.organisation("o").await;
    let home = bench.home("o", "H").await;
    heard(&bench, &[]).await;
    let mut tx = store.begin().await.unwrap();
    tx.save_states(vec![state_row(&home.id, "home", "1"), state_row(KEY, "home", "2")]).await.unwrap();
    tx.save_clocks(vec![clock_row(&home.id, "home", 9000), clock_row(KEY, "home", 3)]).await.unwrap();
    tx.commit().await.unwrap();

    register(&bench, &home.id).await;

    let mut tx = store.begin().await.unwrap();
    let states = tx.states_of(&[&home.id]).await.unwrap();
    assert_eq!(states.len(), 2);
    assert!(states.contains(&state_row(&home.id, "home", "1")));
    drop(tx);
    assert!(bench.clocks(&home.id).await.iter().all(|(_, _, due)| *due <= at(60)), "what waited at either is looked at again");
}
