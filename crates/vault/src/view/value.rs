//! Values on their way in and out, and what is said of a secret.

use super::{list::SecretRef, secret::SecretKind};
use serde::{Deserialize, Serialize};
use specta::Type;
use std::fmt;
use zeroize::Zeroize;

/// Copy reply.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CopyReply {
    /// Clears at.
    pub clears_at: i64,
    /// Read from the offline copy, journaled on this device first.
    pub offline: bool,
}

/// Reveal reply.
#[derive(Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RevealReply {
    /// Value.
    pub value: RevealedValue,
    /// Hides at.
    pub hides_at: i64,
    /// Offline.
    pub offline: bool,
}

/// Revealed value; erased when it is dropped, and not printed.
#[derive(PartialEq, Serialize, Deserialize, Type)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum RevealedValue {
    /// Text.
    #[serde(rename_all = "camelCase")]
    Text {
        /// Text.
        text: String,
    },
    /// Binary.
    #[serde(rename_all = "camelCase")]
    Binary {
        /// Base64.
        base64: String,
        /// Size.
        size: u32,
    },
}

impl fmt::Debug for RevealedValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("«value»")
    }
}

impl Drop for RevealedValue {
    fn drop(&mut self) {
        match self {
            Self::Text { text } => text.zeroize(),
            Self::Binary { base64, .. } => base64.zeroize(),
        }
    }
}

/// Value input; erased when it is dropped, and not printed.
#[derive(PartialEq, Serialize, Deserialize, Type)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum ValueInput {
    /// Text.
    #[serde(rename_all = "camelCase")]
    Text {
        /// Text.
        text: String,
    },
    /// Binary.
    #[serde(rename_all = "camelCase")]
    Binary {
        /// Base64.
        base64: String,
    },
}

impl fmt::Debug for ValueInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("«value»")
    }
}

impl Drop for ValueInput {
    fn drop(&mut self) {
        match self {
            Self::Text { text } => text.zeroize(),
            Self::Binary { base64 } => base64.zeroize(),
        }
    }
}

/// Secret draft.
#[derive(Debug, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SecretDraft {
    /// Place.
    pub place: String,
    /// Title.
    pub title: String,
    /// Env name.
    pub env_name: Option<String>,
    /// Kind.
    pub kind: SecretKind,
    /// Tags.
    pub tags: Vec<String>,
    /// Note.
    pub note: Option<String>,
    /// Value.
    pub value: ValueInput,
}

/// Metadata edit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct MetadataEdit {
    /// Revision.
    pub revision: u32,
    /// Title.
    pub title: String,
    /// Env name.
    pub env_name: Option<String>,
    /// Kind.
    pub kind: SecretKind,
    /// Tags.
    pub tags: Vec<String>,
    /// Note.
    pub note: Option<String>,
}

/// Bin row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct BinRow {
    /// Which one.
    #[serde(flatten)]
    pub reference: SecretRef,
    /// Kind.
    pub kind: SecretKind,
    /// Deleted at.
    pub deleted_at: i64,
    /// Deleted by.
    pub deleted_by: String,
    /// After this it is gone.
    pub gone_at: i64,
    /// Can restore.
    pub can_restore: bool,
}
