//! Scopes: the tree of places (`payments`, `payments/production`, `payments/production/stripe`).

use crate::{
    ids::ScopeId,
    name::{Name, NameError},
};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr, time::Duration};

/// The deepest path, in segments.
pub const MAX_DEPTH: usize = 8;
/// Environments stand this many segments below the organization.
pub const ENVIRONMENT_DEPTH: usize = 2;

/// Why a text is not a path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScopePathError {
    /// One of the segments is no name.
    #[error("segment {position} of the path")]
    Segment {
        /// Counted from 1.
        position: usize,
        /// What is wrong with it.
        source: NameError,
    },
    /// More than [`MAX_DEPTH`] segments.
    #[error("a path cannot have more than {MAX_DEPTH} segments; this one has {0}")]
    TooDeep(usize),
}

/// A path of names; the organization itself is the empty path.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ScopePath(Vec<Name>);

impl ScopePath {
    /// The organization.
    pub const fn root() -> Self {
        Self(Vec::new())
    }

    /// Parses `a/b/c`; the empty text is the root.
    ///
    /// # Errors
    /// Names the first bad segment, or the depth.
    pub fn parse(text: &str) -> Result<Self, ScopePathError> {
        if text.is_empty() {
            return Ok(Self::root());
        }
        let depth = text.split('/').count();
        if depth > MAX_DEPTH {
            return Err(ScopePathError::TooDeep(depth));
        }
        let segment = |(at, part)| {
            Name::parse(part).map_err(|source| ScopePathError::Segment {
                position: at + 1,
                source,
            })
        };
        text.split('/')
            .enumerate()
            .map(segment)
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// The path one segment deeper.
    ///
    /// # Errors
    /// When it would be deeper than [`MAX_DEPTH`].
    pub fn child(&self, name: Name) -> Result<Self, ScopePathError> {
        if self.0.len() >= MAX_DEPTH {
            return Err(ScopePathError::TooDeep(self.0.len() + 1));
        }
        let mut segments = self.0.clone();
        segments.push(name);
        Ok(Self(segments))
    }

    /// The path one segment shorter; none for the root.
    pub fn parent(&self) -> Option<Self> {
        self.0.split_last().map(|(_, rest)| Self(rest.to_vec()))
    }

    /// The names, outermost first.
    pub fn segments(&self) -> &[Name] {
        &self.0
    }

    /// Whether this is `other` or lies above it, compared by segment.
    pub fn covers(&self, other: &Self) -> bool {
        other.0.starts_with(&self.0)
    }
}

impl FromStr for ScopePath {
    type Err = ScopePathError;
    fn from_str(text: &str) -> Result<Self, ScopePathError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for ScopePath {
    type Error = ScopePathError;
    fn try_from(text: String) -> Result<Self, ScopePathError> {
        Self::parse(&text)
    }
}

impl From<ScopePath> for String {
    fn from(path: ScopePath) -> Self {
        path.to_string()
    }
}

impl fmt::Display for ScopePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, segment) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_str("/")?;
            }
            f.write_str(segment.as_str())?;
        }
        Ok(())
    }
}

impl fmt::Debug for ScopePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.to_string())
    }
}

/// What an environment is for; set by an Owner, never guessed from its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EnvironmentClass {
    /// What customers depend on. An unclassified environment counts as this.
    Production,
    /// A rehearsal of production.
    Staging,
    /// Automated tests.
    Testing,
    /// People's daily work.
    Development,
    /// Experiments that may break.
    Sandbox,
}

impl EnvironmentClass {
    /// The class that counts: an unclassified environment is production.
    pub fn effective(class: Option<Self>) -> Self {
        class.unwrap_or(Self::Production)
    }

    /// How long a value may be kept offline where the scope says nothing (rule 21).
    pub const fn default_lease(self) -> Duration {
        match self {
            Self::Production => Duration::from_secs(8 * 3600),
            Self::Staging | Self::Testing | Self::Development | Self::Sandbox => {
                Duration::from_secs(72 * 3600)
            }
        }
    }
}

/// Who may know that a scope's secrets exist without a right to them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "to", content = "teams")]
pub enum Discoverable {
    /// Nobody.
    #[default]
    Nobody,
    /// The members of these teams.
    Teams(Vec<crate::ids::PrincipalId>),
    /// Everyone in the organization.
    Everyone,
}

/// A node of the tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scope {
    /// Stays the same through renames and moves.
    pub id: ScopeId,
    /// None for the organization.
    pub parent: Option<ScopeId>,
    /// Where it stands today.
    pub path: ScopePath,
    /// Only for environments.
    pub class: Option<EnvironmentClass>,
    /// Who may know of its secrets.
    pub discoverable: Discoverable,
    /// Maximum age of an offline copy in seconds; none = inherited, then the class's default; 0 = no offline copies.
    pub lease_seconds: Option<u32>,
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn covering_goes_by_segment_not_by_text() {
        let path = |text| ScopePath::parse(text).unwrap();
        assert!(path("pay").covers(&path("pay/production")));
        assert!(!path("pay").covers(&path("payments")));
        assert!(ScopePath::root().covers(&path("a")));
        assert_eq!(
            ScopePath::parse("a//b").unwrap_err().to_string(),
            "segment 2 of the path"
        );
        assert!(ScopePath::parse("a/b/c/d/e/f/g/h/i").is_err());
    }

    #[test]
    fn unclassified_counts_as_production() {
        assert_eq!(EnvironmentClass::effective(None), EnvironmentClass::Production);
    }

    proptest! {
        #[test]
        fn a_path_survives_its_text(text in "[a-zé ]{1,6}(/[a-z.]{1,4}){0,9}") {
            if let Ok(path) = ScopePath::parse(&text) {
                prop_assert_eq!(ScopePath::parse(&path.to_string()), Ok(path));
            }
        }
    }
}
