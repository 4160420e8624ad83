//! E-mail: to the address that the identity provider verified, through the configured server.
//!
//! Every text is ours but for the address and the organization's name; both are types that hold no line breaks, and lettre encodes
//! headers.

use super::{
    outbox::Failed,
    words::{link, sentence},
};
use crate::{
    app::Shared,
    config::{Mail, MailTls},
    keys::root,
};
use claviger_storage::notices::Notice;
use lettre::{
    Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{
        Mailbox,
        header::{ContentType, Header, HeaderName, HeaderValue},
    },
    transport::smtp::{
        authentication::Credentials,
        client::{Certificate, Tls, TlsParameters},
    },
};
use std::error::Error;

type Transport = AsyncSmtpTransport<Tokio1Executor>;

/// `Auto-Submitted: auto-generated` (RFC 3834), so that nobody's out-of-office note answers.
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// Sends a notice to its person.
///
/// # Errors
/// Says whether another attempt may succeed.
pub async fn send(app: &Shared, notice: &Notice) -> Result<String, Failed> {
    let Some(mail) = &app.config.mail else {
        return Err(Failed::ForGood("this server sends no mail".to_owned()));
    };
    let address = address(app, notice).await?;
    let message = message(app, mail, notice, &address)?;
    let transport = transport(mail).await?;
    match tokio::time::timeout(mail.patience, transport.send(message)).await {
        Ok(Ok(_)) => Ok("the mail server took it".to_owned()),
        Ok(Err(error)) if error.is_permanent() => Err(Failed::ForGood(format!(
            "the mail server refused it: {}",
            status(&error)
        ))),
        Ok(Err(error)) => {
            // What the other side says may name the addressee.
            tracing::debug!(status = status(&error), "a mail was not taken");
            Err(Failed::ForNow(reason(&error)))
        }
        Err(_) => Err(Failed::ForNow(
            "the mail server did not answer in time".to_owned(),
        )),
    }
}

async fn address(app: &Shared, notice: &Notice) -> Result<Address, Failed> {
    let read = async { app.store.reader().await?.mail_addresses(&[notice.person]).await };
    let found = read
        .await
        .map_err(|_| Failed::ForNow("the person's address could not be read".to_owned()))?;
    let Some((_, address)) = found.into_iter().next() else {
        return Err(Failed::ForGood("the person has no verified address".to_owned()));
    };
    // Only what is one address and nothing else parses: no line break, no second recipient.
    address
        .parse()
        .map_err(|_| Failed::ForGood("the person's address is none".to_owned()))
}

fn message(app: &Shared, mail: &Mail, notice: &Notice, to: &Address) -> Result<Message, Failed> {
    let wrong = |_| Failed::ForGood("the mail could not be written".to_owned());
    let from: Mailbox = mail
        .from
        .parse()
        .map_err(|_| Failed::ForGood("`mail.from` is no address".to_owned()))?;
    let domain = from.email.domain().to_owned();
    let body = format!(
        "{}\n\nOpen it in Claviger:\n{}\n\nThe link opens the app at the right place and does nothing by itself.\n\
         You chose in the app's settings what you are told by mail.\n\n{}\n",
        sentence(notice),
        link(app.organization, notice),
        app.organization_name,
    );
    Message::builder()
        .from(from)
        .to(Mailbox::new(None, to.clone()))
        .subject(format!("Claviger: {}", notice.kind.title()))
        // The same for every attempt, so that a doublet is known as one.
        .message_id(Some(format!("<{}@{domain}>", notice.id)))
        .header(AutoSubmitted)
        .header(ContentType::TEXT_PLAIN)
        .body(body)
        .map_err(wrong)
}

async fn transport(mail: &Mail) -> Result<Transport, Failed> {
    let broken = |what: &str| Failed::ForNow(format!("{what} cannot be used"));
    let tls = match mail.tls {
        MailTls::None => Tls::None,
        MailTls::Implicit | MailTls::Starttls => {
            let mut parameters = TlsParameters::builder(mail.host.clone());
            if let Some(file) = &mail.certificate_authority {
                let pem = tokio::fs::read(file)
                    .await
                    .map_err(|_| broken("`mail.certificate_authority`"))?;
                let authority =
                    Certificate::from_pem(&pem).map_err(|_| broken("`mail.certificate_authority`"))?;
                parameters = parameters.add_root_certificate(authority);
            }
            let parameters = parameters.build_rustls().map_err(|_| broken("TLS"))?;
            match mail.tls {
                MailTls::Implicit => Tls::Wrapper(parameters),
                _ => Tls::Required(parameters),
            }
        }
    };
    let mut builder = Transport::builder_dangerous(mail.host.clone())
        .port(mail.port)
        .tls(tls)
        .timeout(Some(mail.patience / 2));
    if let Some((username, file)) = &mail.credentials {
        let read = root::file::read_text(file, root::file::Content::MailPassword)
            .ok()
            .flatten();
        let password = read.ok_or_else(|| broken("`mail.password_file` (readable by its owner only)"))?;
        let plain = password.expose().trim_end_matches(['\r', '\n']).to_owned();
        // lettre keeps a plain copy for as long as this conversation takes.
        builder = builder.credentials(Credentials::new(username.clone(), plain));
    }
    Ok(builder.build())
}

fn status(error: &lettre::transport::smtp::Error) -> String {
    error
        .status()
        .map_or_else(|| "no code".to_owned(), |code| code.to_string())
}

/// In words of ours; what the other side said is not repeated.
fn reason(error: &lettre::transport::smtp::Error) -> String {
    if error.is_tls() {
        "the mail server's certificate or TLS does not hold".to_owned()
    } else if error.is_timeout() {
        "the mail server did not answer in time".to_owned()
    } else if error.is_transient() {
        format!("the mail server does not take it now: {}", status(error))
    } else if error.is_client() {
        "the mail server does not offer what is needed (STARTTLS or sign-in)".to_owned()
    } else {
        "the mail server cannot be reached".to_owned()
    }
}
