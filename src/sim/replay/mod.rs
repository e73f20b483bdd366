//! Recordings of real homes, sent again as their gateways would have sent them.
//!
//! [`Recording::read`] knows the formats by their first line: our own JSON lines ([`native`]), the TIHM homes ([`tihm`]) and the Ordonez
//! home ([`ordonez`]). [`shift`] moves a recording to now, once for an installation, so that a second replay is all duplicates;
//! [`play`] sends it.

pub mod native;
pub mod ordonez;
pub mod play;
pub mod recorded;
pub mod shift;
pub mod tihm;

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use chrono_tz::Tz;
use sha2::{Digest, Sha256};

use self::recorded::{Recorded, Stream};
use crate::clock::Time;

/// A recording in memory, not yet moved in time.
#[derive(Clone, Debug)]
pub struct Recording {
    /// What it was read as, in words.
    pub format: &'static str,
    /// SHA-256 of the file as it lies there, lower-case hex.
    pub digest: String,
    /// The zone in which times without an offset were read, and in which times are written.
    pub zone: Tz,
    /// One for each gateway, by id.
    pub streams: Vec<Stream>,
    /// Rows of the file that hold data.
    pub rows: u64,
    /// Rows that were joined to another one (systolic and diastolic make one event).
    pub joined: u64,
    /// Rows that have no kind in the event catalogue, by what they are.
    pub skipped: BTreeMap<String, u64>,
}

/// A file that cannot be replayed.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// It cannot be read.
    #[error("cannot read {0}: {1}")]
    Unreadable(String, std::io::Error),
    /// It is none of the formats.
    #[error(
        "unknown format; the first line must be that of TIHM (`patient_id,location_name,date` or \
         `patient_id,date,device_type,value,unit`), of Ordonez (`ts,sensor,state`, or `Start time  End time  Location  Type  Place`), or a \
         JSON object with `gateway` and `kind` on each line. It is: {0}"
    )]
    UnknownFormat(String),
    /// A row is not what the format promises. Nothing was sent.
    #[error("line {line}: {problem}")]
    Row {
        /// Counted from 1.
        line: u64,
        /// What is wrong, and what was expected.
        problem: String,
    },
}

/// How a recording shall be read.
#[derive(Clone, Debug)]
pub struct HowToRead {
    /// For times without an offset.
    pub zone: Tz,
    /// The gateway id of a recording that names none (Ordonez).
    pub gateway: String,
}

impl Recording {
    /// Reads a file, unpacking it when it is gzip.
    ///
    /// # Errors
    /// When it cannot be read, is of no known format, or has a row that is not of its format.
    pub fn read(path: &Path, reading: &HowToRead) -> Result<Self, ReplayError> {
        let unreadable = |error| ReplayError::Unreadable(path.display().to_string(), error);
        let raw = std::fs::read(path).map_err(unreadable)?;
        let text = if raw.starts_with(&[0x1f, 0x8b]) {
            let mut text = Vec::new();
            flate2::read::MultiGzDecoder::new(&raw[..]).read_to_end(&mut text).map_err(unreadable)?;
            text
        } else {
            raw.clone()
        };
        Self::parse(&text, hex(&Sha256::digest(&raw)), reading)
    }

    /// Reads the text of a file with the given digest.
    ///
    /// # Errors
    /// As [`Recording::read`].
    pub fn parse(text: &[u8], digest: String, reading: &HowToRead) -> Result<Self, ReplayError> {
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        let first = text.split(|&byte| byte == b'\n').next().unwrap_or_default();
        let first = String::from_utf8_lossy(first.trim_ascii()).into_owned();
        let (format, found) = match first.as_str() {
            "patient_id,location_name,date" => ("TIHM activity", tihm::activity(text, reading.zone)?),
            "patient_id,date,device_type,value,unit" => ("TIHM physiology", tihm::physiology(text, reading.zone)?),
            "ts,sensor,state" => ("Ordonez events", ordonez::events(text, reading)?),
            line if line.starts_with("Start time") && line.contains("Location") => ("Ordonez sensors", ordonez::sensors(text, reading)?),
            line if line.starts_with('{') => ("JSON lines", native::lines(text, reading.zone)?),
            line => return Err(ReplayError::UnknownFormat(line.chars().take(100).collect())),
        };
        let Found { streams, rows, joined, skipped } = found;
        Ok(Self { format, digest, zone: reading.zone, streams: streams.into_values().collect(), rows, joined, skipped })
    }

    /// How many events it holds.
    #[must_use]
    pub fn events(&self) -> u64 {
        self.streams.iter().map(|stream| stream.events.len() as u64).sum()
    }

    /// The times of its first and last event; `None` when no event has a time.
    #[must_use]
    pub fn span(&self) -> Option<(Time, Time)> {
        let times = || self.streams.iter().flat_map(|stream| &stream.events).filter_map(|event| event.at);
        Some((times().min()?, times().max()?))
    }
}

/// What a reader of a format found.
#[derive(Debug, Default)]
pub struct Found {
    streams: BTreeMap<String, Stream>,
    rows: u64,
    joined: u64,
    skipped: BTreeMap<String, u64>,
}

impl Found {
    fn push(&mut self, gateway: &str, home: impl FnOnce() -> String, event: Recorded) {
        if let Some(stream) = self.streams.get_mut(gateway) {
            stream.events.push(event);
        } else {
            let stream = Stream { gateway: gateway.into(), home: home(), events: vec![event] };
            self.streams.insert(gateway.into(), stream);
        }
    }

    fn skip(&mut self, what: &str) {
        *self.skipped.entry(what.to_owned()).or_default() += 1;
    }

    /// Puts each stream in the order of time; events of one time stay in the order of the file.
    fn sorted(mut self) -> Self {
        for stream in self.streams.values_mut() {
            stream.events.sort_by_key(|event| event.at);
        }
        self
    }
}

/// Lower-case hexadecimal.
fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Recording, ReplayError> {
        Recording::parse(text.as_bytes(), "0".repeat(64), &HowToRead { zone: Tz::Europe__London, gateway: "ordonez-a".into() })
    }

    #[test]
    fn what_is_no_recording_is_named() {
        for (text, says) in [
            ("", "unknown format"),
            ("Start time\tEnd time\tActivity\n", "unknown format"),
            ("patient_id,location_name,date\nx,lounge,yesterday\n", "line 2: `yesterday`"),
            ("patient_id,location_name,date\nx,cellar,2019-04-15 13:22:50\n", "line 2: unknown location `cellar`"),
            ("patient_id,location_name,date\nx,lounge\n", "line 2"),
            ("patient_id,date,device_type,value,unit\nx,2019-04-15 13:22:50,Heart rate,fast,beats/min\n", "line 2: `fast`"),
            ("ts,sensor,state\n2011-11-28T02:27:59,Bed/Pressure/Bedroom,AJAR\n", "line 2: unknown state `AJAR`"),
            ("{\"gateway\":\"g\",\"kind\":\"motion\"}\n{\"kind\":\"motion\"}\n", "line 2: `gateway`"),
            ("{\"gateway\":\"g\",\"kind\":\"motion\",\"at\":\"noon\"}\n", "line 1: `noon`"),
        ] {
            let error = parse(text).unwrap_err().to_string();
            assert!(error.contains(says), "{text:?}: {error}");
        }
    }
}
