//! HTTP clients that follow no redirect, use no proxy of the environment, and connect only where they may: the addresses that a name has are
//! looked at when the connection is made, so that a name that changes between two looks gains nothing.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use reqwest::Client;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use url::{Host, Url};

use super::NotifyError;
use super::reach::Reach;

/// How an error begins that no later try will mend while the address stays.
const OUT_OF_REACH: &str = "this address is not allowed (notify.private_targets, and see docs/webhooks.md)";

/// Looks names up, and leaves out what is out of reach.
struct Within(Reach);

impl Resolve for Within {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.0;
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let within: Vec<SocketAddr> = found.into_iter().filter(|address| reach.covers(address.ip())).collect();
            if within.is_empty() {
                return Err(OUT_OF_REACH.into());
            }
            Ok(Box::new(within.into_iter()) as Addrs)
        })
    }
}

/// A client for https and one for plain http, each with its reach.
#[derive(Clone, Debug)]
pub struct Clients {
    secure: Client,
    plain: Client,
    private: bool,
}

impl Clients {
    /// Clients that trust the usual public authorities, and the one in the file `ca` beside them.
    pub fn new(private: bool, timeout: Duration, ca: &str) -> Result<Self, NotifyError> {
        let tls = tls(ca)?;
        let client = |reach: Reach, https: bool| {
            Client::builder()
                .tls_backend_preconfigured(tls.clone())
                .https_only(https)
                .redirect(Policy::none())
                .no_proxy()
                .dns_resolver(Arc::new(Within(reach)))
                .timeout(timeout)
                .connect_timeout(timeout)
                .pool_max_idle_per_host(2)
                .pool_idle_timeout(Duration::from_secs(30))
                .user_agent(concat!("Harken/", env!("CARGO_PKG_VERSION")))
                .build()
                .map_err(|error| NotifyError(format!("notify: no HTTP client could be made: {error}")))
        };
        let secure = client(if private { Reach::Anywhere } else { Reach::Public }, true)?;
        Ok(Self { secure, plain: client(Reach::PrivateOnly, false)?, private })
    }

    /// The client for `url`.
    ///
    /// # Errors
    /// With words, when it may not be reached.
    pub fn for_url(&self, url: &Url) -> Result<&Client, String> {
        let (client, reach) = match url.scheme() {
            "https" => (&self.secure, if self.private { Reach::Anywhere } else { Reach::Public }),
            "http" if self.private => (&self.plain, Reach::PrivateOnly),
            _ => return Err(OUT_OF_REACH.to_owned()),
        };
        // An address that is written as a number is looked up nowhere.
        let written = match url.host() {
            Some(Host::Ipv4(address)) => Some(address.into()),
            Some(Host::Ipv6(address)) => Some(address.into()),
            _ => None,
        };
        if written.is_some_and(|address| !reach.covers(address)) { Err(OUT_OF_REACH.to_owned()) } else { Ok(client) }
    }
}

fn tls(ca: &str) -> Result<ClientConfig, NotifyError> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    if !ca.is_empty() {
        let fault = |why: String| NotifyError(format!("notify.ca: cannot use `{ca}`: {why}"));
        let pem = std::fs::read(Path::new(ca)).map_err(|error| fault(error.to_string()))?;
        for certificate in CertificateDer::pem_slice_iter(&pem) {
            let certificate = certificate.map_err(|error| fault(error.to_string()))?;
            roots.add(certificate).map_err(|error| fault(error.to_string()))?;
        }
    }
    Ok(ClientConfig::builder().with_root_certificates(roots).with_no_client_auth())
}

/// An error in the words of its innermost cause: the outer ones repeat the address, which may hold a secret.
pub fn words(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "no answer in time".to_owned();
    }
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    if std::ptr::addr_eq(std::ptr::from_ref(cause), std::ptr::from_ref(error)) {
        "the request failed".to_owned()
    } else {
        cause.to_string()
    }
}
