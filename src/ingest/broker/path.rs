//! The state of our own path to the gateways through the broker: what is held, what is connected. The engine needs it, so that an
//! outage of ours is not taken for silence at the homes.

use metrics::gauge;
use tokio::sync::watch;

/// How much of the way through the broker is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PathState {
    /// Slots that there are: what the settings ask for, or what was ever in use, if that is more.
    pub slots: usize,
    /// Of these, held by any replica as far as this one knows.
    pub covered: usize,
    /// Held by this replica.
    pub held: usize,
    /// Of these, connected and subscribed.
    pub connected: usize,
}

impl PathState {
    /// Whether nothing that this replica answers for is cut off. A replica that holds no slot can only say so when others hold them all.
    #[must_use]
    pub fn is_up(&self) -> bool {
        self.connected == self.held && self.covered >= self.slots
    }
}

/// Where the slots' tasks report.
#[derive(Clone, Debug)]
pub(super) struct Path(watch::Sender<PathState>);

/// A count that goes down again when this is dropped, however its task ends.
#[derive(Debug)]
pub(super) struct Counted(Path, fn(&mut PathState) -> &mut usize);

impl Path {
    pub(super) fn new(slots: usize) -> Self {
        Self(watch::Sender::new(PathState { slots, ..PathState::default() }))
    }

    pub(super) fn watch(&self) -> watch::Receiver<PathState> {
        self.0.subscribe()
    }

    /// A slot is held as long as the returned value lives.
    pub(super) fn hold(&self) -> Counted {
        self.count(|state| &mut state.held)
    }

    /// A slot is connected and subscribed as long as the returned value lives.
    pub(super) fn connect(&self) -> Counted {
        self.count(|state| &mut state.connected)
    }

    /// So many slots there are.
    pub(super) fn expect(&self, slots: usize) {
        self.change(|state| state.slots = slots);
    }

    /// So many slots are held by some replica.
    pub(super) fn cover(&self, covered: usize) {
        self.change(|state| state.covered = covered);
    }

    /// The state now.
    pub(super) fn state(&self) -> PathState {
        *self.0.borrow()
    }

    fn count(&self, which: fn(&mut PathState) -> &mut usize) -> Counted {
        self.change(|state| *which(state) += 1);
        Counted(self.clone(), which)
    }

    fn change(&self, change: impl FnOnce(&mut PathState)) {
        self.0.send_if_modified(|state| {
            let before = *state;
            change(state);
            gauge!("harken_broker_slots").set(state.slots as f64);
            gauge!("harken_broker_held").set(state.held as f64);
            gauge!("harken_broker_connected").set(state.connected as f64);
            *state != before
        });
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.change(|state| *self.1(state) -= 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_up_when_all_that_is_held_is_connected_and_nothing_is_left_to_nobody() {
        let path = Path::new(2);
        assert!(!path.state().is_up(), "nobody holds anything yet");
        let held = path.hold();
        path.cover(2);
        assert!(!path.state().is_up(), "held, but not connected");
        let connected = path.connect();
        assert!(path.state().is_up());
        path.cover(1);
        assert!(!path.state().is_up(), "one slot is nobody's");
        drop((connected, held));
        path.cover(2);
        assert!(path.state().is_up(), "others hold them all");
    }
}
