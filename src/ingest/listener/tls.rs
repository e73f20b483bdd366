//! TLS for the listener: the server's certificate, and which client certificates are trusted.

use std::fmt::Write;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use sha2::{Digest, Sha256};

/// The PEM texts that TLS is set up from.
#[derive(Clone, Copy, Debug)]
pub struct Pem<'a> {
    /// The server's certificate, followed by those between it and its root.
    pub certificates: &'a [u8],
    /// Its private key.
    pub key: &'a [u8],
    /// The roots that vouch for gateways. `None`: gateways show no certificate, only their secret.
    pub client_ca: Option<&'a [u8]>,
    /// Certificates that those roots have revoked.
    pub revoked: Option<&'a [u8]>,
}

/// Why TLS cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A text is not PEM, or holds nothing of what it should.
    #[error("the {0} cannot be read: {1}")]
    Pem(&'static str, String),
    /// The parts do not fit together.
    #[error("TLS cannot be set up: {0}")]
    Setup(String),
}

/// Sets up TLS 1.2 and 1.3 on ring. A gateway may show a certificate and need not: then it has its secret.
///
/// # Errors
/// A text cannot be read, or certificate and key do not fit together.
pub fn server_config(pem: Pem<'_>) -> Result<Arc<ServerConfig>, TlsError> {
    let setup = |e: &dyn std::fmt::Display| TlsError::Setup(e.to_string());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ServerConfig::builder_with_provider(provider.clone()).with_safe_default_protocol_versions().map_err(|e| setup(&e))?;
    let builder = match pem.client_ca {
        None => builder.with_no_client_auth(),
        Some(roots) => {
            let mut store = RootCertStore::empty();
            for root in certificates("client certificate authority", roots)? {
                store.add(root).map_err(|e| setup(&e))?;
            }
            let lists = match pem.revoked {
                None => Vec::new(),
                Some(lists) => CertificateRevocationListDer::pem_slice_iter(lists)
                    .collect::<Result<Vec<_>, _>>()
                    .map_err(|e| TlsError::Pem("certificate revocation list", e.to_string()))?,
            };
            let verifier = WebPkiClientVerifier::builder_with_provider(store.into(), provider)
                .with_crls(lists)
                .allow_unauthenticated()
                // A list that covers only some of the authorities must not lock out the others' gateways.
                .allow_unknown_revocation_status()
                .build()
                .map_err(|e| setup(&e))?;
            builder.with_client_cert_verifier(verifier)
        }
    };
    let key = PrivateKeyDer::from_pem_slice(pem.key).map_err(|e| TlsError::Pem("private key", e.to_string()))?;
    let config = builder.with_single_cert(certificates("certificate", pem.certificates)?, key).map_err(|e| setup(&e))?;
    Ok(Arc::new(config))
}

fn certificates(what: &'static str, pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let found: Vec<_> = CertificateDer::pem_slice_iter(pem).collect::<Result<_, _>>().map_err(|e| TlsError::Pem(what, e.to_string()))?;
    if found.is_empty() { Err(TlsError::Pem(what, "no certificate in it".to_owned())) } else { Ok(found) }
}

/// Who a verified client certificate says its holder is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The common name; `None` when there is not exactly one, or it is no text.
    pub common_name: Option<String>,
    /// The SHA-256 of the certificate, in lower-case hex.
    pub sha256: String,
}

impl Holder {
    /// Reads a certificate that rustls has verified.
    #[must_use]
    pub fn of(certificate: &CertificateDer<'_>) -> Self {
        let common_name = x509_parser::parse_x509_certificate(certificate).ok().and_then(|(_, certificate)| {
            let mut names = certificate.subject().iter_common_name();
            let name = names.next()?.as_str().ok()?.to_owned();
            names.next().is_none().then_some(name)
        });
        let sha256 = Sha256::digest(certificate).iter().fold(String::with_capacity(64), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        });
        Self { common_name, sha256 }
    }
}
