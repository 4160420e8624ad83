//! What is told of events of the log.
//!
//! To add a kind: its line in [`KINDS`] and in [`one`].

mod connected;
mod emergency;
mod grants;
mod offboarding;
mod requests;

pub use offboarding::TRIES;

use super::{
    Ground,
    found::{Found, News},
};
use claviger_ledger::leaf::{Fact, Leaf};
use claviger_model::{
    event::EventKind,
    ids::{PrincipalId, ProposalId},
    notice::{About, NoticeKind},
};
use claviger_storage::{StorageError, notices::Settled};

/// What is looked at.
pub const KINDS: &[EventKind] = &[
    EventKind::RequestMade,
    EventKind::RequestAnswered,
    EventKind::GrantGiven,
    EventKind::GrantEnded,
    EventKind::GrantShortened,
    EventKind::ProposalMade,
    EventKind::ProposalAnswered,
    EventKind::EmergencyGiven,
    EventKind::EmergencyEnded,
    EventKind::EmergencyDrawn,
    EventKind::EmergencyReviewed,
    EventKind::PrincipalChanged,
    EventKind::OffboardingAnswered,
    EventKind::OffboardingBegun,
    EventKind::OffboardingStepDone,
    EventKind::OffboardingStepFailed,
    EventKind::OffboardingDone,
    EventKind::OffboardingAccount,
];

/// An event that was done.
pub struct Done {
    /// Its leaf.
    pub leaf: Leaf,
    /// Its kind.
    pub kind: EventKind,
}

/// Looks at the events of a stretch.
///
/// # Errors
/// When the tables cannot be read.
pub async fn look(
    ground: &mut Ground<'_>,
    from: u64,
    to: u64,
    found: &mut Found,
) -> Result<(), StorageError> {
    for event in ground.reader.done_events(from, to, KINDS).await? {
        let leaf = match Leaf::parse(&event.leaf) {
            Ok(leaf) => leaf,
            Err(error) => {
                // Whoever verifies the log is told of it; the others' notices must not wait for it.
                tracing::error!(index = event.index, %error, "a leaf does not parse; nothing is told of it");
                continue;
            }
        };
        if let Some(kind) = EventKind::from_code(leaf.kind.as_str()) {
            one(ground, &Done { leaf, kind }, found).await?;
        }
    }
    Ok(())
}

async fn one(ground: &mut Ground<'_>, event: &Done, found: &mut Found) -> Result<(), StorageError> {
    match event.kind {
        EventKind::RequestMade => requests::waits(ground, event, found).await,
        EventKind::RequestAnswered => requests::answered(ground, event, found).await,
        EventKind::GrantGiven => grants::given(ground, event, found).await,
        // What is left of a grant that was narrowed is told with what took its place.
        EventKind::GrantEnded if !event.flag("expired") && !event.flag("narrowed") => {
            grants::taken(ground, event, NoticeKind::AccessRevoked, found).await
        }
        EventKind::GrantShortened => grants::taken(ground, event, NoticeKind::AccessShortened, found).await,
        EventKind::ProposalMade => {
            let owners = ground.owners().await?;
            found.tell_all(&event.news(NoticeKind::ProposalWaits), owners);
            Ok(())
        }
        EventKind::ProposalAnswered => proposal(ground, event, found).await,
        EventKind::EmergencyGiven => emergency::right(ground, event, NoticeKind::EmergencyGiven, found).await,
        EventKind::EmergencyEnded => {
            emergency::right(ground, event, NoticeKind::EmergencyWithdrawn, found).await
        }
        EventKind::EmergencyDrawn => emergency::drawn(ground, event, found).await,
        EventKind::EmergencyReviewed => emergency::reviewed(ground, event, found).await,
        EventKind::PrincipalChanged
        | EventKind::OffboardingAnswered
        | EventKind::OffboardingBegun
        | EventKind::OffboardingStepDone
        | EventKind::OffboardingStepFailed
        | EventKind::OffboardingDone => offboarding::happened(ground, event, found).await,
        EventKind::OffboardingAccount => connected::answered(ground, event, found).await,
        _ => Ok(()),
    }
}

impl Done {
    /// News of it, about what it names.
    pub fn news(&self, kind: NoticeKind) -> News {
        let object = &self.leaf.object;
        News {
            kind,
            at: self.leaf.at,
            about: About {
                request: object.request,
                proposal: self.proposal(),
                grant: object.grant,
                role: object.role,
                scope: object.scope,
                secret: object.secret,
                key: object.key,
                by: self.by(),
                ..About::default()
            },
            source: self.leaf.event.as_bytes().to_vec(),
        }
    }

    fn by(&self) -> Option<PrincipalId> {
        self.leaf.actor.map(|actor| actor.principal)
    }

    fn label(&self, fact: &str) -> Option<&str> {
        self.leaf.facts.iter().find_map(|(name, value)| match value {
            Fact::Label(label) if name.as_str() == fact => Some(label.as_str()),
            _ => None,
        })
    }

    fn flag(&self, fact: &str) -> bool {
        let flag = |(name, value): (&claviger_ledger::label::Label, &Fact)| {
            name.as_str() == fact && *value == Fact::Flag(true)
        };
        self.leaf.facts.iter().any(flag)
    }

    fn number(&self, fact: &str) -> Option<i64> {
        self.leaf.facts.iter().find_map(|(name, value)| match value {
            Fact::Number(number) if name.as_str() == fact => Some(*number),
            _ => None,
        })
    }

    fn proposal(&self) -> Option<ProposalId> {
        self.label("proposal")?.strip_prefix("p-")?.parse().ok()
    }

    fn settles(&self, matter: [u8; 16], person: Option<PrincipalId>, only: Option<NoticeKind>) -> Settled {
        Settled {
            matter,
            person,
            only,
            at: self.leaf.at,
        }
    }
}

async fn proposal(ground: &mut Ground<'_>, event: &Done, found: &mut Found) -> Result<(), StorageError> {
    let Some(id) = event.proposal() else {
        return Ok(());
    };
    found.settle(event.settles(*id.as_bytes(), None, None));
    if let Some(row) = ground.reader.proposal(id).await? {
        found.tell(&event.news(NoticeKind::ProposalAnswered), row.author);
    }
    Ok(())
}
