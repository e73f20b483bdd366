//! Tests of the rules through their front door: files in, events and clocks in, outcomes out.

mod alarms;
mod arrival;
mod bed;
mod change_days;
mod everything;
mod excuses;
mod filters;
mod hostile;
pub(super) mod idle;
mod inactivity;
mod language;
mod order;
mod settings;
mod shadow;
mod silence;
mod temperature;
pub(super) mod tripwire;
mod windows;
mod world;
mod year;
