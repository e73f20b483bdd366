//! The topic of a message that came through the broker: whose it is, and whether that can be.

use std::sync::Arc;

use super::slot::Kind;
use crate::domain::register::is_chosen_id;

/// Characters kept of a gateway id that is none.
const KEPT_CHARS: usize = 64;

/// Stands for all that have no id of their own here. It is not a possible id, so it is never anybody's.
pub(super) const STRANGER: &str = "?";

/// Who sent a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sender {
    /// The gateway's id, or [`STRANGER`] where that cannot be one.
    pub gateway: Arc<str>,
    /// Where it listens for our answer; `None` where one cannot publish to.
    pub acks: Option<String>,
    /// What is wrong with the topic, and what to do.
    pub fault: Option<String>,
}

impl Sender {
    /// Reads a topic that matched a subscription of this kind. Through a broker anybody can publish under any id, so it is a
    /// stranger's text.
    pub(super) fn of(topic: &str, kind: Kind) -> Self {
        let last = kind.label();
        let id = topic.strip_prefix("telecare/v1/").and_then(|rest| rest.strip_suffix(last)).and_then(|rest| rest.strip_suffix('/'));
        let gateway = id.unwrap_or(topic);
        let fault = match id {
            Some(id) if is_chosen_id(id) => None,
            Some(id) => Some(format!(
                "the gateway id `{}` in the topic is not 1 to 64 characters A-Z, a-z, 0-9, `.`, `_` or `-`; publish to telecare/v1/{{gateway}}/{last}",
                shown(id)
            )),
            None => Some(format!("the topic `{}` is not telecare/v1/{{gateway}}/{last}", shown(topic))),
        };
        let acks = (!gateway.contains(['+', '#', '\0'])).then(|| format!("telecare/v1/{gateway}/acks"));
        Self { gateway: if fault.is_none() { gateway } else { STRANGER }.into(), acks, fault }
    }
}

/// As much of a stranger's text as may be shown and stored.
fn shown(text: &str) -> String {
    text.chars().take(KEPT_CHARS).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_good_topic_names_its_gateway() {
        let sender = Sender::of("telecare/v1/gw-7.A_b/events", Kind::Events);
        assert_eq!((&*sender.gateway, sender.acks.as_deref(), sender.fault), ("gw-7.A_b", Some("telecare/v1/gw-7.A_b/acks"), None));
        assert_eq!(Sender::of("telecare/v1/g/status", Kind::Status).fault, None);
        assert_eq!(Sender::of(&format!("telecare/v1/{}/alarms", "x".repeat(64)), Kind::Alarms).fault, None);
    }

    #[test]
    fn a_strange_one_is_told_what_is_wrong() {
        let long = format!("telecare/v1/{}/alarms", "x".repeat(65));
        for topic in ["telecare/v1//alarms", "telecare/v1/a b/alarms", "telecare/v1/ä/alarms", "telecare/v1/a/b/alarms", long.as_str()] {
            let sender = Sender::of(topic, Kind::Alarms);
            assert!(sender.fault.as_deref().is_some_and(|fault| fault.contains("A-Z")), "{topic}: {:?}", sender.fault);
            assert_eq!(&*sender.gateway, STRANGER);
        }
        assert!(Sender::of("elsewhere", Kind::Events).fault.is_some());
        assert!(Sender::of("telecare/v1/events", Kind::Events).fault.is_some());
    }

    proptest! {
        #[test]
        fn any_text_can_be_read(topic in "\\PC{0,80}|telecare/v1/.{0,80}/events") {
            let sender = Sender::of(&topic, Kind::Events);
            prop_assert_eq!(sender.fault.is_some(), &*sender.gateway == STRANGER);
            prop_assert!(sender.fault.is_some() || is_chosen_id(&sender.gateway));
            prop_assert!(sender.fault.is_none_or(|fault| fault.chars().count() < 300 && !fault.chars().any(char::is_control)));
        }
    }
}
