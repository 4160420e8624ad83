//! A server as its enrolment bundle names it, and whether that is still the pinned one (rule 39).

use super::AccountError;
use crate::view::state::ServerView;
use claviger_crypto::{
    bytes::{join, sha256},
    sealing::{SealingPublicKey, Suite},
    signing::ServerPublicKey,
    succession::Succession,
};
use claviger_ledger::log_key::{KeyKind, VerifierKey};
use claviger_model::ids::OrganizationId;
use claviger_protocol::{
    enrolment::{Bundle, Enrolment, KeyLink, SigningPurpose},
    signed::{Signed, parse},
};
use std::sync::atomic::{AtomicBool, Ordering};

/// A server whose bundle was verified.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) organization: OrganizationId,
    /// The organization's name.
    pub(crate) name: String,
    pub(crate) origin: String,
    /// Signs checkpoints.
    pub(crate) log: VerifierKey,
    /// Signs orders.
    pub(crate) orders: ServerPublicKey,
    /// What is written is sealed to it.
    pub(crate) sealing: SealingPublicKey,
    /// Verbatim, for the keyring.
    pub(crate) bundle: Signed,
    fingerprint: String,
    bootstrap_open: AtomicBool,
}

/// What a later bundle is to the pinned one.
#[derive(Debug)]
pub(crate) enum Continuation {
    /// The same.
    Same,
    /// Another one, for whose keys the old ones vouch; to be pinned in its place.
    Renewed(Box<Server>),
}

impl Server {
    /// Verifies a bundle by its own orders key.
    ///
    /// # Errors
    /// When the signature or one of the keys does not hold.
    pub(crate) fn verify(signed: &Signed) -> Result<Self, AccountError> {
        let bundle: Bundle =
            parse(&signed.body.0).map_err(|_| AccountError::Bundle("it is not of the expected form"))?;
        let orders = bundle
            .orders
            .array::<32>()
            .ok_or(AccountError::Bundle("its orders key is malformed"))?;
        let orders = ServerPublicKey::from_bytes(orders);
        orders
            .verify(&signed.body.0, &signed.signature.0)
            .map_err(|_| AccountError::Bundle("its signature is not valid"))?;
        let log: VerifierKey = bundle
            .log
            .parse()
            .map_err(|_| AccountError::Bundle("its log key is malformed"))?;
        if log.kind() != KeyKind::Log {
            return Err(AccountError::Bundle("its log key is the key of a witness"));
        }
        if !bundle.suites.contains(&(Suite::X25519 as u8)) {
            return Err(AccountError::Bundle(
                "it knows no way of sealing that this program has",
            ));
        }
        let sealing = SealingPublicKey::from_bytes(&bundle.sealing.0)
            .map_err(|_| AccountError::Bundle("its sealing key is malformed"))?;
        let fingerprint = fingerprint(&bundle);
        Ok(Self {
            organization: bundle.organization,
            name: bundle.name,
            origin: bundle.origin,
            log,
            orders,
            sealing,
            bundle: signed.clone(),
            fingerprint,
            bootstrap_open: AtomicBool::new(false),
        })
    }

    /// Reads an enrolment from an address; the server there must call itself by that address, since proofs name it.
    ///
    /// # Errors
    /// As [`Server::verify`], and when it calls itself otherwise.
    pub(crate) fn offered(enrolment: &Enrolment, origin: &str) -> Result<Self, AccountError> {
        let server = Self::verify(&enrolment.bundle)?;
        if server.origin != origin {
            return Err(AccountError::Bundle("the server calls itself by another address"));
        }
        server.note(enrolment);
        Ok(server)
    }

    /// Compares what the server shows now with this pinned bundle. A device that was away for several changes of keys follows them
    /// one after the other.
    ///
    /// # Errors
    /// When it is another one, and the pinned keys for log and orders do not vouch for those that it names.
    pub(crate) fn continued_by(&self, enrolment: &Enrolment) -> Result<Continuation, AccountError> {
        if enrolment.bundle.body == self.bundle.body {
            self.note(enrolment);
            return Ok(Continuation::Same);
        }
        let next = Self::offered(enrolment, &self.origin)?;
        let follows = |purpose, pinned, shown| {
            let step = |at, link| step(self.organization, at, link);
            let links = enrolment.succession.iter();
            links
                .filter(|link| link.purpose == purpose)
                .fold(pinned, |at, link| step(at, link).unwrap_or(at))
                == shown
        };
        let vouched = follows(SigningPurpose::Log, *self.log.public(), *next.log.public())
            && follows(SigningPurpose::Orders, self.orders, next.orders);
        if vouched && next.organization == self.organization {
            Ok(Continuation::Renewed(Box::new(next)))
        } else {
            Err(AccountError::KeysChanged)
        }
    }

    /// Lower-case hexadecimal.
    pub(crate) fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// As the page sees it.
    pub(crate) fn view(&self) -> ServerView {
        ServerView {
            origin: self.origin.clone(),
            organization: self.name.clone(),
            fingerprint: self.fingerprint.clone(),
            bootstrap_open: self.bootstrap_open.load(Ordering::Relaxed),
        }
    }

    fn note(&self, enrolment: &Enrolment) {
        self.bootstrap_open
            .store(enrolment.bootstrap_open, Ordering::Relaxed);
    }
}

/// The key that follows one, if that one signed for it.
fn step(organization: OrganizationId, at: ServerPublicKey, link: &KeyLink) -> Option<ServerPublicKey> {
    let to = link.public.array::<32>()?;
    let succession = Succession {
        organization,
        purpose: link.purpose.as_str(),
        number: link.number,
        from: at.as_bytes(),
        to: &to,
    };
    succession.verify(&at, &link.signature.as_ref()?.0).ok()?;
    Some(ServerPublicKey::from_bytes(to))
}

/// SHA-256(log key ‖ orders key ‖ sealing key), the log key in its text form.
fn fingerprint(bundle: &Bundle) -> String {
    let keys = join(&[bundle.log.as_bytes(), &bundle.orders.0, &bundle.sealing.0]);
    sha256(&keys).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests;
