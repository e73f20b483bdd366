//! One command, one exit code.

fn main() {}
