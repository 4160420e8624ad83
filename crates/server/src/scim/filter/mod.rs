//! Filters (RFC 7644, 3.4.2.2): parsed into a tree that cannot be wrong, bounded in length, depth and terms.

mod evaluate;
mod lex;
mod parse;
#[cfg(test)]
mod tests;

pub use parse::FilterError;

use serde_json::Value;
use std::fmt;

/// The longest filter or path, in bytes.
pub const LONGEST: usize = 4_096;
/// How deep parentheses, brackets and `not` may stand within each other.
pub const DEEPEST: usize = 16;
/// The most comparisons of one filter.
pub const MOST_TERMS: usize = 64;

/// The name of an attribute, perhaps qualified by its schema, perhaps with a sub-attribute: `name.familyName`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    /// The URN before it.
    pub schema: Option<String>,
    /// Its name, as it was written; names are compared without case.
    pub name: String,
    /// The sub-attribute.
    pub sub: Option<String>,
}

/// How a value is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// Equal.
    Eq,
    /// Not equal.
    Ne,
    /// Contains.
    Co,
    /// Starts with.
    Sw,
    /// Ends with.
    Ew,
    /// Greater.
    Gt,
    /// Greater or equal.
    Ge,
    /// Less.
    Lt,
    /// Less or equal.
    Le,
}

/// A filter.
#[derive(Debug, Clone, PartialEq)]
pub enum Filter {
    /// The attribute has a value.
    Present(Attribute),
    /// It compares with a constant: a text, a number, a flag or null.
    Compare(Attribute, Operator, Value),
    /// Both.
    And(Box<Filter>, Box<Filter>),
    /// One of them.
    Or(Box<Filter>, Box<Filter>),
    /// Not.
    Not(Box<Filter>),
    /// One value of a multi-valued attribute fulfils the filter in brackets.
    Within(Attribute, Box<Filter>),
}

/// Where a PATCH works (RFC 7644, figure 7): an attribute, those of its values that a filter selects, a part of these.
#[derive(Debug, Clone, PartialEq)]
pub struct Path {
    /// The attribute; its sub-attribute is that of the path without a filter.
    pub attribute: Attribute,
    /// Which values.
    pub filter: Option<Filter>,
    /// The part of the selected values.
    pub sub: Option<String>,
}

impl Operator {
    /// Every operator with its text.
    const ALL: [(Self, &'static str); 9] = [
        (Self::Eq, "eq"),
        (Self::Ne, "ne"),
        (Self::Co, "co"),
        (Self::Sw, "sw"),
        (Self::Ew, "ew"),
        (Self::Gt, "gt"),
        (Self::Ge, "ge"),
        (Self::Lt, "lt"),
        (Self::Le, "le"),
    ];

    fn parse(word: &str) -> Option<Self> {
        let found = Self::ALL.iter().find(|(_, text)| text.eq_ignore_ascii_case(word));
        found.map(|(operator, _)| *operator)
    }

    fn text(self) -> &'static str {
        let found = Self::ALL.iter().find(|(operator, _)| *operator == self);
        found.map_or("eq", |(_, text)| text)
    }
}

impl Filter {
    /// Reads a filter.
    ///
    /// # Errors
    /// When it is none, too long, too deep or has too many comparisons.
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        parse::filter(text)
    }

    /// Every attribute that it looks at.
    pub fn names(&self) -> Vec<&Attribute> {
        match self {
            Self::Present(attribute) | Self::Compare(attribute, ..) | Self::Within(attribute, _) => {
                vec![attribute]
            }
            Self::And(left, right) | Self::Or(left, right) => {
                let mut all = left.names();
                all.extend(right.names());
                all
            }
            Self::Not(inner) => inner.names(),
        }
    }

    /// What each resource that fulfils the filter must be equal to: comparisons with `eq` that are joined by `and`.
    pub fn must_equal(&self) -> Vec<(&Attribute, &Value)> {
        match self {
            Self::Compare(attribute, Operator::Eq, value) => vec![(attribute, value)],
            Self::And(left, right) => {
                let mut all = left.must_equal();
                all.extend(right.must_equal());
                all
            }
            _ => Vec::new(),
        }
    }
}

impl Path {
    /// Reads the path of a PATCH operation.
    ///
    /// # Errors
    /// As [`Filter::parse`].
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        parse::path(text)
    }
}

impl Attribute {
    /// Whether it is this attribute, whatever its case, of this schema or of the one that goes without saying.
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }
}

impl fmt::Display for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(schema) = &self.schema {
            write!(f, "{schema}:")?;
        }
        f.write_str(&self.name)?;
        match &self.sub {
            Some(sub) => write!(f, ".{sub}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Present(attribute) => write!(f, "{attribute} pr"),
            Self::Compare(attribute, operator, value) => {
                write!(f, "{attribute} {} {value}", operator.text())
            }
            Self::And(left, right) => write!(f, "({left}) and ({right})"),
            Self::Or(left, right) => write!(f, "({left}) or ({right})"),
            Self::Not(inner) => write!(f, "not ({inner})"),
            Self::Within(attribute, inner) => write!(f, "{attribute}[{inner}]"),
        }
    }
}
