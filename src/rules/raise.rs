//! From a reason to a whole alert: people, call-back, settings, marks and words around it.

use std::sync::Arc;

use super::condition::Finding;
use super::decide::Context;
use super::explain;
use super::instant::{time, us};
use super::outcome::{Evidence, Raise};
use super::rule::Subject;
use super::scope::Scope;
use super::subject;
use crate::domain::alert::{Queue, RuleRef};
use crate::domain::event::{Event, Reading};
use crate::domain::home::{Home, is_unclaimed};

/// Priority in the test lane.
const TEST_PRIORITY: u8 = 5;

/// The alert of an `each` rule.
pub(super) fn of_event(scope: &Scope, event: &Event) -> Raise {
    let finding = Finding {
        at: us(event.at),
        explanation: explain::each(scope, &scope.rule.rule.title, event, reading(event)),
        evidence: vec![Evidence::Event(Box::new(event.clone()))],
        late_s: event.body.marks.late_s,
        compared: Vec::new(),
        blind_rules: Vec::new(),
    };
    of_finding(scope, finding, Some(event))
}

/// The alert of a finding; `event` is the one that was looked at, if it was one.
pub(super) fn of_finding(scope: &Scope, finding: Finding, event: Option<&Event>) -> Raise {
    let (context, rule) = (scope.context, &scope.rule.rule);
    let home = context.home;
    let test = event.is_some_and(|event| event.body.test);
    let gateway: Option<Arc<str>> = event.map(|event| event.gateway.clone()).or_else(|| scope.whose.gateway().map(Arc::from));
    let device = event.map_or_else(|| scope.whose.address().map(str::to_owned), |event| event.device.clone());
    let named = event.and_then(|event| event.resident.as_deref()).or(scope.whose.resident());
    let resident = match &gateway {
        Some(gateway) => home.attribute(gateway, device.as_deref(), named),
        None => named.map(str::to_owned).or_else(|| if let [only] = home.residents.as_slice() { Some(only.clone()) } else { None }),
    };
    Raise {
        rule: RuleRef { id: rule.id.clone(), revision: context.rules.revision, title: rule.title.clone() },
        subject: scope.subject.to_owned(),
        queue: if test { Queue::Test } else { rule.queue },
        priority: if test { TEST_PRIORITY } else { priority(scope.number(&rule.priority)) },
        policy: rule.policy.clone(),
        occurred_at: time(finding.at),
        late_s: finding.late_s,
        explanation: finding.explanation + &explain::lateness(finding.late_s),
        evidence: finding.evidence,
        settings: scope.settings(),
        instructions: rule.instructions.clone(),
        resident,
        call_back: call_back(home, gateway.as_ref(), device.as_deref()),
        marks: marks(home, gateway.as_ref(), event, finding.late_s),
        device,
        gateway,
        test,
        shadow: rule.shadow,
        compared: finding.compared,
        blind_rules: finding.blind_rules,
    }
}

/// The alert of an alarm for which no rule in force raised one.
pub(super) fn fallback(context: &Context, event: &Event) -> Raise {
    let home = context.home;
    let subject = subject::of_event(Subject::Device, home, event);
    let title = explain::title(&event.kind);
    let late_s = event.body.marks.late_s;
    Raise {
        rule: RuleRef { id: event.kind.clone(), revision: context.rules.revision, title: title.clone() },
        queue: if event.body.test { Queue::Test } else { Queue::Care },
        priority: if event.body.test { TEST_PRIORITY } else { 1 },
        policy: None,
        occurred_at: event.at,
        late_s,
        explanation: format!(
            "{title} at {}; no rule in force raises an alert for it, so Harken does{}",
            explain::local(context, us(event.at)),
            explain::lateness(late_s)
        ),
        evidence: vec![Evidence::Event(Box::new(event.clone()))],
        settings: std::collections::BTreeMap::new(),
        instructions: vec![
            "Speak to the person and find out what they need.".to_owned(),
            "No answer is an emergency: send somebody.".to_owned(),
            "Tell the care manager that the rules in force say nothing about this kind of alarm.".to_owned(),
        ],
        resident: home.attribute(&event.gateway, event.device.as_deref(), event.resident.as_deref()),
        device: event.device.clone(),
        gateway: Some(event.gateway.clone()),
        call_back: call_back(home, Some(&event.gateway), event.device.as_deref()),
        marks: marks(home, Some(&event.gateway), Some(event), late_s),
        test: event.body.test,
        shadow: false,
        compared: Vec::new(),
        blind_rules: Vec::new(),
        subject,
    }
}

pub(super) fn priority(number: f64) -> u8 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 1 and 5")]
    let priority = if number.is_nan() { 1 } else { number.round().clamp(1.0, 5.0) as u8 };
    priority
}

fn reading(event: &Event) -> Option<String> {
    let unit = event.body.unit.as_deref().unwrap_or_default();
    match event.body.value.as_ref()? {
        Reading::Number(value) => Some(explain::reading(*value, unit)),
        Reading::Bool(_) => None,
        Reading::Text(text) => Some(text.chars().take(80).collect()),
    }
}

/// Where to speak to the person: at the device, else at the gateway, else at the home.
fn call_back(home: &Home, gateway: Option<&Arc<str>>, device: Option<&str>) -> Option<String> {
    let of_device = gateway.zip(device).and_then(|(gateway, address)| home.device(gateway, address)?.call_back.clone());
    let of_gateway = || gateway.and_then(|gateway| home.gateways.get(gateway)?.call_back.clone());
    of_device.or_else(of_gateway).or_else(|| home.call_back.clone())
}

fn marks(home: &Home, gateway: Option<&Arc<str>>, event: Option<&Event>, late_s: Option<i64>) -> Vec<String> {
    let archived = home.archived || gateway.and_then(|gateway| home.gateways.get(gateway)).is_some_and(|gateway| gateway.archived);
    let how = event.map(|event| &event.body.marks);
    let marks = [
        (late_s.is_some(), "late"),
        (how.is_some_and(|marks| marks.beyond_window), "beyond_window"),
        (how.is_some_and(|marks| marks.retained), "retained"),
        (how.is_some_and(|marks| marks.clock_off), "clock_off"),
        (how.is_some_and(|marks| marks.test_mode), "test_mode"),
        (how.is_some_and(|marks| marks.reused_id.is_some()), "id_reused"),
        (how.is_some_and(|marks| !marks.set_aside.is_empty()), "fields_set_aside"),
        (how.is_some_and(|marks| marks.kind_as_sent.is_some()), "kind_not_known"),
        (archived, "archived"),
        (is_unclaimed(&home.key), "unregistered"),
    ];
    marks.into_iter().filter(|(holds, _)| *holds).map(|(_, mark)| mark.to_owned()).collect()
}
