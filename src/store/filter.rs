//! The WHERE part of a query whose filters may or may not be given: only what is given enters the text, so that the planner sees which index serves.

/// A value to be bound.
#[derive(Clone, Debug)]
pub(super) enum Value {
    /// BIGINT.
    Int(i64),
    /// TEXT.
    Text(String),
}

/// Conditions joined by AND, with their values.
#[derive(Clone, Debug, Default)]
pub(super) struct Filter {
    conditions: Vec<String>,
    pub(super) values: Vec<Value>,
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl Filter {
    /// A condition without a value.
    pub(super) fn and(&mut self, condition: &'static str) {
        self.conditions.push(condition.to_owned());
    }

    /// A condition in which each `?` stands for one of `values`, in turn. The text is ours, never a caller's.
    pub(super) fn and_with<const N: usize>(&mut self, condition: &'static str, values: [Value; N]) {
        let mut text = String::new();
        let mut pieces = condition.split('?');
        text.push_str(pieces.next().unwrap_or_default());
        for (value, piece) in values.into_iter().zip(pieces) {
            text.push_str(&self.bind(value));
            text.push_str(piece);
        }
        self.conditions.push(text);
    }

    /// The same, when there is a value.
    pub(super) fn and_maybe(&mut self, condition: &'static str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.and_with(condition, [value.into()]);
        }
    }

    /// Adds a value and answers with its placeholder, for use outside the conditions.
    pub(super) fn bind(&mut self, value: Value) -> String {
        self.values.push(value);
        format!("${}", self.values.len())
    }

    /// The conditions, with WHERE.
    pub(super) fn text(&self) -> String {
        if self.conditions.is_empty() { String::new() } else { format!("WHERE {}", self.conditions.join(" AND ")) }
    }
}

/// Binds the values of a filter to a query, in order.
macro_rules! bind_all {
    ($query:expr, $values:expr) => {{
        let mut query = $query;
        for value in $values {
            query = match value {
                $crate::store::filter::Value::Int(value) => query.bind(value),
                $crate::store::filter::Value::Text(value) => query.bind(value),
            };
        }
        query
    }};
}
pub(super) use bind_all;
