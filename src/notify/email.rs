//! The channel of e-mail, by SMTP. An e-mail travels in the open; what it says stands in `letter`.

use std::time::Duration;

use lettre::address::{Address, Envelope};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, CertificateStore, Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};

use super::letter::{lines, subject};
use super::mail::{Mail, Sender};
use super::target::File;
use super::{Attempt, NotifyError};
use crate::clock::Time;
use crate::config::Smtp;
use crate::domain::delivery::Delivery;

/// Sends e-mails.
#[derive(Clone, Debug)]
pub struct EmailChannel {
    server: Option<(AsyncSmtpTransport<Tokio1Executor>, Sender)>,
}

impl EmailChannel {
    /// With the server of the settings; without one every e-mail is given up, and that is told.
    ///
    /// # Errors
    /// When the settings make no sense.
    pub fn new(smtp: &Smtp, timeout: Duration) -> Result<Self, NotifyError> {
        if smtp.host.is_empty() {
            return Ok(Self { server: None });
        }
        let from = Sender::parse(&smtp.from)
            .ok_or_else(|| NotifyError(format!("smtp.from: `{}` is no sender such as `Harken <alerts@example.org>`", smtp.from)))?;
        let tls = match smtp.encryption.as_str() {
            "starttls" => Tls::Required(parameters(smtp)?),
            "tls" => Tls::Wrapper(parameters(smtp)?),
            "none" => Tls::None,
            other => return Err(NotifyError(format!("smtp.encryption: `{other}` is none of starttls, tls, none"))),
        };
        let mut builder =
            AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&smtp.host).port(smtp.port).tls(tls).timeout(Some(timeout));
        if !smtp.user.is_empty() {
            builder = builder.credentials(Credentials::new(smtp.user.clone(), smtp.password.clone()));
        }
        Ok(Self { server: Some((builder.build(), from)) })
    }

    /// One try, with `file` attached.
    pub async fn send(&self, message: &Delivery, address: &str, file: Option<&File>, now: Time) -> Attempt {
        let Some((server, from)) = &self.server else {
            return Attempt::hopeless("no mail server is set up (smtp.host)");
        };
        let Ok(to) = address.parse::<Address>() else { return Attempt::hopeless(format!("`{address}` is no e-mail address")) };
        let Ok(envelope) = Envelope::new(Some(from.address.clone()), vec![to.clone()]) else {
            return Attempt::hopeless("the e-mail has no receiver");
        };
        // The same at each try: a mail server or reader may recognise a repetition by it.
        let id = format!("{}@{}", message.id, from.address.domain());
        let mail = Mail { id: &id, at: now, from, to: &to, subject: &subject(message), lines: &lines(message), file };
        match server.send_raw(&envelope, mail.text().as_bytes()).await {
            Ok(answer) => Attempt::Delivered { status: Some(i64::from(u16::from(answer.code()))) },
            Err(error) => {
                let status = error.status().map(|code| i64::from(u16::from(code)));
                let text = if error.is_timeout() { "no answer in time".to_owned() } else { error.to_string() };
                if error.is_permanent() {
                    Attempt::Hopeless { status, error: text }
                } else {
                    Attempt::Failed { status, error: text, after: None }
                }
            }
        }
    }
}

fn parameters(smtp: &Smtp) -> Result<TlsParameters, NotifyError> {
    let mut builder = TlsParameters::builder(smtp.host.clone());
    if !smtp.ca.is_empty() {
        let fault = |why: &dyn std::fmt::Display| NotifyError(format!("smtp.ca: cannot use `{}`: {why}", smtp.ca));
        let pem = std::fs::read(&smtp.ca).map_err(|error| fault(&error))?;
        let authority = Certificate::from_pem(&pem).map_err(|error| fault(&error))?;
        builder = builder.certificate_store(CertificateStore::None).add_root_certificate(authority);
    }
    builder.build().map_err(|error| NotifyError(format!("smtp: TLS cannot be used: {error}")))
}
