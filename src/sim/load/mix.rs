//! The events of the load: the kinds and devices of a home in their usual shares, encoded cheaply and padded to a size.

use std::io::Write;

use bytes::{BufMut, Bytes, BytesMut};
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};

use crate::clock::Time;

/// Kind, device, and how many in 10,000 events. Motion and doors are in the shares of the TIHM homes (see `sim::profile`), cut by a
/// twentieth for the hourly temperature and the bed sensor that those homes did not report.
const MIX: [(&str, &str, u32); 11] = [
    ("motion", "hallway", 1869),
    ("motion", "lounge", 1864),
    ("motion", "kitchen", 1793),
    ("motion", "bedroom", 1372),
    ("motion", "bathroom", 816),
    ("door_opened", "fridge-door", 974),
    ("door_opened", "front-door", 441),
    ("door_opened", "back-door", 371),
    ("temperature", "temperature", 400),
    ("bed_entered", "bed", 50),
    ("bed_left", "bed", 50),
];

const ALL: u32 = 10_000;

/// What a sensor's raw frame looks like; a slice of it brings an event to its size.
const FRAME: &str = "0a1f43c200d7e9180455aa03be6721f09c3d88017be4520fd6a93c1e7704b8f25d906ac1e38f47125bd09e6421fa70c83d15b6e94a0728dc53f1960eb74d82a5\
                     1c60f39b2e7d14c805a8e6f35b90d2714e8c06af53b19d7428e5f06a3cd1974b80f26e5a19c3d704b8e2617fa59c30d46eb81297f05c3ad864e21b97fc5308da\
                     62b97e1450cf83ad26e17b9054c8f31da60e72b95c483fd16a07e25bc94813fa0d65e728b1c94f3a60d7528eb16fc4093da7";

/// Makes events of the usual mix, the same ones for the same seed.
#[derive(Debug)]
pub struct Mix {
    random: Xoshiro256PlusPlus,
    bytes: usize,
    buffer: BytesMut,
}

impl Mix {
    /// A mix of events of `bytes` bytes each (those that do not get by with so few are longer).
    #[must_use]
    pub fn new(seed: u64, bytes: usize) -> Self {
        Self { random: Xoshiro256PlusPlus::seed_from_u64(seed), bytes, buffer: BytesMut::new() }
    }

    /// The next event object as JSON.
    pub fn event(&mut self, id: &str, at: Time) -> Bytes {
        let mut draw = self.random.random_range(0..ALL);
        let (kind, device) = MIX
            .iter()
            .find_map(|&(kind, device, share)| {
                let hit = draw < share;
                draw = draw.saturating_sub(share);
                hit.then_some((kind, device))
            })
            .unwrap_or(("motion", "hallway"));
        let reading = if kind == "temperature" { Some(f64::from(self.random.random_range(180..240_u32)) / 10.0) } else { None };
        self.encode(id, kind, device, at, reading)
    }

    /// A pressed pendant.
    pub fn alarm(&mut self, id: &str, at: Time) -> Bytes {
        self.encode(id, "pendant", "pendant", at, None)
    }

    fn encode(&mut self, id: &str, kind: &str, device: &str, at: Time, reading: Option<f64>) -> Bytes {
        self.buffer.reserve(self.bytes.max(256));
        let mut out = (&mut self.buffer).writer();
        let at = at.format("%Y-%m-%dT%H:%M:%S%.6fZ");
        // Writing to a buffer that grows cannot fail.
        let _ = write!(out, r#"{{"id":"{id}","kind":"{kind}","device":"{device}","at":"{at}","#);
        if let Some(value) = reading {
            let _ = write!(out, r#""value":{value},"unit":"Cel","#);
        }
        let (rssi, battery) = (self.random.random_range(40..95), self.random.random_range(20..=100));
        let _ = write!(out, r#""data":{{"rssi_dbm":-{rssi},"battery_percent":{battery},"raw":""#);
        let missing = self.bytes.saturating_sub(self.buffer.len() + 3).min(FRAME.len());
        self.buffer.extend_from_slice(&FRAME.as_bytes()[..missing]);
        self.buffer.extend_from_slice(b"\"}}");
        self.buffer.split().freeze()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_json_of_the_stated_size_in_the_stated_shares() {
        let at = Time::UNIX_EPOCH;
        let mut mix = Mix::new(7, 300);
        let mut motion = 0;
        for number in 0..10_000 {
            let bytes = mix.event(&format!("run-{number}"), at);
            assert_eq!(bytes.len(), 300);
            let event: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
            assert_eq!(event["at"], "1970-01-01T00:00:00.000000Z");
            motion += u32::from(event["kind"] == "motion");
        }
        assert!((7500..8000).contains(&motion), "{motion}");
        let alarm: serde_json::Value = serde_json::from_slice(&mix.alarm("run-0", at)).unwrap();
        assert_eq!(alarm["kind"], "pendant");
        assert_eq!(MIX.iter().map(|(_, _, share)| share).sum::<u32>(), ALL);
    }

    #[test]
    fn the_same_seed_gives_the_same_events() {
        let events = |seed| (0..100).map(|number| Mix::new(seed, 300).event(&number.to_string(), Time::UNIX_EPOCH)).collect::<Vec<_>>();
        assert_eq!(events(1), events(1));
        assert_ne!(events(1), events(2));
    }
}
