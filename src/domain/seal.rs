//! The seals of the trail. Each entry's hash holds the one before it, so that nothing can be altered, removed or put elsewhere without every later hash
//! changing; and the last one, the head, is known outside the house. What may be erased of an entry is in it as a salted digest only.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The hash before the first entry.
pub const BEGINNING: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// The action of the entry that says that details were erased. Its own detail names them, and cannot be erased.
pub const ERASED: &str = "erased";

/// How far the trail is sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Entries sealed.
    pub position: i64,
    /// The hash of the last of them.
    pub hash: String,
}

/// An entry of the trail as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its number in the table.
    pub seq: i64,
    /// When, in microseconds.
    pub at_us: i64,
    /// The organisation concerned.
    pub organisation: Option<String>,
    /// Who.
    pub who: String,
    /// Did what.
    pub action: String,
    /// To what kind of thing.
    pub object_kind: String,
    /// With which id.
    pub object_id: String,
    /// What is never erased of its detail.
    pub detail: String,
}

/// What may be erased of an entry, with its salt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detail {
    /// Random, and erased with the rest: without it the digest says nothing.
    pub salt: String,
    /// The words.
    pub detail: String,
}

impl Detail {
    /// What of it is sealed.
    #[must_use]
    pub fn digest(&self) -> String {
        hex(&[b"detail", self.salt.as_bytes(), self.detail.as_bytes()])
    }
}

/// The hash of the entry at `position`, behind the entry whose hash is `before`.
#[must_use]
pub fn hash(before: &str, position: i64, entry: &Entry, detail_sha256: Option<&str>) -> String {
    hex(&[
        b"entry",
        before.as_bytes(),
        &position.to_be_bytes(),
        &entry.seq.to_be_bytes(),
        &entry.at_us.to_be_bytes(),
        entry.organisation.as_ref().map_or(b"-".as_slice(), |_| b"+"),
        entry.organisation.as_deref().unwrap_or_default().as_bytes(),
        entry.who.as_bytes(),
        entry.action.as_bytes(),
        entry.object_kind.as_bytes(),
        entry.object_id.as_bytes(),
        entry.detail.as_bytes(),
        detail_sha256.unwrap_or_default().as_bytes(),
    ])
}

/// SHA-256 over parts, each with its length in front, so that nothing can move from one into the next.
fn hex(parts: &[&[u8]]) -> String {
    let mut sum = Sha256::new();
    for part in parts {
        sum.update((part.len() as u64).to_be_bytes());
        sum.update(part);
    }
    sum.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A seal as it is stored, with what it seals as far as that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// Its place in the chain.
    pub position: i64,
    /// The entry's number.
    pub seq: i64,
    /// The digest of what may be erased; absent when the entry had nothing of the kind.
    pub detail_sha256: Option<String>,
    /// The hash.
    pub hash: String,
    /// The entry.
    pub entry: Option<Entry>,
    /// What may be erased of it.
    pub detail: Option<Detail>,
}

/// Something wrong with the trail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The place in the chain, where there is one.
    pub position: Option<i64>,
    /// The entry's number, where there is one.
    pub seq: Option<i64>,
    /// What is wrong.
    pub what: String,
}

/// An erasure, declared by an entry of the trail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Erasure {
    /// The entry whose details are gone.
    pub seq: i64,
    /// When the entry was made.
    pub at: DateTime<Utc>,
    /// What kind of thing it is about.
    pub object_kind: String,
    /// Its id.
    pub object_id: String,
}

/// What verifying found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// How far the trail is sealed.
    pub head: Head,
    /// Entries waiting for their seal.
    pub waiting: i64,
    /// What is wrong. Nothing is, when it is empty.
    pub findings: Vec<Finding>,
    /// What was erased, and says so.
    pub erasures: Vec<Erasure>,
}

/// Follows the chain from its beginning, seal by seal.
#[derive(Debug)]
pub struct Verifier {
    head: Head,
    sought: Vec<String>,
    found: BTreeSet<String>,
    findings: Vec<Finding>,
    erased: Vec<Erasure>,
    declared: BTreeSet<i64>,
}

impl Verifier {
    /// A verifier that also looks for these heads, which were noted outside.
    #[must_use]
    pub fn new(sought: Vec<String>) -> Self {
        Self {
            head: Head { position: 0, hash: BEGINNING.to_owned() },
            sought,
            found: BTreeSet::new(),
            findings: Vec::new(),
            erased: Vec::new(),
            declared: BTreeSet::new(),
        }
    }

    /// The next seal, in the order of positions.
    pub fn take(&mut self, sealed: Sealed) {
        let Sealed { position, seq, detail_sha256, hash: stored, entry, detail } = sealed;
        let mut wrong = |what: String| self.findings.push(Finding { position: Some(position), seq: Some(seq), what });
        if position != self.head.position + 1 {
            wrong(format!("the seals between {} and {position} are missing", self.head.position));
        }
        match &entry {
            None => wrong("the entry was removed".to_owned()),
            Some(entry) => {
                if hash(&self.head.hash, position, entry, detail_sha256.as_deref()) != stored {
                    wrong("the entry, its place or its seal was altered".to_owned());
                }
                match (&detail_sha256, &detail) {
                    (Some(digest), Some(detail)) if detail.digest() != *digest => wrong("the entry's details were altered".to_owned()),
                    (None, Some(_)) => wrong("details were added to the entry".to_owned()),
                    (Some(_), None) => self.erased.push(Erasure {
                        seq,
                        at: DateTime::from_timestamp_micros(entry.at_us).unwrap_or_default(),
                        object_kind: entry.object_kind.clone(),
                        object_id: entry.object_id.clone(),
                    }),
                    _ => {}
                }
                if entry.action == ERASED {
                    self.declared.extend(named_in(&entry.detail));
                }
            }
        }
        if self.sought.contains(&stored) {
            self.found.insert(stored.clone());
        }
        self.head = Head { position, hash: stored };
    }

    /// An entry about erasure that has no seal yet.
    pub fn declare(&mut self, detail: &str) {
        self.declared.extend(named_in(detail));
    }

    /// The end of the chain. `waiting` entries have no seal yet; `forgotten` of them should have one by now.
    #[must_use]
    pub fn finish(mut self, waiting: i64, forgotten: i64) -> Report {
        for sought in self.sought.iter().filter(|sought| !self.found.contains(*sought)) {
            let what = format!("the head {sought} is not in the chain: entries were removed or altered since it was noted");
            self.findings.push(Finding { position: None, seq: None, what });
        }
        if forgotten > 0 {
            let what = format!("{forgotten} entries have had no seal for more than an hour: nothing seals, or their seals were removed");
            self.findings.push(Finding { position: None, seq: None, what });
        }
        let (erasures, silent): (Vec<Erasure>, Vec<Erasure>) =
            self.erased.into_iter().partition(|erasure| self.declared.contains(&erasure.seq));
        for erasure in silent {
            let what = "the entry's details are gone, and no entry says that they were erased".to_owned();
            self.findings.push(Finding { position: None, seq: Some(erasure.seq), what });
        }
        Report { head: self.head, waiting, findings: self.findings, erasures }
    }
}

/// The entries that an entry about erasure names.
fn named_in(detail: &str) -> Vec<i64> {
    let detail: serde_json::Value = serde_json::from_str(detail).unwrap_or_default();
    detail["entries"].as_array().map(|entries| entries.iter().filter_map(serde_json::Value::as_i64).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chain(count: i64) -> Vec<Sealed> {
        let mut before = BEGINNING.to_owned();
        let sealed = |position: i64, before: &mut String| {
            let entry = Entry {
                seq: position * 10,
                at_us: position,
                organisation: None,
                who: "ann".to_owned(),
                action: "changed".to_owned(),
                object_kind: "home".to_owned(),
                object_id: "h".to_owned(),
                detail: "{}".to_owned(),
            };
            let detail = Detail { salt: format!("salt {position}"), detail: "{\"name\":\"Ann\"}".to_owned() };
            let detail_sha256 = Some(detail.digest());
            *before = hash(before, position, &entry, detail_sha256.as_deref());
            Sealed { position, seq: entry.seq, detail_sha256, hash: before.clone(), entry: Some(entry), detail: Some(detail) }
        };
        (1..=count).map(|position| sealed(position, &mut before)).collect()
    }

    fn verify(chain: Vec<Sealed>, heads: &[&str]) -> Report {
        let mut verifier = Verifier::new(heads.iter().map(|head| (*head).to_owned()).collect());
        for sealed in chain {
            verifier.take(sealed);
        }
        verifier.finish(0, 0)
    }

    #[test]
    fn a_chain_as_it_was_made_is_good_and_any_change_is_found() {
        let good = chain(5);
        let head = good[4].hash.clone();
        assert_eq!(verify(good.clone(), &[&head]).findings, []);
        let changes: [fn(&mut Vec<Sealed>); 9] = [
            |chain| chain[2].entry.as_mut().unwrap().who = "bob".to_owned(),
            |chain| chain[2].entry.as_mut().unwrap().at_us += 1,
            |chain| chain[2].entry.as_mut().unwrap().organisation = Some(String::new()),
            |chain| chain[2].detail.as_mut().unwrap().detail = "{}".to_owned(),
            |chain| chain[2].detail = None,
            |chain| chain[2].entry = None,
            |chain| drop(chain.remove(2)),
            |chain| {
                let (one, two) = (chain[1].entry.clone(), chain[2].entry.clone());
                (chain[1].entry, chain[2].entry) = (two, one);
            },
            |chain| chain.truncate(4),
        ];
        for (n, change) in changes.into_iter().enumerate() {
            let mut chain = good.clone();
            change(&mut chain);
            assert!(!verify(chain, &[&head]).findings.is_empty(), "change {n}");
        }
    }

    #[test]
    fn fields_do_not_run_into_each_other() {
        let mut one = chain(1).remove(0).entry.unwrap();
        let before = hash(BEGINNING, 1, &one, None);
        (one.who, one.action) = ("annc".to_owned(), "hanged".to_owned());
        assert_ne!(hash(BEGINNING, 1, &one, None), before);
    }

    #[test]
    fn an_erasure_that_says_so_is_named_and_no_fault() {
        let mut chain = chain(3);
        chain[0].detail = None;
        let entry = chain[2].entry.as_mut().unwrap();
        (entry.action, entry.detail) = (ERASED.to_owned(), "{\"entries\":[10]}".to_owned());
        chain[2].hash = hash(&chain[1].hash, 3, chain[2].entry.as_ref().unwrap(), chain[2].detail_sha256.as_deref());
        let report = verify(chain, &[]);
        assert_eq!((report.findings, report.erasures.len(), report.erasures[0].seq), (Vec::new(), 1, 10));
    }
}
