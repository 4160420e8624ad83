//! Names that people type: normalized, without characters that deceive the eye.

use serde::{Deserialize, Serialize};
use std::{borrow::Cow, fmt, str::FromStr};
use unicode_normalization::UnicodeNormalization;

/// The longest name, in bytes after normalization.
pub const MAX_NAME_BYTES: usize = 200;

/// Why a text is not a name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing, or white space only.
    #[error("a name cannot be empty")]
    Empty,
    /// More than [`MAX_NAME_BYTES`].
    #[error("a name cannot be longer than {MAX_NAME_BYTES} bytes; this one has {0}")]
    TooLong(usize),
    /// A slash separates the parts of a path.
    #[error("a name cannot contain `/`")]
    Slash,
    /// A part of a path that means something else to shells and file systems.
    #[error("`{0}` cannot be a name")]
    Reserved(String),
    /// Control or bidirectional formatting characters.
    #[error("a name cannot contain the invisible character U+{0:04X}")]
    Invisible(u32),
    /// White space at either end.
    #[error("a name cannot begin or end with a space")]
    Space,
}

/// A name in Unicode normalization form C (rule 34).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Name(String);

impl Name {
    /// Parses and normalizes a name.
    ///
    /// # Errors
    /// Names the first thing that is wrong.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        if text.len() > MAX_NAME_BYTES * 4 {
            return Err(NameError::TooLong(text.len()));
        }
        let name = normalized(text).into_owned();
        if name.trim().is_empty() {
            return Err(NameError::Empty);
        }
        if let Some(found) = name.chars().find(|c| deceives(*c)) {
            return Err(NameError::Invisible(found as u32));
        }
        if name.len() > MAX_NAME_BYTES {
            return Err(NameError::TooLong(name.len()));
        }
        if name.contains('/') {
            return Err(NameError::Slash);
        }
        if name.trim() != name {
            return Err(NameError::Space);
        }
        if name == "." || name == ".." {
            return Err(NameError::Reserved(name));
        }
        Ok(Self(name))
    }

    /// The normalized text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form under which names must be unique: full case folding, then normalization form C.
    pub fn folded(&self) -> String {
        folded(&self.0)
    }
}

/// Any text in normalization form C, as names are.
pub fn normalized(text: &str) -> Cow<'_, str> {
    // ASCII is in every normalization form; lists of thousands of names are read this way.
    if text.is_ascii() {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.nfc().collect())
    }
}

/// Any text in the form in which names are compared; for looking for parts of names.
pub fn folded(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    caseless::default_case_fold_str(text).nfc().collect()
}

/// Control, bidirectional, zero-width and other format characters, tags, and line separators.
pub fn deceives(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00AD}' | '\u{061C}' | '\u{180E}' | '\u{200B}' | '\u{200E}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

impl FromStr for Name {
    type Err = NameError;
    fn from_str(text: &str) -> Result<Self, NameError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Name {
    type Error = NameError;
    fn try_from(text: String) -> Result<Self, NameError> {
        Self::parse(&text)
    }
}

impl From<Name> for String {
    fn from(name: Name) -> Self {
        name.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn deceiving_and_empty_names_are_refused() {
        for (text, error) in [
            ("", NameError::Empty),
            ("a/b", NameError::Slash),
            ("..", NameError::Reserved("..".into())),
            ("pay\u{202E}ments", NameError::Invisible(0x202E)),
            ("a\nb", NameError::Invisible(10)),
            (" a", NameError::Space),
        ] {
            assert_eq!(Name::parse(text), Err(error), "{text:?}");
        }
        assert!(matches!(
            Name::parse(&"é".repeat(101)),
            Err(NameError::TooLong(202))
        ));
    }

    #[test]
    fn equal_looking_names_are_equal_and_fold_alike() {
        assert_eq!(Name::parse("Zu\u{0308}rich"), Name::parse("Z\u{00FC}rich"));
        assert_eq!(
            Name::parse("STRASSE").map(|n| n.folded()),
            Name::parse("straße").map(|n| n.folded())
        );
    }

    proptest! {
        #[test]
        fn the_short_way_of_ascii_folds_like_the_long_one(text in "[ -~]{1,40}|[ -~]{0,9}é[ -~]{0,9}") {
            if let Ok(name) = Name::parse(&text) {
                let long: String = caseless::default_case_fold_str(name.as_str()).nfc().collect();
                prop_assert_eq!(name.folded(), long);
                let normal: String = text.nfc().collect();
                prop_assert_eq!(name.as_str(), normal);
            }
        }

        #[test]
        fn parsing_never_panics_and_is_stable(text in any::<String>()) {
            if let Ok(name) = Name::parse(&text) {
                prop_assert_eq!(Name::parse(name.as_str()), Ok(name.clone()));
                prop_assert!(!name.as_str().contains('/'));
            }
        }
    }
}
