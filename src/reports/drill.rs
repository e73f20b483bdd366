//! From a figure to the alerts that it counts: the same conditions count and find.

use super::Question;
use super::shape::Figure;
use crate::domain::outcome::OutcomeGroup;
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
    ("owner", Dim::Holder),
];

/// What the alerts meet that `figure` counts; `None` for what counts no alerts.
#[must_use]
pub fn conditions(figure: &str, question: &Question<'_>) -> Option<Vec<Condition>> {
    use Condition::{Answered, Closed, In, Late, NoOutcome, Open, Outcome, Timed, Unanswered, Within};
    let codes = |groups: &[OutcomeGroup]| {
        let all = question.outcomes.all().iter();
        all.filter(|outcome| groups.contains(&outcome.group)).map(|outcome| outcome.id.clone()).collect::<Vec<_>>()
    };
    let ended = |group| vec![Timed, Outcome(codes(&[group]))];
    let marks = &question.marks;
    Some(match figure {
        "calls" | "emergencies" | "repeat_calls" => vec![Timed],
        "answered" => vec![Timed, Answered],
        "unanswered" => vec![Timed, Unanswered],
        "within_target" => vec![Timed, Within(marks.answer_target_s)],
        "within_limit" => vec![Timed, Within(marks.answer_limit_s)],
        "over_limit" => {
            let over = marks.answer_limit_s;
            vec![Timed, Late { over, by: question.now - chrono::TimeDelta::seconds(over) }]
        }
        "alerts_count" | "activations" | "in_span" => Vec::new(),
        "health_alerts" => vec![In(Lane::Health)],
        "faults" => vec![In(Lane::Fault)],
        "tests" => vec![In(Lane::Test)],
        "closed" => vec![Timed, Closed],
        "with_outcome" => vec![Closed],
        "ended" => vec![Timed, NoOutcome(codes(&[OutcomeGroup::Test, OutcomeGroup::Equipment, OutcomeGroup::Duplicate]))],
        "emergency_service" => ended(OutcomeGroup::EmergencyService),
        "no_response" => ended(OutcomeGroup::NoResponse),
        "reassured" => ended(OutcomeGroup::Reassured),
        "attended" => ended(OutcomeGroup::Attended),
        "accidental" => ended(OutcomeGroup::Accidental),
        "helped" => vec![Timed, Outcome(codes(&[OutcomeGroup::Reassured, OutcomeGroup::Attended]))],
        "serious" => {
            let all = question.outcomes.all().iter();
            vec![Timed, Outcome(all.filter(|outcome| outcome.serious).map(|outcome| outcome.id.clone()).collect())]
        }
        "refused" => {
            let all = question.outcomes.all().iter();
            vec![Timed, Outcome(all.filter(|outcome| outcome.id.starts_with("refused")).map(|outcome| outcome.id.clone()).collect())]
        }
        "false_alarms" => vec![Timed, Outcome(codes(&[OutcomeGroup::Accidental, OutcomeGroup::Equipment]))],
        "silences" | "silent_now" => vec![Condition::Is(Dim::Rule, "gateway_silent".to_owned())],
        "tests_overdue" => vec![Condition::Is(Dim::Rule, "test_overdue".to_owned()), Open],
        "open_faults" => vec![In(Lane::Fault), Open],
        "accepted" => vec![Condition::Known(Dim::Operator)],
        _ => return None,
    })
}

/// Figures of things as they stand now: their alerts may have been raised before the period.
#[must_use]
pub fn stands_now(figure: &str) -> bool {
    matches!(figure, "open_faults" | "tests_overdue")
}

/// How a figure is counted.
pub(super) fn measure(figure: &Figure, question: &Question<'_>) -> Measure {
    if figure.id == "activations" {
        return Measure::Activations;
    }
    Measure::Count(conditions(figure.id, question).unwrap_or_default())
}
