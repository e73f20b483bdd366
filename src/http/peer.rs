//! Whose address a request comes from: the other end of the connection, or, when that is a proxy we trust, whoever it says it speaks for.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::request::Parts;

use super::state::HttpState;

/// The address a request comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer(pub IpAddr);

impl FromRequestParts<HttpState> for Peer {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &HttpState) -> Result<Self, Infallible> {
        let connected = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(address)| address.ip());
        let connected = connected.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)).to_canonical();
        Ok(Self(behind_proxies(connected, &parts.headers, &state.settings.http.trusted_proxies)))
    }
}

/// The nearest address that is not a trusted proxy: what stands further left in `X-Forwarded-For` was written by strangers.
fn behind_proxies(connected: IpAddr, headers: &HeaderMap, trusted: &[String]) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|each| each.parse() == Ok(address));
    let hops = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
    let mut address = connected;
    for hop in hops.collect::<Vec<_>>().into_iter().rev() {
        if !is_trusted(address) {
            break;
        }
        let Ok(hop) = hop.trim().parse::<IpAddr>() else { break };
        address = hop.to_canonical();
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_trusted_proxy_is_believed() {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", "198.51.100.1, 203.0.113.7, 10.0.0.2".parse().unwrap());
        let seen = |connected: &str, trusted: &[&str]| {
            let trusted: Vec<String> = trusted.iter().map(ToString::to_string).collect();
            behind_proxies(connected.parse().unwrap(), &headers, &trusted).to_string()
        };
        assert_eq!(seen("192.0.2.9", &[]), "192.0.2.9");
        assert_eq!(seen("10.0.0.1", &["10.0.0.1"]), "10.0.0.2");
        assert_eq!(seen("10.0.0.1", &["10.0.0.1", "10.0.0.2"]), "203.0.113.7", "what the client itself wrote is not believed");
    }
}
