//! What one look of one rule at one subject stands on: the context, the numbers in force, what was heard.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveTime;

use super::decide::Context;
use super::excused::{self, Excused};
use super::instant::{HOUR_US, MINUTE_US, Us, time, us};
use super::outcome::{Evidence, Sought};
use super::quantity::{LocalTime, Number, Span, length_us, parse_local_time, time_unit_us};
use super::set::{Compiled, mixed};
use super::subject::Whose;
use super::window::{Hours, Window};
use crate::domain::catalogue::Class;
use crate::domain::event::Event;
use crate::domain::home::Device;
use crate::domain::home::excuse::ExcuseKind;
use crate::domain::plan::{Plan, SettingValue};

/// One rule, one subject, now.
pub(super) struct Scope<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) rule: &'a Compiled,
    pub(super) subject: &'a str,
    /// Whose subject it is, read from its text.
    pub(super) whose: Whose<'a>,
    /// When this rule's clock for the subject is due, before this look.
    pub(super) armed: Option<Us>,
    /// When the rule rests.
    pub(super) excused: Excused,
    troubles: RefCell<Vec<String>>,
}

impl<'a> Scope<'a> {
    pub(super) fn new(context: &'a Context<'a>, rule: &'a Compiled, subject: &'a str, armed: Option<Us>) -> Self {
        let whose = Whose::read(subject);
        let excused = Excused::of(context, rule, &whose);
        Self { context, rule, subject, whose, armed, excused, troubles: RefCell::default() }
    }

    /// The time now.
    pub(super) fn now(&self) -> Us {
        us(self.context.now)
    }

    /// The device that the subject is, as registered, where its settings may differ from others.
    fn device(&self) -> Option<&'a Device> {
        let (gateway, address) = self.whose.gateway().zip(self.whose.address()).filter(|_| self.rule.needs_device)?;
        self.context.home.device(&Arc::from(gateway), address)
    }

    /// The number in force.
    pub(super) fn number(&self, number: &Number) -> f64 {
        match number {
            Number::Fixed(value) => *value,
            Number::Setting(name) => self.setting(name).number().unwrap_or_default(),
        }
    }

    /// The length of time in force.
    pub(super) fn span(&self, span: &Span) -> Us {
        let Some(name) = &span.setting else { return span.fixed().unwrap_or_default() };
        let unit = self.rule.setting(name).and_then(|(_, setting)| time_unit_us(&setting.unit)).unwrap_or(MINUTE_US);
        self.setting(name).number().and_then(|amount| length_us(amount, unit)).unwrap_or_default()
    }

    /// The window in force.
    pub(super) fn hours<'w>(&self, window: &'w Window) -> Hours<'w> {
        Hours { from: self.local_time(&window.from), to: self.local_time(&window.to), days: &window.days }
    }

    /// The time on the wall in force.
    pub(super) fn local_time(&self, wanted: &LocalTime) -> NaiveTime {
        match wanted {
            LocalTime::Fixed(fixed) => *fixed,
            LocalTime::Setting(name) => self.setting(name).text().and_then(parse_local_time).unwrap_or_default(),
        }
    }

    /// The value in force: the plan's, or the default where the plan's cannot be used (and that is a trouble).
    fn setting(&self, name: &str) -> &'a SettingValue {
        static NOTHING: SettingValue = SettingValue::Number(0.0);
        let (rule, plan): (&'a Compiled, &'a Plan) = (self.rule, &self.context.home.plan);
        let Some((full, setting)) = rule.setting(name) else { return &NOTHING };
        // Only where single devices or people have a plan of their own does it matter which it is.
        let device = if plan.devices.is_empty() && plan.residents.is_empty() { None } else { self.device() };
        let resident = self.resident(device);
        let Some(wished) = plan.lookup(full, device.map(|device| device.id.as_str()), resident, self.context.now) else {
            return &setting.default;
        };
        if setting.accepts(wished).is_ok() {
            return wished;
        }
        self.trouble(format!("the plan's value for {full} cannot be used, so its default holds; correct the plan of {}", self.subject));
        &setting.default
    }

    /// Whose plan bears on the subject: the person that it is, or to whom the device belongs, or the only one who lives there.
    fn resident(&self, device: Option<&'a Device>) -> Option<&'a str> {
        let home = self.context.home;
        if home.plan.residents.is_empty() {
            return None;
        }
        let only = || if let [only] = home.residents.as_slice() { Some(only.as_str()) } else { None };
        match self.whose {
            Whose::Resident(id) => Some(id),
            Whose::Device { address: "", .. } | Whose::Home => None,
            Whose::Device { .. } | Whose::Unattributed { .. } => device.and_then(|device| device.resident.as_deref()).or_else(only),
        }
    }

    /// What tells the rule's condition with the values that hold here from others: a state that was judged by others is looked through.
    pub(super) fn mark(&self) -> u32 {
        self.rule.rule.settings.keys().fold(self.rule.mark, |mark, name| match self.setting(name) {
            SettingValue::Number(number) => mixed(mark, &number.to_bits().to_le_bytes()),
            SettingValue::Bool(on) => mixed(mark, &[u8::from(*on)]),
            SettingValue::Text(text) => mixed(mark, text.as_bytes()),
        })
    }

    /// All settings of the rule as they are in force here.
    pub(super) fn settings(&self) -> BTreeMap<String, SettingValue> {
        self.rule.rule.settings.keys().map(|name| (name.clone(), self.setting(name).clone())).collect()
    }

    /// Whether the rule rests at `event`. It never does at an alarm.
    pub(super) fn rests_at(&self, event: &Event) -> bool {
        let home = self.context.home;
        if event.class == Class::Alarm || (home.excuses.is_empty() && self.excused.is_empty()) {
            return false;
        }
        let worked_on = || {
            let address = event.device.as_deref().filter(|_| self.rule.rests_for.contains(&ExcuseKind::Maintenance))?;
            Some(excused::is_worked_on(&home.excuses, &home.device(&event.gateway, address)?.id, us(event.at)))
        };
        self.excused.at(us(event.at)) || worked_on().unwrap_or(false)
    }

    /// Notes something that is wrong but did not stop the evaluation.
    pub(super) fn trouble(&self, text: String) {
        self.troubles.borrow_mut().push(text);
    }

    /// Whether something was.
    pub(super) fn is_troubled(&self) -> bool {
        !self.troubles.borrow().is_empty()
    }

    /// What was noted.
    pub(super) fn into_troubles(self) -> Vec<String> {
        self.troubles.into_inner()
    }

    /// When the subject's gateway was last heard; where the subject is not behind one gateway, the one that spoke last.
    pub(super) fn heard_last(&self) -> Option<Us> {
        self.heard_of_gateways().max()
    }

    /// The same, but of the one that has been silent longest.
    pub(super) fn heard_by_all(&self) -> Option<Us> {
        self.heard_of_gateways().min()
    }

    fn heard_of_gateways(&self) -> impl Iterator<Item = Us> {
        let one = self.whose.gateway();
        let heard = self.context.heard.iter().filter(move |(gateway, _)| match one {
            Some(one) => gateway.as_ref() == one,
            None => self.context.home.gateways.get(*gateway).is_some_and(|gateway| !gateway.archived),
        });
        heard.map(|(_, heard)| us(*heard))
    }

    /// When our own path was down, as far as it bears on what happened after `since`: from, and until the grace after it is over.
    pub(super) fn outages(&self, since: Us) -> Vec<(Us, Us)> {
        let grace = self.grace();
        let down = self.context.down.iter().map(|down| (us(down.from), us(down.until).saturating_add(grace)));
        let mut outages: Vec<(Us, Us)> = down.filter(|(_, until)| *until > since).collect();
        outages.sort_unstable();
        outages
    }

    /// How long after an outage of our own silence still does not count.
    pub(super) fn grace(&self) -> Us {
        self.context.limits.outage_grace.num_microseconds().unwrap_or_default().max(0)
    }

    /// The oldest instant that still matters for what may arrive late.
    pub(super) fn horizon(&self) -> Us {
        self.now().saturating_sub(self.context.limits.lateness.num_microseconds().unwrap_or(Us::MAX))
    }

    /// How late a report of what happened at `at` is now, in seconds, when it is late.
    pub(super) fn late_s(&self, at: Us) -> Option<i64> {
        let late = self.now().saturating_sub(at);
        let tolerated = self.context.limits.late_after.num_microseconds().unwrap_or_default();
        (late > tolerated).then_some(late / 1_000_000)
    }

    /// How long the gateway may be silent before it cannot be relied upon: as the rule on its own silence says, if there is one.
    pub(super) fn gateway_tolerance(&self) -> Us {
        let rule = self.context.rules.gateway_silence(&self.context.home.organisation);
        rule.map_or(HOUR_US, |(rule, absence)| Scope::new(self.context, rule, self.subject, None).span(&absence.after))
    }

    /// The time zone of the home.
    pub(super) fn zone(&self) -> chrono_tz::Tz {
        self.context.home.zone
    }

    /// An event of the subject that was stored earlier, as evidence.
    pub(super) fn sought(&self, at: Us, kinds: &[String]) -> Evidence {
        Evidence::Stored(Sought {
            at: time(at),
            kinds: kinds.to_vec(),
            gateway: self.whose.gateway().map(Into::into),
            device: self.whose.address().map(str::to_owned),
        })
    }
}
