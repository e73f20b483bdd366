//! Where we let ourselves be sent. Whoever enters a webhook chooses an address that this server then speaks to, from inside its network: so only
//! public addresses, unless the installation allows its own.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What kind of place an address is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Somewhere on the internet.
    Public,
    /// This machine or a private network.
    Private,
    /// Nothing that a message is ever for: link-local (where clouds keep their credentials), multicast, reserved.
    Never,
}

/// The kind of place that `address` is.
#[must_use]
pub fn place(address: IpAddr) -> Place {
    match address {
        IpAddr::V4(address) => place_v4(address),
        IpAddr::V6(address) => place_v6(address),
    }
}

fn place_v4(address: Ipv4Addr) -> Place {
    let [a, b, c, _] = address.octets();
    match (a, b, c) {
        (127 | 10, ..) | (192, 168, _) | (172, 16..=31, _) | (100, 64..=127, _) => Place::Private,
        (0 | 224..=255, ..) | (169, 254, _) | (192, 0, 0 | 2) | (198, 18 | 19, _) | (198, 51, 100) | (203, 0, 113) => Place::Never,
        _ => Place::Public,
    }
}

fn place_v6(address: Ipv6Addr) -> Place {
    if let Some(inner) = address.to_ipv4_mapped() {
        return place_v4(inner);
    }
    match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 1] | [0xfc00..=0xfdff, ..] => Place::Private,
        // Addresses that carry one of IPv4 in them (NAT64, 6to4, Teredo, and old ones at the bottom) lead where that leads.
        [0x64, 0xff9b, ..] | [0x2002, ..] | [0x2001, 0, ..] | [0, 0, 0, 0, 0, 0, ..] => Place::Never,
        [0xfe80..=0xffff, ..] | [0x2001, 0xdb8, ..] => Place::Never,
        _ => Place::Public,
    }
}

/// Whom a client may speak to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Public addresses only.
    Public,
    /// Private ones too.
    Anywhere,
    /// Private ones only: for plain HTTP.
    PrivateOnly,
}

impl Reach {
    /// Whether `address` is within it.
    #[must_use]
    pub fn covers(self, address: IpAddr) -> bool {
        match place(address) {
            Place::Public => self != Self::PrivateOnly,
            Place::Private => self != Self::Public,
            Place::Never => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_told_apart() {
        for (text, expected) in [
            ("8.8.8.8", Place::Public),
            ("127.0.0.1", Place::Private),
            ("10.1.2.3", Place::Private),
            ("172.31.255.1", Place::Private),
            ("172.32.0.1", Place::Public),
            ("100.64.0.1", Place::Private),
            ("169.254.169.254", Place::Never),
            ("0.0.0.0", Place::Never),
            ("255.255.255.255", Place::Never),
            ("::1", Place::Private),
            ("::", Place::Never),
            ("fd00::1", Place::Private),
            ("fe80::1", Place::Never),
            ("ff02::1", Place::Never),
            ("::ffff:127.0.0.1", Place::Private),
            ("::ffff:169.254.169.254", Place::Never),
            ("64:ff9b::7f00:1", Place::Never),
            ("2002:7f00:1::", Place::Never),
            ("2606:4700::1", Place::Public),
        ] {
            assert_eq!(place(text.parse().unwrap()), expected, "{text}");
        }
    }

    #[test]
    fn plain_http_stays_inside_and_the_public_default_outside() {
        let (inside, outside): (IpAddr, IpAddr) = ("127.0.0.1".parse().unwrap(), "8.8.8.8".parse().unwrap());
        assert!(Reach::PrivateOnly.covers(inside) && !Reach::PrivateOnly.covers(outside));
        assert!(!Reach::Public.covers(inside) && Reach::Public.covers(outside));
        assert!(Reach::Anywhere.covers(inside) && Reach::Anywhere.covers(outside));
    }
}
