//! The published keys: the enrolment bundle as `GET /v1/enrolment` answers with it, and how its keys became what they are.

use claviger_crypto::{signing::ServerPublicKey, succession::Succession};
use claviger_ledger::log_key::{KeyKind, VerifierKey};
use claviger_protocol::{
    enrolment::{Bundle, Enrolment, KeyLink, SigningPurpose},
    signed::parse,
};

/// Keys of one organization that may have signed: the present ones and those before them.
#[derive(Debug)]
pub struct PublishedKeys {
    /// Whose.
    pub bundle: Bundle,
    /// Sign checkpoints.
    pub log: Vec<VerifierKey>,
    /// Sign orders and reports.
    pub orders: Vec<ServerPublicKey>,
}

/// Why a file of published keys is refused.
#[derive(Debug, thiserror::Error)]
pub enum PublishedKeysError {
    /// Not what `GET /v1/enrolment` answers with.
    #[error("this is not what a server publishes at /v1/enrolment")]
    Form(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The bundle is not signed by its own key.
    #[error("the published keys are not signed by the key among them")]
    Signature,
    /// A key of the chain is not vouched for by the one before it.
    #[error("the published keys do not follow from one another")]
    Succession,
}

impl PublishedKeys {
    /// Reads what a server published.
    ///
    /// # Errors
    /// When it is malformed, or contradicts itself.
    pub fn read(text: &str) -> Result<Self, PublishedKeysError> {
        let form = |error: Box<dyn std::error::Error + Send + Sync>| PublishedKeysError::Form(error);
        let enrolment: Enrolment = serde_json::from_str(text).map_err(|error| form(error.into()))?;
        let bundle: Bundle = parse(&enrolment.bundle.body.0).map_err(|error| form(error.into()))?;
        let log: VerifierKey = bundle.log.parse().map_err(|error| form(Box::new(error)))?;
        let orders = bundle.orders.array().map(ServerPublicKey::from_bytes);
        let orders = orders.ok_or(PublishedKeysError::Signature)?;
        orders
            .verify(&enrolment.bundle.body.0, &enrolment.bundle.signature.0)
            .map_err(|_| PublishedKeysError::Signature)?;
        let chain = |purpose, last| chain(&bundle, &enrolment.succession, purpose, last);
        let logs = chain(SigningPurpose::Log, *log.public())?.into_iter();
        let logs = logs.map(|key| VerifierKey::new(log.name(), KeyKind::Log, key));
        Ok(Self {
            log: logs
                .collect::<Result<_, _>>()
                .map_err(|error| form(Box::new(error)))?,
            orders: chain(SigningPurpose::Orders, orders)?,
            bundle,
        })
    }
}

/// The keys of a purpose from the first that is told to the present one, each vouched for by the one before it.
fn chain(
    bundle: &Bundle,
    links: &[KeyLink],
    purpose: SigningPurpose,
    present: ServerPublicKey,
) -> Result<Vec<ServerPublicKey>, PublishedKeysError> {
    let mut keys: Vec<ServerPublicKey> = Vec::new();
    for link in links.iter().filter(|link| link.purpose == purpose) {
        let key = link.public.array().map(ServerPublicKey::from_bytes);
        let key = key.ok_or(PublishedKeysError::Succession)?;
        if let Some(before) = keys.last() {
            let signature = link.signature.as_ref().ok_or(PublishedKeysError::Succession)?;
            let step = Succession {
                organization: bundle.organization,
                purpose: purpose.as_str(),
                number: link.number,
                from: before.as_bytes(),
                to: key.as_bytes(),
            };
            step.verify(before, &signature.0)
                .map_err(|_| PublishedKeysError::Succession)?;
        }
        keys.push(key);
    }
    match keys.last() {
        None => Ok(vec![present]),
        Some(last) if *last == present => Ok(keys),
        Some(_) => Err(PublishedKeysError::Succession),
    }
}
