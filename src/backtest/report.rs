//! What a backtest says.

use std::collections::BTreeMap;
use std::fmt::Write;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::Question;
use super::compare::{Compared, Tally};
use crate::domain::alert::Queue;
use crate::domain::event::Event;
use crate::trial::TrialAlert;

/// Alerts of each sort that are told in full; all are counted.
const TOLD_AT_MOST: usize = 500;
/// Pieces of evidence of one alert.
const EVIDENCE_AT_MOST: usize = 20;
/// Homes that are told apart.
const HOMES_AT_MOST: usize = 1_000;

/// What a changed set of rules would have raised, against the set in force.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Report {
    /// From then on alerts were counted.
    pub from: DateTime<Utc>,
    /// Until then.
    pub to: DateTime<Utc>,
    /// The revision in force that it is compared with.
    pub in_force: i64,
    /// So long before `from` the rules began to look.
    pub warm_up_days: i64,
    /// An alert was taken to be closed so long after it was raised: what happened again until then is an activation of the same.
    pub closed_after_minutes: i64,
    /// Homes that were played.
    pub homes: u64,
    /// Events that were played, those of the warm-up included.
    pub events: u64,
    /// Days of homes that were counted.
    pub home_days: f64,
    /// All rules together.
    pub total: Counts,
    /// By rule.
    pub rules: BTreeMap<String, Counts>,
    /// By home, where something differs; the first 1,000.
    pub by_home: BTreeMap<String, Counts>,
    /// The load of the control room by hour of the homes' day.
    pub hours: Vec<Hour>,
    /// Alerts that only the changed rules raise; the first 500.
    pub gained: Vec<Told>,
    /// Alerts that only the rules in force raise; the first 500.
    pub lost: Vec<Told>,
    /// Alerts that both raise, at another time, in another queue or with another priority; the first 500.
    pub moved: Vec<Moved>,
}

/// How many alerts.
#[derive(Clone, Copy, Debug, Default, Serialize, utoipa::ToSchema)]
pub struct Counts {
    /// By the rules in force.
    pub in_force: u64,
    /// By the changed rules.
    pub changed: u64,
    /// Only by the changed ones.
    pub gained: u64,
    /// Only by those in force.
    pub lost: u64,
    /// By both, at another time, in another queue or with another priority.
    pub moved: u64,
    /// That the changed rules would have recorded in shadow.
    pub shadow: u64,
    /// Alerts of 100 homes in a day, by the rules in force.
    pub in_force_per_100_home_days: f64,
    /// The same, by the changed rules.
    pub changed_per_100_home_days: f64,
}

/// One hour of the day.
#[derive(Clone, Copy, Debug, Serialize, utoipa::ToSchema)]
pub struct Hour {
    /// It begins then, by the clocks of the homes.
    pub hour: u8,
    /// Alerts in this hour of an average day, by the rules in force.
    pub in_force: f64,
    /// The same, by the changed rules.
    pub changed: f64,
}

/// An alert that would have been raised.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Told {
    /// The home.
    pub home: String,
    /// The rule.
    pub rule: String,
    /// Its title.
    pub title: String,
    /// What is kept apart.
    pub subject: String,
    /// Who it would wait for.
    pub queue: Queue,
    /// 1 life … 5 information.
    pub priority: u8,
    /// When it would have been raised.
    pub raised_at: DateTime<Utc>,
    /// When what it is about happened.
    pub occurred_at: DateTime<Utc>,
    /// How often it would have been activated while open.
    pub activations: i64,
    /// Why.
    pub explanation: String,
    /// What it rests on.
    pub evidence: Vec<Event>,
}

/// An alert that both sets raise, but not alike.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Moved {
    /// By the rules in force.
    pub in_force: Told,
    /// By the changed ones.
    pub changed: Told,
}

impl Told {
    pub(super) fn new(home: &str, each: TrialAlert) -> Self {
        let TrialAlert { alert, mut evidence, .. } = each;
        evidence.truncate(EVIDENCE_AT_MOST);
        Self {
            home: home.to_owned(),
            rule: alert.rule.id,
            title: alert.rule.title,
            subject: alert.subject,
            queue: alert.queue,
            priority: alert.priority,
            raised_at: alert.raised_at,
            occurred_at: alert.occurred_at,
            activations: alert.activations,
            explanation: alert.explanation,
            evidence,
        }
    }
}

impl Counts {
    fn add(&mut self, tally: &Tally) {
        self.in_force += tally.in_force;
        self.changed += tally.changed;
        self.gained += tally.gained;
        self.lost += tally.lost;
        self.moved += tally.moved;
        self.shadow += tally.shadow;
    }

    fn differs(&self) -> bool {
        self.gained + self.lost + self.moved > 0
    }

    fn rate(&mut self, home_days: f64) {
        let per = |count: u64| if home_days > 0.0 { count as f64 * 100.0 / home_days } else { 0.0 };
        (self.in_force_per_100_home_days, self.changed_per_100_home_days) = (per(self.in_force), per(self.changed));
    }
}

impl Report {
    pub(super) fn new(question: &Question, in_force: i64) -> Self {
        let hours = (0..24).map(|hour| Hour { hour, in_force: 0.0, changed: 0.0 }).collect();
        Self {
            from: question.from,
            to: question.to,
            in_force,
            warm_up_days: question.warm_up.num_days(),
            closed_after_minutes: question.closed_after.num_minutes(),
            homes: 0,
            events: 0,
            home_days: 0.0,
            total: Counts::default(),
            rules: BTreeMap::new(),
            by_home: BTreeMap::new(),
            hours,
            gained: Vec::new(),
            lost: Vec::new(),
            moved: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, home: Compared) {
        self.homes += 1;
        self.events += home.events;
        let mut counts = Counts::default();
        for (rule, tally) in &home.rules {
            counts.add(tally);
            self.total.add(tally);
            self.rules.entry(rule.clone()).or_default().add(tally);
        }
        if counts.differs() && self.by_home.len() < HOMES_AT_MOST {
            self.by_home.insert(home.home, counts);
        }
        for (hour, [in_force, changed]) in self.hours.iter_mut().zip(home.hours) {
            hour.in_force += in_force as f64;
            hour.changed += changed as f64;
        }
        extend(&mut self.gained, home.gained);
        extend(&mut self.lost, home.lost);
        extend(&mut self.moved, home.moved);
    }

    pub(super) fn finish(&mut self) {
        let days = self.to.signed_duration_since(self.from).num_seconds() as f64 / 86_400.0;
        self.home_days = days * self.homes as f64;
        let home_days = self.home_days;
        self.total.rate(home_days);
        self.rules.values_mut().for_each(|counts| counts.rate(home_days));
        self.by_home.values_mut().for_each(|counts| counts.rate(days));
        for hour in &mut self.hours {
            hour.in_force /= days.max(f64::MIN_POSITIVE);
            hour.changed /= days.max(f64::MIN_POSITIVE);
        }
        let place = |told: &Told| (told.home.clone(), told.raised_at);
        self.gained.sort_by_key(place);
        self.lost.sort_by_key(place);
        self.moved.sort_by_key(|moved| place(&moved.changed));
    }

    /// For people at a terminal.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = format!(
            "{} homes from {} to {}, {} events, against revision {}\nan alert is taken to be closed after {} min; the rules began to look {} days before\n\n",
            self.homes,
            self.from.format("%Y-%m-%d %H:%M"),
            self.to.format("%Y-%m-%d %H:%M"),
            self.events,
            self.in_force,
            self.closed_after_minutes,
            self.warm_up_days
        );
        let _ = writeln!(
            text,
            "{:<28}{:>10}{:>10}{:>8}{:>8}{:>8}{:>24}",
            "rule", "in force", "changed", "gained", "lost", "moved", "per 100 home-days"
        );
        for (name, counts) in self.rules.iter().map(|(name, counts)| (name.as_str(), counts)).chain([("all", &self.total)]) {
            let rate = format!("{:.2} → {:.2}", counts.in_force_per_100_home_days, counts.changed_per_100_home_days);
            let Counts { in_force, changed, gained, lost, moved, .. } = counts;
            let _ = writeln!(text, "{name:<28}{in_force:>10}{changed:>10}{gained:>8}{lost:>8}{moved:>8}{rate:>24}");
        }
        text += "\nalerts in an hour of an average day, by the homes' clocks (in force → changed)\n";
        for hour in self.hours.iter().filter(|hour| hour.in_force + hour.changed > 0.0) {
            let _ = writeln!(text, "  {:02}:00  {:.2} → {:.2}", hour.hour, hour.in_force, hour.changed);
        }
        let told = |told: &Told| format!("{} {} {}: {}", told.home, told.raised_at.format("%Y-%m-%d %H:%M"), told.rule, told.explanation);
        for (name, list) in [("gained", &self.gained), ("lost", &self.lost)] {
            for each in list.iter().take(20) {
                let _ = writeln!(text, "{name}: {}", told(each));
            }
        }
        for each in self.moved.iter().take(20) {
            let _ = writeln!(text, "moved from {}: {}", each.in_force.raised_at.format("%Y-%m-%d %H:%M"), told(&each.changed));
        }
        text
    }
}

fn extend<T>(list: &mut Vec<T>, more: Vec<T>) {
    let room = TOLD_AT_MOST.saturating_sub(list.len());
    list.extend(more.into_iter().take(room));
}
