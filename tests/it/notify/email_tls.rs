//! E-mail over TLS, from the first byte and from STARTTLS on, to a server whose certificate an authority of the test's own signed.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use harken::config::{Settings, Smtp};
use harken::domain::access::Scope;
use harken::domain::delivery::DeliveryState;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use super::email::{Mails, Post, converse};
use crate::listener::authority::Authority;
use crate::support::{scratch, wait};

/// Takes mails over TLS only: at once, or after STARTTLS.
async fn server(authority: &Authority, at_once: bool) -> (SocketAddr, Mails) {
    crate::support::api::provider();
    let identity = authority.server();
    let chain = CertificateDer::pem_slice_iter(identity.certificate.as_bytes()).collect::<Result<Vec<_>, _>>().unwrap();
    let key = PrivateKeyDer::from_pem_slice(identity.key.as_bytes()).unwrap();
    let config = rustls::ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key).unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, mails) = (socket.local_addr().unwrap(), Mails::default());
    let taken = mails.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = socket.accept().await {
            let (acceptor, taken) = (acceptor.clone(), taken.clone());
            tokio::spawn(async move {
                let stream = if at_once { stream } else { until_starttls(stream).await? };
                let stream = acceptor.accept(stream).await?;
                converse(BufReader::new(stream), at_once, taken, Arc::new(Mutex::new(false))).await
            });
        }
    });
    (address, mails)
}

/// Greets, offers STARTTLS, and takes nothing else.
async fn until_starttls(stream: TcpStream) -> std::io::Result<TcpStream> {
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 test.example ESMTP\r\n").await?;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        let answer: &[u8] = match line.to_uppercase().trim() {
            hello if hello.starts_with("EHLO") => b"250-test.example\r\n250 STARTTLS\r\n",
            "STARTTLS" => b"220 go ahead\r\n",
            _ => b"530 5.7.0 Must issue a STARTTLS command first\r\n",
        };
        stream.write_all(answer).await?;
        if line.to_uppercase().starts_with("STARTTLS") {
            return Ok(stream.into_inner());
        }
    }
}

fn through(address: SocketAddr, encryption: &str, trusted: &Authority) -> Smtp {
    let ca = scratch::dir("smtp-").join("ca.pem");
    std::fs::write(&ca, trusted.pem()).unwrap();
    Smtp {
        host: "localhost".to_owned(),
        port: address.port(),
        encryption: encryption.to_owned(),
        from: "alerts@harken.example".to_owned(),
        ca: ca.display().to_string(),
        ..Settings::default().smtp
    }
}

#[tokio::test]
async fn an_e_mail_goes_out_over_tls_and_to_nobody_whose_certificate_is_not_trusted() {
    let (ours, strangers) = (Authority::new("ours"), Authority::new("a stranger's"));
    for (encryption, at_once) in [("tls", true), ("starttls", false)] {
        let (address, mails) = server(&ours, at_once).await;
        let post = Post::through(Some(through(address, encryption, &ours))).await;
        post.send("ann@example.org").await;
        post.reaches("ann@example.org", DeliveryState::Delivered).await;
        assert_eq!(mails.lock().unwrap().len(), 1, "{encryption}");

        let post = Post::through(Some(through(address, encryption, &strangers))).await;
        post.send("bob@example.org").await;
        let failed = wait::until("the try failed", wait::PATIENCE, || async {
            let found = post.store.deliveries(&Scope::All, "bob@example.org", None, 1).await.unwrap();
            found.into_iter().next().and_then(|message| message.last_error)
        })
        .await;
        assert!(failed.to_lowercase().contains("certificate"), "{encryption}: {failed}");
        assert_eq!(mails.lock().unwrap().len(), 1, "{encryption}: nothing reached a server that could be anybody");
    }
}
