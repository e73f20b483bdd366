//! Messages that leave the house, received by servers that really speak HTTP and SMTP.

mod deadman;
mod email;
mod kill;
mod receiver;
mod signature;
mod webhooks;
