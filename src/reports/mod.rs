//! Questions that managers ask: each report a file that turns rows of the store into tables; `figures` defines every figure once, `drill` leads a
//! figure back to the alerts that it counts; `csv` and `xlsx` write tables out.

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
mod response_times;
pub mod shape;
mod social_value;
mod take_up;
mod workload;
pub mod xlsx;

use crate::clock::Time;
use crate::domain::access::Scope;
use crate::domain::outcome::Outcomes;
use crate::store::fact_queries::{Condition, Dim, FactQuery, Group, Measure};
use crate::store::report_rows::Whose;
use crate::store::{Result, Store};

pub use marks::Marks;
use shape::{Figure, Report, Table};

/// What is asked: whose alerts, of which time, under which marks.
#[derive(Clone, Debug)]
pub struct Question<'a> {
    /// What the asker may see.
    pub scope: &'a Scope,
    /// Only of this organisation.
    pub organisation: Option<&'a str>,
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
    pub outcomes: &'a Outcomes,
}

/// The reports there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, clap::ValueEnum, utoipa::ToSchema)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "`title` says what each is")]
pub enum Name {
    ResponseTimes,
    Activations,
    Outcomes,
    Attendance,
    DeviceHealth,
    FalseAlarms,
    TakeUp,
    Workload,
    SocialValue,
}

impl Name {
    /// All of them, in the order of the contract.
    pub const ALL: [Self; 9] = [
        Self::ResponseTimes,
        Self::Activations,
        Self::Outcomes,
        Self::Attendance,
        Self::DeviceHealth,
        Self::FalseAlarms,
        Self::TakeUp,
        Self::Workload,
        Self::SocialValue,
    ];

    /// The name in addresses and commands.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ResponseTimes => "response-times",
            Self::Activations => "activations",
            Self::Outcomes => "outcomes",
            Self::Attendance => "attendance",
            Self::DeviceHealth => "device-health",
            Self::FalseAlarms => "false-alarms",
            Self::TakeUp => "take-up",
            Self::Workload => "workload",
            Self::SocialValue => "social-value",
        }
    }

    /// The report of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|each| each.as_str() == name)
    }

    /// Its title.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::ResponseTimes => "Answer times",
            Self::Activations => "Activations",
            Self::Outcomes => "How calls ended",
            Self::Attendance => "Attendance at homes",
            Self::DeviceHealth => "Health of the equipment",
            Self::FalseAlarms => "False alarms",
            Self::TakeUp => "Take-up and use",
            Self::Workload => "Workload of operators",
            Self::SocialValue => "What the service brought",
        }
    }

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
pub async fn run(store: &Store, name: Name, question: &Question<'_>) -> Result<Report> {
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
pub fn empty(name: Name, question: &Question<'_>, tables: Vec<Table>) -> Report {
    Report {
        name: name.as_str(),
        title: name.title(),
        from: question.from,
        to: question.to,
        organisation: question.organisation.map(str::to_owned),
        zone: question.zone,
        made_at: question.now,
        assumptions: question.marks.assumptions(),
        tables,
    }
}

impl Question<'_> {
    fn whose(&self) -> Whose<'_> {
        Whose { scope: self.scope, organisation: self.organisation }
    }

    fn facts(&self, conditions: Vec<Condition>) -> FactQuery<'_> {
        FactQuery { scope: self.scope, organisation: self.organisation, from: Some(self.from), to: self.to, conditions }
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

    /// Names of the organisations that the asker may see.
    async fn names(&self, store: &Store) -> Result<std::collections::BTreeMap<String, String>> {
        Ok(store.report_organisations(self.whose()).await?.into_iter().map(|(id, name, _)| (id, name)).collect())
    }
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
