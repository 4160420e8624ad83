//! Why an address gave no HTTP answer, and what is wrong with a certificate.

use rustls::CertificateError;
use std::{error::Error, io};

/// Why an address gave no HTTP answer.
#[derive(Debug, thiserror::Error)]
pub enum Unreachable {
    /// No such host.
    #[error("there is no such server")]
    UnknownHost(#[source] reqwest::Error),
    /// Nothing listens there, or the network is gone.
    #[error("the server does not answer")]
    Refused(#[source] reqwest::Error),
    /// Its certificate is not valid here.
    #[error("the server's certificate is not valid")]
    Certificate(#[source] reqwest::Error),
    /// No answer in time.
    #[error("the server did not answer in time")]
    TimedOut(#[source] reqwest::Error),
    /// It answered something that is no HTTP, or broke off.
    #[error("the server's answer broke off")]
    Broken(#[source] reqwest::Error),
    /// It answered that it cannot answer now.
    #[error("the server answers with status {0}")]
    Status(u16),
}

/// What is wrong with a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CertificateFault {
    /// Its time is over.
    Expired,
    /// Its time has not come.
    NotYetValid,
    /// It was made for another name.
    OtherName,
    /// Nobody whom this computer trusts vouches for it.
    UnknownIssuer,
    /// It was taken back.
    Revoked,
    /// Anything else.
    Other,
}

impl CertificateFault {
    /// What is wrong and what to do, for the person. There is no way around it.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Expired => {
                "The time of its certificate is over. Look whether the clock of this computer is right. If it is, do not go on; tell \
                 your administrator."
            }
            Self::NotYetValid => {
                "The time of its certificate has not come yet. Look whether the clock of this computer is right. If it is, do not go \
                 on; tell your administrator."
            }
            Self::OtherName => {
                "Its certificate is for another name. Look whether the address is spelt right. If it is, do not go on; tell your \
                 administrator, since somebody may be listening in between."
            }
            Self::UnknownIssuer => {
                "Nobody whom this computer trusts vouches for its certificate. Do not go on. Ask your administrator whether your \
                 company has a certificate authority of its own, which must be installed on this computer first; else somebody may be \
                 listening in between."
            }
            Self::Revoked => "Its certificate was taken back. Do not go on; tell your administrator.",
            Self::Other => {
                "Its certificate does not hold. Do not go on; tell your administrator, since somebody may be listening in between."
            }
        }
    }

    fn of(error: &CertificateError) -> Self {
        match error {
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => Self::Expired,
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => Self::NotYetValid,
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                Self::OtherName
            }
            CertificateError::UnknownIssuer => Self::UnknownIssuer,
            CertificateError::Revoked => Self::Revoked,
            // What vouches for itself, as tools make it without being told otherwise.
            CertificateError::Other(cause) if format!("{cause:?}").contains("CaUsedAsEndEntity") => {
                Self::UnknownIssuer
            }
            _ => Self::Other,
        }
    }
}

impl Unreachable {
    /// Tells apart why a request got no answer.
    pub fn classify(error: reqwest::Error) -> Self {
        // The address would go into messages and logs, and may carry parameters.
        let error = error.without_url();
        if error.is_timeout() {
            return Self::TimedOut(error);
        }
        if tls(&error).is_some() {
            return Self::Certificate(error);
        }
        let text: String = causes(&error).map(ToString::to_string).collect();
        if text.contains("certificate") || text.contains("CertificateError") {
            Self::Certificate(error)
        } else if text.contains("dns error") || text.contains("failed to lookup") {
            Self::UnknownHost(error)
        } else if error.is_connect() {
            Self::Refused(error)
        } else {
            Self::Broken(error)
        }
    }

    /// What is wrong with the certificate, when that is the cause.
    pub fn certificate(&self) -> Option<CertificateFault> {
        let Self::Certificate(error) = self else {
            return None;
        };
        Some(match tls(error) {
            Some(rustls::Error::InvalidCertificate(fault)) => CertificateFault::of(fault),
            _ => CertificateFault::Other,
        })
    }

    /// Stable, when it was our server.
    pub const fn server_code(&self) -> &'static str {
        match self {
            Self::UnknownHost(_) => "server_unknown",
            Self::Refused(_) => "server_unreachable",
            Self::Certificate(_) => "server_certificate",
            Self::TimedOut(_) => "server_timed_out",
            Self::Broken(_) => "server_broken",
            Self::Status(_) => "server_failing",
        }
    }

    /// Stable, when it was the identity provider.
    pub const fn provider_code(&self) -> &'static str {
        match self {
            Self::Certificate(_) => "provider_certificate",
            _ => "provider_unavailable",
        }
    }

    /// What happened and what to do, for the person, when it was our server.
    pub fn server_words(&self) -> &'static str {
        match self {
            Self::UnknownHost(_) => {
                "There is no server of this name. Look whether the address is spelt right."
            }
            Self::Refused(_) => {
                "The server does not answer. Look at the connection, and whether the address is right."
            }
            Self::Certificate(_) => self.certificate().unwrap_or(CertificateFault::Other).words(),
            Self::TimedOut(_) => "The server did not answer in time. Try again in a moment.",
            Self::Status(_) => "The server cannot answer now. Try again in a moment.",
            Self::Broken(_) => {
                "What answers at this address is no Claviger server, or broke off. Look at the address."
            }
        }
    }
}

/// An error and everything below it.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error| below(*error))
}

fn below<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    // An I/O error that wraps another one names only what lies below that one.
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(wrapped) => Some(wrapped),
        None => error.source(),
    }
}

fn tls(error: &reqwest::Error) -> Option<&rustls::Error> {
    causes(error).find_map(|cause| cause.downcast_ref::<rustls::Error>())
}
