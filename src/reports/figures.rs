//! Every figure of every report, each defined once. The words stand in the report itself and in docs/reports.md.

use super::shape::{Figure, Kind};

/// A figure.
macro_rules! fig {
    ($name:ident, $id:literal, $title:literal, $kind:ident, $words:literal) => {
        #[doc = $words]
        pub static $name: Figure = Figure { id: $id, title: $title, kind: Kind::$kind, words: $words };
    };
}

mod work;

pub use work::*;

// Who, where and when.

fig!(
    ORGANISATION,
    "organisation",
    "Organisation",
    Text,
    "Id of the organisation that answers for the homes. An organisation stands for a contract: whoever pays has one of their own."
);
fig!(ORGANISATION_NAME, "organisation_name", "Name of the organisation", Text, "Its name in the register.");
fig!(
    MONTH,
    "month",
    "Month",
    Text,
    "Calendar month (yyyy-mm) in the organisation's own time zone, by the moment at which an alert was raised."
);
fig!(
    HOUR,
    "hour",
    "Hour",
    Count,
    "Hour of the day, 0 to 23, on the wall of the organisation's zone, by the moment at which an alert was raised."
);
fig!(WEEKDAY, "weekday", "Day of the week", Count, "1 Monday to 7 Sunday, in the organisation's zone.");
fig!(LOCALITY, "locality", "Scheme or locality", Text, "The home's locality as the register has it now.");
fig!(RULE, "rule", "Rule", Text, "Id of the rule that raised the alert.");
fig!(RULE_TITLE, "rule_title", "Title of the rule", Text, "What the rule is called.");
fig!(
    EVENT_KIND,
    "kind",
    "Kind of event",
    Text,
    "Kind of the first event that the alert rests on; empty for alerts raised by hand or by silence."
);
fig!(MODEL, "model", "Model", Text, "Model of the sensor or gateway, as the register has it; empty when nobody entered it.");
fig!(
    LANE,
    "lane",
    "Lane",
    Text,
    "emergency (queue care), health (queue health), fault (queue technical) or test. Whatever is a test is only that."
);
fig!(HOME, "home", "Home", Text, "Id of the home.");
fig!(HOME_NAME, "home_name", "Name of the home", Text, "Its name in the register.");
fig!(ALERT, "alert", "Alert", Text, "Id of the alert.");
fig!(RAISED_AT, "raised_at", "Raised", Time, "When the alert was raised.");
fig!(OPERATOR, "operator", "Operator", Text, "Id of the person or system that accepted the alert first.");
fig!(OPERATOR_NAME, "operator_name", "Name of the operator", Text, "Their name in the register.");
fig!(OUTCOME, "outcome", "Outcome", Text, "Code with which the alert was closed.");
fig!(OUTCOME_TITLE, "outcome_title", "Title of the outcome", Text, "The code in the words of the list of outcomes.");
fig!(GROUP, "group", "Group", Text, "What the outcome counts as, by the list of outcomes.");

// Answer times.

fig!(
    CALLS,
    "calls",
    "Alarm calls",
    Count,
    "Alerts of the emergency lane that were raised in the period: queue care, and no test. However they ended: no closing code takes one out."
);
fig!(ANSWERED, "answered", "Answered", Count, "Alarm calls that somebody has accepted.");
fig!(
    UNANSWERED,
    "unanswered",
    "Not answered yet",
    Count,
    "Alarm calls that nobody has accepted by now. They count as alarm calls, and never as answered in time."
);
fig!(
    WITHIN_TARGET,
    "within_target",
    "Answered in {response.answer_target_s} s",
    Count,
    "Alarm calls accepted at most {response.answer_target_s} seconds after the first receipt of the signal at the centre's edge."
);
fig!(
    WITHIN_TARGET_SHARE,
    "within_target_percent",
    "Answered in {response.answer_target_s} s, percent",
    Percent,
    "Of all alarm calls, rounded down to two decimals."
);
fig!(
    TARGET_MET,
    "target_met",
    "First mark met",
    YesNo,
    "Whether at least {reports.target_percent} percent of the alarm calls were answered in {response.answer_target_s} seconds."
);
fig!(
    WITHIN_LIMIT,
    "within_limit",
    "Answered in {response.answer_limit_s} s",
    Count,
    "Alarm calls accepted at most {response.answer_limit_s} seconds after the first receipt."
);
fig!(
    WITHIN_LIMIT_SHARE,
    "within_limit_percent",
    "Answered in {response.answer_limit_s} s, percent",
    Percent,
    "Of all alarm calls, rounded down to two decimals."
);
fig!(
    LIMIT_MET,
    "limit_met",
    "Second mark met",
    YesNo,
    "Whether at least {reports.limit_percent} percent of the alarm calls were answered in {response.answer_limit_s} seconds."
);
fig!(
    OVER_LIMIT,
    "over_limit",
    "Breaches",
    Count,
    "Alarm calls accepted later than {response.answer_limit_s} seconds, or not accepted and waiting for longer than that. Each is listed with its cause."
);
fig!(
    MEDIAN,
    "median_s",
    "Median wait",
    Seconds,
    "The wait that half of the answered alarm calls did not exceed, in seconds; parts of a second count as one."
);
fig!(P90, "p90_s", "90th percentile", Seconds, "The wait that nine in ten of the answered alarm calls did not exceed.");
fig!(P99, "p99_s", "99th percentile", Seconds, "The wait that 99 in a hundred of the answered alarm calls did not exceed.");
fig!(LONGEST, "longest_s", "Longest wait", Seconds, "The longest wait of an answered alarm call.");
fig!(WAIT, "wait_s", "Wait", Seconds, "Seconds from the first receipt until somebody accepted the alert; empty when nobody has.");
fig!(CAUSE, "cause", "Cause", Text, "Why the answer came too late, in the words of whoever closed the alert; empty while it is open.");

// Activations.

fig!(ALERTS, "alerts_count", "Alerts", Count, "Alerts of all lanes raised in the period.");
fig!(EMERGENCIES, "emergencies", "Emergencies", Count, "Alerts of the emergency lane: queue care, and no test.");
fig!(HEALTH, "health_alerts", "Health", Count, "Alerts of the queue health that are no tests.");
fig!(FAULTS, "faults", "Faults", Count, "Alerts of the queue technical that are no tests.");
fig!(TESTS, "tests", "Tests", Count, "Alerts of the test lane.");
fig!(
    ACTIVATIONS,
    "activations",
    "Activations",
    Count,
    "Signals: each alert counts as often as it was activated while it was open, the first included."
);
fig!(
    REPEAT_CALLS,
    "repeat_calls",
    "Calls of one home",
    Count,
    "Alerts of the emergency lane from one home in the period; listed are homes with more than {reports.repeat_calls}, at most two hundred of them."
);

// Outcomes.

fig!(CLOSED, "closed", "Closed", Count, "Alarm calls (emergency lane) that are closed.");
fig!(
    ENDED,
    "ended",
    "Ended calls",
    Count,
    "Closed alarm calls whose outcome is not of the groups test, equipment or duplicate: what the rates are taken of."
);
fig!(
    EMERGENCY_SERVICE,
    "emergency_service",
    "Emergency service",
    Count,
    "Closed alarm calls with an outcome of the group emergency_service."
);
fig!(EMERGENCY_SERVICE_SHARE, "emergency_service_percent", "Emergency service, percent", Percent, "Of the ended calls, rounded down.");
fig!(NO_RESPONSE, "no_response", "No response", Count, "Closed alarm calls with an outcome of the group no_response.");
fig!(NO_RESPONSE_SHARE, "no_response_percent", "No response, percent", Percent, "Of the ended calls, rounded down.");
fig!(REASSURED, "reassured", "Reassured", Count, "Closed alarm calls with an outcome of the group reassured.");
fig!(
    ATTENDED,
    "attended",
    "Attended",
    Count,
    "Closed alarm calls with an outcome of the group attended: somebody went there, no emergency service."
);
fig!(ACCIDENTAL, "accidental", "Accidental", Count, "Closed alarm calls with an outcome of the group accidental.");
fig!(WITH_OUTCOME, "with_outcome", "Alerts", Count, "Closed alerts of this lane with this outcome.");
fig!(SERIOUS, "serious", "Serious", Count, "Closed alarm calls with an outcome that the list of outcomes calls serious. Each is listed.");
