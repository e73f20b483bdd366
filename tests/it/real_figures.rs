//! What the default rules raise at real homes, and what each costs an operator: ten homes of the TIHM dataset played by the same code that decides live. The page
//! `docs/rules.md` shows the figures; `HARKEN_WRITE=1 cargo test --test it real_figures` writes them there anew.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use harken::domain::catalogue::{Class, class_of};
use harken::domain::event::{Body, Event, Reading};
use harken::domain::home::{Gateway, Home};
use harken::rules::{Interval, Limits, RuleSet, default_rules};
use harken::sim::message::Reading as Told;
use harken::sim::replay::recorded::Content;
use harken::sim::replay::{HowToRead, Recording};
use harken::trial::{Circumstances, Player};

use super::support::recordings;

/// Without any event for so long, a fixed rule would raise.
const FIXED: TimeDelta = TimeDelta::hours(4);
/// What such a rule raises in 100 home-days where it looks by day alone.
const FIXED_BY_DAY: f64 = 19.0;
/// Every such stretch must be named.
const NAMED: TimeDelta = TimeDelta::hours(24);

/// One home: its events by their times.
type Life = BTreeMap<String, Vec<Arc<Event>>>;

fn lives(files: &[std::path::PathBuf]) -> Life {
    let mut lives = Life::new();
    for file in files {
        let how = HowToRead { zone: Tz::Europe__London, gateway: String::new() };
        for stream in Recording::read(file, &how).expect("a recording").streams {
            let life = lives.entry(stream.gateway.to_string()).or_default();
            for (number, each) in stream.events.iter().enumerate() {
                let (Content::Told { kind, device, reading, .. }, Some(at)) = (&each.content, each.at) else { continue };
                let (value, values, unit) = match reading {
                    Told::One { value, unit } => (Some(Reading::Number(*value)), None, Some((*unit).to_owned())),
                    Told::Several { values, unit } => {
                        let values = values.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect();
                        (None, Some(values), Some((*unit).to_owned()))
                    }
                    Told::None {} => (None, None, None),
                };
                life.push(Arc::new(Event {
                    gateway: stream.gateway.clone(),
                    id: format!("{kind}-{number}"),
                    kind: (*kind).to_owned(),
                    class: class_of(kind),
                    device: Some(device.to_string()),
                    resident: None,
                    at,
                    claimed_at: Some(at),
                    received_at: at,
                    body: Body { value, values, unit, ..Body::default() },
                }));
            }
        }
    }
    for life in lives.values_mut() {
        life.sort_by_key(|event| event.at);
    }
    lives
}

/// The alerts of one home by the default rules: rule and time. Its gateway is taken to have been heard all the time, since the recording holds no heartbeats.
fn alerts(gateway: &str, life: &[Arc<Event>], rules: &Arc<RuleSet>) -> Vec<(String, DateTime<Utc>, DateTime<Utc>)> {
    let (Some(first), Some(last)) = (life.first(), life.last()) else { return Vec::new() };
    let (begin, id): (_, Arc<str>) = (first.at, Arc::from(gateway));
    let mut home = Home::unclaimed(gateway);
    gateway.clone_into(&mut home.key);
    home.zone = Tz::Europe__London;
    home.residents = vec!["person".to_owned()];
    home.gateways.insert(id.clone(), Gateway { registered_at: begin - TimeDelta::days(1), call_back: None, archived: false });
    let limits = Limits {
        outage_grace: TimeDelta::minutes(5),
        lateness: TimeDelta::hours(72),
        late_after: TimeDelta::seconds(60),
        away: TimeDelta::hours(24),
    };
    let up = Interval { from: begin, until: last.at };
    let circumstances = Circumstances {
        limits,
        down: Arc::new([]),
        up: HashMap::from([(id.clone(), vec![up])]),
        heard: HashMap::from([(id, begin)]),
        closed_after: Some(TimeDelta::hours(1)),
    };
    let mut player = Player::new(home, rules.clone(), circumstances, begin);
    for together in life.chunk_by(|one, two| one.received_at == two.received_at) {
        player.receive(together);
    }
    player.until(last.at);
    player.finish().into_iter().map(|each| (each.alert.rule.id, each.alert.raised_at, each.alert.occurred_at)).collect()
}

#[test]
fn the_default_rules_at_real_homes_cost_what_the_page_says_and_miss_no_day_of_silence() {
    let files = ["tihm/activity.csv.gz", "tihm/physiology.csv"].map(recordings::file);
    let files: Vec<_> = files.into_iter().flatten().collect();
    if files.len() < 2 {
        return;
    }
    let rules = Arc::new(RuleSet::compile(1, &default_rules().expect("rules")).expect("rules that compile"));
    let lives = lives(&files);
    let (mut counts, mut fixed, mut days) = (BTreeMap::<String, usize>::new(), 0, 0.0);
    let played: Vec<_> = std::thread::scope(|scope| {
        let begun: Vec<_> = lives.iter().map(|(gateway, life)| (gateway, life, scope.spawn(|| alerts(gateway, life, &rules)))).collect();
        begun.into_iter().map(|(gateway, life, playing)| (gateway, life, playing.join().expect("it plays"))).collect()
    });
    for (gateway, life, found) in played {
        for (rule, ..) in &found {
            *counts.entry(rule.clone()).or_default() += 1;
        }
        days += (life[life.len() - 1].at - life[0].at).num_seconds() as f64 / 86_400.0;
        for pair in life.windows(2) {
            let (from, until) = (pair[0].at, pair[1].at);
            fixed += usize::from(until - from >= FIXED);
            if until - from >= NAMED {
                // A reading of the body is no activity: what was told may have begun before the last of them.
                let active = life.iter().filter(|event| event.at <= from && event.class == Class::Activity).map(|event| event.at).max();
                let told = |raised: DateTime<Utc>| active.is_none_or(|active| raised > active) && raised <= from + NAMED;
                let named = found.iter().any(|(rule, raised, _)| rule == "inactivity" && told(*raised));
                assert!(named, "{gateway}: nothing from {from} until {until}, and nobody was told");
            }
        }
    }
    let per = |count: usize| count as f64 * 100.0 / days;
    let of = |rule: &str| counts.get(rule).copied().unwrap_or_default();
    let (ours, theirs) = (of("inactivity") + of("gateway_silent"), fixed);
    assert!(ours * 4 < theirs, "far fewer than a fixed rule: {ours} against {theirs}");
    assert!(per(ours) * 2.0 < FIXED_BY_DAY, "{}", per(ours));
    let mut page = format!(
        "{} homes, {days:.0} home-days. A fixed \"no event for 4 h\": {theirs} alerts, {:.1} in 100 home-days; `inactivity` and `gateway_silent` together: {ours}, {:.1}.\n\n\
         | rule | alerts | in 100 home-days |\n|---|---|---|\n",
        lives.len(),
        per(theirs),
        per(ours)
    );
    let mut rows: Vec<(&String, &usize)> = counts.iter().collect();
    rows.sort_by(|one, two| two.1.cmp(one.1).then(one.0.cmp(two.0)));
    let all: (String, usize) = ("all".to_owned(), counts.values().sum());
    let line = |(rule, count): (&String, &usize)| format!("| `{rule}` | {count} | {:.1} |\n", per(*count));
    page.extend(rows.into_iter().chain([(&all.0, &all.1)]).map(line));
    compare(&page);
}

/// The page shows just these figures, or is written so.
fn compare(figures: &str) {
    const MARKS: (&str, &str) = ("<!-- figures: begin -->\n", "<!-- figures: end -->");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rules.md");
    let text = std::fs::read_to_string(&path).expect("the page");
    let (before, rest) = text.split_once(MARKS.0).expect("where the figures begin");
    let (shown, after) = rest.split_once(MARKS.1).expect("where they end");
    if std::env::var_os("HARKEN_WRITE").is_some() {
        std::fs::write(&path, format!("{before}{}{figures}{}{after}", MARKS.0, MARKS.1)).expect("written");
        return;
    }
    assert_eq!(shown, figures, "docs/rules.md shows other figures; HARKEN_WRITE=1 cargo test --test it real_figures writes them anew");
}
