//! Short lower-case labels in a leaf: kinds, codes, names of fields. Open, so that an older program reads newer ones.

use claviger_model::event::EventKind;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::{fmt, str::FromStr};

/// The longest label, in bytes.
pub const MAX_LENGTH: usize = 64;

/// `a`–`z`, `0`–`9`, full stops, hyphens and underscores; 1 to 64 of them, a letter first.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Label(String);

/// A text that is not a label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a label has 1 to 64 lower-case letters, digits, full stops, hyphens and underscores")]
pub struct LabelError;

impl Label {
    /// Checks a text.
    ///
    /// # Errors
    /// When it is not a label.
    pub fn new(text: &str) -> Result<Self, LabelError> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-_".contains(&byte);
        let starts = text.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase());
        if starts && text.len() <= MAX_LENGTH && text.bytes().all(allowed) {
            Ok(Self(text.to_owned()))
        } else {
            Err(LabelError)
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The kind of event that this label names; nothing for one that this program does not know.
    pub fn as_kind(&self) -> Option<EventKind> {
        EventKind::from_code(&self.0)
    }
}

impl From<EventKind> for Label {
    fn from(kind: EventKind) -> Self {
        Self(kind.code().to_owned())
    }
}

impl FromStr for Label {
    type Err = LabelError;
    fn from_str(text: &str) -> Result<Self, LabelError> {
        Self::new(text)
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

impl Serialize for Label {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Label {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_a_label() {
        for kind in EventKind::ALL {
            assert_eq!(Label::new(kind.code()), Ok(Label::from(*kind)));
            assert_eq!(Label::from(*kind).as_kind(), Some(*kind));
        }
    }

    #[test]
    fn other_texts_are_refused() {
        let long = "a".repeat(65);
        for wrong in ["", "A", "1a", ".a", "a b", "a\n", "é", long.as_str()] {
            assert_eq!(Label::new(wrong), Err(LabelError), "{wrong:?}");
        }
        assert_eq!(Label::new("vault.opened").map(|label| label.as_kind()), Ok(None));
    }
}
