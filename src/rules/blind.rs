//! Which rules see nothing while a gateway is silent: those that look at kinds which were ever heard through it, and nobody else in the home reports.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::condition::{self, Condition, Step};
use super::decide::Context;
use super::instant::us;
use super::memory::Memory;
use super::rule::Subject;
use super::scope::Scope;
use super::set::Compiled;
use super::subject;
use crate::domain::catalogue::class_of;

/// Under this name it is remembered, in the place of a rule's id.
pub(super) const RULE: &str = "#kinds";

/// Kinds that were heard through one gateway, and that rules look at.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct State(BTreeSet<String>);

/// More kinds than any gateway has that rules look at.
const AT_MOST: usize = 100;
/// Rules that are named in words; the alert lists all of them.
const IN_WORDS: usize = 6;

impl State {
    /// About how many bytes it holds beside itself.
    pub(super) fn weight(&self) -> usize {
        self.0.iter().map(|kind| kind.len() + 48).sum()
    }

    pub(super) fn contains(&self, kind: &str) -> bool {
        self.0.contains(kind) || self.0.len() >= AT_MOST
    }

    pub(super) fn insert(&mut self, kind: &str) {
        self.0.insert(kind.to_owned());
    }
}

/// Whether a rule waits or compares, and so can go blind without anybody noticing.
pub(super) fn watches(rule: &Compiled) -> bool {
    !matches!(rule.rule.condition, Condition::Each) && !is_of_silence(rule)
}

fn is_of_silence(rule: &Compiled) -> bool {
    matches!(rule.rule.condition, Condition::Absence(_)) && rule.rule.on.is_empty()
}

/// Where a gateway is found silent: which rules are blind, for the alert and in its words.
pub(super) fn name(scope: &Scope, memory: &Memory, step: &mut Step) {
    let Some(gateway) = scope.whose.gateway().filter(|_| !step.findings.is_empty() && is_of_silence(scope.rule)) else { return };
    let blind = rules(scope, memory, gateway);
    let titles: Vec<&str> = blind.iter().take(IN_WORDS).map(|rule| rule.rule.title.as_str()).collect();
    let more = blind.len().saturating_sub(IN_WORDS);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    for finding in &mut step.findings {
        if !blind.is_empty() {
            finding.explanation.push_str(". Until it is heard nobody watches: ");
            finding.explanation.push_str(&(titles.join(", ") + &more));
        }
        finding.blind_rules = blind.iter().map(|rule| rule.id.to_string()).collect();
    }
}

/// The blind rules, by their ids.
fn rules<'a>(scope: &Scope<'a>, memory: &Memory, gateway: &str) -> Vec<&'a Compiled> {
    let context: &'a Context<'a> = scope.context;
    let Some(heard) = memory.kinds_of(&subject::of_gateway(gateway)) else { return Vec::new() };
    let speaks = |other: &str| {
        let last = context.heard.get(other).map(|last| us(*last));
        last.is_some_and(|last| scope.now().saturating_sub(last) <= scope.gateway_tolerance())
    };
    let others: Vec<&State> = context
        .home
        .gateways
        .keys()
        .filter(|other| &***other != gateway && speaks(other))
        .filter_map(|other| memory.kinds_of(&subject::of_gateway(other)))
        .collect();
    let looks_at = |rule: &Compiled, kinds: &State| kinds.0.iter().any(|kind| rule.covers(kind, class_of(kind)));
    let is_blind = |rule: &&Compiled| {
        let shared = matches!(rule.rule.subject, Subject::Home | Subject::Resident);
        watches(rule) && !rule.rule.shadow && looks_at(rule, heard) && !(shared && others.iter().any(|other| looks_at(rule, other)))
    };
    let mut blind: Vec<&Compiled> = context.rules.at(&context.home.organisation).filter(is_blind).collect();
    blind.sort_by(|one, two| one.id.cmp(&two.id));
    blind
}

impl Memory {
    /// What was heard through a gateway, by the gateway's subject.
    fn kinds_of(&self, subject: &str) -> Option<&State> {
        if let condition::State::Kinds(state) = self.beside(RULE, subject)? { Some(state) } else { None }
    }

    /// Takes note that an event of `kind`, at which rules look, came through a gateway, by the gateway's subject.
    pub(super) fn note_kind(&mut self, subject: &str, kind: &str, revision: i64) {
        let known = self.kinds_of(subject);
        if known.is_some_and(|known| known.contains(kind)) {
            return;
        }
        let mut state = known.cloned().unwrap_or_default();
        state.insert(kind);
        self.keep_beside(RULE, subject, condition::State::Kinds(state), revision);
    }
}
