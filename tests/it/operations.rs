//! The real binary as an operator has it: starting, dying, stopping, being watched, backed up, and what its commands say.

mod backup;
mod commands;
mod demo;
mod life;
mod logs;
mod metrics;
