//! Keys of requests that must not be done twice.

use harken::store::Store;
use harken::store::idempotency::Reservation;

use super::{at, on_both};

on_both!(a_key_goes_through_its_life, of_many_at_once_one_gets_it);

async fn a_key_goes_through_its_life(store: Store) {
    let reserve = async |principal: &str, request: &str, seconds: i64| {
        store.reserve_key(principal, "k", request, at(seconds), at(seconds - 100)).await.unwrap()
    };
    assert_eq!(reserve("a", "r1", 0).await, Reservation::New);
    assert_eq!(reserve("a", "r1", 1).await, Reservation::UnderWay);
    assert_eq!(reserve("a", "r2", 1).await, Reservation::OtherRequest);
    assert_eq!(reserve("b", "r2", 1).await, Reservation::New, "another's key is another key");
    store.release_key("a", "k").await.unwrap();
    assert_eq!(reserve("a", "r2", 2).await, Reservation::New);
    store.keep_answer("a", "k", 201, Some("{\"id\":1}")).await.unwrap();
    assert_eq!(reserve("a", "r2", 3).await, Reservation::Done { status: 201, body: Some("{\"id\":1}".to_owned()) });
    store.release_key("a", "k").await.unwrap();
    assert!(matches!(reserve("a", "r2", 4).await, Reservation::Done { .. }), "what is answered is not released");
    store.keep_answer("b", "k", 204, None).await.unwrap();
    assert_eq!(reserve("b", "r2", 4).await, Reservation::Done { status: 204, body: None });
    assert!(matches!(reserve("a", "r2", 102).await, Reservation::Done { .. }));
    assert_eq!(reserve("a", "r3", 103).await, Reservation::New, "too old to count");
    assert_eq!(reserve("a", "r3", 104).await, Reservation::UnderWay, "and its old answer is gone");
}

async fn of_many_at_once_one_gets_it(store: Store) {
    let tries = (0..8).map(|_| store.reserve_key("a", "k", "r", at(0), at(-100)));
    let all = futures_util::future::join_all(tries).await;
    assert_eq!(all.iter().filter(|each| matches!(each, Ok(Reservation::New))).count(), 1, "{all:?}");
    assert_eq!(all.iter().filter(|each| matches!(each, Ok(Reservation::UnderWay))).count(), 7, "{all:?}");
}
