//! Rules tried out: the same pure deciding as in the engine, with time that is only counted. What would have been raised at a home, from the events that
//! came, when they came, and when nobody could have heard any.
//!
//! Reading order: [`player`] (plays the engine for one home), [`board`] (the alerts that come of it), [`history`] (what evidence is found in), [`scenario`]
//! (tests of rules, written as files).

pub mod board;
pub mod history;
pub mod player;
pub mod scenario;

pub use board::{Activation, TrialAlert};
pub use player::{Circumstances, Player};
