//! Hashes of the tree (RFC 6962 section 2.1).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::{fmt, str::FromStr};

/// A node of the tree: a leaf's hash, an interior hash or a root.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeHash([u8; 32]);

/// A text that is not base64 of 32 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the text is not a hash")]
pub struct ParseHashError;

impl NodeHash {
    /// The root of the tree without leaves.
    pub const EMPTY: Self = Self(tlog_tiles::EMPTY_HASH.0);

    /// Takes the 32 raw bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 raw bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The hash of a leaf's bytes, SHA-256(0x00 ‖ bytes).
    pub fn of_leaf(bytes: &[u8]) -> Self {
        tlog_tiles::record_hash(bytes).into()
    }

    /// The hash of an interior node, SHA-256(0x01 ‖ left ‖ right).
    pub fn of_children(left: Self, right: Self) -> Self {
        tlog_tiles::node_hash(left.into(), right.into()).into()
    }
}

impl From<tlog_tiles::Hash> for NodeHash {
    fn from(hash: tlog_tiles::Hash) -> Self {
        Self(hash.0)
    }
}

impl From<NodeHash> for tlog_tiles::Hash {
    fn from(hash: NodeHash) -> Self {
        Self(hash.0)
    }
}

impl fmt::Display for NodeHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&STANDARD.encode(self.0))
    }
}

impl fmt::Debug for NodeHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NodeHash({self})")
    }
}

impl FromStr for NodeHash {
    type Err = ParseHashError;
    fn from_str(text: &str) -> Result<Self, ParseHashError> {
        let mut bytes = [0; 32];
        // `decode_slice` wants room for its estimate, which is a little more than 32 bytes.
        let mut room = [0; 33];
        match STANDARD.decode_slice(text, &mut room) {
            Ok(32) => {
                bytes.iter_mut().zip(room).for_each(|(to, from)| *to = from);
                Ok(Self(bytes))
            }
            _ => Err(ParseHashError),
        }
    }
}

impl Serialize for NodeHash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for NodeHash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn known_answers_of_rfc_6962() {
        // SHA-256 of the empty string, and of the single byte 0x00.
        assert_eq!(
            NodeHash::EMPTY.to_string(),
            "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
        );
        assert_eq!(
            NodeHash::of_leaf(b"").to_string(),
            "bjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0="
        );
    }

    #[test]
    fn text_is_strict() {
        let hash = NodeHash::of_leaf(b"x");
        let text = hash.to_string();
        assert_eq!(text.parse(), Ok(hash));
        for wrong in [
            text.trim_end_matches('=').to_owned(),
            format!("{text}\n"),
            String::new(),
            "A".repeat(60),
        ] {
            assert_eq!(wrong.parse::<NodeHash>(), Err(ParseHashError), "{wrong:?}");
        }
        assert_eq!(
            serde_json::from_str::<NodeHash>(&serde_json::to_string(&hash).unwrap()).unwrap(),
            hash
        );
    }
}
