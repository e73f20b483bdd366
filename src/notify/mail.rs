//! The text of an e-mail as RFC 5322 wants it: a few headers, plain text, and perhaps a file with it (RFC 2046). Nothing that goes into it can make a header of its own.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lettre::Address;

use super::target::File;
use crate::clock::Time;

/// Bytes of text in one encoded word of a header, at most.
const WORD: usize = 42;

/// A sender: an address, and perhaps a name before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender {
    /// The name.
    pub name: Option<String>,
    /// The address.
    pub address: Address,
}

impl Sender {
    /// Reads `ann@example.org` or `Ann <ann@example.org>`.
    pub fn parse(text: &str) -> Option<Self> {
        let (name, address) = match text.trim().strip_suffix('>').and_then(|text| text.split_once('<')) {
            Some((name, address)) => (Some(name.trim().trim_matches('"').to_owned()).filter(|name| !name.is_empty()), address),
            None => (None, text.trim()),
        };
        Some(Self { name, address: address.parse().ok()? })
    }
}

/// What an e-mail is made of.
#[derive(Debug)]
pub struct Mail<'a> {
    /// Its id, without the brackets.
    pub id: &'a str,
    /// When it is sent.
    pub at: Time,
    /// From whom.
    pub from: &'a Sender,
    /// To whom.
    pub to: &'a Address,
    /// The subject.
    pub subject: &'a str,
    /// The lines.
    pub lines: &'a [String],
    /// What is attached.
    pub file: Option<&'a File>,
}

impl Mail<'_> {
    /// As it goes to the server.
    pub fn text(&self) -> String {
        let from = match &self.from.name {
            Some(name) => format!("{} <{}>", header(name), self.from.address),
            None => self.from.address.to_string(),
        };
        let mut mail = format!(
            "From: {from}\r\nTo: {}\r\nSubject: {}\r\nDate: {}\r\nMessage-ID: <{}>\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n",
            self.to,
            header(self.subject),
            self.at.to_rfc2822(),
            self.id,
        );
        let Some(file) = self.file else {
            mail.push_str(&self.words());
            return mail;
        };
        // No line of what is in between can be the same: words are 7bit or base64, and the id is random.
        let boundary = format!("=_{}", self.id.chars().filter(char::is_ascii_alphanumeric).take(60).collect::<String>());
        let File { name, media_type, bytes } = file;
        let name: String = name.chars().map(|each| if each.is_ascii_alphanumeric() || "-._".contains(each) { each } else { '_' }).collect();
        let words = self.words();
        mail + &format!(
            "Content-Type: multipart/mixed; boundary=\"{boundary}\"\r\n\r\n--{boundary}\r\n{words}--{boundary}\r\nContent-Type: {media_type}\r\nContent-Transfer-Encoding: base64\r\n\
             Content-Disposition: attachment; filename=\"{name}\"\r\n\r\n{}\r\n--{boundary}--\r\n",
            folded(&STANDARD.encode(bytes))
        )
    }

    /// The words as a part of their own.
    fn words(&self) -> String {
        let plain = self.lines.iter().all(|line| line.is_ascii());
        let text = self.lines.join("\r\n");
        let (encoding, body) = if plain { ("7bit", text) } else { ("base64", folded(&STANDARD.encode(text))) };
        format!("Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n{body}\r\n")
    }
}

/// Text for a header: on one line, and encoded where it is more than letters, digits and blanks.
fn header(text: &str) -> String {
    let text: String = text.chars().map(|each| if each.is_control() { ' ' } else { each }).collect();
    if text.chars().all(|each| each.is_ascii_alphanumeric() || " ,.:-_'!?()".contains(each)) && text.len() < 70 {
        return text;
    }
    let (mut words, mut word) = (Vec::new(), String::new());
    for each in text.chars() {
        if word.len() + each.len_utf8() > WORD {
            words.push(std::mem::take(&mut word));
        }
        word.push(each);
    }
    words.push(word);
    words.iter().map(|word| format!("=?utf-8?B?{}?=", STANDARD.encode(word))).collect::<Vec<_>>().join("\r\n ")
}

/// Lines of 76 characters.
fn folded(base64: &str) -> String {
    let lines: Vec<String> = base64.as_bytes().chunks(76).map(|line| String::from_utf8_lossy(line).into_owned()).collect();
    lines.join("\r\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn senders_are_read() {
        let plain = Sender::parse("ann@example.org").unwrap();
        assert_eq!((plain.name, plain.address.to_string().as_str()), (None, "ann@example.org"));
        let named = Sender::parse("Harken <alerts@example.org>").unwrap();
        assert_eq!((named.name.as_deref(), named.address.to_string().as_str()), (Some("Harken"), "alerts@example.org"));
        assert!(Sender::parse("nobody").is_none() && Sender::parse("").is_none());
    }

    #[test]
    fn nothing_makes_a_header_of_its_own_and_every_letter_arrives() {
        let from = Sender::parse("Harken <alerts@example.org>").unwrap();
        let to: Address = "bob@example.org".parse().unwrap();
        let lines = ["Größe".to_owned()];
        let at = Time::UNIX_EPOCH;
        let mail = Mail { id: "m@h", at, from: &from, to: &to, subject: "Pendant\r\nBcc: x@y, für Zoë", lines: &lines, file: None };
        let text = mail.text();
        assert!(!text.contains("\r\nBcc:"), "{text}");
        assert!(text.contains("=?utf-8?B?") && text.contains("base64\r\n\r\nR3LDtsOfZQ==\r\n"), "{text}");
        assert!(text.lines().all(|line| line.len() <= 78 && line.is_ascii()), "{text}");
    }

    #[test]
    fn a_file_is_a_part_of_its_own_and_its_name_makes_no_header() {
        let from = Sender::parse("alerts@example.org").unwrap();
        let to: Address = "bob@example.org".parse().unwrap();
        let file = File { name: "a\"\r\nBcc: x.csv".to_owned(), media_type: "text/csv; charset=utf-8", bytes: b"a,b\r\n".repeat(40) };
        let lines = ["See the file.".to_owned()];
        let mail = Mail { id: "m@h", at: Time::UNIX_EPOCH, from: &from, to: &to, subject: "s", lines: &lines, file: Some(&file) };
        let text = mail.text();
        assert!(!text.contains("\r\nBcc:") && text.contains("filename=\"a___Bcc__x.csv\""), "{text}");
        assert_eq!(text.matches("--=_mh").count(), 3, "two parts and an end: {text}");
        assert!(text.lines().all(|line| line.len() <= 998), "{text}");
    }
}
