//! What a user and a group are made of here (RFC 7643): a small part of the standard's schemas, since what is not kept cannot leak.

mod definitions;
mod take;
mod told;

pub use definitions::{GROUP, USER};
pub use take::{Part, take, take_part};
pub use told::{described, schemas};

/// What kind of value an attribute has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A text.
    Text,
    /// The name of a time zone.
    Zone,
    /// Yes or no.
    Boolean,
    /// A time.
    Moment,
    /// An address.
    Reference,
    /// Sub-attributes.
    Complex,
}

/// Who may write an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mutability {
    /// Clients.
    Write,
    /// This server.
    Read,
    /// Clients, once.
    Once,
}

/// When an attribute is returned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Returned {
    /// Whatever was asked for.
    Always,
    /// Unless something else was asked for.
    Default,
}

/// An attribute.
#[derive(Debug, Clone, Copy)]
pub struct Definition {
    /// As it is written.
    pub name: &'static str,
    /// Its values.
    pub kind: Kind,
    /// Whether it is a list.
    pub many: bool,
    /// Whether it must be there.
    pub required: bool,
    /// Whether case counts.
    pub exact: bool,
    /// Who writes it.
    pub mutability: Mutability,
    /// When it is returned.
    pub returned: Returned,
    /// Whether no two resources have the same.
    pub unique: bool,
    /// What a reference leads to.
    pub leads_to: &'static [&'static str],
    /// For people.
    pub about: &'static str,
    /// What it is made of.
    pub subs: &'static [Definition],
}

/// A type of resource.
#[derive(Debug, Clone, Copy)]
pub struct Schema {
    /// Its URN.
    pub urn: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Where its resources are, below the root.
    pub endpoint: &'static str,
    /// For people.
    pub about: &'static str,
    /// Everything that a resource has, the common attributes at the end.
    pub attributes: &'static [Definition],
    /// How many of these are common to all types.
    pub common: usize,
}

/// The attribute of this name, whatever its case.
pub fn named<'a>(attributes: &'a [Definition], name: &str) -> Option<&'a Definition> {
    attributes.iter().find(|one| one.name.eq_ignore_ascii_case(name))
}

/// A text as it is compared.
pub fn folded(definition: &Definition, text: &str) -> String {
    if definition.exact {
        text.to_owned()
    } else {
        claviger_model::name::folded(text)
    }
}

impl Schema {
    /// Whether a URN before an attribute is this schema's.
    pub fn is(&self, urn: &str) -> bool {
        self.urn.eq_ignore_ascii_case(urn)
    }
}
