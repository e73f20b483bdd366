//! A certificate authority of the test's own, and TLS clients that show its certificates.

use std::net::SocketAddr;
use std::sync::Arc;

use harken::ingest::listener::tls::{Pem, server_config};
use rcgen::{
    BasicConstraints, Certificate, CertificateParams, CertificateRevocationListParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    RevokedCertParams, SerialNumber, date_time_ymd,
};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::wire::Raw;

/// Vouches for servers and gateways.
pub struct Authority {
    certificate: Certificate,
    issuer: Issuer<'static, KeyPair>,
}

/// A certificate with its key, both PEM.
#[derive(Clone)]
pub struct Identity {
    pub certificate: String,
    pub key: String,
}

impl Authority {
    pub fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        Self { certificate, issuer: Issuer::new(params, key) }
    }

    pub fn pem(&self) -> String {
        self.certificate.pem()
    }

    fn issue(&self, mut params: CertificateParams, name: Option<&str>) -> Identity {
        params.distinguished_name = rcgen::DistinguishedName::new();
        if let Some(name) = name {
            params.distinguished_name.push(DnType::CommonName, name);
        }
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap().pem();
        Identity { certificate, key: key.serialize_pem() }
    }

    /// A certificate for a server on 127.0.0.1.
    pub fn server(&self) -> Identity {
        self.issue(CertificateParams::new(vec!["127.0.0.1".to_owned(), "localhost".to_owned()]).unwrap(), Some("harken"))
    }

    pub fn gateway(&self, name: &str) -> Identity {
        self.issue(CertificateParams::default(), Some(name))
    }

    pub fn nameless(&self) -> Identity {
        self.issue(CertificateParams::default(), None)
    }

    pub fn expired(&self, name: &str) -> Identity {
        let mut params = CertificateParams::default();
        (params.not_before, params.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(2021, 1, 1));
        self.issue(params, Some(name))
    }

    pub fn not_yet_valid(&self, name: &str) -> Identity {
        let mut params = CertificateParams::default();
        (params.not_before, params.not_after) = (date_time_ymd(2090, 1, 1), date_time_ymd(2091, 1, 1));
        self.issue(params, Some(name))
    }

    pub fn numbered(&self, name: &str, serial: u64) -> Identity {
        let mut params = CertificateParams::default();
        params.serial_number = Some(SerialNumber::from(serial));
        self.issue(params, Some(name))
    }

    /// A list on which the certificate with this serial number is revoked.
    pub fn revoke(&self, serial: u64) -> String {
        let revoked = RevokedCertParams {
            serial_number: SerialNumber::from(serial),
            revocation_time: date_time_ymd(2024, 1, 1),
            reason_code: None,
            invalidity_date: None,
        };
        let params = CertificateRevocationListParams {
            this_update: date_time_ymd(2024, 1, 1),
            next_update: date_time_ymd(2090, 1, 1),
            crl_number: SerialNumber::from(1),
            issuing_distribution_point: None,
            revoked_certs: vec![revoked],
            key_identifier_method: rcgen::KeyIdMethod::Sha256,
        };
        params.signed_by(&self.issuer).unwrap().pem().unwrap()
    }

    /// The listener's side: its certificate from this authority, gateways vouched for by `clients`.
    pub fn listener(&self, clients: Option<&Self>, revoked: Option<&str>) -> Arc<ServerConfig> {
        let server = self.server();
        let client_ca = clients.map(Self::pem);
        let pem = Pem {
            certificates: server.certificate.as_bytes(),
            key: server.key.as_bytes(),
            client_ca: client_ca.as_deref().map(str::as_bytes),
            revoked: revoked.map(str::as_bytes),
        };
        server_config(pem).unwrap()
    }

    /// The gateway's side: trusts this authority, shows `identity`.
    pub fn client(&self, identity: Option<&Identity>) -> Arc<ClientConfig> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from(self.certificate.der().to_vec())).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let builder = builder.with_root_certificates(roots);
        Arc::new(match identity {
            None => builder.with_no_client_auth(),
            Some(identity) => {
                let certificate = CertificateDer::from_pem_slice(identity.certificate.as_bytes()).unwrap();
                let key = PrivateKeyDer::from_pem_slice(identity.key.as_bytes()).unwrap();
                builder.with_client_auth_cert(vec![certificate], key).unwrap()
            }
        })
    }
}

/// A raw client over TLS. The handshake may fail here or, in TLS 1.3, only at the first read.
pub async fn connect(addr: SocketAddr, config: Arc<ClientConfig>, version: u8) -> std::io::Result<Raw<TlsStream<TcpStream>>> {
    let stream = TcpStream::connect(addr).await?;
    let name = ServerName::try_from("127.0.0.1").unwrap();
    Ok(Raw::over(TlsConnector::from(config).connect(name, stream).await?, version))
}
