//! Who a user stands for (rule 4): the configured claim says at sign-in what `externalId` says here.
//!
//! Who somebody is stays with (issuer, subject). A user whose person has not signed in yet waits; the first sign-in with its id links
//! the identity to that person.

use crate::{
    app::App,
    sequencer::{Change, Stop},
    sign_in::provider::Asserted,
};
use claviger_model::{event::EventKind, ids::PrincipalId, principal::PrincipalState};
use claviger_protocol::problem::Code;
use claviger_storage::{
    Reader, StorageError,
    principals::{Identity, Principal, ZoneSource},
    scim::ScimUser,
};

use super::{caller::label, error::bad, users::works_in};

const SUBJECT: &str = "sub";

/// The person of whom the configured claim has said this at a sign-in.
///
/// # Errors
/// When the tables cannot be read.
pub async fn known(
    app: &App,
    reader: &mut dyn Reader,
    external_id: Option<&str>,
) -> Result<Option<PrincipalId>, StorageError> {
    let Some(value) = external_id else {
        return Ok(None);
    };
    let (issuer, claim) = (&app.config.oidc.issuer, &app.config.scim.claim);
    if claim == SUBJECT {
        let identity = Identity {
            issuer: issuer.clone(),
            subject: value.to_owned(),
        };
        let person = reader.principal_by_identity(&identity).await?;
        return Ok(person.map(|person| person.id));
    }
    reader.person_by_claim(issuer, claim, value).await
}

/// Lets a user stand for another person: for whom its id leads to, instead of the one that was made while nobody knew them. That one
/// never signed in, and is disabled with whatever it was given.
///
/// # Errors
/// When another user stands for that person, or somebody signed in as the present one.
pub async fn move_to(change: &mut Change, user: &mut ScimUser, person: PrincipalId) -> Result<(), Stop> {
    let other = change.db().scim_user_of(person).await?.is_some();
    let bound = !change.db().identities(user.principal).await?.is_empty();
    if other || bound {
        return Err(bad("uniqueness", "this `externalId` is another person's").into());
    }
    if let Some(shell) = change.db().principal(user.principal).await? {
        let disabled = Principal {
            state: PrincipalState::Disabled,
            ..shell
        };
        change.db().update_principal(&disabled).await?;
        change.db().set_provider_teams(disabled.id, &[]).await?;
        change.db().set_zone(disabled.id, ZoneSource::Scim, None).await?;
        let event = change
            .own_event(EventKind::PrincipalChanged)
            .concerning(disabled.id)
            .concerning(person);
        change.record(label(label(event, "by", "scim"), "state", "disabled"));
    }
    user.principal = person;
    works_in(change, user).await
}

/// The person who waits for this sign-in, if it is the first one with a user's id; links the identity to them.
///
/// # Errors
/// When the tables cannot be read or written.
pub async fn awaited(change: &mut Change, asserted: &Asserted) -> Result<Option<Principal>, Stop> {
    let Some(external) = &asserted.link else {
        return Ok(None);
    };
    let Some(user) = change.db().scim_user_by_external(external).await? else {
        return Ok(None);
    };
    if !change.db().identities(user.principal).await?.is_empty() {
        // Another subject has signed in with this claim; the claim alone makes nobody that person.
        tracing::warn!("two subjects of the provider have the same `scim.claim`; the second is not linked");
        return Ok(None);
    }
    let identity = Identity {
        issuer: asserted.issuer.clone(),
        subject: asserted.subject.clone(),
    };
    change.db().link_identity(user.principal, &identity).await?;
    let person = change.db().principal(user.principal).await?;
    Ok(Some(person.ok_or(Code::Internal)?))
}

/// Remembers what the claim said of somebody, and lets a user with this id, that nobody signed in as, stand for them.
///
/// # Errors
/// When the tables cannot be read or written.
pub async fn seen(change: &mut Change, asserted: &Asserted, person: PrincipalId) -> Result<(), Stop> {
    let Some(external) = &asserted.link else {
        return Ok(());
    };
    if asserted.link_claim != SUBJECT {
        let (issuer, claim) = (&asserted.issuer, &asserted.link_claim);
        change.db().note_claim(issuer, claim, external, person).await?;
        // Another person's before: it stays theirs.
        let first = change.db().person_by_claim(issuer, claim, external).await?;
        if first != Some(person) {
            return Ok(());
        }
    }
    let Some(mut user) = change.db().scim_user_by_external(external).await? else {
        return Ok(());
    };
    if user.principal == person {
        return Ok(());
    }
    let waits = change.db().identities(user.principal).await?.is_empty()
        && change.db().scim_user_of(person).await?.is_none();
    if !waits {
        return Ok(());
    }
    if !user.active {
        // The provider said that they left before anybody knew who it was: they do not come in, and what they have ends with the
        // session that cannot be renewed.
        let event = change.own_event(EventKind::SignedIn).concerning(person);
        return Err(change.refuse(label(event, "by", "scim"), Code::Disabled));
    }
    move_to(change, &mut user, person).await?;
    user.version = user.version.saturating_add(1);
    user.changed_at = change.now();
    change.db().update_scim_user(&user).await?;
    Ok(())
}
