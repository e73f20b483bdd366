//! What happens to an alert once it is there: raised, accepted on a lease, released, closed. Pure: no async, no input or output, no clock
//! of its own, no SQL. The engine hands in the time and applies what comes out.

mod lifecycle;

pub use lifecycle::{Closing, Closings, LifecycleError, NewAlert, accept, activate, close, lease_lost, note, raise, release, renew};
