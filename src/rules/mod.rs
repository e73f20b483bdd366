//! Events and clocks in, alerts out: the rule language, its conditions (one file each), and [`decide()`]. Pure: no async, no input or
//! output, no clock of its own, no SQL.
//!
//! Reading order: [`rule`] (what a rule is), [`mod@file`] (how a file of rules is read and what is said about its faults), [`set`] (a whole
//! revision, checked and indexed by kind), [`outcome`] (what comes out), [`memory`] (what is kept per rule and subject), [`mod@decide`].

mod absence;
mod away;
mod blind;
mod calendar;
mod change;
mod check;
mod condition;
mod count;
mod decide;
mod defaults;
mod deviation;
mod difference;
mod due;
mod excused;
mod explain;
mod facts;
mod file;
mod filter;
mod followed;
mod gateway_clock;
mod instant;
mod lasting;
mod ledger;
mod memory;
mod missing;
mod news2;
mod outcome;
mod passed;
mod quantity;
mod raise;
mod reading;
mod rule;
mod scope;
mod score;
mod set;
mod settle;
mod silences;
mod spells;
mod subject;
mod threshold;
mod unfollowed;
mod unit;
mod window;
mod words;

pub use away::{SAID_AWAY, Said, said_away};
pub use condition::Condition;
pub use decide::{Context, Input, Interval, Limits, decide};
pub use defaults::default_rules;
pub use difference::Difference;
pub use file::{RuleFault, RuleFile};
pub use memory::{Change, Edit, Memory, Waiting};
pub use outcome::{Compared, Evidence, Outcome, RECALLED_AT_MOST, Raise, Recall, Sought};
pub use rule::{Rule, Setting};
pub use set::RuleSet;

#[cfg(test)]
mod tests;
