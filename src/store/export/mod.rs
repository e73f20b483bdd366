//! Everything that an organisation owns, out of one installation and into an empty one, on either database.
//!
//! Rows travel as JSON objects that the database itself makes and reads: column by column, as [`tables`] names them.

pub mod dictionary;
mod dictionary_of_registers;
mod dump;
mod load;
pub mod tables;

pub use dump::Dump;
pub use load::Load;
