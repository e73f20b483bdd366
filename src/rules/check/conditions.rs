//! What is wrong with a rule's condition.

use super::{FOLLOWING_US, Faults, LONGEST_US};
use crate::rules::absence::Absence;
use crate::rules::change::Change;
use crate::rules::condition::Condition;
use crate::rules::count::COUNT_AT_MOST;
use crate::rules::deviation::{DAYS_AT_MOST, Deviation};
use crate::rules::instant::{DAY_US, HOUR_US, MINUTE_US, SECOND_US, Us};
use crate::rules::lasting::Lasting;
use crate::rules::missing::Missing;
use crate::rules::reading;
use crate::rules::rule::Subject;
use crate::rules::score::{Band, Score};
use crate::rules::threshold::Threshold;

/// Changes are looked for within this.
const CHANGING_US: Us = 31 * DAY_US;

impl<'a> Faults<'a> {
    pub(super) fn condition(&mut self) {
        let rule = self.rule;
        if !rule.clear.is_empty() && !matches!(rule.condition, Condition::Each) {
            self.add("clear", format!("`{}` knows by itself when it is over; only `each` takes `clear`", rule.condition.name()));
        }
        let own_kinds = match &rule.condition {
            Condition::Unfollowed(_) | Condition::Followed(_) => true,
            Condition::Lasting(lasting) => lasting.holds.is_none(),
            // Whether it may be left out depends on the subject.
            Condition::Absence(_) => rule.on.is_empty(),
            _ => false,
        };
        if !own_kinds && rule.on.is_empty() {
            self.add("on", "name kinds or classes of events, for example on = { kinds = [\"temperature\"] }");
        }
        if own_kinds && !rule.on.is_empty() {
            self.add("on", format!("leave it out: the kinds of `{}` stand in the condition", rule.condition.name()));
        }
        match &rule.condition {
            Condition::Each => {}
            Condition::Above(threshold) | Condition::Below(threshold) => self.threshold(threshold),
            Condition::Absence(absence) => self.absence(absence),
            Condition::Unfollowed(unfollowed) => {
                self.pair("condition.unfollowed", ("first", &unfollowed.first), ("then", &unfollowed.then));
                self.span("condition.unfollowed.within", &unfollowed.within, (SECOND_US, FOLLOWING_US));
                if let Some(window) = &unfollowed.window {
                    self.window("condition.unfollowed.window", window);
                } else if unfollowed.crossing {
                    self.add("condition.unfollowed.crossing", "there is no window to cross into; leave it out, or add `window`");
                }
            }
            Condition::Followed(followed) => {
                self.pair("condition.followed", ("first", &followed.first), ("then", &followed.then));
                self.span("condition.followed.within", &followed.within, (SECOND_US, FOLLOWING_US));
                if let Some(window) = &followed.window {
                    self.window("condition.followed.window", window);
                }
            }
            Condition::Lasting(lasting) => self.lasting(lasting),
            Condition::Count(count) => {
                self.number("condition.count.at_least", &count.at_least, Some((2.0, COUNT_AT_MOST)));
                self.span("condition.count.within", &count.within, (SECOND_US, FOLLOWING_US));
                if let Some(window) = &count.window {
                    self.window("condition.count.window", window);
                }
            }
            Condition::Change(change) => self.change(change),
            Condition::Deviation(deviation) => self.deviation(deviation),
            Condition::Missing(missing) => self.missing(missing),
            Condition::Score(score) => self.score(score),
            Condition::Due(due) => {
                self.span("condition.due.after", &due.after, (HOUR_US, LONGEST_US));
            }
            #[cfg(test)]
            Condition::Tripwire(_) => {}
        }
    }

    fn threshold(&mut self, threshold: &'a Threshold) {
        let at = format!("condition.{}", self.rule.condition.name());
        self.number(&format!("{at}.limit"), &threshold.limit, None);
        self.number(&format!("{at}.hysteresis"), &threshold.hysteresis, Some((0.0, f64::MAX)));
        self.reading(&format!("{at}.field"), threshold.field.as_deref());
        if let Some(rest) = &threshold.rest {
            self.span(&format!("{at}.rest"), rest, (0, DAY_US));
        }
        if let Some(hold) = &threshold.hold {
            self.span(&format!("{at}.hold"), hold, (0, DAY_US));
        }
        if let Some(a_day) = &threshold.at_most_a_day {
            self.number(&format!("{at}.at_most_a_day"), a_day, Some((1.0, 100.0)));
        }
    }

    fn absence(&mut self, absence: &'a Absence) {
        let silence = self.rule.on.is_empty();
        if silence && self.rule.subject != Subject::Gateway {
            self.add("on", "name the kinds that are missed; only for subject `gateway` may it be left out, which means nothing at all");
        }
        if !silence && absence.first_report.is_some() {
            self.add("condition.absence.first_report", "is for gateways as a whole: leave it out, or leave out `on` (subject `gateway`)");
        }
        self.span("condition.absence.after", &absence.after, (MINUTE_US, LONGEST_US));
        if let Some(first) = &absence.first_report {
            self.span("condition.absence.first_report", first, (MINUTE_US, LONGEST_US));
        }
        if let Some(rise) = &absence.rise_after {
            self.span("condition.absence.rise_after", rise, (MINUTE_US, LONGEST_US));
        }
        if let Some(most) = &absence.rise_to {
            self.number("condition.absence.rise_to", most, Some((1.0, 5.0)));
        }
    }

    /// Two lists of kinds, one thing and the other.
    fn pair(&mut self, at: &str, first: (&str, &[String]), then: (&str, &[String])) {
        for (field, kinds) in [first, then] {
            if kinds.is_empty() {
                self.add(&format!("{at}.{field}"), "name at least one kind");
            }
        }
        if let Some(both) = first.1.iter().find(|kind| then.1.contains(kind)) {
            self.add(
                &format!("{at}.{}", then.0),
                format!("`{both}` stands in `{}` too, and would follow itself; take it out of one", first.0),
            );
        }
    }

    fn lasting(&mut self, lasting: &'a Lasting) {
        match &lasting.holds {
            None => self.pair("condition.lasting", ("begin", &lasting.begin), ("end", &lasting.end)),
            Some(holds) => {
                if !lasting.begin.is_empty() || !lasting.end.is_empty() {
                    self.add("condition.lasting.holds", "say it by `begin` and `end`, or by `holds` on the events of `on`; not by both");
                }
                self.filter("condition.lasting.holds", holds);
            }
        }
        self.span("condition.lasting.for", &lasting.length, (SECOND_US, LONGEST_US));
        if let Some(window) = &lasting.window {
            self.window("condition.lasting.window", window);
        }
    }

    fn change(&mut self, change: &'a Change) {
        if change.rise.is_none() && change.fall.is_none() {
            self.add("condition.change", "say `rise`, `fall`, or both");
        }
        for (field, by) in [("rise", &change.rise), ("fall", &change.fall)] {
            if let Some(by) = by {
                self.number(&format!("condition.change.{field}"), by, Some((0.0, f64::MAX)));
            }
        }
        self.span("condition.change.within", &change.within, (SECOND_US, CHANGING_US));
        self.reading("condition.change.field", change.field.as_deref());
    }

    fn deviation(&mut self, deviation: &'a Deviation) {
        let at = "condition.deviation";
        self.number(&format!("{at}.spread"), &deviation.spread, Some((1.0, 20.0)));
        self.number(&format!("{at}.least"), &deviation.least, Some((0.0, f64::MAX)));
        self.number(&format!("{at}.days"), &deviation.days, Some((3.0, DAYS_AT_MOST)));
        self.number(&format!("{at}.history"), &deviation.history, Some((3.0, DAYS_AT_MOST)));
        self.reading(&format!("{at}.field"), deviation.field.as_deref());
        if deviation.field.is_none() && !deviation.unit.is_empty() {
            self.add(&format!("{at}.unit"), "a count has no unit; leave it out, or name the `field` whose mean is compared");
        }
    }

    fn missing(&mut self, missing: &'a Missing) {
        self.local_time("condition.missing.by", &missing.by);
        if let Some(from) = &missing.from {
            self.local_time("condition.missing.from", from);
            if !missing.undone.is_empty() {
                self.add("condition.missing.from", "what is a state (`undone`) may have begun whenever; leave out one of the two");
            }
        }
        if let Some(habit) = &missing.habit {
            self.number("condition.missing.habit", habit, Some((1.0, 7.0)));
        }
        if let Some(both) = missing.undone.iter().find(|kind| self.rule.on.kinds.contains(kind)) {
            self.add("condition.missing.undone", format!("`{both}` stands in `on` too; take it out of one"));
        }
    }

    fn score(&mut self, score: &'a Score) {
        self.number("condition.score.scale", &score.scale, Some((1.0, 2.0)));
        self.span("condition.score.within", &score.within, (MINUTE_US, DAY_US));
        if let Some(least) = &score.least {
            self.number("condition.score.least", least, Some((1.0, 7.0)));
            if score.band != Band::Incomplete {
                self.add("condition.score.least", "is for the band `incomplete`: a score stands on all of its readings; leave it out");
            }
        }
    }

    fn reading(&mut self, at: &str, field: Option<&str>) {
        if let Some(field) = field.filter(|field| !reading::is_number(field)) {
            self.add(at, format!("`{field}` is no reading; use `value` or `values.NAME`"));
        }
    }
}
