//! Checks of what people enter, gathered so that one answer names everything that is wrong.

use std::str::FromStr;

/// What is wrong with what was entered, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Invalid(pub String);

/// Gathers faults field by field.
#[derive(Debug, Default)]
pub struct Checks(Vec<String>);

impl Checks {
    /// Notes a fault of `field` in words of the caller's own.
    pub fn fault(&mut self, field: &str, say: &str) -> &mut Self {
        self.0.push(format!("`{field}` {say}"));
        self
    }

    /// A text of `least` to `most` characters, white space at its ends not counted.
    pub fn text(&mut self, field: &str, value: &str, least: usize, most: usize) -> &mut Self {
        let length = value.trim().chars().count();
        if value.contains('\0') {
            self.fault(field, "holds the character NUL; leave it out");
        } else if length < least {
            self.fault(field, "must not be empty");
        } else if value.chars().count() > most {
            self.fault(field, &format!("is longer than {most} characters"));
        }
        self
    }

    /// A text that may be missing.
    pub fn maybe_text(&mut self, field: &str, value: Option<&str>, most: usize) -> &mut Self {
        if let Some(value) = value {
            self.text(field, value, 1, most);
        }
        self
    }

    /// The id of something in the register. Whether it exists is for the store to say.
    pub fn reference(&mut self, field: &str, value: &str) -> &mut Self {
        if value.is_empty() || value.len() > 100 || value.chars().any(char::is_control) {
            self.fault(field, "is not an id");
        }
        self
    }

    /// An id that people choose: `[A-Za-z0-9._-]{1,64}`.
    pub fn chosen_id(&mut self, field: &str, value: &str) -> &mut Self {
        if !is_chosen_id(value) {
            self.fault(field, "must be 1 to 64 of the characters A-Z a-z 0-9 . _ -");
        }
        self
    }

    /// A name of the IANA time zone database.
    pub fn zone(&mut self, field: &str, value: &str) -> &mut Self {
        if chrono_tz::Tz::from_str(value).is_err() {
            self.fault(field, "is not an IANA time zone, such as Europe/London");
        }
        self
    }

    /// An address on which to speak to a person: `tel:` or `sip:`.
    pub fn call_back(&mut self, field: &str, value: Option<&str>) -> &mut Self {
        let Some(value) = value else { return self };
        let rest = value.strip_prefix("tel:").or_else(|| value.strip_prefix("sip:"));
        let reads_well = |rest: &str| !rest.is_empty() && rest.chars().all(|each| each.is_ascii_graphic());
        if !rest.is_some_and(reads_well) || value.len() > 200 {
            self.fault(field, "must be a tel: or sip: address, such as tel:+441234567890");
        }
        self
    }

    /// A day of the calendar, `YYYY-MM-DD`.
    pub fn day(&mut self, field: &str, value: Option<&str>) -> &mut Self {
        // chrono reads `2020-1-1` too; ten characters keep what is stored in one form.
        if value.is_some_and(|value| value.len() != 10 || chrono::NaiveDate::from_str(value).is_err()) {
            self.fault(field, "must be a day written as YYYY-MM-DD");
        }
        self
    }

    /// SHA-256 sums of certificates: 64 hexadecimal digits each, at most 100.
    pub fn certificate_sums(&mut self, field: &str, sums: &[String]) -> &mut Self {
        let is_sum = |sum: &String| sum.len() == 64 && sum.bytes().all(|each| each.is_ascii_hexdigit());
        if sums.len() > 100 || !sums.iter().all(is_sum) {
            self.fault(field, "must list at most 100 SHA-256 sums of certificates, each of 64 hexadecimal digits");
        }
        self
    }

    /// Everything that was found.
    ///
    /// # Errors
    /// When anything was.
    pub fn finish(&self) -> Result<(), Invalid> {
        if self.0.is_empty() { Ok(()) } else { Err(Invalid(self.0.join("; "))) }
    }
}

/// Whether `text` reads like an e-mail address: something, `@`, something, of printable ASCII.
#[must_use]
pub fn is_email(text: &str) -> bool {
    let graphic = text.bytes().all(|each| each.is_ascii_graphic() && !b"<>,;:\"()[]\\".contains(&each));
    let halves = text.split_once('@').is_some_and(|(user, host)| !user.is_empty() && !host.is_empty() && !host.contains('@'));
    graphic && halves && text.len() <= 254
}

/// Whether `text` is `[A-Za-z0-9._-]{1,64}`.
#[must_use]
pub fn is_chosen_id(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|each| each.is_ascii_alphanumeric() || b"._-".contains(&each))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn say(check: impl FnOnce(&mut Checks) -> &mut Checks) -> Option<String> {
        check(&mut Checks::default()).finish().err().map(|invalid| invalid.to_string())
    }

    #[test]
    fn good_entries_pass() {
        assert_eq!(say(|c| c.text("name", "Ann", 1, 3).text("notes", "", 0, 3).zone("zone", "Europe/London")), None);
        assert_eq!(say(|c| c.call_back("call_back", Some("tel:+441234567890")).call_back("call_back", Some("sip:a@b"))), None);
        assert_eq!(say(|c| c.day("born", Some("1940-02-29")).chosen_id("id", "gw-1._A").call_back("call_back", None)), None);
    }

    #[test]
    fn each_fault_is_named_with_its_field() {
        let all = say(|c| c.text("name", "  ", 1, 3).zone("zone", "Mars/Base").call_back("call_back", Some("0123"))).unwrap();
        for part in ["`name` must not be empty", "`zone` is not an IANA", "`call_back` must be a tel:"] {
            assert!(all.contains(part), "{all}");
        }
        assert!(say(|c| c.text("name", "abcd", 1, 3)).unwrap().contains("longer than 3"));
        assert!(say(|c| c.text("name", "a\0", 1, 3)).unwrap().contains("NUL"));
        for bad in ["", "a b", "unclaimed/x", &"x".repeat(65)] {
            assert!(say(|c| c.chosen_id("id", bad)).is_some(), "{bad}");
        }
        for bad in ["tel:", "sip:a b", "http://x", "tel:\u{0}"] {
            assert!(say(|c| c.call_back("call_back", Some(bad))).is_some(), "{bad}");
        }
        for bad in ["1940-02-30", "1940-2-1", "yesterday"] {
            assert!(say(|c| c.day("born", Some(bad))).is_some(), "{bad}");
        }
    }
}
