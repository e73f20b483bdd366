//! What the `[mqtt]` settings say about the broker, checked once at the start.

use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

use crate::config::Settings;
use crate::ingest::format::MAX_MESSAGE_BYTES;

/// Slots of one kind, at most.
const MAX_SLOTS: u16 = 999;

/// Announced to an MQTT 5 broker as the largest packet that we take, in bytes. The broker drops what is larger, and nobody hears of
/// it; so this is well above our own limit: what lies between goes to quarantine and is answered `rejected`.
pub(super) const LARGEST_PACKET_BYTES: u32 = 4 * 1024 * 1024;
const _: () = assert!(MAX_MESSAGE_BYTES < LARGEST_PACKET_BYTES as usize);

/// Which MQTT is spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Protocol {
    V5,
    V311,
}

/// How to reach the broker, and with what.
#[derive(Clone)]
pub(super) struct Options {
    pub host: String,
    pub port: u16,
    pub tls: Option<Arc<ClientConfig>>,
    pub credentials: Option<(String, String)>,
    pub protocol: Protocol,
    pub slots: u16,
    pub alarm_slots: u16,
    /// Deliveries that the broker may have under way to one client without our acknowledgement.
    pub receive_maximum: u16,
}

/// Settings of the broker that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct BrokerError(String);

impl Options {
    /// # Errors
    /// When a setting cannot be used; the text names it and says what to do.
    pub(super) fn of(settings: &Settings) -> Result<Self, BrokerError> {
        let mqtt = &settings.mqtt;
        let (secure, host, port) = address(&mqtt.url)?;
        let tls = if secure { Some(tls(&mqtt.ca)?) } else { None };
        let protocol = match mqtt.protocol.as_str() {
            "5" => Protocol::V5,
            "3.1.1" => Protocol::V311,
            other => return Err(BrokerError(format!("mqtt.protocol is `{other}`; write \"5\" or \"3.1.1\""))),
        };
        for (name, count) in [("slots", mqtt.slots), ("alarm_slots", mqtt.alarm_slots)] {
            if !(1..=MAX_SLOTS).contains(&count) {
                return Err(BrokerError(format!("mqtt.{name} is {count}; 1 to {MAX_SLOTS} are possible")));
            }
        }
        // Twice a batch: while one is being committed the next one gathers.
        let receive_maximum = u16::try_from(settings.engine.batch.saturating_mul(2)).unwrap_or(u16::MAX).max(100);
        Ok(Self {
            host,
            port,
            tls,
            credentials: (!mqtt.user.is_empty()).then(|| (mqtt.user.clone(), mqtt.password.clone())),
            protocol,
            slots: mqtt.slots,
            alarm_slots: mqtt.alarm_slots,
            receive_maximum,
        })
    }

    /// For the log: the broker without secrets.
    pub(super) fn address(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }
}

/// Scheme, host and port of the broker's URL.
fn address(url: &str) -> Result<(bool, String, u16), BrokerError> {
    let wrong = |what: &str| BrokerError(format!("mqtt.url {what}; write mqtt://HOST:PORT or mqtts://HOST:PORT"));
    let (scheme, rest) = url.split_once("://").ok_or_else(|| wrong("has no scheme"))?;
    let (secure, usual_port) = match scheme {
        "mqtt" => (false, 1883),
        "mqtts" => (true, 8883),
        other => return Err(wrong(&format!("begins with `{other}://`"))),
    };
    if rest.contains('@') {
        return Err(wrong("holds a user or password, which belong into mqtt.user and mqtt.password"));
    }
    let rest = rest.trim_end_matches('/');
    if rest.contains(['/', '?', '#']) {
        return Err(wrong("holds more than a host and a port"));
    }
    // An IPv6 address stands in brackets: [::1]:1883.
    let (host, port) = match rest.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => {
            (host, port.parse().ok().filter(|port| *port != 0).ok_or_else(|| wrong("has no usable port"))?)
        }
        _ => (rest, usual_port),
    };
    if host.is_empty() || (host.contains(':') && !host.starts_with('[')) {
        return Err(wrong("has no usable host"));
    }
    if secure && host.starts_with('[') {
        return Err(wrong("names the host by an IPv6 address, which does not work with TLS here: use a name"));
    }
    Ok((secure, host.to_owned(), port))
}

/// TLS that trusts the authorities of one PEM file, and nobody else.
fn tls(ca: &str) -> Result<Arc<ClientConfig>, BrokerError> {
    if ca.is_empty() {
        return Err(BrokerError(
            "mqtt.url is mqtts:// but mqtt.ca is empty; name the PEM file of the authority that signed the broker".into(),
        ));
    }
    let unreadable = |error: &dyn std::fmt::Display| BrokerError(format!("mqtt.ca: {ca}: {error}"));
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(ca).map_err(|error| unreadable(&error))? {
        roots.add(certificate.map_err(|error| unreadable(&error))?).map_err(|error| unreadable(&error))?;
    }
    if roots.is_empty() {
        return Err(unreadable(&"holds no certificate; a PEM file with BEGIN CERTIFICATE is needed"));
    }
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| unreadable(&error))?;
    Ok(Arc::new(config.with_root_certificates(roots).with_no_client_auth()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(change: impl FnOnce(&mut Settings)) -> Result<Options, String> {
        let mut settings = Settings::default();
        settings.mqtt.url = "mqtt://broker.example:1884".into();
        change(&mut settings);
        Options::of(&settings).map_err(|error| error.to_string())
    }

    #[test]
    fn an_address_is_a_scheme_a_host_and_a_port() {
        let options = with(|_| {}).unwrap();
        assert_eq!((options.host.as_str(), options.port, options.tls.is_none()), ("broker.example", 1884, true));
        assert_eq!(options.receive_maximum, 8000);
        assert_eq!(with(|s| s.mqtt.url = "mqtt://broker/".into()).unwrap().port, 1883);
        let local = with(|s| s.mqtt.url = "mqtt://[::1]:7".into()).unwrap();
        assert_eq!((local.host.as_str(), local.port), ("[::1]", 7));
        assert_eq!(with(|s| s.mqtt.url = "mqtt://[::1]".into()).unwrap().port, 1883);
    }

    #[test]
    fn what_cannot_be_used_is_named_with_the_remedy() {
        let refused = |change: fn(&mut Settings)| with(change).err().expect("it is refused");
        assert!(refused(|s| s.mqtt.url = "broker:1883".into()).contains("write mqtt://HOST:PORT"));
        assert!(refused(|s| s.mqtt.url = "http://broker".into()).contains("`http://`"));
        assert!(refused(|s| s.mqtt.url = "mqtt://me:secret@broker".into()).contains("mqtt.password"));
        assert!(!refused(|s| s.mqtt.url = "mqtt://me:secret@broker".into()).contains("secret@"));
        assert!(refused(|s| s.mqtt.url = "mqtt://broker:0".into()).contains("port"));
        assert!(refused(|s| s.mqtt.url = "mqtt://:1883".into()).contains("host"));
        assert!(refused(|s| s.mqtt.url = "mqtts://broker".into()).contains("mqtt.ca is empty"));
        assert!(refused(|s| (s.mqtt.url, s.mqtt.ca) = ("mqtts://broker".into(), "no/such.pem".into())).contains("no/such.pem"));
        assert!(refused(|s| s.mqtt.protocol = "4".into()).contains("3.1.1"));
        assert!(refused(|s| s.mqtt.slots = 0).contains("mqtt.slots is 0"));
        assert!(refused(|s| s.mqtt.alarm_slots = 1000).contains("mqtt.alarm_slots"));
    }
}
