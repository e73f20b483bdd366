//! What happens to an alert once it is raised. Pure: the engine loads, calls, and writes.

pub mod escalation;
pub mod incident;
pub mod lifecycle;
pub mod matter;
pub mod rota;
pub mod visit;
