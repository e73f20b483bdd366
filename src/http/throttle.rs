//! Failed sign-ins: so many per login and per address in a minute, then no more until the minute has passed. Kept in memory, and so per replica.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use chrono::TimeDelta;

use crate::clock::Time;

/// Logins and addresses remembered at the same time; with more of them than this under attack everybody has to wait.
const KEYS: usize = 100_000;

/// Counts failed sign-ins.
#[derive(Debug)]
pub struct Throttle {
    per_minute: usize,
    failures: Mutex<HashMap<Key, VecDeque<Time>>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    Login(String),
    Address(IpAddr),
}

impl Throttle {
    /// A throttle that lets `per_minute` failures pass.
    #[must_use]
    pub fn new(per_minute: u32) -> Self {
        Self { per_minute: per_minute as usize, failures: Mutex::default() }
    }

    /// Counts an attempt before it is judged, so that many at the same time cannot slip through.
    ///
    /// # Errors
    /// With the seconds to wait, when there were too many; the attempt must not be judged then.
    pub fn begin(&self, login: &str, address: IpAddr, now: Time) -> Result<(), u64> {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.len() >= KEYS {
            failures.retain(|_, times| times.back().is_some_and(|last| now - *last < TimeDelta::minutes(1)));
            if failures.len() >= KEYS {
                return Err(60);
            }
        }
        let keys = keys(login, address);
        for key in &keys {
            let Some(times) = failures.get_mut(key) else { continue };
            while times.front().is_some_and(|first| now - *first >= TimeDelta::minutes(1)) {
                times.pop_front();
            }
            if let Some(first) = times.front().filter(|_| times.len() >= self.per_minute) {
                let wait = TimeDelta::minutes(1) - (now - *first);
                return Err(u64::try_from(wait.num_milliseconds()).unwrap_or(0).div_ceil(1000));
            }
        }
        for key in keys {
            failures.entry(key).or_default().push_back(now);
        }
        Ok(())
    }

    /// Takes back an attempt that [`Throttle::begin`] counted at `at`: it succeeded, or was not judged.
    pub fn forgive(&self, login: &str, address: IpAddr, at: Time) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        for key in keys(login, address) {
            if let Some(times) = failures.get_mut(&key) {
                if let Some(place) = times.iter().position(|time| *time == at) {
                    times.remove(place);
                }
                if times.is_empty() {
                    failures.remove(&key);
                }
            }
        }
    }
}

/// Whoever has one IPv6 address has a whole /64 of them.
fn keys(login: &str, address: IpAddr) -> [Key; 2] {
    let network = match address.to_canonical() {
        IpAddr::V6(six) => IpAddr::V6((six.to_bits() & !u128::from(u64::MAX)).into()),
        four @ IpAddr::V4(_) => four,
    };
    [Key::Login(login.to_owned()), Key::Address(network)]
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    fn at(seconds: i64) -> Time {
        chrono::DateTime::from_timestamp(seconds, 0).unwrap()
    }

    #[test]
    fn the_minute_passes() {
        let throttle = Throttle::new(2);
        assert_eq!(throttle.begin("a", HERE, at(0)), Ok(()));
        assert_eq!(throttle.begin("a", HERE, at(10)), Ok(()));
        assert_eq!(throttle.begin("a", HERE, at(20)), Err(40));
        assert_eq!(throttle.begin("a", HERE, at(60)), Ok(()));
        assert_eq!(throttle.begin("a", HERE, at(61)), Err(9));
    }

    #[test]
    fn a_login_is_held_from_everywhere_and_an_address_for_every_login() {
        let throttle = Throttle::new(1);
        let elsewhere: IpAddr = "192.0.2.1".parse().unwrap();
        assert_eq!(throttle.begin("a", HERE, at(0)), Ok(()));
        assert!(throttle.begin("a", elsewhere, at(1)).is_err());
        assert!(throttle.begin("b", HERE, at(1)).is_err());
        assert_eq!(throttle.begin("b", elsewhere, at(1)), Ok(()));
        let (one, other): (IpAddr, IpAddr) = ("2001:db8::1".parse().unwrap(), "2001:db8::2".parse().unwrap());
        assert_eq!(throttle.begin("c", one, at(2)), Ok(()));
        assert!(throttle.begin("d", other, at(2)).is_err(), "one /64 is one address");
    }

    #[test]
    fn who_signs_in_is_forgiven() {
        let throttle = Throttle::new(1);
        for second in 0..5 {
            assert_eq!(throttle.begin("a", HERE, at(second)), Ok(()));
            throttle.forgive("a", HERE, at(second));
        }
    }
}
