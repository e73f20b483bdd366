//! The loop: events, due clocks and people's actions in; load, decide, commit, announce. The only caller of `rules` and `response`.

pub mod action;
