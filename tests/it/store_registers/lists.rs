//! Lists page by page, and the list of strangers.

use harken::domain::access::Scope;
use harken::domain::register::NewGateway;
use harken::store::ListQuery;
use harken::store::strangers::{MAX_STRANGERS, TurnedAway};

use super::{Bench, all, at, on_both};

on_both!(a_list_is_read_page_by_page, refusals_are_counted_per_name, the_list_of_strangers_is_bounded);

async fn a_list_is_read_page_by_page(bench: Bench) {
    let store = &bench.store;
    bench.organisation("o").await;
    bench.organisation("p").await;
    let mut made = Vec::new();
    for n in 0..5 {
        made.push(bench.home("o", &format!("Home {n}")).await.id);
    }
    bench.home("p", "Elsewhere").await;
    made.sort();
    let mut read = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let query = ListQuery { organisation: Some("o"), after: after.as_deref(), limit: 2, ..all(&Scope::All) };
        let page = store.homes(&query).await.unwrap();
        assert!(page.len() <= 2);
        let Some(last) = page.last() else { break };
        after = Some(last.id.clone());
        read.extend(page.into_iter().map(|home| home.id));
    }
    assert_eq!(read, made);
    for (n, home) in made.iter().enumerate() {
        bench.gateway(&format!("gw{n}"), home).await;
        bench.resident(home, "R").await;
    }
    let of_one = ListQuery { home: Some(&made[3]), ..all(&Scope::All) };
    assert_eq!(store.gateways(&of_one).await.unwrap().len(), 1);
    assert_eq!(store.residents(&of_one).await.unwrap().len(), 1);
    let after = ListQuery { after: Some("gw2"), ..all(&Scope::All) };
    let ids: Vec<String> = store.gateways(&after).await.unwrap().into_iter().map(|gateway| gateway.id).collect();
    assert_eq!(ids, ["gw3", "gw4"]);
}

fn away(gateway: &str, seconds: i64, reason: &str) -> TurnedAway {
    TurnedAway { gateway: gateway.to_owned(), reason: reason.to_owned(), peer: "192.0.2.1:5".to_owned(), at: at(seconds), refusals: 1 }
}

async fn refusals_are_counted_per_name(bench: Bench) {
    let store = &bench.store;
    store.note_strangers(&[]).await.unwrap();
    store.note_strangers(&[away("b", 1, "unknown"), away("a", 2, "secret"), away("b", 3, "secret"), away("b", 2, "older")]).await.unwrap();
    store.note_strangers(&[away("b", 9, "certificate")]).await.unwrap();
    let strangers = store.strangers(None, 10).await.unwrap();
    let seen: Vec<_> = strangers.iter().map(|each| (each.gateway.as_str(), each.refusals, each.reason.as_str(), each.last_at)).collect();
    assert_eq!(seen, [("b", 4, "certificate", at(9)), ("a", 1, "secret", at(2))], "the latest first");
    assert_eq!(store.strangers(Some(&(at(9).timestamp_micros(), "b".to_owned())), 1).await.unwrap()[0].gateway, "a");

    let rude = "x\0\u{7}".repeat(100);
    store.note_strangers(&[away(&rude, 10, &rude)]).await.unwrap();
    let noted = &store.strangers(None, 1).await.unwrap()[0];
    assert!(noted.gateway.chars().count() == 64 && !noted.gateway.chars().any(char::is_control), "{:?}", noted.gateway);

    bench.organisation("o").await;
    let home = bench.home("o", "H").await;
    let new = NewGateway { id: "b".to_owned(), home: home.id, ..NewGateway::default() };
    store.create_gateway(&bench.by, at(11), &Scope::All, &new).await.unwrap();
    assert!(store.strangers(None, 10).await.unwrap().iter().all(|each| each.gateway != "b"), "no stranger any more");
}

async fn the_list_of_strangers_is_bounded(bench: Bench) {
    let store = &bench.store;
    let crowd: Vec<TurnedAway> = (0..MAX_STRANGERS + 50).map(|n| away(&format!("gw{n:05}"), n, "unknown")).collect();
    for part in crowd.chunks(5000) {
        store.note_strangers(part).await.unwrap();
    }
    let kept = store.strangers(None, MAX_STRANGERS * 2).await.unwrap();
    assert_eq!(i64::try_from(kept.len()).unwrap(), MAX_STRANGERS);
    assert_eq!(kept[0].gateway, format!("gw{:05}", MAX_STRANGERS + 49));
    assert_eq!(kept.last().unwrap().gateway, "gw00050", "those refused longest ago went");
}
