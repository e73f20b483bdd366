//! Incidents: whenever an alert that could be one of many is raised, clears or is closed, a clock has the organisation's incidents looked at. The homes'
//! alerts are labelled by clocks of their own homes, so that one look never locks a whole town.

use chrono::TimeDelta;

use crate::clock::Time;
use crate::domain::alert::{Alert, Queue, RuleRef};
use crate::domain::home::{home_of_key, organisation_key, organisation_of_key};
use crate::domain::incident::{Area, AreaKind, Cause, Incident};
use crate::response::incident::{Change, Limits, Lost, Open, group};
use crate::response::lifecycle::{self, NewAlert};
use crate::store::Result;
use crate::store::incidents::{LostHome, NewMember};
use crate::store::states::{ClockRow, GROUPED};

use super::Engine;
use super::unit::Unit;

/// What is raised together is looked at together: so long after the first.
pub(super) const SOON: TimeDelta = TimeDelta::seconds(2);
/// The escalation that serves an incident: people may need help, though what was lost is equipment.
const POLICY: &str = "care";

impl Engine {
    fn incident_limits(&self) -> Limits {
        let settings = &self.settings.incidents;
        Limits { homes: settings.homes, window: TimeDelta::minutes(settings.window_min) }
    }

    /// Looks at the incidents of an organisation.
    ///
    /// # Errors
    /// When the database refuses.
    pub(super) async fn look_at_incidents(&mut self, unit: &mut Unit, clock: &ClockRow, raised: &mut Vec<Queue>) -> Result<()> {
        let Some(organisation) = organisation_of_key(&clock.home).map(str::to_owned) else { return Ok(()) };
        // First the clock, then the look: what is raised meanwhile waits for this row and sets it anew.
        unit.tx.drop_clocks(&[(clock.home.clone(), clock.rule.clone(), clock.subject.clone())]).await?;
        let (now, limits) = (unit.now, self.incident_limits());
        let open = unit.tx.open_incidents(&organisation).await?;
        for cause in Cause::ALL {
            let lost = unit.tx.lost_homes(&organisation, cause.members_rule(), now - limits.window).await?;
            let of_cause = open.iter().filter(|incident| incident.cause == cause);
            let growing: Vec<Open> = of_cause
                .map(|incident| Open { id: incident.id.clone(), area: incident.area.clone(), last_joined_at: incident.last_joined_at })
                .collect();
            let ungrouped: Vec<Lost> = lost.iter().filter(|one| !one.alert.is_cleared()).map(as_lost).collect();
            for change in group(cause, &ungrouped, &growing, now, &limits) {
                match change {
                    Change::Open(area, alerts) => {
                        let members = members(&lost, &alerts);
                        self.open_incident(unit, &organisation, cause, area, &members, raised).await?;
                    }
                    Change::Join(id, alerts) => {
                        let joining = members(&lost, &alerts);
                        if let Some(incident) = open.iter().find(|incident| incident.id == id) {
                            self.join(unit, incident, &joining).await?;
                        }
                    }
                }
            }
        }
        for incident in &open {
            self.follow(unit, incident, raised).await?;
        }
        Ok(())
    }

    async fn open_incident(
        &mut self,
        unit: &mut Unit,
        organisation: &str,
        cause: Cause,
        area: Area,
        members: &[NewMember],
        raised: &mut Vec<Queue>,
    ) -> Result<()> {
        let (key, id) = (organisation_key(organisation), crate::clock::new_id(&self.clock));
        let alert = unit
            .raise_new(&key, own_alert(organisation, cause, &area, &id, count(members), unit.now), Vec::new(), &self.clock, raised)
            .await?;
        let now = unit.now;
        let (homes, area) = (count(members), area);
        let incident = Incident {
            id,
            organisation: organisation.to_owned(),
            cause,
            area,
            alert,
            opened_at: now,
            last_joined_at: now,
            closed_at: None,
            homes,
            waiting: homes,
        };
        tracing::warn!(
            organisation,
            area = incident.area.name,
            cause = cause.as_str(),
            homes,
            "many homes of an area were lost at once: one incident"
        );
        metrics::counter!("harken_incidents_total", "cause" => cause.as_str()).increment(1);
        unit.tx.insert_incident(&incident).await?;
        let own = incident.alert.clone();
        if let Some(alert) = unit.alert_mut(&key, &own) {
            alert.incident = Some(incident.id.clone());
        }
        let words = format!("{homes} homes of {}.", incident.area.name);
        unit.tx.note_in_trail(now, Some(organisation), "system", "opened", ("incident", &incident.id), &words).await?;
        take_in(unit, &incident.id, members).await
    }

    async fn join(&self, unit: &mut Unit, incident: &Incident, members: &[NewMember]) -> Result<()> {
        take_in(unit, &incident.id, members).await?;
        let homes = unit.tx.incident(&crate::domain::access::Scope::All, &incident.id).await?.map_or(incident.homes, |now| now.homes);
        let (key, now) = (organisation_key(&incident.organisation), unit.now);
        let explanation = explanation(incident.cause, &incident.area, homes);
        if let Some(alert) = unit.alert_mut(&key, &incident.alert) {
            let entry = lifecycle::grown(alert, explanation, now);
            unit.changed(&key, &incident.alert, Some(entry));
        }
        Ok(())
    }

    /// An incident is over once its own alert is closed; that one is clear while no home of it is lost, and is not once one is again.
    async fn follow(&mut self, unit: &mut Unit, before: &Incident, raised: &mut Vec<Queue>) -> Result<()> {
        let (key, now) = (organisation_key(&before.organisation), unit.now);
        let Some(clear) = unit.alert_mut(&key, &before.alert).map(|alert| alert.is_cleared()) else {
            unit.tx
                .note_in_trail(now, Some(&before.organisation), "system", "closed", ("incident", &before.id), "Its alert was closed.")
                .await?;
            return unit.tx.close_incident(&before.id, now).await;
        };
        let Some(incident) = unit.tx.incident(&crate::domain::access::Scope::All, &before.id).await? else { return Ok(()) };
        let subject = subject(&incident.id);
        if incident.waiting == 0 && !clear {
            unit.cleared(&key, incident.cause.own_rule(), &subject, now, false);
        } else if incident.waiting > 0 && clear {
            let again = own_alert(&incident.organisation, incident.cause, &incident.area, &incident.id, incident.homes, now);
            unit.raise_new(&key, again, Vec::new(), &self.clock, raised).await?;
        }
        Ok(())
    }

    /// The alert of a home learns which incident took it in.
    ///
    /// # Errors
    /// When the database refuses.
    pub(super) async fn label(&self, unit: &mut Unit, clock: &ClockRow) -> Result<()> {
        let (home, id, now) = (clock.home.as_str(), clock.subject.as_str(), unit.now);
        unit.stop_clock(home, GROUPED, id);
        let found = unit.tx.incident_of(id).await?;
        if let (Some((incident, area)), Some(alert)) = (found, unit.alert_mut(home, id))
            && alert.incident.as_ref() != Some(&incident)
        {
            let entry = lifecycle::grouped(alert, incident, &area, now);
            unit.changed(home, id, Some(entry));
        }
        Ok(())
    }
}

/// Takes alerts in, and has each home's own clock label them.
async fn take_in(unit: &mut Unit, incident: &str, members: &[NewMember]) -> Result<()> {
    let now = unit.now;
    unit.tx.join_incident(incident, members, now).await?;
    let clocks = members.iter().map(|member| ClockRow {
        home: member.home.clone(),
        rule: GROUPED.to_owned(),
        subject: member.alert.clone(),
        due: now,
    });
    unit.tx.save_clocks(clocks.collect()).await
}

fn as_lost(one: &LostHome) -> Lost {
    Lost {
        home: one.alert.home_key(),
        alert: one.alert.id.clone(),
        raised_at: one.alert.raised_at,
        locality: one.locality.clone(),
        networks: one.networks.clone(),
    }
}

fn members(lost: &[LostHome], alerts: &[String]) -> Vec<NewMember> {
    let taken = lost.iter().filter(|one| alerts.contains(&one.alert.id));
    let since = |one: &LostHome| one.last_heard_at.unwrap_or(one.alert.occurred_at).min(one.alert.occurred_at);
    taken.map(|one| NewMember { alert: one.alert.id.clone(), home: one.alert.home_key(), since: since(one) }).collect()
}

fn count(members: &[NewMember]) -> i64 {
    let homes: std::collections::HashSet<&str> = members.iter().map(|member| member.home.as_str()).collect();
    i64::try_from(homes.len()).unwrap_or(i64::MAX)
}

/// What is kept apart by an incident's own alert.
fn subject(incident: &str) -> String {
    format!("incident:{incident}")
}

fn explanation(cause: Cause, area: &Area, homes: i64) -> String {
    let place = match area.kind {
        AreaKind::Locality => format!("of {}", area.name),
        AreaKind::Network => format!("on the network {}", area.name),
    };
    match cause {
        Cause::Silence => {
            format!("{homes} homes {place} fell silent within a short time: they cannot call for help through their gateways.")
        }
        Cause::MainsLost => format!("{homes} homes {place} lost their mains within a short time: their gateways run on batteries."),
    }
}

fn own_alert(organisation: &str, cause: Cause, area: &Area, id: &str, homes: i64, now: Time) -> NewAlert {
    let title = match cause {
        Cause::Silence => "Many homes of an area are silent",
        Cause::MainsLost => "Many homes of an area lost their mains",
    };
    NewAlert {
        organisation: organisation.to_owned(),
        subject: subject(id),
        rule: RuleRef { id: cause.own_rule().to_owned(), revision: 0, title: title.to_owned() },
        queue: Queue::Technical,
        priority: 2,
        occurred_at: now,
        explanation: explanation(cause, area, homes),
        instructions: vec![
            "Work through the list of the incident from the top: ring each person, and enter how you found them.".to_owned(),
            "Ask the network operator or the supplier how long it will last, and tell the managers.".to_owned(),
            "Alarms of these homes come through as always. Close the incident when every home was heard again or looked after.".to_owned(),
        ],
        policy: Some(POLICY.to_owned()),
        ..NewAlert::default()
    }
}

/// Whether incidents have to be looked at because of what became of this alert.
pub(super) fn concerned(alert: &Alert) -> Option<String> {
    let own_matter = organisation_of_key(&alert.home_key()).is_some();
    let counts =
        alert.queue == Queue::Technical && Cause::concerns(&alert.rule.id) && (own_matter || home_of_key(&alert.home_key()).is_some());
    counts.then(|| organisation_key(&alert.organisation))
}
