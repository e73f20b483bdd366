//! Harken: the software of a telecare alarm receiving centre.

pub mod clock;
pub mod ingest;
