//! What a device pins when it first meets a server (rule 39).

use crate::{
    signed::{Signable, Signed},
    wire::Bytes,
};
use claviger_model::ids::OrganizationId;
use serde::{Deserialize, Serialize};

/// The keys and names that make a server itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bundle {
    /// The organization.
    pub organization: OrganizationId,
    /// Its name.
    pub name: String,
    /// The public origin, as `https://vault.example.com`; proofs name it.
    pub origin: String,
    /// The log's verifier key in the C2SP signed-note form.
    pub log: String,
    /// Ed25519, signs orders.
    pub orders: Bytes,
    /// X25519, to which devices seal what they write.
    pub sealing: Bytes,
    /// Suites for sealing that the server understands; see `claviger_crypto::sealing`.
    pub suites: Vec<u8>,
}

impl Signable for Bundle {
    const TYPE: &'static str = "claviger-enrolment-v1";
}

/// A signing key of the server, and the word of the one before it; see `claviger_crypto::succession`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyLink {
    /// What it signs.
    pub purpose: SigningPurpose,
    /// Counted from 1 for each purpose.
    pub number: u64,
    /// Ed25519.
    pub public: Bytes,
    /// Signature by the key before it; none for the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<Bytes>,
}

/// What a signing key of the server signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SigningPurpose {
    /// Checkpoints.
    Log,
    /// Orders and the bundle.
    Orders,
}

impl SigningPurpose {
    /// The name that a key vouches for the next one under.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Log => "log",
            Self::Orders => "orders",
        }
    }
}

/// `GET /v1/enrolment`: everything that is needed to begin a sign-in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enrolment {
    /// [`Bundle`], signed by its own orders key.
    pub bundle: Signed,
    /// How the keys for log and orders became those of the bundle, oldest first; a device that pinned an older one follows from
    /// there (rule 39).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub succession: Vec<KeyLink>,
    /// The OpenID provider's issuer.
    pub issuer: String,
    /// Our client id there.
    pub client_id: String,
    /// Scopes to ask for.
    pub scopes: Vec<String>,
    /// Whether a bootstrap code would be taken now.
    pub bootstrap_open: bool,
    /// Whether this is the demonstration organization.
    pub demonstration: bool,
    /// The server's version, for messages only.
    pub version: String,
}
