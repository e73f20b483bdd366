//! Encryption at rest of the codes of key safes, under a key from outside the database: whoever holds a copy of the database alone cannot
//! open a door. A leaf that anyone may use.
//!
//! ChaCha20-Poly1305 with a random nonce of 96 bits in front of the ciphertext; the home's id is authenticated with it, so that a code copied to another
//! home's row does not open.

use std::io::Write;
use std::path::Path;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce};

const NONCE_LEN: usize = 12;

/// Why a key or a code cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeySafeError {
    /// The key file cannot be read, written or understood. The text names it and says what to do.
    #[error("{0}")]
    KeyFile(String),
    /// What is stored was not encrypted under this key for this home.
    #[error(
        "the code of the key safe cannot be decrypted: the key file is not the one it was encrypted with, or the row was tampered with"
    )]
    Unreadable,
}

/// The key under which codes of key safes are encrypted. Cheap to clone; shows nothing of itself.
#[derive(Clone)]
pub struct KeySafe(ChaCha20Poly1305);

impl std::fmt::Debug for KeySafe {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KeySafe(…)")
    }
}

impl KeySafe {
    /// Reads the key from `file` (64 hexadecimal digits); when there is none, makes one that only its owner may read.
    ///
    /// # Errors
    /// When the file cannot be read or made, or holds something else.
    pub fn from_file(file: &Path) -> Result<Self, KeySafeError> {
        let fault = |what: &str, why: &dyn std::fmt::Display| KeySafeError::KeyFile(format!("key file {}: {what}: {why}", file.display()));
        let text = match std::fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => match make_file(file) {
                Ok(text) => text,
                // Another process of the same installation was faster: its key is ours.
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                    std::fs::read_to_string(file).map_err(|error| fault("cannot be read", &error))?
                }
                Err(error) => return Err(fault("cannot be made; set HARKEN_SECURITY_KEY_FILE to a place that can be written", &error)),
            },
            Err(error) => return Err(fault("cannot be read", &error)),
        };
        let key = unhex(text.trim()).ok_or_else(|| fault("does not hold a key", &"64 hexadecimal digits are expected"))?;
        Ok(Self::from_key(&key))
    }

    /// Uses a key that is at hand.
    #[must_use]
    pub fn from_key(key: &[u8; 32]) -> Self {
        Self(ChaCha20Poly1305::new(Key::from_slice(key)))
    }

    /// Encrypts the code of `home`'s key safe.
    #[must_use]
    pub fn seal(&self, home: &str, code: &str) -> Vec<u8> {
        let nonce: [u8; NONCE_LEN] = rand::random();
        let payload = Payload { msg: code.as_bytes(), aad: home.as_bytes() };
        // Fails only for messages of 256 GiB and more.
        let sealed = self.0.encrypt(Nonce::from_slice(&nonce), payload).unwrap_or_default();
        [nonce.as_slice(), &sealed].concat()
    }

    /// Decrypts what [`KeySafe::seal`] made for the same `home`.
    ///
    /// # Errors
    /// When it was made for another home or under another key, or was altered.
    pub fn open(&self, home: &str, sealed: &[u8]) -> Result<String, KeySafeError> {
        let (nonce, sealed) = sealed.split_at_checked(NONCE_LEN).ok_or(KeySafeError::Unreadable)?;
        let payload = Payload { msg: sealed, aad: home.as_bytes() };
        let code = self.0.decrypt(Nonce::from_slice(nonce), payload).map_err(|_| KeySafeError::Unreadable)?;
        String::from_utf8(code).map_err(|_| KeySafeError::Unreadable)
    }
}

/// Makes the key file in one step: whoever sees it sees it whole, even after a power cut.
fn make_file(file: &Path) -> std::io::Result<String> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let text = format!("{}\n", hex(&rand::random::<[u8; 32]>()));
    let draft = file.with_extension(format!("new-{}", std::process::id()));
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut out = options.open(&draft)?;
    out.write_all(text.as_bytes())?;
    out.sync_all()?;
    // A hard link does not replace a file that is there.
    let linked = std::fs::hard_link(&draft, file);
    std::fs::remove_file(&draft)?;
    linked?;
    std::fs::File::open(folder)?.sync_all()?;
    Ok(text)
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn unhex(text: &str) -> Option<[u8; 32]> {
    let digits: Vec<u8> = text.chars().map(|digit| digit.to_digit(16).and_then(|digit| u8::try_from(digit).ok())).collect::<Option<_>>()?;
    let bytes: Vec<u8> = digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect();
    if digits.len() == 64 { bytes.try_into().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_opens_for_its_own_home_and_key_only() {
        let key = KeySafe::from_key(&[7; 32]);
        let sealed = key.seal("home-1", "4711");
        assert_eq!(key.open("home-1", &sealed).unwrap(), "4711");
        assert_ne!(sealed, key.seal("home-1", "4711"), "the same code must not look the same twice");
        assert!(!sealed.windows(4).any(|part| part == b"4711"));
        assert!(key.open("home-2", &sealed).is_err(), "a row swapped to another home");
        assert!(KeySafe::from_key(&[8; 32]).open("home-1", &sealed).is_err());
        for n in 0..sealed.len() {
            let mut altered = sealed.clone();
            altered[n] ^= 1;
            assert!(key.open("home-1", &altered).is_err(), "byte {n}");
        }
        assert!(key.open("home-1", b"short").is_err());
    }

    #[test]
    fn the_key_file_is_made_once_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("keys/harken.key");
        let sealed = KeySafe::from_file(&file).unwrap().seal("h", "1");
        let text = std::fs::read_to_string(&file).unwrap();
        assert_eq!(text.trim().len(), 64);
        #[cfg(unix)]
        assert_eq!(std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&file).unwrap().permissions()) & 0o777, 0o600);
        assert_eq!(KeySafe::from_file(&file).unwrap().open("h", &sealed).unwrap(), "1", "read again, not made again");
        assert_eq!(std::fs::read_dir(file.parent().unwrap()).unwrap().count(), 1, "no draft stays behind");
        for bad in ["", "abc", &"g".repeat(64), &"0".repeat(66)] {
            std::fs::write(&file, bad).unwrap();
            assert!(KeySafe::from_file(&file).unwrap_err().to_string().contains("64 hexadecimal digits"), "{bad}");
        }
    }
}
