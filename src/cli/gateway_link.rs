//! Where the commands that play gateways connect to, and how: shared by `simulate` and `replay`.

use std::path::PathBuf;
use std::time::Duration;

use crate::config::Settings;
use crate::sim::link::{Link, Protocol, Tls};

/// How simulated gateways reach Harken.
#[derive(Clone, Debug, clap::Args)]
pub struct GatewayLink {
    /// Where gateways connect to: mqtt://HOST:PORT, or mqtts://HOST:PORT. By default the broker of the settings, else the listener.
    #[arg(long, value_name = "URL")]
    pub mqtt: Option<String>,
    /// The version of MQTT that they speak: 5 or 3.1.1.
    #[arg(long, value_name = "VERSION", default_value = "5", value_parser = protocol)]
    pub mqtt_protocol: Protocol,
    /// PEM file of the authority that signed the server's certificate; needed for mqtts.
    #[arg(long, value_name = "FILE")]
    pub ca: Option<PathBuf>,
}

fn protocol(text: &str) -> Result<Protocol, String> {
    match text {
        "5" => Ok(Protocol::V5),
        "3.1.1" => Ok(Protocol::V4),
        _ => Err("5 or 3.1.1".into()),
    }
}

impl GatewayLink {
    /// The link, with what is not given taken from the settings.
    ///
    /// # Errors
    /// When the address is none, or the certificate cannot be read.
    pub fn link(&self, settings: &Settings) -> Result<Link, String> {
        let url = match &self.mqtt {
            Some(url) => url.clone(),
            None if !settings.mqtt.url.is_empty() => settings.mqtt.url.clone(),
            None if !settings.mqtt.listen.is_empty() => format!("mqtt://{}", reachable(&settings.mqtt.listen)),
            None => return Err("there is neither a listener nor a broker in the settings: say --mqtt mqtt://HOST:PORT".into()),
        };
        let (encrypted, host, port) = address(&url).ok_or_else(|| format!("`{url}` is not an address such as mqtt://127.0.0.1:1883"))?;
        let tls = match (encrypted, &self.ca) {
            (false, _) => None,
            (true, None) => return Err("mqtts needs --ca: the authority that signed the server's certificate".into()),
            (true, Some(file)) => {
                let authority = std::fs::read(file).map_err(|error| format!("cannot read {}: {error}", file.display()))?;
                Some(Tls { authority, identity: None })
            }
        };
        Ok(Link { host, port, protocol: self.mqtt_protocol, tls, login: None })
    }
}

/// An address that listens everywhere is reached on this machine.
fn reachable(listen: &str) -> String {
    listen.replacen("0.0.0.0:", "127.0.0.1:", 1).replacen("[::]:", "[::1]:", 1)
}

/// Encrypted, host, port.
fn address(url: &str) -> Option<(bool, String, u16)> {
    let (scheme, rest) = url.split_once("://").unwrap_or(("mqtt", url));
    let (encrypted, usual_port) = match scheme {
        "mqtt" => (false, 1883),
        "mqtts" => (true, 8883),
        _ => return None,
    };
    let rest = rest.trim_end_matches('/');
    let (host, port) = match rest.rsplit_once(':') {
        Some((host, port)) if !host.ends_with(':') && (!host.contains(':') || host.ends_with(']')) => (host, port.parse().ok()?),
        _ => (rest, usual_port),
    };
    let host = host.trim_start_matches('[').trim_end_matches(']');
    (!host.is_empty()).then(|| (encrypted, host.to_owned(), port))
}

/// Reads a time span: a number and `s`, `m`, `h` or `d`, e.g. `90s` or `12h`.
///
/// # Errors
/// When it is none.
pub fn time_span(text: &str) -> Result<Duration, String> {
    let problem = || format!("`{text}` is not a time span such as 90s, 15m, 12h or 3d");
    let unit = text.chars().last().ok_or_else(problem)?;
    let seconds = match unit {
        's' => 1.0,
        'm' => 60.0,
        'h' => 3600.0,
        'd' => 86400.0,
        _ => return Err(problem()),
    };
    let number: f64 = text.trim_end_matches(unit).parse().map_err(|_| problem())?;
    Duration::try_from_secs_f64(number * seconds).map_err(|_| problem())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_in_their_usual_forms() {
        let read = |url| address(url).map(|(encrypted, host, port)| format!("{encrypted} {host} {port}"));
        assert_eq!(read("mqtt://127.0.0.1:2883").unwrap(), "false 127.0.0.1 2883");
        assert_eq!(read("mqtts://broker.example").unwrap(), "true broker.example 8883");
        assert_eq!(read("localhost:1884").unwrap(), "false localhost 1884");
        assert_eq!(read("mqtt://[::1]:1883/").unwrap(), "false ::1 1883");
        assert_eq!(read("mqtt://[::1]").unwrap(), "false ::1 1883");
        assert!(["http://x", "mqtt://", "mqtt://x:99999"].into_iter().all(|url| read(url).is_none()));
    }

    #[test]
    fn what_is_not_given_comes_from_the_settings() {
        let mut settings = Settings::default();
        let args = GatewayLink { mqtt: None, mqtt_protocol: Protocol::V5, ca: None };
        settings.mqtt.listen = "0.0.0.0:2001".into();
        assert_eq!(args.link(&settings).map(|link| (link.host, link.port)), Ok(("127.0.0.1".into(), 2001)));
        settings.mqtt.url = "mqtt://broker:2002".into();
        assert_eq!(args.link(&settings).map(|link| (link.host, link.port)), Ok(("broker".into(), 2002)));
        (settings.mqtt.url, settings.mqtt.listen) = (String::new(), String::new());
        assert!(args.link(&settings).unwrap_err().contains("--mqtt"));
        let encrypted = GatewayLink { mqtt: Some("mqtts://x".into()), ..args };
        assert!(encrypted.link(&settings).unwrap_err().contains("--ca"));
    }

    #[test]
    fn time_spans() {
        assert_eq!(time_span("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(time_span("1.5h"), Ok(Duration::from_mins(90)));
        assert_eq!(time_span("2d"), Ok(Duration::from_hours(48)));
        assert!(["", "12", "h", "-1s", "1w", "nans"].into_iter().all(|text| time_span(text).is_err()));
    }
}
