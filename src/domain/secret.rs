//! Secrets: how they are made, kept and compared. Tokens and session ids are 256 random bits kept as SHA-256; passwords are Argon2id.

use std::sync::OnceLock;

use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

/// What every token begins with, so that one that leaked is recognised by scanners.
pub const TOKEN_PREFIX: &str = "hk_";

/// The shortest password that is taken, in characters.
pub const PASSWORD_MIN: usize = 10;

/// 256 random bits as text.
#[must_use]
pub fn random_256() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

/// A new API token.
#[must_use]
pub fn new_token() -> String {
    format!("{TOKEN_PREFIX}{}", random_256())
}

/// A new gateway secret: 128 random bits as text. Long enough that no slow hash is needed when 100,000 gateways reconnect at once.
#[must_use]
pub fn new_gateway_secret() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 16]>())
}

/// What the secret of every webhook begins with, as Standard Webhooks says.
pub const WEBHOOK_PREFIX: &str = "whsec_";

/// A new secret to sign messages with: 256 random bits as text.
#[must_use]
pub fn new_webhook_secret() -> String {
    format!("{WEBHOOK_PREFIX}{}", STANDARD.encode(rand::random::<[u8; 32]>()))
}

/// SHA-256 as hexadecimal digits: how a random secret is kept. No salt and no slow hash, because nobody guesses 128 bits.
#[must_use]
pub fn sha256_hex(secret: &[u8]) -> String {
    Sha256::digest(secret).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Compares two texts in a time that tells nothing of where they differ.
#[must_use]
pub fn same(left: &str, right: &str) -> bool {
    subtle::ConstantTimeEq::ct_eq(left.as_bytes(), right.as_bytes()).into()
}

/// The parameters of every new password hash: Argon2id, 19 MiB, 2 passes, 1 lane (the OWASP recommendation). A stored hash carries its own.
fn argon2() -> Argon2<'static> {
    let params = Params::new(19 * 1024, 2, 1, Some(32)).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// The hash of a password, in PHC form. Takes some 20 ms of one core and 19 MiB: never on a thread that serves others.
///
/// # Errors
/// When the password cannot be hashed, which only a broken build would bring about.
pub fn hash_password(password: &str) -> Result<String, argon2::password_hash::Error> {
    let salt: [u8; 16] = rand::random();
    Ok(argon2().hash_password_with_salt(password.as_bytes(), &salt)?.to_string())
}

/// Whether `password` is the one that `stored` was made of. Without a stored one the same work is done for nothing, so that the time
/// taken does not tell which logins exist.
#[must_use]
pub fn verify_password(stored: Option<&str>, password: &str) -> bool {
    static NOBODY: OnceLock<String> = OnceLock::new();
    let nobody = || NOBODY.get_or_init(|| hash_password("nobody has this password").unwrap_or_default()).as_str();
    let matches = argon2().verify_password(password.as_bytes(), stored.unwrap_or_else(nobody)).is_ok();
    matches && stored.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_recognised_and_another_is_not() {
        let stored = hash_password("correct horse").unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(verify_password(Some(&stored), "correct horse"));
        assert!(!verify_password(Some(&stored), "correct horses"));
        assert_ne!(stored, hash_password("correct horse").unwrap(), "salted");
    }

    #[test]
    fn nobody_signs_in_without_a_stored_password() {
        assert!(!verify_password(None, "nobody has this password"));
        assert!(!verify_password(Some(""), ""));
    }

    #[test]
    fn tokens_are_long_and_never_the_same() {
        let token = new_token();
        assert!(token.starts_with("hk_") && token.len() == 46, "{token}");
        assert_ne!(token, new_token());
        assert_eq!(sha256_hex(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
