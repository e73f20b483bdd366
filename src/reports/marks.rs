//! The numbers that reports rest on and that are configuration.

use super::shape::Assumption;
use crate::config::{Reports, Settings};

/// They are.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "`config/harken.toml` says what each is")]
pub struct Marks {
    pub answer_target_s: i64,
    pub answer_limit_s: i64,
    pub attend_min: i64,
    pub attend_limit_min: i64,
    /// The section `[reports]`.
    pub own: Reports,
}

impl Marks {
    /// Those of the settings.
    #[must_use]
    pub fn of(settings: &Settings) -> Self {
        let (response, visits) = (&settings.response, &settings.visits);
        Self {
            answer_target_s: response.answer_target_s,
            answer_limit_s: response.answer_limit_s,
            attend_min: visits.attend_min,
            attend_limit_min: visits.attend_limit_min,
            own: settings.reports.clone(),
        }
    }

    /// As a report states them.
    #[must_use]
    pub fn assumptions(&self) -> Vec<Assumption> {
        let each = |setting, value, words| Assumption { setting, value, words };
        vec![
            each("response.answer_target_s", self.answer_target_s as f64, "Seconds of the first mark for an answer."),
            each("response.answer_limit_s", self.answer_limit_s as f64, "Seconds of the second mark; a later answer is a breach."),
            each("reports.target_percent", self.own.target_percent, "Percent of the calls that must be answered within the first mark."),
            each("reports.limit_percent", self.own.limit_percent, "Percent of the calls that must be answered within the second mark."),
            each("visits.attend_min", self.attend_min as f64, "Minutes of the first mark for being there."),
            each("visits.attend_limit_min", self.attend_limit_min as f64, "Minutes of the second mark for being there."),
            each("reports.attend_percent", self.own.attend_percent, "Percent of the visits that must keep the first mark."),
            each("reports.attend_limit_percent", self.own.attend_limit_percent, "Percent of the visits that must keep the second mark."),
            each("reports.operator_norm", self.own.operator_norm as f64, "Alerts that an operator can well deal with in an hour."),
            each("reports.flood", self.own.flood as f64, "Alerts in ten minutes above which it is a flood."),
            each("reports.repeat_calls", self.own.repeat_calls as f64, "Calls of one home in the period above which it is listed."),
            each(
                "reports.avoided_attended_percent",
                self.own.avoided_attended_percent,
                "Percent of the attended calls that would have gone to an emergency service without this one.",
            ),
            each(
                "reports.avoided_reassured_percent",
                self.own.avoided_reassured_percent,
                "The same of the calls that ended with reassurance.",
            ),
            each("reports.avoided_value", self.own.avoided_value, "What one avoided emergency call is worth, in your currency."),
        ]
    }
}
