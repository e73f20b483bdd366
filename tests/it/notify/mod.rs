//! Messages that leave the house, received by servers that really speak HTTP and SMTP.

mod deadman;
pub mod email;
mod email_tls;
mod kill;
pub mod receiver;
mod signature;
mod webhooks;
