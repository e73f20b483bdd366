//! The shape of a report: tables whose columns are figures, each defined in words, and rows that can be led back to what they count.

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::clock::Time;

/// What a figure is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Words or a code.
    Text,
    /// A whole number.
    Count,
    /// A number.
    Number,
    /// Of a hundred.
    Percent,
    /// Seconds.
    Seconds,
    /// Minutes.
    Minutes,
    /// Hours.
    Hours,
    /// An amount of money.
    Money,
    /// A moment.
    Time,
    /// `true` or `false`.
    YesNo,
}

/// A figure: a column of tables, defined once.
#[derive(Debug, PartialEq, Eq)]
pub struct Figure {
    /// Its name in data.
    pub id: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// What it is.
    pub kind: Kind,
    /// What it counts, in words. `{…}` stands for a number of the configuration.
    pub words: &'static str,
}

/// One value.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Nothing can be said.
    Empty,
    /// Words or a code.
    Text(String),
    /// A whole number.
    Count(i64),
    /// A number with two decimals.
    Number(f64),
    /// A moment.
    Time(Time),
    /// Yes or no.
    YesNo(bool),
}

/// `part` of `whole` in percent, to two decimals and rounded down, so that no mark is met by rounding.
#[must_use]
pub fn percent(part: i64, whole: i64) -> Option<f64> {
    (whole != 0).then(|| (i128::from(part) * 10_000 / i128::from(whole)) as f64 / 100.0)
}

/// Whether `part` of `whole` is at least `mark` percent.
#[must_use]
pub fn is_met(part: i64, whole: i64, mark: f64) -> Option<bool> {
    (whole != 0).then_some(part as f64 * 100.0 + 1e-9 >= mark * whole as f64)
}

impl Cell {
    /// Words, or nothing where there are none.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// A number, rounded to two decimals.
    #[must_use]
    pub fn number(number: f64) -> Self {
        Self::Number((number * 100.0).round() / 100.0)
    }

    /// A count where there is one.
    #[must_use]
    pub fn maybe(count: Option<i64>) -> Self {
        count.map_or(Self::Empty, Self::Count)
    }

    /// [`percent`], nothing where there is no whole.
    #[must_use]
    pub fn share(part: i64, whole: i64) -> Self {
        percent(part, whole).map_or(Self::Empty, Self::Number)
    }

    /// [`is_met`], nothing where there is no whole.
    #[must_use]
    pub fn met(part: i64, whole: i64, mark: f64) -> Self {
        is_met(part, whole, mark).map_or(Self::Empty, Self::YesNo)
    }

    /// As JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        match self {
            Self::Empty => Value::Null,
            Self::Text(text) => json!(text),
            Self::Count(count) => json!(count),
            Self::Number(number) => json!(number),
            Self::Time(time) => json!(time),
            Self::YesNo(yes) => json!(yes),
        }
    }
}

/// A row: its values in the order of the columns, and what it is told apart by.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Names and values by which the alerts that it counts are found; none where it counts no alerts.
    pub key: Vec<(&'static str, String)>,
    /// The values.
    pub cells: Vec<Cell>,
}

impl Row {
    /// A row that counts alerts.
    #[must_use]
    pub fn counting(key: &[(&'static str, &str)], cells: Vec<Cell>) -> Self {
        Self { key: key.iter().map(|(name, value)| (*name, (*value).to_owned())).collect(), cells }
    }

    /// A row that counts something else.
    #[must_use]
    pub fn plain(cells: Vec<Cell>) -> Self {
        Self { key: Vec::new(), cells }
    }
}

/// A table.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// Its name in data.
    pub id: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// What its figures are.
    pub columns: Vec<&'static Figure>,
    /// Its rows.
    pub rows: Vec<Row>,
    /// The figure whose alerts this table lists one by one: its rows are read page by page while they are written out.
    pub lists: Option<&'static Figure>,
}

/// A number that a report rests on and that a service may set otherwise.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Assumption {
    /// The setting, in `config/harken.toml`.
    pub setting: &'static str,
    /// Its value.
    pub value: f64,
    /// What it says.
    pub words: &'static str,
}

/// A report.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// Its name.
    pub name: &'static str,
    /// Its title.
    pub title: &'static str,
    /// From this moment.
    pub from: Time,
    /// Until this one.
    pub to: Time,
    /// Only of this organisation.
    pub organisation: Option<String>,
    /// In which its days and hours are told.
    pub zone: chrono_tz::Tz,
    /// When it was made.
    pub made_at: Time,
    /// The configured numbers that it rests on.
    pub assumptions: Vec<Assumption>,
    /// Its tables.
    pub tables: Vec<Table>,
    /// Those of its figures that count alerts, so that a row leads to them.
    pub counting: Vec<&'static str>,
}

/// One definition, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Definition {
    /// The figure.
    pub figure: &'static str,
    /// Its title.
    pub title: String,
    /// What it is.
    pub kind: Kind,
    /// What it counts, in words.
    pub words: String,
}

impl Report {
    /// What its figures mean, each once.
    #[must_use]
    pub fn definitions(&self) -> Vec<Definition> {
        let mut seen = Vec::new();
        for figure in self.tables.iter().flat_map(|table| &table.columns) {
            if !seen.iter().any(|each: &Definition| each.figure == figure.id) {
                let words = self.filled(figure.words);
                seen.push(Definition { figure: figure.id, title: self.title_of(figure), kind: figure.kind, words });
            }
        }
        seen
    }

    /// The table of that name; the first without one.
    #[must_use]
    pub fn table(&self, id: Option<&str>) -> Option<&Table> {
        match id {
            None => self.tables.first(),
            Some(id) => self.tables.iter().find(|table| table.id == id),
        }
    }

    /// What a figure is called here.
    #[must_use]
    pub fn title_of(&self, figure: &Figure) -> String {
        self.filled(figure.title)
    }

    /// Words with the configured numbers in their places.
    fn filled(&self, words: &str) -> String {
        self.assumptions
            .iter()
            .fold(words.to_owned(), |words, each| words.replace(&format!("{{{}}}", each.setting), &each.value.to_string()))
    }

    /// As JSON; rows are objects by the ids of their columns. `alerts` leads to what a row counts: add `&figure=` and a column's id.
    #[must_use]
    pub fn json(&self) -> Value {
        let table = |table: &Table| {
            let column = |each: &&'static Figure| {
                let counts = self.counting.contains(&each.id);
                json!({ "figure": each.id, "title": self.title_of(each), "kind": each.kind, "counts_alerts": counts })
            };
            let columns: Vec<Value> = table.columns.iter().map(column).collect();
            let rows: Vec<Value> = table.rows.iter().map(|row| self.row_json(table, row)).collect();
            json!({ "id": table.id, "title": table.title, "columns": columns, "rows": rows, "lists": table.lists.map(|figure| figure.id) })
        };
        json!({
            "name": self.name,
            "title": self.title,
            "from": self.from,
            "to": self.to,
            "organisation": self.organisation,
            "zone": self.zone.name(),
            "made_at": self.made_at,
            "definitions": self.definitions(),
            "assumptions": self.assumptions,
            "tables": self.tables.iter().map(table).collect::<Vec<_>>(),
        })
    }

    fn row_json(&self, table: &Table, row: &Row) -> Value {
        let mut object: Map<String, Value> =
            table.columns.iter().zip(&row.cells).map(|(column, cell)| (column.id.to_owned(), cell.json())).collect();
        if !row.key.is_empty() {
            let mut query = url::form_urlencoded::Serializer::new(String::new());
            query.append_pair("from", &self.from.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true));
            query.append_pair("to", &self.to.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true));
            if let Some(organisation) = self.organisation.as_ref().filter(|_| !row.key.iter().any(|(name, _)| *name == "organisation")) {
                query.append_pair("organisation", organisation);
            }
            for (name, value) in &row.key {
                query.append_pair(name, value);
            }
            object.insert("alerts".to_owned(), json!(format!("/api/v1/reports/{}/alerts?{}", self.name, query.finish())));
        }
        Value::Object(object)
    }
}
