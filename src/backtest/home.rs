//! One home in a backtest: its events in the order of their receipt, a page at a time, through both sets of rules.

use std::sync::Arc;

use super::compare::{Compared, compare};
use super::{Question, Up};
use crate::clock::Time;
use crate::domain::event::Event;
use crate::domain::home::Home;
use crate::rules::{Interval, RuleSet};
use crate::store::event_queries::{EventRow, PlacedEvent};
use crate::store::{Result, Store, StoreError};
use crate::trial::{Circumstances, Player};

/// Events that are read at a time.
const PAGE: usize = 5_000;

/// The two sets.
#[derive(Clone, Debug)]
pub(super) struct Sets {
    pub(super) in_force: Arc<RuleSet>,
    pub(super) changed: Arc<RuleSet>,
}

/// What is the same for all homes.
#[derive(Clone, Debug)]
pub(super) struct Stage {
    pub(super) question: Question,
    /// When the rules begin to look.
    pub(super) begin: Time,
    pub(super) down: Arc<[Interval]>,
    pub(super) sets: Sets,
}

/// Both plays of a home.
struct Plays {
    players: [Player; 2],
    /// Read, and not yet sure to be next.
    waiting: Vec<Arc<Event>>,
    begin: Time,
    events: u64,
}

/// Plays a home.
pub(super) async fn play(store: &Store, stage: &Stage, home: Home, up: Up) -> Result<Compared> {
    let question = &stage.question;
    let lateness = question.limits.lateness;
    let circumstances = Circumstances {
        limits: question.limits,
        down: stage.down.clone(),
        up,
        heard: std::collections::HashMap::new(),
        closed_after: Some(question.closed_after),
    };
    let player = |rules: &Arc<RuleSet>| Player::new(home.clone(), rules.clone(), circumstances.clone(), stage.begin);
    let players = [player(&stage.sets.in_force), player(&stage.sets.changed)];
    let mut plays = Plays { players, waiting: Vec::new(), begin: stage.begin, events: 0 };
    // What happened a little before may have arrived afterwards.
    let mut after = (crate::store::to_us(stage.begin.checked_sub_signed(lateness).unwrap_or(stage.begin)), i64::MIN);
    loop {
        let rows = store.events_in_order(&home.key, after, question.to, i64::try_from(PAGE).unwrap_or(i64::MAX)).await?;
        let full = rows.len() == PAGE;
        let to = question.to;
        let read = tokio::task::spawn_blocking(move || plays.go_on(rows, to)).await;
        let (next, last) = read.map_err(|error| StoreError::Unreadable { what: "home", why: format!("its play fell over: {error}") })??;
        plays = next;
        match last.filter(|_| full) {
            Some(last) => after = last,
            None => break,
        }
    }
    let (from, zone) = (question.from, home.zone);
    let events = plays.events;
    let [in_force, changed] = plays.players.map(Player::finish);
    Ok(compare(&home.key, zone, from, events, in_force, changed))
}

impl Plays {
    /// Takes in a page, the last of which tells how far everything has been read; plays what is sure to be next.
    fn go_on(mut self, rows: Vec<EventRow>, to: Time) -> Result<(Self, Option<(i64, i64)>)> {
        let full = rows.len() == PAGE;
        let mut last = None;
        for row in rows {
            let PlacedEvent { key, event } = row.try_into()?;
            last = Some((key, event.at));
            if event.received_at >= self.begin && event.received_at < to {
                self.events += 1;
                self.waiting.push(Arc::new(event));
            }
        }
        // Nothing arrives before it happens: what is not read yet happened then or later.
        let sure = if full { last.map(|(_, at)| at) } else { None };
        self.waiting.sort_by_key(|event| (event.received_at, event.at));
        let ready = sure.map_or(self.waiting.len(), |sure| self.waiting.partition_point(|event| event.received_at < sure));
        let ready: Vec<Arc<Event>> = self.waiting.drain(..ready).collect();
        for player in &mut self.players {
            for together in ready.chunk_by(|one, two| one.received_at == two.received_at) {
                player.receive(together);
            }
            if !full {
                player.until(to);
            }
        }
        Ok((self, last.map(|(key, _)| key)))
    }
}
