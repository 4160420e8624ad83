//! The log's key: an Ed25519 key with the log's name, in the C2SP form of verifier keys.
//!
//! The name is the log's origin, such as `claviger.<organization>/log/1`; a restore starts a new one (rule 19).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use claviger_crypto::signing::{ServerKey, ServerPublicKey, SigningError};
use claviger_crypto::succession::Succession;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use signed_note::{is_key_name_valid, key_id};
use std::{fmt, str::FromStr};

/// Signature type of an Ed25519 note signature (C2SP signed-note).
const NOTE: u8 = 0x01;
/// Signature type of an Ed25519 cosignature (C2SP tlog-cosignature).
const COSIGNATURE: u8 = 0x04;

/// What a key signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyKind {
    /// A log's checkpoints.
    Log,
    /// Other logs' checkpoints, as a witness.
    Witness,
}

/// The public key of a log or of a witness; its text is `name+hash+key`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct VerifierKey {
    name: String,
    kind: KeyKind,
    public: ServerPublicKey,
}

/// Why a verifier key is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VerifierKeyError {
    /// Empty, or with blanks, control characters or a plus sign.
    #[error("the name of the key is not usable")]
    Name,
    /// Not `name+hash+key`.
    #[error("the key is malformed")]
    Malformed,
    /// Neither Ed25519 note signatures nor Ed25519 cosignatures.
    #[error("the key is of an unknown type")]
    UnknownType,
    /// The hash does not fit the name and the key.
    #[error("the hash of the key does not fit it")]
    Hash,
}

/// The secret key of a log.
#[derive(Debug)]
pub struct LogKey {
    verifier: VerifierKey,
    secret: ServerKey,
}

/// Why a log's key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LogKeyError {
    /// The origin is not usable as a name.
    #[error("the origin of the log is not usable")]
    Origin(#[source] VerifierKeyError),
    /// The secret key is not usable.
    #[error("the key of the log is not usable")]
    Key(#[source] SigningError),
}

impl VerifierKey {
    /// Names a public key.
    ///
    /// # Errors
    /// When the name is not usable.
    pub fn new(name: &str, kind: KeyKind, public: ServerPublicKey) -> Result<Self, VerifierKeyError> {
        if !is_key_name_valid(name) || name.chars().any(char::is_control) {
            return Err(VerifierKeyError::Name);
        }
        Ok(Self {
            name: name.to_owned(),
            kind,
            public,
        })
    }

    /// The log's origin or the witness's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it signs.
    pub const fn kind(&self) -> KeyKind {
        self.kind
    }

    /// The public key without its name.
    pub const fn public(&self) -> &ServerPublicKey {
        &self.public
    }

    /// The key id of its signature lines.
    pub fn id(&self) -> u32 {
        key_id(&self.name, &self.material())
    }

    fn material(&self) -> Vec<u8> {
        let kind = match self.kind {
            KeyKind::Log => NOTE,
            KeyKind::Witness => COSIGNATURE,
        };
        [&[kind], self.public.as_bytes().as_slice()].concat()
    }
}

impl LogKey {
    /// Puts an origin and a secret key together.
    ///
    /// # Errors
    /// When either is not usable.
    pub fn new(origin: &str, secret: ServerKey) -> Result<Self, LogKeyError> {
        let public = secret.public().map_err(LogKeyError::Key)?;
        let verifier = VerifierKey::new(origin, KeyKind::Log, public).map_err(LogKeyError::Origin)?;
        Ok(Self { verifier, secret })
    }

    /// The public half, which stands in the enrolment bundle.
    pub const fn verifier(&self) -> &VerifierKey {
        &self.verifier
    }

    /// Signs for the key that follows this one (rule 20).
    pub fn vouch_for(&self, next: &Succession<'_>) -> Vec<u8> {
        next.sign(&self.secret)
    }

    /// Signs the text of a note.
    pub(crate) fn sign(&self, text: &[u8]) -> Vec<u8> {
        self.secret.sign(text)
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}+{:08x}+{}",
            self.name,
            self.id(),
            STANDARD.encode(self.material())
        )
    }
}

impl FromStr for VerifierKey {
    type Err = VerifierKeyError;

    fn from_str(text: &str) -> Result<Self, VerifierKeyError> {
        // The key may hold plus signs; the name and the hash may not.
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(hash), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(VerifierKeyError::Malformed);
        };
        let material = STANDARD.decode(key).map_err(|_| VerifierKeyError::Malformed)?;
        let (&kind, public) = material.split_first().ok_or(VerifierKeyError::Malformed)?;
        let kind = match kind {
            NOTE => KeyKind::Log,
            COSIGNATURE => KeyKind::Witness,
            _ => return Err(VerifierKeyError::UnknownType),
        };
        let public = public.try_into().map_err(|_| VerifierKeyError::Malformed)?;
        let key = Self::new(name, kind, ServerPublicKey::from_bytes(public))?;
        if format!("{:08x}", key.id()) == hash {
            Ok(key)
        } else {
            Err(VerifierKeyError::Hash)
        }
    }
}

impl Serialize for VerifierKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for VerifierKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests;
