//! A rule's condition as a sentence, for people who read a list of rules: one for each condition, with the defaults of the settings in it.

mod parts;

use super::change::Change;
use super::condition::Condition;
use super::deviation::{Deviation, Direction};
use super::lasting::Lasting;
use super::missing::Missing;
use super::rule::Rule;
use super::score::{Band, Score};
use super::threshold::Threshold;
use parts::{Parts, events, field, kinds};

impl Rule {
    /// When it raises, in words with the defaults of its settings.
    #[must_use]
    pub fn in_words(&self) -> String {
        let say = Parts(self);
        let counting = match &self.where_ {
            Some(where_) => format!("; only where {}", say.where_(where_)),
            None => String::new(),
        };
        let rests: Vec<String> = self.rests_for().iter().map(|kind| kind.as_str().replace('_', " ")).collect();
        let rests = if rests.is_empty() { String::new() } else { format!("; rests for {}", rests.join(", ")) };
        format!("{}{counting}{rests}", self.sentence(&say))
    }

    fn sentence(&self, say: &Parts) -> String {
        let on = events(&self.on);
        match &self.condition {
            Condition::Each => format!("At every report of {on}"),
            Condition::Above(threshold) => beyond(say, threshold, &on, ("more", "fallen", "below")),
            Condition::Below(threshold) => beyond(say, threshold, &on, ("less", "risen", "above")),
            Condition::Absence(absence) => {
                let of =
                    if on.is_empty() { "the gateway has not been heard".to_owned() } else { format!("there has been no {}", none_of(&on)) };
                let first = absence.first_report.as_ref();
                let first = first.map_or_else(String::new, |span| format!("; a new gateway must be heard within {}", say.span(span)));
                let rises = absence.rise_after.as_ref().map_or_else(String::new, |span| {
                    let to = absence.rise_to.as_ref().map_or_else(|| "2".to_owned(), |number| say.number(number));
                    format!("; more urgent by one with each further {}, up to priority {to}", say.span(span))
                });
                format!("When {of} for {}{first}{rises}", say.span(&absence.after))
            }
            Condition::Unfollowed(unfollowed) => {
                let crossing = if unfollowed.crossing { "; what began before these hours counts as they begin" } else { "" };
                let (first, then) = (kinds(&unfollowed.first), kinds(&unfollowed.then));
                let window = say.window(unfollowed.window.as_ref());
                format!("When {first} is not followed by {then} within {}{window}{crossing}", say.span(&unfollowed.within))
            }
            Condition::Followed(followed) => {
                let (first, then) = (kinds(&followed.first), kinds(&followed.then));
                format!("When {first} is followed by {then} within {}{}", say.span(&followed.within), say.window(followed.window.as_ref()))
            }
            Condition::Lasting(lasting) => self.lasting(say, lasting, &on),
            Condition::Count(count) => {
                let (times, within) = (say.number(&count.at_least), say.span(&count.within));
                format!("When there are {times} or more of {on} within {within}{}", say.window(count.window.as_ref()))
            }
            Condition::Change(change) => changes(say, change, &on),
            Condition::Deviation(deviation) => deviates(say, deviation, &on),
            Condition::Missing(missing) => is_missing(say, missing, &on),
            Condition::Score(score) => scores(say, score, &on),
            Condition::Due(due) => {
                let starts = events(&due.starts);
                let starts = if starts.is_empty() { String::new() } else { format!("; counted from the first {starts}") };
                format!("When there has been no {} for {}{starts}", none_of(&on), say.span(&due.after))
            }
            #[cfg(test)]
            Condition::Tripwire(_) => "Never, or wrongly".to_owned(),
        }
    }

    fn lasting(&self, say: &Parts, lasting: &Lasting, on: &str) -> String {
        let (length, window) = (say.span(&lasting.length), say.window(lasting.window.as_ref()));
        match &lasting.holds {
            Some(holds) => format!("When for {length} each {on} says that {}{window}", say.where_(holds)),
            None => {
                let (begin, end) = (kinds(&lasting.begin), kinds(&lasting.end));
                let title = lasting.text.as_deref().unwrap_or(&self.title);
                format!("When “{title}” has lasted {length}, from {begin} until {end}{window}")
            }
        }
    }
}

/// The words of a limit: `more`, `fallen`, `below` for one that is reached from below.
fn beyond(say: &Parts, threshold: &Threshold, on: &str, (side, back, under): (&str, &str, &str)) -> String {
    let Threshold { limit, hysteresis, unit, field: name, hold, at_most_a_day, rest } = threshold;
    // What is set to nothing by default is not worth a word.
    let some = |span: &&super::quantity::Span| !say.span(span).starts_with("0 ");
    let hold = hold.as_ref().filter(some).map_or_else(String::new, |span| format!(" for {}", say.span(span)));
    let often = at_most_a_day.as_ref().map_or_else(String::new, |number| format!("; {} a day at most", say.number(number)));
    let rest = rest.as_ref().filter(some).map_or_else(String::new, |span| format!("; not in the first {} of a new sensor", say.span(span)));
    let (limit, by) = (say.amount(limit, unit), say.amount(hysteresis, unit));
    let of = of_what(name.as_ref(), on);
    format!("When {of} is {limit} or {side}{hold}; again only after it has {back} by {by} {under} that{often}{rest}")
}

/// `activity event` for `any activity event`: after a "no" the "any" is one too many.
fn none_of(on: &str) -> String {
    on.replace("any ", "")
}

/// `temperature`, or `systolic of blood pressure`.
fn of_what(name: Option<&String>, on: &str) -> String {
    match name.map(String::as_str) {
        None | Some("value") => on.to_owned(),
        Some(_) => format!("{} of {on}", field(name)),
    }
}

fn changes(say: &Parts, change: &Change, on: &str) -> String {
    let by = |word: &str, number: &super::quantity::Number| format!("{word} by {}", say.amount(number, &change.unit));
    let rise = change.rise.iter().map(|number| by("rises", number));
    let told: Vec<String> = rise.chain(change.fall.iter().map(|number| by("falls", number))).collect();
    format!("When {} {} within {}", of_what(change.field.as_ref(), on), told.join(" or "), say.span(&change.within))
}

fn deviates(say: &Parts, deviation: &Deviation, on: &str) -> String {
    let Deviation { field: name, unit, spread, least, days, history, direction, text: _ } = deviation;
    let what = match name {
        Some(_) => format!("a day's mean of {}", of_what(name.as_ref(), on)),
        None => format!("the number of {on} in a day"),
    };
    let way = match direction {
        Direction::Up => "above",
        Direction::Down => "below",
        Direction::Both => "above or below",
    };
    format!(
        "When {what} lies {way} what is usual here by {} times the usual spread, and by {} at least; usual is what the last {} days show, from {} days on",
        say.number(spread),
        say.amount(least, unit),
        say.number(days),
        say.number(history),
    )
}

fn is_missing(say: &Parts, missing: &Missing, on: &str) -> String {
    let by = say.time(&missing.by);
    let when = missing.from.as_ref().map_or_else(|| format!("by {by}"), |from| format!("between {} and {by}", say.time(from)));
    let days: Vec<&str> = missing.days.iter().map(|day| super::window::WEEK_NAMES[*day as usize]).collect();
    let days = if days.is_empty() { String::new() } else { format!(" on {}", days.join(", ")) };
    let undone = kinds(&missing.undone);
    let undone = if undone.is_empty() { String::new() } else { format!(", or {undone} has undone it") };
    let starts = events(&missing.starts);
    let expected = match &missing.habit {
        Some(habit) => format!("expected where it came on {} of the seven days before", say.number(habit).trim_end_matches(" d")),
        None => "expected from the first time on".to_owned(),
    };
    let expected = if starts.is_empty() { expected } else { format!("{expected}, or from the first {starts} on") };
    format!("When there has been no {} {when}{days}{undone}; {expected}", none_of(on))
}

fn scores(say: &Parts, score: &Score, on: &str) -> String {
    let band = match score.band {
        Band::Low => "is low (1 to 4)",
        Band::Urgent => "is urgent (5 or 6, or 3 for one reading)",
        Band::Emergency => "is an emergency (7 or more)",
        Band::Incomplete => "cannot be reckoned, as readings are missing",
    };
    let least = score.least.as_ref().map_or_else(String::new, |least| format!("; {} readings mean that it was wanted", say.number(least)));
    format!("When the NEWS2 score {band}, from {on} taken within {}{least}", say.span(&score.within))
}

#[cfg(test)]
mod tests {
    use crate::rules::default_rules;

    #[test]
    fn every_rule_is_a_sentence() {
        let rules: Vec<_> = default_rules().unwrap().into_iter().flat_map(|file| file.rules).collect();
        let words = |id: &str| rules.iter().find(|rule| rule.id == id).map(super::Rule::in_words).unwrap();
        assert_eq!(words("pendant"), "At every report of pendant");
        assert_eq!(
            words("bed_not_returned"),
            "When bed left is not followed by bed entered within 30 min, between 22:00 and 07:00; rests for away, hospital, carer present"
        );
        assert_eq!(words("door_open"), "When “Door open” has lasted 30 min, from door opened until door closed; rests for carer present");
        assert_eq!(words("falls_cancelled"), "When there are 3 or more of alarm cancelled within 24 h; only where kind is fall");
        assert!(words("temperature_low").contains("temperature is 16 °C or less"), "{}", words("temperature_low"));
        for rule in &rules {
            let words = rule.in_words();
            let begun = words.starts_with("When ") || words.starts_with("At every report of ");
            // Nothing stands there as it is written: no field, no setting, no hole where a word should be.
            let raw = ["{", "\"", "  ", "_", " of within", " no  ", "setting", "no any", " 0 "].iter().find(|part| words.contains(**part));
            assert!(begun && raw.is_none(), "{}: {words}", rule.id);
        }
    }
}
