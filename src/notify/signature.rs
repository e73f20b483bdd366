//! Signatures as Standard Webhooks says: HMAC-SHA256 over `{id}.{timestamp}.{body}`, in base64, with `v1,` in front; several, with a blank
//! between them, while a secret is being changed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::domain::secret::WEBHOOK_PREFIX;

/// A secret that nothing can be signed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the secret is not whsec_ and base64")]
pub struct BadSecret;

/// The value of the header `webhook-signature`: one signature for each of `secrets`.
///
/// # Errors
/// When a secret is none, or there is none at all.
pub fn sign(secrets: &[String], id: &str, timestamp: i64, body: &[u8]) -> Result<String, BadSecret> {
    if secrets.is_empty() {
        return Err(BadSecret);
    }
    let one = |secret: &String| -> Result<String, BadSecret> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&key(secret)?).map_err(|_| BadSecret)?;
        mac.update(format!("{id}.{timestamp}.").as_bytes());
        mac.update(body);
        Ok(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
    };
    Ok(secrets.iter().map(one).collect::<Result<Vec<_>, _>>()?.join(" "))
}

/// The key that a secret stands for. The prefix and the padding may be missing.
fn key(secret: &str) -> Result<Vec<u8>, BadSecret> {
    const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let text = secret.strip_prefix(WEBHOOK_PREFIX).unwrap_or(secret);
    let key = GeneralPurpose::new(&base64::alphabet::STANDARD, LENIENT).decode(text).map_err(|_| BadSecret)?;
    if key.is_empty() { Err(BadSecret) } else { Ok(key) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_read_with_and_without_its_ornaments() {
        for secret in ["whsec_AQID", "AQID"] {
            assert_eq!(key(secret), Ok(vec![1, 2, 3]));
        }
        assert_eq!(key("whsec_AQI"), key("whsec_AQI="));
        for bad in ["", "whsec_", "whsec_***"] {
            assert_eq!(key(bad), Err(BadSecret), "{bad}");
        }
        assert_eq!(sign(&[], "msg_1", 0, b""), Err(BadSecret));
    }
}
