//! Drafting leaves: the one place where events get their subjects, commitments and openings (rules 16 and 17).
//!
//! An operation describes an [`Event`]; what may have to be forgotten (names, addresses, reasons) goes through
//! [`Event::commit`], so that the leaf holds commitments only. To record a new kind of event, add it to
//! `claviger_model::event`, and describe it where it happens.

mod object;
#[cfg(test)]
mod tests;
mod who;

pub use object::session_object;
pub use who::Who;

use claviger_crypto::commitment::Opening;
use claviger_ledger::{
    hash::NodeHash,
    label::Label,
    leaf::{Actor, Fact, Leaf, Object, Outcome, REASON, SOURCE_ADDRESS},
    lease::LeaseTerms,
    subject::SubjectLink,
};
use claviger_model::{
    entropy::Entropy,
    event::EventKind,
    ids::{EventId, OrganizationId, PrincipalId},
    time::Timestamp,
};
use claviger_protocol::problem::Code;
use claviger_storage::log::{self, Draft, Placement, Seal};
use std::collections::BTreeMap;

/// The field that commits to the id that a caller asked for and may not know of; the same whether it exists or not.
pub const ASKED: &str = "asked";

/// A commitment that is to be made.
struct Committed {
    field: &'static str,
    value: String,
    about: Option<PrincipalId>,
}

/// An event before it has a place in the log.
pub struct Event {
    id: EventId,
    kind: EventKind,
    who: Option<Who>,
    subjects: Vec<PrincipalId>,
    refused: Option<Code>,
    object: Object,
    policies: Vec<String>,
    lease: Option<(claviger_ledger::lease::CiphertextHash, u64, u64)>,
    reported_at: Option<Timestamp>,
    facts: BTreeMap<Label, Fact>,
    committed: Vec<Committed>,
}

impl Event {
    /// Something that somebody does; it concerns them.
    pub fn by(who: Who, kind: EventKind, entropy: &dyn Entropy) -> Self {
        let mut event = Self::of_the_server(kind, entropy);
        event.subjects.push(who.principal);
        event.who = Some(who);
        event
    }

    /// Something that the server does by itself.
    pub fn of_the_server(kind: EventKind, entropy: &dyn Entropy) -> Self {
        Self {
            id: EventId::random(entropy),
            kind,
            who: None,
            subjects: Vec::new(),
            refused: None,
            object: Object::default(),
            policies: Vec::new(),
            lease: None,
            reported_at: None,
            facts: BTreeMap::new(),
            committed: Vec::new(),
        }
    }

    /// Takes an id that was chosen before, as a release must.
    #[must_use]
    pub const fn with_id(mut self, id: EventId) -> Self {
        self.id = id;
        self
    }

    /// Its id.
    pub const fn id(&self) -> EventId {
        self.id
    }

    /// Somebody else whom it concerns.
    #[must_use]
    pub fn concerning(mut self, subject: PrincipalId) -> Self {
        if !self.subjects.contains(&subject) {
            self.subjects.push(subject);
        }
        self
    }

    /// What it was done to.
    #[must_use]
    pub fn on(mut self, object: Object) -> Self {
        self.object = object;
        self
    }

    /// It was refused, with this code.
    #[must_use]
    pub const fn refused(mut self, code: Code) -> Self {
        self.refused = Some(code);
        self
    }

    /// The policies that decided.
    #[must_use]
    pub fn decided_by(mut self, policies: Vec<String>) -> Self {
        self.policies = policies;
        self
    }

    /// The released value may be kept for so long, in milliseconds.
    #[must_use]
    pub fn leased(
        mut self,
        ciphertext: claviger_ledger::lease::CiphertextHash,
        max_age_ms: u64,
        epoch: u64,
    ) -> Self {
        self.lease = Some((ciphertext, max_age_ms, epoch));
        self
    }

    /// A device reported it afterwards; its clock said so.
    #[must_use]
    pub const fn reported(mut self, at: Timestamp) -> Self {
        self.reported_at = Some(at);
        self
    }

    /// Something that need never be forgotten. A name that is no label is left out, which no literal is.
    #[must_use]
    pub fn fact(mut self, name: &str, value: Fact) -> Self {
        if let Ok(name) = Label::new(name) {
            self.facts.insert(name, value);
        }
        self
    }

    /// Something that may have to be forgotten; `about` says on whose behalf.
    #[must_use]
    pub fn commit(
        mut self,
        field: &'static str,
        value: impl Into<String>,
        about: Option<PrincipalId>,
    ) -> Self {
        self.committed.push(Committed {
            field,
            value: value.into(),
            about,
        });
        self
    }

    /// Why it was done, in a person's words.
    #[must_use]
    pub fn because(self, reason: impl Into<String>) -> Self {
        let about = self.who.map(|who| who.principal);
        self.commit(REASON, reason, about)
    }

    /// Makes the commitments and hands the event to the log.
    pub fn into_draft(mut self, organization: OrganizationId, entropy: &dyn Entropy) -> Draft {
        if let Some(who) = self.who {
            self = self.commit(SOURCE_ADDRESS, who.address.to_string(), Some(who.principal));
        }
        let mut commitments = BTreeMap::new();
        let mut openings = Vec::with_capacity(self.committed.len());
        for Committed { field, value, about } in self.committed.drain(..) {
            let opening = Opening::random(&value, entropy);
            if let Ok(label) = Label::new(field) {
                commitments.insert(label, opening.commit(field));
                let key = *opening.key().expose();
                openings.push(log::Opening {
                    field: field.to_owned(),
                    about,
                    key,
                    value,
                });
            }
        }
        let outcome = if self.refused.is_some() {
            log::Outcome::Refused
        } else {
            log::Outcome::Done
        };
        Draft {
            event: self.id,
            kind: self.kind,
            outcome,
            subjects: self.subjects.clone(),
            actor: self.who.map(|who| who.principal),
            device: self.who.and_then(|who| who.device),
            secret: self.object.secret,
            scope: self.object.scope,
            openings,
            seal: self.seal(organization, commitments),
        }
    }

    fn seal(
        self,
        organization: OrganizationId,
        commitments: BTreeMap<Label, claviger_crypto::commitment::Commitment>,
    ) -> Seal {
        Box::new(move |placement: &Placement| {
            let outcome = match self.refused {
                None => Outcome::Allowed,
                Some(code) => Outcome::Refused(Label::new(code.as_str())?),
            };
            let mut leaf = Leaf::new(self.id, self.kind, organization, placement.at, outcome);
            if let Some(who) = self.who {
                leaf.actor = Some(Actor {
                    principal: who.principal,
                    service: who.service,
                });
                leaf.session = who.session;
                leaf.device = who.device;
                leaf.call = Some(who.call);
                leaf.device_time = who.device_time;
            }
            leaf.policies = self.policies;
            leaf.object = self.object;
            leaf.commitments = commitments;
            leaf.subjects = placement.subjects.iter().map(link).collect();
            leaf.facts = self.facts;
            leaf.lease = self
                .lease
                .map(|(ciphertext_sha256, max_age_ms, epoch)| LeaseTerms {
                    ciphertext_sha256,
                    issued_at: placement.at,
                    max_age_ms,
                    epoch,
                });
            if let Some(at) = self.reported_at {
                leaf.reported = true;
                leaf.device_time = Some(at);
            }
            Ok(leaf.to_bytes()?)
        })
    }
}

fn link(link: &log::SubjectLink) -> SubjectLink {
    SubjectLink {
        id: link.id,
        seq: link.seq,
        prev: link.prev.map(NodeHash::from_bytes),
    }
}
