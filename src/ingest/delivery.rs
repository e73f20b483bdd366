//! What sources hand over. Defined where it is taken in, named here because the sources live here.

pub use crate::engine::delivery::{Delivery, Receipt, Settled, Topic};
