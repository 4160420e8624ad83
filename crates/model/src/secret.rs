//! A secret's metadata: everything but its value.

use crate::{
    ids::{PrincipalId, ScopeId, SecretId},
    name::{Name, NameError},
    time::Timestamp,
    words,
};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr, time::Duration};

/// The largest value, in bytes.
pub const MAX_VALUE_BYTES: usize = 64 * 1024;
/// How long a deleted secret can be restored.
pub const BIN_DAYS: u64 = 30;
/// [`BIN_DAYS`] as a span.
pub const BIN: Duration = Duration::from_secs(BIN_DAYS * 24 * 3600);
/// The most tags a secret can carry.
pub const MAX_TAGS: usize = 32;
/// The longest note, in bytes.
pub const MAX_NOTE_BYTES: usize = 4096;

/// What a value is; it decides how it is shown and checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SecretKind {
    /// Anything.
    #[default]
    Generic,
    /// A key or token of an API.
    ApiKey,
    /// A password.
    Password,
    /// A URL or a list of parameters that contains credentials.
    ConnectionString,
    /// A certificate, with or without its private key.
    Certificate,
    /// A private key with its public half.
    KeyPair,
    /// The seed of one-time codes (RFC 6238).
    OneTimeCode,
}

/// Where a version stands in the life of its secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// The one that is used.
    Current,
    /// Prepared by a rotation that has not finished.
    Pending,
    /// The one before.
    Previous,
    /// Older ones.
    Retired,
}

/// Why a text is not a variable name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a variable name has letters, digits and `_`, begins with no digit, and at most 128 characters")]
pub struct VariableError;

/// The name of an environment variable (POSIX.1-2017, 8.1, lower case allowed).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Variable(String);

impl Variable {
    /// Parses a variable name.
    ///
    /// # Errors
    /// When the text is not one.
    pub fn parse(text: &str) -> Result<Self, VariableError> {
        let starts = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        let goes_on = text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if starts && goes_on && text.len() <= 128 {
            Ok(Self(text.to_owned()))
        } else {
            Err(VariableError)
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether setting it would make many programs run other code (rule 35).
    pub fn runs_code(&self) -> bool {
        const NAMES: &[&str] = &[
            "PATH",
            "BASH_ENV",
            "ENV",
            "IFS",
            "SHELL",
            "NODE_OPTIONS",
            "NODE_PATH",
            "PYTHONPATH",
            "PYTHONSTARTUP",
            "PYTHONHOME",
            "PERL5LIB",
            "PERL5OPT",
            "RUBYLIB",
            "RUBYOPT",
            "JAVA_TOOL_OPTIONS",
            "_JAVA_OPTIONS",
            "JDK_JAVA_OPTIONS",
            "CLASSPATH",
            "GIT_SSH",
            "GIT_SSH_COMMAND",
            "GIT_EXTERNAL_DIFF",
            "EDITOR",
            "VISUAL",
            "PAGER",
            "BROWSER",
            "PROMPT_COMMAND",
            "PS4",
            "GCONV_PATH",
            "LOCPATH",
            "HOSTALIASES",
        ];
        let upper = self.0.to_ascii_uppercase();
        NAMES.contains(&upper.as_str()) || upper.starts_with("LD_") || upper.starts_with("DYLD_")
    }
}

impl FromStr for Variable {
    type Err = VariableError;
    fn from_str(text: &str) -> Result<Self, VariableError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Variable {
    type Error = VariableError;
    fn try_from(text: String) -> Result<Self, VariableError> {
        Self::parse(&text)
    }
}

impl From<Variable> for String {
    fn from(variable: Variable) -> Self {
        variable.0
    }
}

impl fmt::Display for Variable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Variable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

/// What a person says of a secret when making or editing it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Description {
    /// Unique within its scope under case folding.
    pub name: Name,
    /// Under which name it is injected.
    pub variable: Option<Variable>,
    /// What the value is.
    #[serde(default)]
    pub kind: SecretKind,
    /// Who answers for it.
    pub owner: Option<PrincipalId>,
    /// Free words.
    #[serde(default)]
    pub tags: Vec<Name>,
    /// Plain text for people; never a value.
    #[serde(default)]
    pub note: String,
    /// After how many days it should change; none where nobody said.
    pub rotate_after_days: Option<u16>,
    /// When the credential ends at its target, if that is known.
    pub expires_at: Option<Timestamp>,
}

/// Why a description cannot stand.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DescriptionError {
    /// More than [`MAX_TAGS`].
    #[error("a secret cannot have more than {MAX_TAGS} tags")]
    TooManyTags,
    /// More than [`MAX_NOTE_BYTES`].
    #[error("a note cannot be longer than {MAX_NOTE_BYTES} bytes")]
    NoteTooLong,
    /// What [`words::control`] finds.
    #[error("a note cannot contain the control character U+{0:04X}")]
    Control(u32),
    /// A tag is no name.
    #[error("a tag is not valid")]
    Tag(#[from] NameError),
}

impl Description {
    /// Checks what the types alone do not say, and drops repeated tags.
    ///
    /// # Errors
    /// Names the limit that is passed.
    pub fn checked(mut self) -> Result<Self, DescriptionError> {
        self.tags.sort();
        self.tags.dedup();
        if self.tags.len() > MAX_TAGS {
            return Err(DescriptionError::TooManyTags);
        }
        if self.note.len() > MAX_NOTE_BYTES {
            return Err(DescriptionError::NoteTooLong);
        }
        if let Some(found) = words::control(&self.note) {
            return Err(DescriptionError::Control(found.into()));
        }
        Ok(self)
    }
}

/// A secret without its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Secret {
    /// Stays the same through renames and moves.
    pub id: SecretId,
    /// Where it stands.
    pub scope: ScopeId,
    /// What people said of it.
    pub description: Description,
    /// The number of the current version, from 1.
    pub version: u64,
    /// When the secret was made.
    pub created_at: Timestamp,
    /// When the value last changed.
    pub changed_at: Timestamp,
    /// In the bin since then.
    pub deleted_at: Option<Timestamp>,
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn variables_that_run_code_are_known() {
        for name in [
            "LD_PRELOAD",
            "ld_library_path",
            "PATH",
            "NODE_OPTIONS",
            "BASH_ENV",
            "PYTHONPATH",
        ] {
            assert!(Variable::parse(name).unwrap().runs_code(), "{name}");
        }
        assert!(!Variable::parse("DATABASE_URL").unwrap().runs_code());
        for bad in ["", "1A", "A-B", "A B", "Ä"] {
            assert!(Variable::parse(bad).is_err(), "{bad}");
        }
    }
}
