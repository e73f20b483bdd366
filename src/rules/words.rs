//! A rule's condition in words, for people who read a list of rules. Built from the rule as data, so that no condition is without.

use serde_json::Value;

use super::rule::Rule;
use crate::domain::plan::SettingValue;

/// What each condition waits for.
const PHRASES: [(&str, &str); 12] = [
    ("each", "At every such event"),
    ("above", "When a reading reaches the limit from below"),
    ("below", "When a reading reaches the limit from above"),
    ("absence", "When nothing came for a time"),
    ("unfollowed", "When one thing happened and another did not follow in time"),
    ("followed", "When one thing is followed by another in time"),
    ("lasting", "When something stays true for a time"),
    ("count", "When it happens so often within a time"),
    ("change", "When a reading changes by so much within a time"),
    ("deviation", "When it departs from what is usual here"),
    ("missing", "When it has not come by its time"),
    ("due", "When it has not been done for so long"),
];

impl Rule {
    /// When it raises, in words with the defaults of its settings.
    #[must_use]
    pub fn in_words(&self) -> String {
        let name = self.condition.name();
        let phrase =
            PHRASES.iter().find(|(known, _)| *known == name).map_or_else(|| name.replace('_', " "), |(_, phrase)| (*phrase).to_owned());
        let events: Vec<String> = self.on.kinds.iter().map(|kind| kind.replace('_', " ")).collect();
        let classes = self.on.classes.iter().filter_map(|class| Some(format!("any {}", serde_json::to_value(class).ok()?.as_str()?)));
        let events: Vec<String> = events.into_iter().chain(classes).collect();
        let of = if events.is_empty() { String::new() } else { format!(" ({})", events.join(", ")) };
        let parts = match serde_json::to_value(&self.condition) {
            Ok(Value::Object(condition)) => condition.into_iter().next().map(|(_, parts)| self.parts(&parts)).unwrap_or_default(),
            _ => String::new(),
        };
        let counting = match self.where_.as_ref().and_then(|where_| serde_json::to_value(where_).ok()) {
            Some(where_) => format!("; counting only {}", self.value(&where_)),
            None => String::new(),
        };
        let rests: Vec<String> = self.rests_for().iter().map(|kind| kind.as_str().replace('_', " ")).collect();
        let rests = if rests.is_empty() { String::new() } else { format!("; rests for {}", rests.join(", ")) };
        if parts.is_empty() { format!("{phrase}{of}{counting}{rests}") } else { format!("{phrase}{of}: {parts}{counting}{rests}") }
    }

    fn parts(&self, value: &Value) -> String {
        let Value::Object(parts) = value else { return self.value(value) };
        let told = parts.iter().filter(|(_, value)| !value.is_null());
        told.map(|(name, value)| format!("{} {}", name.replace('_', " "), self.value(value))).collect::<Vec<_>>().join(", ")
    }

    fn value(&self, value: &Value) -> String {
        match value {
            Value::Object(parts) => {
                if let Some(name) = parts.get("setting").and_then(Value::as_str) {
                    return self.setting_in_words(name);
                }
                if let (Some(from), Some(to)) = (parts.get("from"), parts.get("to")) {
                    let days = parts.get("days").map_or_else(String::new, |days| format!(" on {}", self.value(days)));
                    return format!("{} to {}{days}", self.value(from), self.value(to));
                }
                if let [(unit, Value::Number(amount))] = parts.iter().collect::<Vec<_>>().as_slice() {
                    return format!("{amount} {unit}");
                }
                self.parts(value)
            }
            Value::Array(list) => list.iter().map(|each| self.value(each)).collect::<Vec<_>>().join(", "),
            Value::String(text) => text.replace('_', " "),
            other => other.to_string(),
        }
    }

    fn setting_in_words(&self, name: &str) -> String {
        let Some(setting) = self.settings.get(name) else { return name.to_owned() };
        let unit = match setting.unit.as_str() {
            "hh:mm" | "" => String::new(),
            unit => format!(" {}", super::unit::shown(unit)),
        };
        match &setting.default {
            SettingValue::Number(number) => format!("{number}{unit}"),
            SettingValue::Text(text) => text.clone(),
            SettingValue::Bool(on) => on.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::default_rules;

    #[test]
    fn every_rule_has_words() {
        let rules: Vec<_> = default_rules().unwrap().into_iter().flat_map(|file| file.rules).collect();
        let words = |id: &str| rules.iter().find(|rule| rule.id == id).map(super::Rule::in_words).unwrap();
        assert_eq!(words("pendant"), "At every such event (pendant)");
        let bed = words("bed_not_returned");
        for part in ["first bed left", "then bed entered", "within 30 min", "22:00 to 07:00"] {
            assert!(bed.contains(part), "{bed}");
        }
        assert!(words("temperature_low").contains("limit 16 °C"), "{}", words("temperature_low"));
        for rule in &rules {
            let words = rule.in_words();
            assert!(words.len() > 10 && !words.contains(['{', '"']), "{}: {words}", rule.id);
        }
    }
}
