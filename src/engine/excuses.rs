//! Excuses and test modes that people set and end: each with its trail in one transaction, and every clock of the home looks again.

use crate::domain::access::{Principal, Role};
use crate::domain::event::Event;
use crate::domain::home::excuse::ExcuseKind;
use crate::domain::home::is_unclaimed;
use crate::domain::register::{ExcuseWhat, NewExcuse};
use crate::store::audit::AuditEntry;
use crate::store::{Result, Tx};

use super::Engine;
use super::action::Refusal;
use super::people::Answer;
use super::unit::Unit;

/// Who ends an excuse when the home says that somebody is back.
const HOME_ITSELF: &str = "home";

/// Who may say why a home is quiet. Systems too: a hospital's, or the installer's.
const MAY_EXCUSE: [Role; 4] = [Role::Administrator, Role::Manager, Role::Operator, Role::System];

impl Engine {
    /// Sets an excuse under `id`. One of the same sort that runs already ends: what is said last holds.
    pub(super) async fn set_excuse(&mut self, tx: Tx, by: &Principal, home: &str, id: &str, new: &NewExcuse) -> Result<Answer> {
        let now = self.clock.now();
        let (mut unit, organisation) = match self.enter(tx, by, home).await? {
            Ok(entered) => entered,
            Err(refusal) => return Ok(Err(refusal)),
        };
        if let Err(invalid) = new.check(now) {
            return Ok(Err(Refusal::Invalid(invalid.0)));
        }
        let here = |id: &String| unit.homes.get(home).is_some_and(|known| known.home.devices.values().any(|device| device.id == *id));
        if new.device.as_ref().is_some_and(|device| !here(device)) {
            return Ok(Err(Refusal::Invalid(
                "`device` is not in this home; name one of its devices by its id, or leave it out".to_owned(),
            )));
        }
        for running in unit.tx.running_excuses(home, now).await? {
            if let Some(other) = running.id.filter(|_| running.kind == new.kind && running.device == new.device) {
                unit.tx.end_excuse(&other, &by.id, now).await?;
            }
        }
        unit.tx.add_excuse(id, home, new, &by.id, now).await?;
        let detail = serde_json::json!({
            "home": home, "kind": new.kind, "device": new.device, "kinds": new.kinds, "until": new.until, "reason": new.reason,
        });
        let entry =
            AuditEntry { organisation: Some(&organisation), who: &by.id, action: "created", object_kind: "excuse", object_id: id, detail };
        unit.tx.audit(now, entry).await?;
        self.leave(unit, home).await
    }

    /// Ends what runs of these sorts, for one device where it is named.
    pub(super) async fn end_excuses(
        &mut self,
        tx: Tx,
        by: &Principal,
        home: &str,
        which: &[ExcuseWhat],
        device: Option<&str>,
    ) -> Result<Answer> {
        let now = self.clock.now();
        let (mut unit, organisation) = match self.enter(tx, by, home).await? {
            Ok(entered) => entered,
            Err(refusal) => return Ok(Err(refusal)),
        };
        for running in unit.tx.running_excuses(home, now).await? {
            let meant = which.contains(&running.kind) && device.is_none_or(|device| running.device.as_deref() == Some(device));
            let Some(id) = running.id.filter(|_| meant) else { continue };
            unit.tx.end_excuse(&id, &by.id, now).await?;
            let detail =
                serde_json::json!({ "home": home, "kind": running.kind, "before": { "until": running.until }, "after": { "until": now } });
            let entry = AuditEntry {
                organisation: Some(&organisation),
                who: &by.id,
                action: "ended",
                object_kind: "excuse",
                object_id: &id,
                detail,
            };
            unit.tx.audit(now, entry).await?;
        }
        self.leave(unit, home).await
    }

    /// Somebody said at the home that they are back: what people set because nobody was there ends with that. The rules know it from the event; this
    /// is for those who look at the excuse.
    pub(super) async fn home_again(&self, unit: &mut Unit, home: &str, event: &Event) -> Result<()> {
        if event.body.test || event.body.marks.beyond_window || is_unclaimed(home) {
            return Ok(());
        }
        let Some(organisation) = unit.homes.get(home).map(|known| known.home.organisation.clone()) else { return Ok(()) };
        let mut ended = false;
        for running in unit.tx.running_excuses(home, event.at).await? {
            let nobody_there = running.kind.excuses().is_some_and(ExcuseKind::empties) && running.from < event.at;
            let Some(id) = running.id.filter(|_| nobody_there) else { continue };
            unit.tx.end_excuse(&id, HOME_ITSELF, event.at).await?;
            let detail = serde_json::json!({
                "home": home, "kind": running.kind, "before": { "until": running.until }, "after": { "until": event.at },
                "reason": "`away_off` of the home", "event": event.id,
            });
            let entry = AuditEntry {
                organisation: Some(&organisation),
                who: HOME_ITSELF,
                action: "ended",
                object_kind: "excuse",
                object_id: &id,
                detail,
            };
            unit.tx.audit(event.received_at, entry).await?;
            ended = true;
        }
        if ended {
            unit.tx.bump_home(home).await?;
        }
        Ok(())
    }

    /// Locks a home that the caller may say such things about.
    async fn enter(&mut self, tx: Tx, by: &Principal, home: &str) -> Result<std::result::Result<(Unit, String), Refusal>> {
        let unit = Unit::begin(tx, &mut self.homes, &[home], self.clock.now(), self.limits).await?;
        let scope = by.scope(&MAY_EXCUSE);
        let organisation = unit.homes.get(home).map(|known| known.home.organisation.clone());
        let seen = organisation.filter(|organisation| !is_unclaimed(home) && scope.covers(organisation));
        Ok(seen.map(|organisation| (unit, organisation)).ok_or(Refusal::NotFound("this home")))
    }

    /// Every clock of the home looks again, by what holds now; and what is known of the home is loaded afresh.
    async fn leave(&mut self, mut unit: Unit, home: &str) -> Result<Answer> {
        unit.tx.bump_home(home).await?;
        unit.tx.look_again(home, unit.now).await?;
        unit.homes.clear();
        let done = unit.finish(&mut self.homes).await?;
        self.announce(&done, &[]);
        self.look_for_clocks = true;
        Ok(Ok(Vec::new()))
    }
}
