//! Outcomes: how an alert can end. A list that a service edits; reports count by its groups.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::alert::Queue;

/// The outcome of a test that ended by itself.
pub const TEST_ENDED: &str = "test_ended";
/// The outcome of a technical alert whose condition stayed clear.
pub const CLEARED_ITSELF: &str = "cleared_itself";
/// The outcome of an alert about a home that was heard again.
pub const HEARD_AGAIN: &str = "heard_again";

/// What an outcome counts as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OutcomeGroup {
    /// Words were enough.
    Reassured,
    /// Nobody meant to call.
    Accidental,
    /// A test.
    Test,
    /// Somebody went there.
    Attended,
    /// An emergency service was called.
    EmergencyService,
    /// The person did not answer.
    NoResponse,
    /// It was about equipment.
    Equipment,
    /// It was dealt with under another alert.
    Duplicate,
    /// Anything else.
    Other,
}

/// How an alert can end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// The code.
    pub id: String,
    /// The same in words.
    pub title: String,
    /// What it counts as.
    pub group: OutcomeGroup,
    /// The queues in which it is offered. It is accepted in each.
    pub queues: Vec<Queue>,
    /// Whether each of them is looked at again.
    #[serde(default)]
    pub serious: bool,
    /// Whether people choose it. What is not offered is kept for the records that name it; some only the system gives.
    #[serde(default = "yes")]
    pub offered: bool,
}

fn yes() -> bool {
    true
}

/// The list in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcomes(Vec<Outcome>);

impl Default for Outcomes {
    #[allow(clippy::expect_used, reason = "the embedded file is checked by a test")]
    fn default() -> Self {
        Self::parse(BUILT_IN).expect("config/outcomes.toml can be read")
    }
}

/// The list that is shipped.
const BUILT_IN: &str = include_str!("../../config/outcomes.toml");

impl Outcomes {
    /// The list that `text` (TOML) holds, and the system's own.
    ///
    /// # Errors
    /// The text says what is wrong.
    pub fn parse(text: &str) -> Result<Self, String> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct File {
            outcome: Vec<Outcome>,
        }
        let mut list = toml::from_str::<File>(text).map_err(|error| error.to_string())?.outcome;
        let mut seen = BTreeSet::new();
        for outcome in &list {
            let id = &outcome.id;
            let plain = id.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'_');
            if id.is_empty() || id.len() > 100 || !plain {
                return Err(format!("outcome `{id}`: an id is 1 to 100 small letters, digits and underscores"));
            }
            if outcome.title.trim().is_empty() || outcome.title.len() > 200 {
                return Err(format!("outcome `{id}`: a title has 1 to 200 letters"));
            }
            if outcome.queues.is_empty() {
                return Err(format!("outcome `{id}`: name at least one queue"));
            }
            if !seen.insert(id.clone()) {
                return Err(format!("outcome `{id}` stands there twice"));
            }
        }
        for queue in [Queue::Care, Queue::Health, Queue::Technical, Queue::Test] {
            if !list.iter().any(|outcome| outcome.offered && outcome.queues.contains(&queue)) {
                return Err(format!("no outcome is offered in the queue {}: nothing could be closed there", queue.as_str()));
            }
        }
        list.extend(of_the_system().into_iter().filter(|own| !seen.contains(&own.id)));
        Ok(Self(list))
    }

    /// All of them, in the order of the file.
    #[must_use]
    pub fn all(&self) -> &[Outcome] {
        &self.0
    }

    /// Those that people choose.
    pub fn offered(&self) -> impl Iterator<Item = &Outcome> {
        self.0.iter().filter(|outcome| outcome.offered)
    }

    /// The outcome of that code.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Outcome> {
        self.0.iter().find(|outcome| outcome.id == id)
    }

    /// Whether people can choose that code.
    #[must_use]
    pub fn is_offered(&self, id: &str) -> bool {
        self.offered().any(|outcome| outcome.id == id)
    }
}

/// What the system closes with.
fn of_the_system() -> [Outcome; 3] {
    let own = |id: &str, title: &str, group, queue| Outcome {
        id: id.to_owned(),
        title: title.to_owned(),
        group,
        queues: vec![queue],
        serious: false,
        offered: false,
    };
    [
        own(TEST_ENDED, "Test, ended by itself", OutcomeGroup::Test, Queue::Test),
        own(CLEARED_ITSELF, "Stayed clear, closed by the system", OutcomeGroup::Equipment, Queue::Technical),
        own(HEARD_AGAIN, "Heard again", OutcomeGroup::Equipment, Queue::Technical),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_list_can_be_read_and_serves_each_queue() {
        let outcomes = Outcomes::parse(BUILT_IN).unwrap();
        assert_eq!(outcomes.offered().count(), 25);
        assert_eq!(outcomes.get("ambulance").map(|each| (each.group, each.serious)), Some((OutcomeGroup::EmergencyService, true)));
        assert!(outcomes.get(TEST_ENDED).is_some() && !outcomes.is_offered(TEST_ENDED), "the system's own, for nobody else");
        assert!(outcomes.is_offered(HEARD_AGAIN));
    }

    #[test]
    fn a_list_that_cannot_work_says_why() {
        let one = |id: &str, title: &str, queues: &str| {
            format!("[[outcome]]\nid = \"{id}\"\ntitle = \"{title}\"\ngroup = \"other\"\nqueues = [{queues}]\n")
        };
        let all = "\"care\", \"health\", \"technical\", \"test\"";
        let say = |text: &str| Outcomes::parse(text).unwrap_err();
        assert!(say(&one("Not Plain", "x", all)).contains("small letters"));
        assert!(say(&one("x", " ", all)).contains("title"));
        assert!(say(&one("x", "x", "")).contains("queue"));
        assert!(say(&(one("x", "x", all) + &one("x", "y", all))).contains("twice"));
        assert!(say(&one("x", "x", "\"care\"")).contains("health"));
        assert!(say("[[outcome]]\nid = \"x\"\ntitle = \"x\"\ngroup = \"nonsense\"\nqueues = [\"care\"]").contains("nonsense"));
        assert_eq!(Outcomes::parse(&one("mine", "Mine", all)).unwrap().offered().count(), 1);
    }
}
