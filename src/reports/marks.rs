//! The numbers that reports rest on and that are configuration.

use super::shape::Assumption;
use crate::config::Settings;

/// They are.
#[derive(Clone, Copy, Debug, PartialEq)]
#[allow(missing_docs, reason = "`config/harken.toml` says what each is")]
pub struct Marks {
    pub answer_target_s: i64,
    pub answer_limit_s: i64,
    pub attend_min: i64,
    pub attend_limit_min: i64,
    pub target_percent: f64,
    pub limit_percent: f64,
    pub attend_percent: f64,
    pub attend_limit_percent: f64,
    pub operator_norm: i64,
    pub flood: i64,
    pub repeat_calls: i64,
    pub avoided_attended_percent: f64,
    pub avoided_reassured_percent: f64,
    pub avoided_value: f64,
}

impl Marks {
    /// Those of the settings.
    #[must_use]
    pub fn of(settings: &Settings) -> Self {
        let reports = &settings.reports;
        Self {
            answer_target_s: settings.response.answer_target_s,
            answer_limit_s: settings.response.answer_limit_s,
            attend_min: settings.visits.attend_min,
            attend_limit_min: settings.visits.attend_limit_min,
            target_percent: reports.target_percent,
            limit_percent: reports.limit_percent,
            attend_percent: reports.attend_percent,
            attend_limit_percent: reports.attend_limit_percent,
            operator_norm: reports.operator_norm,
            flood: reports.flood,
            repeat_calls: reports.repeat_calls,
            avoided_attended_percent: reports.avoided_attended_percent,
            avoided_reassured_percent: reports.avoided_reassured_percent,
            avoided_value: reports.avoided_value,
        }
    }

    /// As a report states them.
    #[must_use]
    pub fn assumptions(&self) -> Vec<Assumption> {
        let each = |setting, value, words| Assumption { setting, value, words };
        vec![
            each("response.answer_target_s", self.answer_target_s as f64, "Seconds of the first mark for an answer."),
            each("response.answer_limit_s", self.answer_limit_s as f64, "Seconds of the second mark; a later answer is a breach."),
            each("reports.target_percent", self.target_percent, "Percent of the calls that must be answered within the first mark."),
            each("reports.limit_percent", self.limit_percent, "Percent of the calls that must be answered within the second mark."),
            each("visits.attend_min", self.attend_min as f64, "Minutes of the first mark for being there."),
            each("visits.attend_limit_min", self.attend_limit_min as f64, "Minutes of the second mark for being there."),
            each("reports.attend_percent", self.attend_percent, "Percent of the visits that must keep the first mark."),
            each("reports.attend_limit_percent", self.attend_limit_percent, "Percent of the visits that must keep the second mark."),
            each("reports.operator_norm", self.operator_norm as f64, "Alerts that an operator can well deal with in an hour."),
            each("reports.flood", self.flood as f64, "Alerts in ten minutes above which it is a flood."),
            each("reports.repeat_calls", self.repeat_calls as f64, "Calls of one home in the period above which it is listed."),
            each(
                "reports.avoided_attended_percent",
                self.avoided_attended_percent,
                "Percent of the attended calls that would have gone to an emergency service without this one.",
            ),
            each("reports.avoided_reassured_percent", self.avoided_reassured_percent, "The same of the calls that ended with reassurance."),
            each("reports.avoided_value", self.avoided_value, "What one avoided emergency call is worth, in your currency."),
        ]
    }
}
