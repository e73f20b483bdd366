//! A revision of the rules, checked as a whole and indexed by kind: a rule that cannot match an event is never looked at for it.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::absence::Absence;
use super::check;
use super::condition::Condition;
use super::file::{RuleFault, RuleFile};
use super::rule::{On, Rule, Setting, Subject};
use crate::domain::catalogue::{self, Class};
use crate::domain::event::Event;
use crate::domain::home::excuse::ExcuseKind;
use crate::domain::plan::SettingValue;

/// All rules of one revision, ready to decide by.
#[derive(Debug)]
pub struct RuleSet {
    /// Its number.
    pub revision: i64,
    rules: Vec<Compiled>,
    common: Index,
    own: HashMap<String, Index>,
}

/// A rule with what is worked out once.
#[derive(Debug)]
pub(super) struct Compiled {
    pub(super) rule: Rule,
    pub(super) id: Arc<str>,
    /// Of what the meaning of its state hangs on; a state of another fingerprint is begun afresh.
    pub(super) fingerprint: String,
    /// What tells its condition as it is written from others.
    pub(super) mark: u32,
    /// What it rests for.
    pub(super) rests_for: Vec<ExcuseKind>,
    /// Whether settings may differ between devices.
    pub(super) needs_device: bool,
    /// All events that its condition or its `where` must see.
    sees: On,
    /// The settings by name, each with its full name, `rule.setting`. A few: they are found faster one by one than in a tree.
    settings: Vec<(String, String, Setting)>,
}

/// The rules of an organisation's homes: the common ones, and its own.
#[derive(Debug, Default)]
struct Index {
    by_kind: HashMap<String, (Class, Vec<usize>)>,
    by_class: HashMap<Class, Vec<usize>>,
    by_id: HashMap<Arc<str>, usize>,
    /// Rules on the silence of gateways.
    watching: Vec<usize>,
}

impl RuleSet {
    /// Checks all rules and makes them ready. A set with any fault is refused whole.
    ///
    /// # Errors
    /// Every fault found, each naming file, line, rule, field and the mend.
    pub fn compile(revision: i64, files: &[RuleFile]) -> Result<Self, Vec<RuleFault>> {
        let faults = check::all(files);
        if !faults.is_empty() {
            return Err(faults);
        }
        let rules: Vec<Compiled> = files.iter().flat_map(|file| file.rules.iter().cloned().map(Compiled::new)).collect();
        let organisations: BTreeSet<String> = rules.iter().filter_map(|rule| rule.rule.organisation.clone()).collect();
        let common = Index::new(&rules, None);
        let own = organisations.into_iter().map(|name| (name.clone(), Index::new(&rules, Some(&name)))).collect();
        Ok(Self { revision, rules, common, own })
    }

    /// The rule of this id: the common one, or the first that an organisation has of its own.
    #[must_use]
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        let common = self.common.by_id.get(id).map(|index| &self.rules[*index].rule);
        common.or_else(|| self.rules().find(|rule| rule.id == id))
    }

    /// The rule of this id that holds at the homes of `organisation`.
    #[must_use]
    pub fn rule_for(&self, id: &str, organisation: &str) -> Option<&Rule> {
        self.find(id, organisation).map(|compiled| &compiled.rule)
    }

    /// All rules, in the order of the files.
    pub fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.rules.iter().map(|compiled| &compiled.rule)
    }

    /// The rules as one JSON document of the same shape as the files: what a revision is stored as.
    #[must_use]
    pub fn to_json(&self) -> String {
        #[derive(Serialize)]
        struct Document<'a> {
            rule: Vec<&'a Rule>,
        }
        serde_json::to_string(&Document { rule: self.rules().collect() }).unwrap_or_default()
    }

    /// Whether a plan of `organisation`'s may set `name` (`rule.setting`) to `value`.
    ///
    /// # Errors
    /// When there is no such setting, or the value is of the wrong type or out of bounds; the text says what may be set.
    pub fn accepts(&self, organisation: &str, name: &str, value: &SettingValue) -> Result<(), String> {
        let (rule, setting) = name.split_once('.').ok_or_else(|| format!("`{name}`: write `rule.setting`"))?;
        let found = self.find(rule, organisation).ok_or_else(|| format!("`{name}`: there is no rule `{rule}`"))?;
        let Some((_, declared)) = found.setting(setting) else {
            let known: Vec<&str> = found.rule.settings.keys().map(String::as_str).collect();
            let known = if known.is_empty() { "it has none".to_owned() } else { format!("it has {}", known.join(", ")) };
            return Err(format!("`{name}`: rule `{rule}` has no setting `{setting}`; {known}"));
        };
        declared.accepts(value).map_err(|why| format!("`{name}`: {why}"))
    }

    /// Whether a plan of a person may set it: only what is kept of persons or of devices follows a person.
    ///
    /// # Errors
    /// As for [`RuleSet::accepts`], and when the setting is of a rule about the home or its gateway.
    pub fn accepts_of_resident(&self, organisation: &str, name: &str, value: &SettingValue) -> Result<(), String> {
        self.accepts(organisation, name, value)?;
        let of = name.split_once('.').and_then(|(rule, _)| self.find(rule, organisation));
        match of.map(|rule| rule.rule.subject) {
            Some(Subject::Home | Subject::Gateway) => {
                Err(format!("`{name}`: this rule looks at the home as a whole, not at one person; set it in the plan of the home"))
            }
            _ => Ok(()),
        }
    }

    /// What the rule `id` is called at the homes of `organisation`; none when it is not in force.
    #[must_use]
    pub fn title(&self, id: &str, organisation: &str) -> Option<&str> {
        self.find(id, organisation).map(|found| found.rule.title.as_str())
    }

    fn index(&self, organisation: &str) -> &Index {
        self.own.get(organisation).unwrap_or(&self.common)
    }

    pub(super) fn find(&self, id: &str, organisation: &str) -> Option<&Compiled> {
        self.index(organisation).by_id.get(id).map(|index| &self.rules[*index])
    }

    /// The rules at `organisation`'s homes that may have something to do with `event`.
    pub(super) fn candidates<'a>(&'a self, organisation: &str, event: &Event) -> impl Iterator<Item = &'a Compiled> + use<'a> {
        let index = self.index(organisation);
        let of_kind = index.by_kind.get(event.kind.as_str()).filter(|(class, _)| *class == event.class).map(|(_, rules)| rules);
        // The same kind in another class than the catalogue's (made by Harken itself): all rules that its name or its class could mean.
        let (first, second) = match of_kind {
            Some(rules) => (Some(rules), None),
            None => (index.by_class.get(&event.class), index.by_kind.get(event.kind.as_str()).map(|(_, rules)| rules)),
        };
        let only_second = |index: &&usize| first.is_none_or(|first| !first.contains(index));
        let second = second.into_iter().flatten().filter(only_second).copied().collect::<Vec<_>>();
        first.into_iter().flatten().copied().chain(second).map(|index| &self.rules[index])
    }

    /// All rules at `organisation`'s homes.
    pub(super) fn at(&self, organisation: &str) -> impl Iterator<Item = &Compiled> {
        self.index(organisation).by_id.values().map(|index| &self.rules[*index])
    }

    /// The rules on the silence of gateways at `organisation`'s homes.
    pub(super) fn watching(&self, organisation: &str) -> impl Iterator<Item = &Compiled> {
        self.index(organisation).watching.iter().map(|index| &self.rules[*index])
    }

    /// The first rule on the silence of gateways.
    pub(super) fn gateway_silence(&self, organisation: &str) -> Option<(&Compiled, &Absence)> {
        self.watching(organisation).find_map(|rule| match &rule.rule.condition {
            Condition::Absence(absence) => Some((rule, absence)),
            _ => None,
        })
    }
}

impl Compiled {
    fn new(rule: Rule) -> Self {
        Self {
            id: Arc::from(rule.id.as_str()),
            fingerprint: fingerprint(&rule),
            mark: mixed(NOTHING_MIXED, &serde_json::to_vec(&rule.condition).unwrap_or_default()),
            needs_device: matches!(rule.subject, Subject::Device | Subject::Resident) && !rule.settings.is_empty(),
            rests_for: rule.rests_for().to_vec(),
            sees: sees(&rule),
            settings: rule.settings.iter().map(|(name, setting)| (name.clone(), format!("{}.{name}", rule.id), setting.clone())).collect(),
            rule,
        }
    }

    /// Whether its condition must see `event`.
    pub(super) fn sees(&self, event: &Event) -> bool {
        self.sees.matches(event)
    }

    /// The kinds that its condition sees; none: by their classes.
    pub(super) fn kinds(&self) -> &[String] {
        if self.sees.classes.is_empty() { &self.sees.kinds } else { &[] }
    }

    /// Whether its condition looks at events of `kind`.
    pub(super) fn covers(&self, kind: &str, class: Class) -> bool {
        self.sees.covers(kind, class)
    }

    /// A setting with its full name.
    pub(super) fn setting(&self, name: &str) -> Option<(&str, &Setting)> {
        self.settings.iter().find(|(known, ..)| known == name).map(|(_, full, setting)| (full.as_str(), setting))
    }
}

/// Where [`mixed`] begins.
const NOTHING_MIXED: u32 = 0x811c_9dc5;

/// A short mark of `bytes` after what was mixed before (FNV-1a): the same in every process and version, since it is stored.
pub(super) fn mixed(mark: u32, bytes: &[u8]) -> u32 {
    bytes.iter().fold(mark, |mark, byte| (mark ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
}

const CLASSES: [Class; 6] = [Class::Alarm, Class::Cancel, Class::Activity, Class::Measurement, Class::Technical, Class::Unknown];

fn sees(rule: &Rule) -> On {
    if matches!(rule.condition, Condition::Absence(_)) && rule.on.is_empty() {
        return On { kinds: Vec::new(), classes: CLASSES.to_vec() };
    }
    let own = rule.condition.own();
    let (mut kinds, mut classes) = (rule.on.kinds.clone(), rule.on.classes.clone());
    kinds.extend(own.kinds);
    classes.extend(own.classes);
    On { kinds, classes }
}

/// What the meaning of a rule's state hangs on. Limits, lengths and windows are not in it: a state of facts is judged anew by them.
fn fingerprint(rule: &Rule) -> String {
    let meaning = (rule.subject, &rule.on, &rule.where_, rule.condition.name(), rule.condition.meaning());
    let text = serde_json::to_vec(&meaning).unwrap_or_default();
    Sha256::digest(text).iter().take(4).fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

impl Index {
    fn new(rules: &[Compiled], organisation: Option<&str>) -> Self {
        let own_ids: BTreeSet<&str> = rules
            .iter()
            .filter(|rule| organisation.is_some() && rule.rule.organisation.as_deref() == organisation)
            .map(|rule| rule.rule.id.as_str())
            .collect();
        let holds = |rule: &Compiled| match rule.rule.organisation.as_deref() {
            None => !own_ids.contains(rule.rule.id.as_str()),
            owner => owner == organisation,
        };
        let here: Vec<(usize, &Compiled)> = rules.iter().enumerate().filter(|(_, rule)| holds(rule)).collect();
        let matching = |kind: &str, class: Class| -> Vec<usize> {
            let concerned = |rule: &Compiled| rule.sees.covers(kind, class) || rule.rule.clear.covers(kind, class);
            here.iter().filter(|(_, rule)| concerned(rule)).map(|(index, _)| *index).collect()
        };
        let named = here.iter().flat_map(|(_, rule)| rule.sees.kinds.iter().chain(&rule.rule.clear.kinds).map(String::as_str));
        let kinds: BTreeSet<&str> = named.chain(catalogue::all().map(|(_, kind)| kind)).collect();
        let by_kind = kinds.into_iter().map(|kind| {
            let class = catalogue::class_of(kind);
            (kind.to_owned(), (class, matching(kind, class)))
        });
        let silence = |rule: &Compiled| matches!(rule.rule.condition, Condition::Absence(_)) && rule.rule.on.is_empty();
        Self {
            by_kind: by_kind.collect(),
            by_class: CLASSES.into_iter().map(|class| (class, matching("", class))).collect(),
            by_id: here.iter().map(|(index, rule)| (rule.id.clone(), *index)).collect(),
            watching: here.iter().filter(|(_, rule)| silence(rule)).map(|(index, _)| *index).collect(),
        }
    }
}
