//! The provider's word on whether somebody is there: `false` opens an offboarding case, `true` restores nothing.

use super::super::caller::{Provisioner, label};
use crate::{
    http::Refusal,
    operations::offboarding::case::open::{By, Opening, open_case},
    sequencer::{Change, Stop},
};
use claviger_model::{
    event::EventKind,
    ids::CaseId,
    offboarding::{Cause, Counted, StepState},
    principal::PrincipalState,
    time::Timestamp,
};
use claviger_protocol::problem::Code;
use claviger_storage::{principals::Principal, scim::ScimUser};

/// Why a case of the provider's was opened.
pub const SAID: &str = "The identity provider says that they have left";

/// What was taken down before the lock, of whom.
#[derive(Debug, Clone, Copy)]
pub struct Ahead {
    /// The person.
    pub person: claviger_model::ids::PrincipalId,
    /// Their blast radius; none where it could not be counted in time.
    pub counted: Option<Counted>,
    /// When the call came in.
    pub clicked_at: Timestamp,
}

/// Opens the case of a user who left, through the one entrance. Whoever has left already has. `called`: their user name until this
/// call, which may give them another one.
///
/// # Errors
/// When they are the last Owner, or something changed since the blast radius was taken down.
pub async fn leave(
    change: &mut Change,
    user: &ScimUser,
    called: &str,
    ahead: Option<Ahead>,
) -> Result<(), Stop> {
    let person = change
        .db()
        .principal(user.principal)
        .await?
        .ok_or(Code::NotFound)?;
    let open = change.db().open_case_of(person.id).await?;
    if person.state == PrincipalState::Disabled && open.is_none() {
        return Ok(());
    }
    let Some(ahead) = ahead.filter(|ahead| ahead.person == person.id) else {
        // Taken down of somebody else, or not at all: from the beginning.
        return Err(Code::StalePlan.into());
    };
    let opening = Opening {
        id: CaseId::random(&*change.entropy()),
        person: person.id,
        reason: SAID.to_owned(),
        heir: None,
        teams: Vec::new(),
        start: None,
        clicked_at: ahead.clicked_at,
        counted: ahead.counted,
        called: Some(called.to_owned()),
    };
    let opened = open_case(change, By::Provider, opening, Vec::new()).await;
    opened.map(drop).map_err(|stop| match stop {
        Stop::Refused(refusal, event) if refusal.code() == Code::LastOwner => Stop::Refused(
            refusal.detail(
                "this is the organization's last Owner; somebody else must be made Owner first, and then this can be said again",
            ),
            event,
        ),
        other => other,
    })
}

/// Lets somebody act again whom the provider had taken away; nothing that they had comes back. A case that goes on, or that people
/// here opened, is theirs to end.
///
/// # Errors
/// [`Code::CaseOpen`] and [`Code::AlreadyLeft`] in words.
pub async fn come_back(change: &mut Change, by: Provisioner, user: &ScimUser) -> Result<(), Stop> {
    let person = change
        .db()
        .principal(user.principal)
        .await?
        .ok_or(Code::NotFound)?;
    if person.state == PrincipalState::Active {
        return Ok(());
    }
    let event = by.event(change, EventKind::PrincipalChanged, Some(person.id));
    let refused = |code: Code, words: &str| {
        let refusal = Refusal::new(code).detail(words);
        Err(Stop::Refused(refusal, Box::new(event.refused(code))))
    };
    if let Some(mut case) = change.db().last_case_of(person.id).await? {
        if case.closed.is_none() {
            let steps = change.db().case_steps(case.id).await?;
            let going_on = steps.iter().any(|step| step.state != StepState::Done);
            if case.begun.is_none() || going_on {
                return refused(
                    Code::CaseOpen,
                    "an offboarding case of this person goes on; it is ended by people here",
                );
            }
        }
        let waits = case.closed.is_none();
        if case.cause != Cause::Provider {
            return refused(
                Code::AlreadyLeft,
                "people here offboarded this person; only they can let them come back",
            );
        }
        if waits {
            case.returned_at = Some(change.now());
            change.db().update_case(&case).await?;
        }
    }
    // The groups of before are not said again by this.
    change.db().clear_scim_memberships(user.id).await?;
    let active = Principal {
        state: PrincipalState::Active,
        ..person
    };
    change.db().update_principal(&active).await?;
    let event = by.event(change, EventKind::PrincipalChanged, Some(active.id));
    change.record(label(event, "state", "active"));
    Ok(())
}
