//! Nothing acknowledged is lost: kill -9 at random moments under load, an immediate stop of PostgreSQL, a full and a read-only database.
//!
//! The publisher keeps its own record of what was acknowledged (PUBACKs on the listener, ack objects through a broker); the database
//! is asked afterwards. `HARKEN_KILLS` says how often: 5 unless `make soak` asks for more.

mod disk;
mod escalation;
mod process;
mod record;
mod replicas;
