//! Who should hold which slots: each replica its fair share of every kind, no more while another is there, and none left to nobody. A pure
//! decision from what the locks show.

use std::collections::HashSet;

use super::slot::Slot;

/// What the locks show at one moment.
#[derive(Clone, Debug, Default)]
pub(super) struct View {
    /// Replicas that are ready to hold slots of this set, this one among them.
    pub replicas: usize,
    /// Slots held by this replica.
    pub mine: HashSet<Slot>,
    /// Slots held by others.
    pub theirs: HashSet<Slot>,
}

/// What to do about it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Moves {
    /// Free, and within this replica's share: try to take them.
    pub take: Vec<Slot>,
    /// Beyond its share, and somebody else is there for them: give them back.
    pub give: Vec<Slot>,
}

/// Decides for `all` slots of the settings. When every replica follows, every slot is held within two rounds of a change.
pub(super) fn moves(all: &[Slot], view: &View) -> Moves {
    let mut moves = Moves::default();
    let replicas = view.replicas.max(1);
    for of_a_kind in all.chunk_by(|a, b| a.kind == b.kind) {
        let share = of_a_kind.len().div_ceil(replicas);
        let mine: Vec<Slot> = of_a_kind.iter().copied().filter(|slot| view.mine.contains(slot)).collect();
        moves.give.extend(mine.iter().skip(share));
        let free = of_a_kind.iter().copied().filter(|slot| !view.mine.contains(slot) && !view.theirs.contains(slot));
        moves.take.extend(free.take(share.saturating_sub(mine.len())));
    }
    moves
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::broker::slot::Kind;
    use proptest::prelude::*;

    fn slots(events: u16, alarms: u16) -> Vec<Slot> {
        let of = |kind, count| (1..=count).map(move |number| Slot { kind, number });
        of(Kind::Events, events).chain(of(Kind::Alarms, alarms)).chain(of(Kind::Status, 1)).collect()
    }

    #[test]
    fn alone_it_takes_all() {
        let all = slots(3, 2);
        assert_eq!(moves(&all, &View { replicas: 1, ..View::default() }), Moves { take: all, give: vec![] });
    }

    #[test]
    fn a_second_one_is_given_its_half() {
        let all = slots(4, 1);
        let view = View { replicas: 2, mine: all.iter().copied().collect(), theirs: HashSet::new() };
        let given: Vec<String> = moves(&all, &view).give.iter().map(|slot| slot.client_id()).collect();
        assert_eq!(given, ["harken-3", "harken-4"], "the one alarm slot and the status stay where they are");
    }

    proptest! {
        // Replicas come and go; each acts on its own view. Two rounds later every slot is held by exactly one, and nobody has more than its share.
        #[test]
        fn every_slot_is_held_by_one_and_shares_are_fair(events in 1..9_u16, alarms in 1..4_u16, rounds in prop::collection::vec(1..5_usize, 1..6)) {
            let all = slots(events, alarms);
            let mut held: Vec<HashSet<Slot>> = Vec::new();
            for replicas in rounds {
                // The last ones die, or new ones come with nothing.
                held.resize_with(replicas, HashSet::new);
                for _ in 0..2 {
                    for me in 0..replicas {
                        let theirs = held.iter().enumerate().filter(|(n, _)| *n != me).flat_map(|(_, slots)| slots.iter().copied()).collect();
                        let moves = moves(&all, &View { replicas, mine: held[me].clone(), theirs });
                        for slot in moves.give {
                            held[me].remove(&slot);
                        }
                        held[me].extend(moves.take);
                    }
                }
                let total: usize = held.iter().map(HashSet::len).sum();
                let distinct: HashSet<Slot> = held.iter().flatten().copied().collect();
                prop_assert_eq!((total, distinct.len()), (all.len(), all.len()));
                for slots in &held {
                    let of_events = slots.iter().filter(|slot| slot.kind == Kind::Events).count();
                    prop_assert!(of_events <= usize::from(events).div_ceil(replicas));
                }
            }
        }
    }
}
