//! Questions that managers ask: each report a file that turns rows of the store into tables; `figures` defines every figure once, `drill` leads a
//! figure back to the alerts that it counts; `csv` and `xlsx` write tables out; `scheduled` makes and sends what the calendar asks for.

mod activations;
mod attendance;
pub mod csv;
mod device_health;
pub mod drill;
pub mod evidence;
mod false_alarms;
pub mod figures;
pub mod html;
pub mod listing;
mod marks;
mod masking;
mod outcomes;
pub mod period;
mod progress;
mod response_times;
pub mod scheduled;
pub mod shape;
mod social_value;
mod take_up;
pub mod today;
mod workload;
pub mod xlsx;

use crate::clock::Time;
use crate::config::Settings;
use crate::domain::access::{Scope, UNCLAIMED};
use crate::domain::outcome::Outcomes;
pub use crate::domain::report::Name;
use crate::domain::visit::Visit;
use crate::store::fact_queries::{Condition, Dim, FactQuery, Group, Measure};
use crate::store::report_rows::Whose;
use crate::store::{Result, Store, StoreError, to_us};

pub use marks::Marks;
pub use progress::Progress;
use shape::{Figure, Report, Table};

/// What is asked: whose alerts, of which time, under which marks.
#[derive(Clone, Debug)]
pub struct Question {
    /// What the asker may see.
    pub scope: Scope,
    /// Only of this organisation.
    pub organisation: Option<String>,
    /// From this moment.
    pub from: Time,
    /// Until this one.
    pub to: Time,
    /// In which days are told.
    pub zone: chrono_tz::Tz,
    /// Now.
    pub now: Time,
    /// The numbers that are configuration.
    pub marks: Marks,
    /// How alerts can end.
    pub outcomes: Outcomes,
}

/// The same as somebody wrote it: the ends of the period as [`period::read`] takes them.
#[derive(Clone, Debug)]
pub struct Written<'a> {
    /// What the asker may see.
    pub scope: &'a Scope,
    /// Only of this organisation.
    pub organisation: Option<&'a str>,
    /// From when.
    pub from: Option<&'a str>,
    /// Until when.
    pub to: Option<&'a str>,
}

/// Why a question cannot be asked.
#[derive(Debug, thiserror::Error)]
pub enum Unaskable {
    /// The organisation is not there, or lies outside the scope.
    #[error("there is no such organisation")]
    NoOrganisation,
    /// What to write instead.
    #[error("{0}")]
    Period(String),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Name {
    /// Its tables without rows: what it can say.
    #[must_use]
    pub fn tables(self) -> Vec<Table> {
        match self {
            Self::ResponseTimes => response_times::tables(),
            Self::Activations => activations::tables(),
            Self::Outcomes => outcomes::tables(),
            Self::Attendance => attendance::tables(),
            Self::DeviceHealth => device_health::tables(),
            Self::FalseAlarms => false_alarms::tables(),
            Self::TakeUp => take_up::tables(),
            Self::Workload => workload::tables(),
            Self::SocialValue => social_value::tables(),
        }
    }
}

/// Makes a report of what is committed now.
///
/// # Errors
/// When the database is away.
pub async fn run(store: &Store, name: Name, question: &Question) -> Result<Report> {
    store.catch_up_facts().await?;
    let tables = match name {
        Name::ResponseTimes => response_times::run(store, question).await?,
        Name::Activations => activations::run(store, question).await?,
        Name::Outcomes => outcomes::run(store, question).await?,
        Name::Attendance => attendance::run(store, question).await?,
        Name::DeviceHealth => device_health::run(store, question).await?,
        Name::FalseAlarms => false_alarms::run(store, question).await?,
        Name::TakeUp => take_up::run(store, question).await?,
        Name::Workload => workload::run(store, question).await?,
        Name::SocialValue => social_value::run(store, question).await?,
    };
    Ok(empty(name, question, tables))
}

/// A report with these tables.
#[must_use]
pub fn empty(name: Name, question: &Question, tables: Vec<Table>) -> Report {
    let figures = tables.iter().flat_map(|table| &table.columns).map(|figure| figure.id);
    let counting = figures.filter(|id| drill::conditions(id, question).is_some()).collect();
    Report {
        name: name.as_str(),
        title: name.title(),
        from: question.from,
        to: question.to,
        organisation: question.organisation.clone(),
        zone: question.zone,
        made_at: question.now,
        assumptions: question.marks.assumptions(),
        tables,
        counting,
    }
}

impl Question {
    /// Reads what was written. Days are told in the zone of the organisation, or in that of all organisations in question where they share one, or in UTC.
    ///
    /// # Errors
    /// When it makes no sense, or the database is away.
    pub async fn read(
        store: &Store,
        written: &Written<'_>,
        settings: &Settings,
        outcomes: &Outcomes,
        now: Time,
    ) -> std::result::Result<Self, Unaskable> {
        let &Written { scope, organisation, from, to } = written;
        let all = store.report_organisations(Whose { scope, organisation }).await?;
        // Gateways that nobody registered belong to no organisation, but their alerts are counted.
        let nobodys = organisation == Some(UNCLAIMED) && scope.covers(UNCLAIMED);
        if organisation.is_some() && all.is_empty() && !nobodys {
            return Err(Unaskable::NoOrganisation);
        }
        let first = all.first().map(|(_, _, zone)| zone);
        let shared = first.filter(|first| all.iter().all(|(_, _, zone)| zone == *first));
        let zone = shared.and_then(|zone| zone.parse().ok()).unwrap_or(chrono_tz::Tz::UTC);
        let (from, to) = period::read(from, to, zone, now).map_err(Unaskable::Period)?;
        let organisation = organisation.map(str::to_owned);
        Ok(Self { scope: scope.clone(), organisation, from, to, zone, now, marks: Marks::of(settings), outcomes: outcomes.clone() })
    }

    fn whose(&self) -> Whose<'_> {
        Whose { scope: &self.scope, organisation: self.organisation.as_deref() }
    }

    fn facts(&self, conditions: Vec<Condition>) -> FactQuery<'_> {
        FactQuery { scope: &self.scope, organisation: self.organisation.as_deref(), from: Some(self.from), to: self.to, conditions }
    }

    /// Counts `figures` in groups, by the conditions that lead back to their alerts.
    async fn count(&self, store: &Store, dims: &[Dim], figures: &[&'static Figure]) -> Result<Vec<Group>> {
        let measure = |figure: &&'static Figure| drill::measure(figure, self);
        // What no figure counts need not be read.
        let all: Vec<Vec<Condition>> = figures.iter().filter_map(|figure| drill::conditions(figure.id, self)).collect();
        let shared = all.first().map(|first| first.iter().filter(|each| all.iter().all(|list| list.contains(each))).cloned().collect());
        let measures: Vec<Measure> = figures.iter().map(measure).collect();
        store.count_facts(&self.facts(shared.unwrap_or_default()), dims, &measures).await
    }

    /// How often each wait for an answer occurred, in rising order, in groups by `dims`.
    async fn waits(&self, store: &Store, dims: &[Dim]) -> Result<Waits> {
        let by: Vec<Dim> = dims.iter().copied().chain([Dim::Wait]).collect();
        let mut waits = Waits::new();
        let answered = self.facts(vec![drill::CALL, Condition::Answered]);
        for mut group in store.count_facts(&answered, &by, &[Measure::Count(Vec::new())]).await? {
            if let Some(wait) = group.keys.pop().and_then(|wait| wait.parse().ok()) {
                waits.entry(group.keys).or_default().push((wait, group.counts[0]));
            }
        }
        Ok(waits)
    }

    /// Reads the visits asked for in the period, page by page.
    async fn each_visit(&self, store: &Store, mut look: impl FnMut(&Visit)) -> Result<()> {
        let mut after = None;
        loop {
            let page = store.report_visits(self.whose(), self.from, self.to, after.as_ref(), VISITS).await?;
            page.iter().for_each(&mut look);
            after = page.last().map(|visit| (to_us(visit.created_at), visit.id.clone()));
            if i64::try_from(page.len()).is_ok_and(|count| count < VISITS) {
                return Ok(());
            }
        }
    }

    /// Names of the organisations that the asker may see.
    async fn names(&self, store: &Store) -> Result<std::collections::BTreeMap<String, String>> {
        Ok(store.report_organisations(self.whose()).await?.into_iter().map(|(id, name, _)| (id, name)).collect())
    }
}

/// How often each wait occurred, in rising order, by the keys of its group.
type Waits = std::collections::BTreeMap<Vec<String>, Vec<(i64, i64)>>;

/// Visits read at a time.
const VISITS: i64 = 2000;

/// Whole minutes from the asking until the arrival, a part of a minute counting as one; and so for the marks.
fn to_arrival(visit: &Visit) -> Option<i64> {
    let ms = (visit.arrived_at? - visit.created_at).num_milliseconds().max(0);
    Some((ms + 59_999) / 60_000)
}

/// A table without rows.
fn table(id: &'static str, title: &'static str, columns: Vec<&'static Figure>) -> Table {
    Table { id, title, columns, rows: Vec::new(), lists: None }
}

/// The value that `part` in a hundred of all do not exceed, by the nearest rank; from values in rising order with how often each occurs.
fn percentile(histogram: &[(i64, i64)], part: i64) -> Option<i64> {
    let all: i64 = histogram.iter().map(|(_, count)| count).sum();
    let rank = (all * part + 99) / 100;
    let mut seen = 0;
    histogram.iter().find_map(|(value, count)| {
        seen += count;
        (seen >= rank.max(1)).then_some(*value)
    })
}

/// The median of minutes.
fn median(mut values: Vec<i64>) -> Option<i64> {
    values.sort_unstable();
    (!values.is_empty()).then(|| values[(values.len() - 1) / 2])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_the_nearest_rank() {
        let tens = [(10, 1), (20, 1), (30, 1), (40, 1), (50, 6)];
        assert_eq!(
            [1, 10, 11, 50, 90, 100].map(|part| percentile(&tens, part)),
            [Some(10), Some(10), Some(20), Some(50), Some(50), Some(50)]
        );
        assert_eq!((percentile(&[], 50), percentile(&[(7, 1)], 99)), (None, Some(7)));
        assert_eq!((median(vec![3, 1, 2]), median(vec![4, 1, 3, 2]), median(vec![])), (Some(2), Some(2), None));
    }
}
