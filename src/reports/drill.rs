//! From a figure to the alerts that it counts: the same conditions count and find.

use super::Question;
use super::shape::Figure;
use crate::domain::outcome::{self as domain, OutcomeGroup};
use crate::store::fact_queries::{Condition, Dim, Measure};
use crate::store::facts::Lane;

/// The parameters by which a row's alerts are found: name, and what it restricts.
pub const KEYS: &[(&str, Dim)] = &[
    ("month", Dim::Month),
    ("hour", Dim::Hour),
    ("weekday", Dim::Weekday),
    ("rule", Dim::Rule),
    ("kind", Dim::Kind),
    ("model", Dim::Model),
    ("home", Dim::Home),
    ("lane", Dim::Lane),
    ("outcome", Dim::Outcome),
    ("operator", Dim::Operator),
    ("owner", Dim::Owner),
];

/// An alarm call: whatever its lane is timed for an answer.
pub(super) const CALL: Condition = Condition::In(Lane::Emergency);

/// What the alerts meet that `figure` counts; `None` for what counts no alerts.
#[must_use]
pub fn conditions(figure: &str, question: &Question) -> Option<Vec<Condition>> {
    use Condition::{Answered, Closed, Is, Known, Late, NoOutcome, Open, Outcome, Unanswered, Within};
    let those = |which: &dyn Fn(&domain::Outcome) -> bool| {
        question.outcomes.all().iter().filter(|outcome| which(outcome)).map(|outcome| outcome.id.clone()).collect::<Vec<_>>()
    };
    let codes = |groups: &[OutcomeGroup]| those(&|outcome| groups.contains(&outcome.group));
    let ended = |group| vec![CALL, Outcome(codes(&[group]))];
    let marks = &question.marks;
    Some(match figure {
        "calls" | "emergencies" | "repeat_calls" => vec![CALL],
        "answered" => vec![CALL, Answered],
        "unanswered" => vec![CALL, Unanswered],
        "within_target" => vec![CALL, Within(marks.answer_target_s)],
        "within_limit" => vec![CALL, Within(marks.answer_limit_s)],
        "over_limit" => {
            let over = marks.answer_limit_s;
            vec![CALL, Late { over, by: question.now - chrono::TimeDelta::seconds(over) }]
        }
        "alerts_count" | "activations" | "in_span" => Vec::new(),
        "health_alerts" => vec![Condition::In(Lane::Health)],
        "faults" => vec![Condition::In(Lane::Fault)],
        "tests" => vec![Condition::In(Lane::Test)],
        "closed" => vec![CALL, Closed],
        "with_outcome" => vec![Closed],
        "ended" => vec![CALL, NoOutcome(codes(&[OutcomeGroup::Test, OutcomeGroup::Equipment, OutcomeGroup::Duplicate]))],
        "emergency_service" => ended(OutcomeGroup::EmergencyService),
        "no_response" => ended(OutcomeGroup::NoResponse),
        "reassured" => ended(OutcomeGroup::Reassured),
        "attended" => ended(OutcomeGroup::Attended),
        "accidental" => ended(OutcomeGroup::Accidental),
        "helped" => vec![CALL, Outcome(codes(&[OutcomeGroup::Reassured, OutcomeGroup::Attended]))],
        "serious" => vec![CALL, Outcome(those(&|outcome| outcome.serious))],
        "refused" => vec![CALL, Outcome(those(&|outcome| outcome.id.starts_with("refused")))],
        "false_alarms" => vec![CALL, Outcome(codes(&[OutcomeGroup::Accidental, OutcomeGroup::Equipment]))],
        "silences" => vec![Is(Dim::Rule, "gateway_silent".to_owned())],
        "tests_overdue" => vec![Is(Dim::Rule, "test_overdue".to_owned()), Open],
        "open_faults" => vec![Condition::In(Lane::Fault), Open],
        "accepted" => vec![Known(Dim::Operator)],
        _ => return None,
    })
}

/// Figures of things as they stand now: their alerts may have been raised before the period.
#[must_use]
pub fn stands_now(figure: &str) -> bool {
    matches!(figure, "open_faults" | "tests_overdue")
}

/// How a figure is counted.
pub(super) fn measure(figure: &Figure, question: &Question) -> Measure {
    if figure.id == "activations" {
        return Measure::Activations;
    }
    Measure::Count(conditions(figure.id, question).unwrap_or_default())
}
