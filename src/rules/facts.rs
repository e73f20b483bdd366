//! Facts: what events of one subject said, as a set in the order of their own times. A set does not show in which order its members came,
//! nor how often; of too many, the newest remain, whichever came first.

use std::cmp::Ordering;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::instant::Us;

/// One thing that an event said.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fact {
    /// When, by the event's own time.
    pub(super) at: Us,
    /// What, in the words of the condition: a capital letter.
    pub(super) tag: u8,
    /// The number that was said; 0 where none is.
    pub(super) value: f64,
}

impl Fact {
    /// That something happened.
    pub(super) fn of(at: Us, tag: u8) -> Self {
        Self { at, tag, value: 0.0 }
    }
}

impl Ord for Fact {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.at, self.tag).cmp(&(other.at, other.tag)).then(self.value.total_cmp(&other.value))
    }
}

impl PartialOrd for Fact {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Fact {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Fact {}

/// A set of facts, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Facts(Vec<Fact>);

/// Facts that are kept of one subject: at most some 38 bytes each, so that a state stays below 16 KiB.
pub(super) const FACTS_AT_MOST: usize = 360;

impl Facts {
    /// Adds a fact. Answers whether it is new.
    pub(super) fn insert(&mut self, fact: Fact) -> bool {
        let place = self.0.binary_search(&fact);
        if let Err(place) = place {
            self.0.insert(place, fact);
        }
        place.is_err()
    }

    /// Whether it is there.
    pub(super) fn contains(&self, fact: &Fact) -> bool {
        self.0.binary_search(fact).is_ok()
    }

    /// Leaves the newest `most`.
    pub(super) fn keep_newest(&mut self, most: usize) {
        let excess = self.0.len().saturating_sub(most);
        self.0.drain(..excess);
    }

    /// Puts others in their place.
    pub(super) fn replace(&mut self, mut facts: Vec<Fact>) {
        facts.sort_unstable();
        facts.dedup();
        self.0 = facts;
    }

    /// Forgets those of `tag` that are not the oldest of all.
    pub(super) fn only_as_first(&mut self, tag: u8) {
        let mut index = 0;
        self.0.retain(|fact| {
            index += 1;
            fact.tag != tag || index == 1
        });
    }

    /// Forgets those from one place up to another.
    pub(super) fn forget(&mut self, from: usize, to: usize) {
        if from < to {
            self.0.drain(from..to);
        }
    }

    /// Forgets what is older than `cutoff`.
    pub(super) fn forget_before(&mut self, cutoff: Us) {
        let old = self.0.partition_point(|fact| fact.at < cutoff);
        self.0.drain(..old);
    }

    pub(super) fn as_slice(&self) -> &[Fact] {
        &self.0
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn write(&self) -> String {
        let mut text = String::with_capacity(self.0.len() * 10);
        let mut last = 0_i128;
        for fact in &self.0 {
            if !text.is_empty() {
                text.push(' ');
            }
            let at = i128::from(fact.at);
            base36(at - last, &mut text);
            last = at;
            text.push(char::from(fact.tag));
            if fact.value.to_bits() != 0 {
                let plain = fact.value == 0.0 || (1e-6..1e15).contains(&fact.value.abs());
                let value = if plain { fact.value.to_string() } else { format!("{:e}", fact.value) };
                text.push_str(&value);
            }
        }
        text
    }

    fn read(text: &str) -> Option<Self> {
        let mut facts = Vec::new();
        let mut last = 0_i128;
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            let (since, rest) = word.split_at(word.find(|letter: char| letter.is_ascii_uppercase())?);
            let mut rest = rest.chars();
            let tag = rest.next()?;
            let at = last.checked_add(i128::from_str_radix(since, 36).ok()?)?;
            let value = rest.as_str();
            let value: f64 = if value.is_empty() { 0.0 } else { value.parse().ok()? };
            facts.push(Fact { at: Us::try_from(at).ok()?, tag: u8::try_from(tag).ok()?, value });
            last = at;
        }
        facts.is_sorted().then_some(Self(facts))
    }
}

fn base36(number: i128, text: &mut String) {
    let digit = |rest: u64| b"0123456789abcdefghijklmnopqrstuvwxyz"[(rest % 36) as usize];
    if number < 0 {
        text.push('-');
    }
    // The distance of two instants takes one bit more than an instant. Hardly any does, and a division of so many bits is slow.
    let mut rest = number.unsigned_abs();
    let (mut digits, mut begin) = ([b'0'; 26], 26);
    let mut rest = loop {
        match u64::try_from(rest) {
            Ok(rest) => break rest,
            Err(_) => {
                begin -= 1;
                digits[begin] = digit(u64::try_from(rest % 36).unwrap_or_default());
            }
        }
        rest /= 36;
    };
    while rest > 0 || begin == digits.len() {
        begin -= 1;
        digits[begin] = digit(rest);
        rest /= 36;
    }
    text.push_str(std::str::from_utf8(&digits[begin..]).unwrap_or_default());
}

impl Serialize for Facts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.write())
    }
}

impl<'de> Deserialize<'de> for Facts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::read(&text).ok_or_else(|| de::Error::custom("facts that are none"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// What is written is read back, to the bit.
        #[test]
        fn facts_are_read_back(list in proptest::collection::vec((any::<i64>(), b'A'..=b'Z', any::<f64>()), 0..40)) {
            let mut facts = Facts::default();
            for (at, tag, value) in list.into_iter().filter(|(_, _, value)| value.is_finite()) {
                facts.insert(Fact { at, tag, value });
            }
            let text = facts.write();
            prop_assert!(text.len() <= facts.0.len() * 40);
            prop_assert_eq!(Facts::read(&text), Some(facts));
        }
    }
}
