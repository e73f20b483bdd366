//! From a scenario's lines to events and outages, and through the rules to alerts.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta};

use super::file::{File, Place, Scenario};
use super::moment::{Days, Moment};
use super::timeline::{Said, What};
use super::verdict::{Verdict, judge};
use super::{Fault, read};
use crate::clock::Time;
use crate::domain::catalogue::{Class, class_of};
use crate::domain::dating::Dating;
use crate::domain::event::{Body, Event, Marks};
use crate::domain::home::excuse::{Excuse, TestMode};
use crate::domain::home::{Device, Gateway, Home};
use crate::domain::notice::UNREADABLE_ALARM;
use crate::domain::plan::{Plan, PlanEnds};
use crate::rules::{Interval, Limits, Memory, RuleFile, RuleSet};
use crate::trial::{Circumstances, Player, TrialAlert};

/// Reads a file, plays all its scenarios by the rules of `base` and the file's own, and judges them.
///
/// # Errors
/// Everything in the file that must be mended before it can be played.
pub fn run(name: &str, text: &str, base: &[RuleFile], limits: Limits) -> Result<Vec<Verdict>, Vec<Fault>> {
    let file = read(name, text)?;
    let rules = compile(&file, base)?;
    let mut faults = Vec::new();
    let mut verdicts = Vec::new();
    for scenario in &file.scenarios {
        match play(&file.name, scenario, &rules, limits) {
            Ok(alerts) => verdicts.push(judge(&file.name, scenario, &rules, &alerts)),
            Err(more) => faults.extend(more),
        }
    }
    if faults.is_empty() { Ok(verdicts) } else { Err(faults) }
}

/// The rules of `base`, with the file's own in the place of those of the same id.
fn compile(file: &File, base: &[RuleFile]) -> Result<Arc<RuleSet>, Vec<Fault>> {
    let own: BTreeSet<&str> = file.rules.iter().map(|(_, rule)| rule.id.as_str()).collect();
    let mut files: Vec<RuleFile> = base.to_vec();
    for each in &mut files {
        each.rules.retain(|rule| !own.contains(rule.id.as_str()));
    }
    files.push(RuleFile::new(&file.name, file.rules.iter().map(|(_, rule)| rule.clone()).collect()));
    RuleSet::compile(1, &files).map(Arc::new).map_err(|faults| {
        let line = |id: &Option<String>| file.rules.iter().find(|(_, rule)| Some(&rule.id) == id.as_ref()).map_or(1, |(line, _)| *line);
        faults
            .into_iter()
            .map(|fault| Fault { file: fault.file.clone(), line: fault.line.unwrap_or_else(|| line(&fault.rule)), text: fault.to_string() })
            .collect()
    })
}

/// Plays one scenario.
///
/// # Errors
/// What in it cannot be: a setting that no rule has, a time that no wall shows, a rule that does not exist.
pub fn play(file: &str, scenario: &Scenario, rules: &Arc<RuleSet>, limits: Limits) -> Result<Vec<TrialAlert>, Vec<Fault>> {
    let stage = Stage { file, scenario, limits };
    stage.check(rules)?;
    let (down, away) = stage.outages()?;
    let events = stage.events(&down, &away)?;
    let mut home = home(&scenario.place, scenario.from);
    stage.excuse(&mut home)?;
    let known = home.gateways.iter().filter(|(_, gateway)| gateway.registered_at < scenario.from);
    let heard = known.map(|(id, _)| (id.clone(), scenario.from)).collect();
    let circumstances = Circumstances { limits, down: down.into(), up: HashMap::new(), heard, closed_after: None };
    let mut player = Player::new(home, rules.clone(), circumstances, scenario.from);
    for together in events.chunk_by(|one, two| one.received_at == two.received_at) {
        player.receive(together);
    }
    player.until(scenario.until);
    Ok(player.finish())
}

fn home(place: &Place, from: Time) -> Home {
    let registered_at = from - TimeDelta::hours(i64::from(place.registered_hours_before));
    let gateway = || Gateway { registered_at, call_back: None, archived: false };
    let mut plan = Plan {
        organisation: place.organisation_plan.clone(),
        home: place.plan.clone(),
        residents: BTreeMap::new(),
        devices: BTreeMap::new(),
        ends: PlanEnds::default(),
    };
    let mut devices = HashMap::new();
    for (address, part) in &place.devices {
        let gateway = part.gateway.as_deref().or(place.gateways.first().map(String::as_str)).unwrap_or_default();
        let device = Device { id: format!("id-{address}"), resident: part.resident.clone(), call_back: None };
        plan.devices.insert(device.id.clone(), part.plan.clone());
        devices.insert((Arc::from(gateway), address.clone()), device);
    }
    Home {
        key: "home".to_owned(),
        organisation: place.organisation.clone(),
        zone: place.zone,
        call_back: None,
        archived: place.archived,
        gateways: place.gateways.iter().map(|id| (Arc::from(id.as_str()), gateway())).collect(),
        devices,
        residents: place.residents.clone(),
        plan,
        excuses: Vec::new(),
        tests: Vec::new(),
    }
}

/// When gateways could not reach us.
type Away = HashMap<String, Vec<Interval>>;

struct Stage<'a> {
    file: &'a str,
    scenario: &'a Scenario,
    limits: Limits,
}

impl Stage<'_> {
    fn fault(&self, line: usize, text: String) -> Fault {
        Fault { file: self.file.to_owned(), line, text }
    }

    /// Names that lead nowhere would make a test that can never fail.
    fn check(&self, rules: &RuleSet) -> Result<(), Vec<Fault>> {
        let (place, organisation) = (&self.scenario.place, &self.scenario.place.organisation);
        let overrides = place.plan.iter().chain(&place.organisation_plan).chain(place.devices.values().flat_map(|device| &device.plan));
        let wrong = overrides.filter_map(|(name, value)| rules.accepts(organisation, name, value).err());
        let mut faults: Vec<Fault> = wrong.map(|why| self.fault(self.scenario.line, why)).collect();
        let expected = self.scenario.expect.iter().map(|each| (each.line, each.rule.as_str()));
        let silent = self.scenario.silent.iter().filter_map(|each| match each {
            super::file::Silence::Rule(rule, _) => Some((self.scenario.line, rule.as_str())),
            super::file::Silence::Everything => None,
        });
        for (line, rule) in expected.chain(silent) {
            if rules.rule_for(rule, organisation).is_none() && rule != crate::response::matter::RULE_FAULT {
                faults.push(self.fault(line, format!("there is no rule `{rule}`; `harken rules list` names those that are there")));
            }
        }
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }

    /// The instants that a line speaks of.
    fn times(&self, line: usize, days: Days, moment: &Moment) -> Result<Vec<Time>, Fault> {
        let days = moment.day.unwrap_or(days);
        let dates = days.dates(self.scenario.first);
        let all = dates.into_iter().map(|date| moment.on(date, self.scenario.place.zone));
        all.collect::<Result<_, _>>().map_err(|text| self.fault(line, text))
    }

    /// Our own outages, and those of the gateways' ways to us.
    fn outages(&self) -> Result<(Vec<Interval>, Away), Vec<Fault>> {
        let mut own: Vec<(Time, bool)> = Vec::new();
        let mut away: HashMap<String, Vec<(Time, bool)>> = HashMap::new();
        for line in &self.scenario.lines {
            let times = || self.times(line.number, line.days, &line.moment).map_err(|fault| vec![fault]);
            match &line.what {
                What::Harken(up) => own.extend(times()?.into_iter().map(|at| (at, *up))),
                What::Gateway(which, up) => {
                    let all = self.scenario.place.gateways.iter().filter(|id| which.as_ref().is_none_or(|which| which == *id));
                    for gateway in all {
                        away.entry(gateway.clone()).or_default().extend(times()?.into_iter().map(|at| (at, *up)));
                    }
                }
                What::Said(_) | What::Excuse(_) => {}
            }
        }
        let until = self.scenario.until;
        Ok((intervals(own, until), away.into_iter().map(|(gateway, turns)| (gateway, intervals(turns, until))).collect()))
    }

    /// What excuses the home's rules, and when installers test there.
    fn excuse(&self, home: &mut Home) -> Result<(), Vec<Fault>> {
        for line in &self.scenario.lines {
            let What::Excuse(said) = &line.what else { continue };
            let one = |fault| vec![fault];
            let device = said.device.as_ref().map(|address| {
                let known = home.devices.iter().find(|((_, each), _)| each == address).map(|(_, device)| device.id.clone());
                known.ok_or_else(|| {
                    vec![self.fault(line.number, format!("there is no device `{address}`; describe it in [home.devices.{address}]"))]
                })
            });
            let device = device.transpose()?;
            for from in self.times(line.number, line.days, &line.moment).map_err(one)? {
                let until = self.times(line.number, self.day_of(from), &said.until).map_err(one)?.first().copied().unwrap_or(from);
                if until <= from {
                    return Err(vec![
                        self.fault(line.number, "it ends before it begins; give its end the day, such as `until day 2 08:00`".to_owned()),
                    ]);
                }
                match said.what.excuses() {
                    Some(kind) => home.excuses.push(Excuse { kind, device: device.clone(), from, until }),
                    None => home.tests.push(TestMode { kinds: said.kinds.clone(), device: device.clone(), from, until }),
                }
            }
        }
        Ok(())
    }

    fn day_of(&self, at: Time) -> Days {
        Days::Date(at.with_timezone(&self.scenario.place.zone).date_naive())
    }

    /// All that arrives, in the order in which it does.
    fn events(&self, down: &[Interval], away: &Away) -> Result<Vec<Arc<Event>>, Vec<Fault>> {
        let none = Vec::new();
        let mut events = self.heartbeats(down, away);
        let mut faults = Vec::new();
        for line in &self.scenario.lines {
            let What::Said(said) = &line.what else { continue };
            let gateway = said.gateway.clone().or_else(|| self.of_device(said)).unwrap_or_default();
            if !self.scenario.place.gateways.contains(&gateway) {
                faults.push(self.fault(line.number, format!("there is no gateway `{gateway}`; name it in `gateways` of the home")));
                continue;
            }
            let lost = away.get(&gateway).unwrap_or(&none);
            match self.times(line.number, line.days, &line.moment) {
                Err(fault) => faults.push(fault),
                Ok(times) => {
                    for at in times {
                        match self.arrival(line.number, line.days, said, at, lost, down) {
                            Ok(received_at) => events.push(self.event(said, &gateway, at, received_at, events.len())),
                            Err(fault) => faults.push(fault),
                        }
                    }
                }
            }
        }
        if let Some(outside) = self.scenario.lines.iter().find(|line| self.is_outside(line)) {
            faults.push(
                self.fault(outside.number, "this happens before `from` or after `until`; give it its day, such as `day 2`".to_owned()),
            );
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        events.sort_by_key(|event| event.received_at);
        let mut events = once_each(events);
        // What gateways' clocks show is remembered as in the engine.
        let mut memory = Memory::new();
        for event in &mut events {
            memory.date(event, &self.dating(), 1);
        }
        Ok(events.into_iter().map(Arc::new).filter(|event| event.received_at <= self.scenario.until).collect())
    }

    fn is_outside(&self, line: &super::timeline::Line) -> bool {
        let times = self.times(line.number, line.days, &line.moment).unwrap_or_default();
        let late = matches!(&line.what, What::Said(said) if said.arrives.is_some());
        times.iter().any(|at| *at > self.scenario.until || (*at < self.scenario.from && !late))
    }

    fn of_device(&self, said: &Said) -> Option<String> {
        let place = &self.scenario.place;
        let known = said.device.as_ref().and_then(|address| place.devices.get(address)?.gateway.clone());
        known.or_else(|| place.gateways.first().cloned())
    }

    fn arrival(&self, line: usize, days: Days, said: &Said, at: Time, lost: &[Interval], down: &[Interval]) -> Result<Time, Fault> {
        let arrives = match &said.arrives {
            Some(moment) => self.times(line, days, moment)?.first().copied().unwrap_or(at),
            None => after(lost, at),
        };
        Ok(after(down, arrives))
    }

    fn heartbeats(&self, down: &[Interval], away: &Away) -> Vec<Event> {
        let (place, none) = (&self.scenario.place, Vec::new());
        let every = TimeDelta::minutes(i64::from(place.heartbeat_minutes));
        if every.is_zero() {
            return Vec::new();
        }
        let mut events = Vec::new();
        for gateway in &place.gateways {
            let lost = away.get(gateway).unwrap_or(&none);
            let mut at = self.scenario.from;
            while at <= self.scenario.until {
                let heard = after(down, after(lost, at));
                // What a gateway could not send in its time it does not send later; it greets when it is back.
                let said = Said { kind: "heartbeat".to_owned(), ..Said::default() };
                events.push(self.event(&said, gateway, heard, heard, events.len()));
                at = at.max(heard) + every;
            }
        }
        events
    }

    /// The event, as it would be after the way in.
    fn event(&self, said: &Said, gateway: &str, claimed: Time, received_at: Time, number: usize) -> Event {
        let marks = Marks { retained: said.retained, ..Marks::default() };
        let home = home(&self.scenario.place, self.scenario.from);
        let gateway: Arc<str> = Arc::from(gateway);
        let data = serde_json::value::to_raw_value(&said.data).ok().filter(|_| !said.data.is_empty());
        let mut event = Event {
            id: said.id.clone().unwrap_or_else(|| format!("#{number}")),
            class: if said.kind == UNREADABLE_ALARM { Class::Alarm } else { class_of(&said.kind) },
            kind: said.kind.clone(),
            device: said.device.clone(),
            resident: home.attribute(&gateway, said.device.as_deref(), said.resident.as_deref()),
            gateway,
            at: received_at,
            claimed_at: Some(claimed),
            received_at,
            body: Body {
                value: said.value.clone(),
                values: (!said.values.is_empty()).then(|| said.values.clone()),
                unit: said.unit.clone(),
                test: said.test,
                data,
                marks,
            },
        };
        self.dating().date(&mut event, None);
        event
    }

    fn dating(&self) -> Dating {
        Dating { late_after: self.limits.late_after, lateness: self.limits.lateness, ..Dating::default() }
    }
}

/// When something that happens at `at` gets through `outages`.
fn after(outages: &[Interval], at: Time) -> Time {
    outages.iter().find(|outage| outage.from <= at && at < outage.until).map_or(at, |outage| outage.until)
}

/// From turns of a switch to the stretches in which it is off.
fn intervals(mut turns: Vec<(Time, bool)>, end: Time) -> Vec<Interval> {
    turns.sort();
    let (mut off, mut all) = (None, Vec::new());
    for (at, up) in turns {
        match (off, up) {
            (None, false) => off = Some(at),
            (Some(from), true) => {
                all.push(Interval { from, until: at });
                off = None;
            }
            _ => {}
        }
    }
    let for_good = end.checked_add_signed(TimeDelta::days(1)).unwrap_or(DateTime::<chrono::Utc>::MAX_UTC);
    all.extend(off.map(|from| Interval { from, until: for_good }));
    all
}

/// Kind, device and claimed time: what tells a repeat from another event under the same id.
type Content = (String, Option<String>, Option<Time>);

/// Without repeats; an id that comes again with other content is told.
fn once_each(events: Vec<Event>) -> Vec<Event> {
    let mut seen: HashMap<(Arc<str>, String), Content> = HashMap::new();
    let mut once = Vec::with_capacity(events.len());
    for mut event in events {
        let content = (event.kind.clone(), event.device.clone(), event.claimed_at);
        match seen.get(&(event.gateway.clone(), event.id.clone())) {
            Some(known) if *known == content => continue,
            Some(_) => {
                event.body.marks.reused_id = Some(event.id.clone());
                event.id = format!("{}-again-{}", event.id, once.len());
            }
            None => drop(seen.insert((event.gateway.clone(), event.id.clone()), content)),
        }
        once.push(event);
    }
    once
}
