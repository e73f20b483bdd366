//! Gateways and devices: registering, proving who one is, moving, archiving.

use std::sync::Arc;

use harken::domain::access::Scope;
use harken::domain::register::{DevicePatch, GatewayPatch, NewDevice, NewGateway};
use harken::domain::secret::sha256_hex;
use harken::store::heard::DeviceHeard;
use harken::store::states::StateRow;

use super::{Bench, all, at, conflict, invalid, is_not_found, on_both};

on_both!(
    a_gateway_is_registered_with_a_secret_that_is_kept_as_a_hash,
    a_secret_is_rotated,
    certificates_are_revoked,
    a_gateway_moves_with_its_devices_and_without_its_past,
    an_archived_gateway_is_still_let_in,
    devices_are_entered_confirmed_and_changed,
    equipment_of_others_is_out_of_reach,
);

fn new_gateway(id: &str, home: &str) -> NewGateway {
    NewGateway { id: id.to_owned(), home: home.to_owned(), ..NewGateway::default() }
}

async fn a_gateway_is_registered_with_a_secret_that_is_kept_as_a_hash(bench: Bench) {
    let (store, by) = (&bench.store, &bench.by);
    bench.organisation("o").await;
    let home = bench.home("o", "H").await;
    assert_eq!(store.gateway_credentials("gw").await.unwrap(), None);
    let before = bench.version(&home.id).await;
    let made = store.create_gateway(by, at(5), &Scope::All, &new_gateway("gw", &home.id)).await.unwrap();
    assert!(made.secret.len() >= 22, "128 random bits: {}", made.secret);
    assert_eq!((made.gateway.home.as_deref(), made.gateway.organisation.as_str(), made.gateway.registered), (Some(&*home.id), "o", true));
    let credentials = store.gateway_credentials("gw").await.unwrap().unwrap();
    assert_eq!(credentials.secret_sha256, Some(sha256_hex(made.secret.as_bytes())));
    assert!(credentials.revoked_certificates.is_empty());
    assert_eq!(store.gateway(&Scope::All, "gw").await.unwrap(), made.gateway);
    assert_eq!(store.gateways(&all(&Scope::All)).await.unwrap(), [made.gateway]);
    assert_eq!(bench.version(&home.id).await, before + 1);
    let watched = ("#watch".to_owned(), "device:gw/".to_owned(), at(5));
    assert_eq!(bench.clocks(&home.id).await, [watched], "a gateway that is never heard is noticed");

    assert!(conflict(store.create_gateway(by, at(6), &Scope::All, &new_gateway("gw", &home.id)).await).contains("registered already"));
    assert!(is_not_found(&store.create_gateway(by, at(6), &Scope::All, &new_gateway("gw2", "nowhere")).await));
    assert_eq!(bench.version("nowhere").await, 0, "what was refused leaves nothing behind");
    for bad in ["", "a/b", "a b", "ü", &"x".repeat(65)] {
        assert!(invalid(store.create_gateway(by, at(6), &Scope::All, &new_gateway(bad, &home.id)).await).contains("`id`"), "{bad}");
    }
    let told = serde_json::to_string(&store.audit_records(&super::reading::trail(&Scope::All)).await.unwrap()).unwrap();
    assert!(!told.contains(&made.secret) && !told.contains(&sha256_hex(made.secret.as_bytes())), "no secret in the trail");
}

async fn a_secret_is_rotated(bench: Bench) {
    let (store, by) = (&bench.store, &bench.by);
    bench.organisation("o").await;
    let home = bench.home("o", "H").await;
    let first = store.create_gateway(by, at(0), &Scope::All, &new_gateway("gw", &home.id)).await.unwrap().secret;
    let second = store.rotate_gateway_secret(by, at(1), &Scope::All, "gw").await.unwrap().secret;
    assert_ne!(first, second);
    let credentials = store.gateway_credentials("gw").await.unwrap().unwrap();
    assert_eq!(credentials.secret_sha256, Some(sha256_hex(second.as_bytes())));
    assert!(is_not_found(&store.rotate_gateway_secret(by, at(1), &Scope::All, "none").await));
}

async fn certificates_are_revoked(bench: Bench) {
    let (store, by) = (&bench.store, &bench.by);
    bench.organisation("o").await;
    let home = bench.home("o", "H").await;
    bench.gateway("gw", &home.id).await;
    let revoke = |sum: String| GatewayPatch { revoked_certificates: Some(vec![sum]), ..GatewayPatch::default() };
    store.change_gateway(by, at(1), &Scope::All, "gw", &revoke("AB".repeat(32))).await.unwrap();
    let credentials = store.gateway_credentials("gw").await.unwrap().unwrap();
    assert_eq!(credentials.revoked_certificates, ["ab".repeat(32)], "in the form in which certificates are compared");
    let kept = GatewayPatch { model: Some("Hub 2".to_owned()), network: Some("Net".to_owned()), ..GatewayPatch::default() };
    let changed = store.change_gateway(by, at(2), &Scope::All, "gw", &kept).await.unwrap();
    assert_eq!((changed.model.as_str(), changed.revoked_certificates.len()), ("Hub 2", 1));
    assert!(invalid(store.change_gateway(by, at(3), &Scope::All, "gw", &revoke("ab".to_owned())).await).contains("64 hexadecimal"));
}

async fn a_gateway_moves_with_its_devices_and_without_its_past(bench: Bench) {
    let (store, by) = (&bench.store, &bench.by);
    bench.organisation("o").await;
    bench.organisation("p").await;
    let (old, new) = (bench.home("o", "Old").await, bench.home("p", "New").await);
    let ann = bench.resident(&old.id, "Ann").await;
    // `gw-1` must not be taken for `gw_1`, nor `gw` for either.
    for id in ["gw_1", "gw-1", "gw"] {
        bench.gateway(id, &old.id).await;
    }
    let device = NewDevice { gateway: "gw_1".to_owned(), address: "d".to_owned(), resident: Some(ann.id.clone()), ..NewDevice::default() };
    let device = store.create_device(by, at(1), &Scope::All, &device).await.unwrap();
    let mut tx = store.begin().await.unwrap();
    let state = |subject: &str| StateRow {
        home: old.id.clone(),
        rule: "r".to_owned(),
        subject: subject.to_owned(),
        revision: 1,
        state: "{}".to_owned(),
    };
    tx.save_states(vec![state("home"), state("device:gw_1/d"), state("device:gw-1/d"), state("device:gw/d")]).await.unwrap();
    tx.commit().await.unwrap();

    let (before_old, before_new) = (bench.version(&old.id).await, bench.version(&new.id).await);
    let to = GatewayPatch { home: Some(new.id.clone()), ..GatewayPatch::default() };
    let moved = store.change_gateway(by, at(9), &Scope::All, "gw_1", &to).await.unwrap();
    assert_eq!((moved.home.as_deref(), moved.organisation.as_str()), (Some(&*new.id), "p"));
    assert_eq!(bench.version(&old.id).await, before_old + 1);
    assert_eq!(bench.version(&new.id).await, before_new + 1);
    let device = store.device(&Scope::All, &device.id).await.unwrap();
    assert_eq!((device.home.as_deref(), device.resident), (Some(&*new.id), None), "its wearer lives elsewhere");
    assert_eq!(bench.clocks(&new.id).await, [("#watch".to_owned(), "device:gw_1/".to_owned(), at(9))]);
    let subjects: Vec<String> = bench.clocks(&old.id).await.into_iter().map(|(_, subject, _)| subject).collect();
    assert_eq!(subjects.len(), 2, "{subjects:?}");
    assert!(!subjects.contains(&"device:gw_1/".to_owned()), "its silence is no longer the old home's: {subjects:?}");
    let left: Vec<String> = store.begin().await.unwrap().states_of(&[&old.id]).await.unwrap().into_iter().map(|row| row.subject).collect();
    assert!(left.len() == 3 && !left.contains(&"device:gw_1/d".to_owned()), "{left:?}");
    for organisation in ["o", "p"] {
        let scope = Scope::Only(vec![organisation.to_owned()]);
        let trail = store.audit_records(&super::reading::trail(&scope)).await.unwrap();
        assert!(trail.iter().any(|line| line.object_id == "gw_1" && line.action == "changed"), "both organisations can read of the move");
    }
    let nowhere = GatewayPatch { home: Some("nowhere".to_owned()), ..GatewayPatch::default() };
    assert!(is_not_found(&store.change_gateway(by, at(9), &Scope::All, "gw_1", &nowhere).await));
}

async fn an_archived_gateway_is_still_let_in(bench: Bench) {
    let (store, by) = (&bench.store, &bench.by);
    bench.organisation("o").await;
    let home = bench.home("o", "H").await;
    bench.gateway("gw", &home.id).await;
    let archive = GatewayPatch { archived: Some(true), ..GatewayPatch::default() };
    assert_eq!(store.change_gateway(by, at(1), &Scope::All, "gw", &archive).await.unwrap().archived_at, Some(at(1)));
    assert!(store.gateways(&all(&Scope::All)).await.unwrap().is_empty());
    assert!(store.gateway_credentials("gw").await.unwrap().is_some(), "its alarms still raise");
    assert_eq!(store.gateway(&Scope::All, "gw").await.unwrap().home.as_deref(), Some(&*home.id), "with the last known home");
}

async fn devices_are_entered_confirmed_and_changed(bench: Bench) {
    let (store, by) = (&bench.store, &bench.by);
    bench.organisation("o").await;
    let home = bench.home("o", "H").await;
    bench.gateway("gw", &home.id).await;
    let ann = bench.resident(&home.id, "Ann").await;
    let heard = |address: &str| DeviceHeard {
        gateway: Arc::from("gw"),
        address: address.to_owned(),
        home: home.id.clone(),
        new_id: format!("dev-{address}"),
        at: at(1),
        battery: Some("low"),
    };
    let mut tx = store.begin().await.unwrap();
    tx.devices_heard(&[heard("a"), heard("b")]).await.unwrap();
    tx.commit().await.unwrap();
    let unconfirmed = store.device(&Scope::All, "dev-a").await.unwrap();
    assert_eq!((unconfirmed.confirmed, unconfirmed.battery.as_deref(), unconfirmed.first_heard_at), (false, Some("low"), Some(at(1))));

    let before = bench.version(&home.id).await;
    let room = DevicePatch { room: Some("bedroom".to_owned()), resident: Some(Some(ann.id.clone())), ..DevicePatch::default() };
    let confirmed = store.change_device(by, at(2), &Scope::All, "dev-a", &room).await.unwrap();
    assert_eq!((confirmed.confirmed, confirmed.room.as_str(), confirmed.resident.as_deref()), (true, "bedroom", Some(&*ann.id)));
    assert_eq!(bench.version(&home.id).await, before + 1);

    let new = |address: &str| NewDevice { gateway: "gw".to_owned(), address: address.to_owned(), ..NewDevice::default() };
    let entered = NewDevice { model: "P1".to_owned(), ..new("b") };
    let entered = store.create_device(by, at(3), &Scope::All, &entered).await.unwrap();
    assert_eq!((entered.id.as_str(), entered.confirmed, entered.model.as_str()), ("dev-b", true, "P1"), "entering confirms what was heard");
    assert!(conflict(store.create_device(by, at(3), &Scope::All, &new("b")).await).contains("PATCH"));
    let fresh = store.create_device(by, at(3), &Scope::All, &new("c")).await.unwrap();
    assert_eq!((fresh.home.as_deref(), fresh.last_heard_at), (Some(&*home.id), None));
    assert!(invalid(store.create_device(by, at(3), &Scope::All, &new("")).await).contains("`address`"));
    assert!(is_not_found(&store.create_device(by, at(3), &Scope::All, &NewDevice { gateway: "none".to_owned(), ..new("d") }).await));
    let stranger = NewDevice { resident: Some("nobody".to_owned()), ..new("d") };
    assert!(invalid(store.create_device(by, at(3), &Scope::All, &stranger).await).contains("resident of the home"));

    assert_eq!(store.devices(&all(&Scope::All), Some("gw")).await.unwrap().len(), 3);
    assert!(store.devices(&all(&Scope::All), Some("other")).await.unwrap().is_empty());
    let archive = DevicePatch { archived: Some(true), ..DevicePatch::default() };
    store.change_device(by, at(4), &Scope::All, &fresh.id, &archive).await.unwrap();
    assert_eq!(store.devices(&all(&Scope::All), None).await.unwrap().len(), 2);
}

async fn equipment_of_others_is_out_of_reach(bench: Bench) {
    let (store, by) = (&bench.store, &bench.by);
    let (mine, yours) = (bench.organisation("mine").await, bench.organisation("yours").await);
    let (home, theirs) = (bench.home("mine", "A").await, bench.home("yours", "B").await);
    bench.gateway("gw", &home.id).await;
    let new = NewDevice { gateway: "gw".to_owned(), address: "d".to_owned(), ..NewDevice::default() };
    let device = store.create_device(by, at(1), &mine, &new).await.unwrap();

    assert!(is_not_found(&store.gateway(&yours, "gw").await));
    assert!(is_not_found(&store.rotate_gateway_secret(by, at(1), &yours, "gw").await));
    assert!(is_not_found(&store.change_gateway(by, at(1), &yours, "gw", &GatewayPatch::default()).await));
    let give_away = GatewayPatch { home: Some(theirs.id.clone()), ..GatewayPatch::default() };
    assert!(is_not_found(&store.change_gateway(by, at(1), &mine, "gw", &give_away).await), "into a home of another organisation");
    assert!(is_not_found(&store.create_gateway(by, at(1), &yours, &new_gateway("gw2", &home.id)).await));
    assert!(is_not_found(&store.device(&yours, &device.id).await));
    assert!(is_not_found(&store.change_device(by, at(1), &yours, &device.id, &DevicePatch::default()).await));
    assert!(is_not_found(&store.create_device(by, at(1), &yours, &new).await));
    assert!(store.gateways(&all(&yours)).await.unwrap().is_empty() && store.devices(&all(&yours), None).await.unwrap().is_empty());
    assert_eq!(store.gateways(&all(&mine)).await.unwrap().len(), 1);
}
