//! What is wrong with the certificate of a service that this server asks.

use rustls::CertificateError;
use std::{error::Error, fmt, io};

/// What is wrong, for whoever looks after this server or the service; names no address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CertificateFault {
    /// Nobody whom this server trusts vouches for it.
    UnknownIssuer,
    /// It was made for another name.
    OtherName,
    /// Its time is over.
    Expired,
    /// Its time has not come.
    NotYetValid,
    /// Anything else.
    Other,
}

impl CertificateFault {
    /// The fault that kept a request from being sent; none where it was something else.
    pub fn of(error: &reqwest::Error) -> Option<Self> {
        let found = causes(error).find_map(|cause| cause.downcast_ref::<rustls::Error>())?;
        match found {
            rustls::Error::InvalidCertificate(fault) => Some(Self::told(fault)),
            _ => None,
        }
    }

    fn told(fault: &CertificateError) -> Self {
        match fault {
            CertificateError::UnknownIssuer => Self::UnknownIssuer,
            // What vouches for itself, as tools make it without being told otherwise.
            CertificateError::Other(cause) if format!("{cause:?}").contains("CaUsedAsEndEntity") => {
                Self::UnknownIssuer
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                Self::OtherName
            }
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => Self::Expired,
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => Self::NotYetValid,
            _ => Self::Other,
        }
    }
}

impl fmt::Display for CertificateFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::UnknownIssuer => "nobody whom this server trusts vouches for it",
            Self::OtherName => "it is for another name than the one in the address",
            Self::Expired => {
                "its time is over; it must be renewed there, unless this server's clock is ahead"
            }
            Self::NotYetValid => "its time has not come; look at the clocks on both sides",
            Self::Other => "it does not hold",
        })
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
