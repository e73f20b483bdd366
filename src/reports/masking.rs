//! Hiding other persons in what one person is given: their names, whole and in parts, their numbers and their ids, wherever they stand in a text.

use std::collections::BTreeSet;

use serde_json::Value;

/// What stands in their place.
pub const HIDDEN: &str = "[another person]";

/// What is hidden, and what is not.
#[derive(Clone, Debug, Default)]
pub struct Mask {
    whole: BTreeSet<String>,
    words: BTreeSet<String>,
    spared: BTreeSet<String>,
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|each: char| !each.is_alphanumeric()).filter(|word| word.chars().count() > 2)
}

impl Mask {
    /// Hides this text wherever it stands.
    pub fn hide(&mut self, text: &str) {
        if text.chars().count() > 2 {
            self.whole.insert(text.to_owned());
        }
    }

    /// Hides a name, and each of its words.
    pub fn hide_name(&mut self, name: &str) {
        self.hide(name.trim());
        self.words.extend(words(name).map(str::to_lowercase));
    }

    /// The words of this name are the person's own, even if another bears one of them too.
    pub fn spare(&mut self, name: &str) {
        self.spared.extend(words(name).map(str::to_lowercase));
    }

    /// Hides it all in every text of `value`.
    pub fn apply(&self, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.masked(text),
            Value::Array(items) => items.iter_mut().for_each(|item| self.apply(item)),
            Value::Object(fields) => fields.values_mut().for_each(|field| self.apply(field)),
            _ => {}
        }
    }

    fn masked(&self, text: &str) -> String {
        // The longest first: a name may be part of another.
        let mut whole: Vec<&String> = self.whole.iter().collect();
        whole.sort_by_key(|each| std::cmp::Reverse(each.len()));
        let text = whole.into_iter().fold(text.to_owned(), |text, each| text.replace(each.as_str(), HIDDEN));
        let (mut out, mut word) = (String::with_capacity(text.len()), String::new());
        for part in text.split_inclusive(HIDDEN) {
            let (free, hidden) = part.strip_suffix(HIDDEN).map_or((part, ""), |free| (free, HIDDEN));
            for each in free.chars() {
                if each.is_alphanumeric() {
                    word.push(each);
                } else {
                    self.take(&mut out, &mut word);
                    out.push(each);
                }
            }
            self.take(&mut out, &mut word);
            out.push_str(hidden);
        }
        out
    }

    fn take(&self, out: &mut String, word: &mut String) {
        let known = word.to_lowercase();
        out.push_str(if self.words.contains(&known) && !self.spared.contains(&known) { HIDDEN } else { word });
        word.clear();
    }
}

/// Whether `text` stands in any text of `value`.
#[must_use]
pub fn occurs(value: &Value, text: &str) -> bool {
    match value {
        Value::String(there) => there.contains(text),
        Value::Array(items) => items.iter().any(|item| occurs(item, text)),
        Value::Object(fields) => fields.values().any(|field| occurs(field, text)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn others_are_hidden_whole_and_in_parts_and_the_person_is_not() {
        let mut mask = Mask::default();
        mask.hide_name("Ann Porter");
        mask.hide("+441632960001");
        mask.spare("Mary Porter");
        let mut value =
            serde_json::json!({ "text": "Ann Porter rang; ann (+441632960001) told Mary Porter's neighbour Annette.", "n": [1, "ANN"] });
        mask.apply(&mut value);
        assert_eq!(value["text"], format!("{HIDDEN} rang; {HIDDEN} ({HIDDEN}) told Mary Porter's neighbour Annette."));
        assert_eq!(value["n"][1], HIDDEN);
    }
}
