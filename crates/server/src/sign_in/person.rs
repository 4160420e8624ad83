//! Who a token speaks of: by (issuer, subject) alone (rule 4). Unknown people are made on the spot, without rights.

use super::provider::Asserted;
use crate::{
    scim::link,
    sequencer::{Change, Stop},
};
use claviger_model::{
    ids::PrincipalId,
    name::Name,
    principal::{Nature, PrincipalState},
};
use claviger_policy::hours::Zone;
use claviger_storage::principals::{Identity, Principal, ZoneSource};

/// What people are called whose provider tells no name.
const NAMELESS: &str = "Nameless";

/// A person, and whether this sign-in made them.
pub struct Found {
    /// As they are now.
    pub principal: Principal,
    /// Whether they are new here.
    pub new: bool,
}

/// Finds or makes the person, and takes over a changed name or address.
pub async fn find_or_make(change: &mut Change, asserted: &Asserted) -> Result<Found, Stop> {
    let identity = Identity {
        issuer: asserted.issuer.clone(),
        subject: asserted.subject.clone(),
    };
    let found = match change.db().principal_by_identity(&identity).await? {
        Some(known) => Some(known),
        // Somebody whom the provider announced through SCIM.
        None => link::awaited(change, asserted).await?,
    };
    let Some(mut principal) = found else {
        let made = make(change, asserted, &identity).await?;
        link::seen(change, asserted, made.principal.id).await?;
        works_in(change, made.principal.id, asserted.zone.as_ref()).await?;
        return Ok(made);
    };
    link::seen(change, asserted, principal.id).await?;
    works_in(change, principal.id, asserted.zone.as_ref()).await?;
    let known = change
        .db()
        .mail_addresses(&[principal.id])
        .await?
        .into_iter()
        .next();
    if known.map(|(_, address)| address) != asserted.verified_email {
        let address = asserted.verified_email.as_deref();
        change.db().set_mail_address(principal.id, address).await?;
    }
    let name = asserted.name.clone().unwrap_or_else(|| principal.name.clone());
    if principal.name != name || principal.email != asserted.email {
        principal.name = name;
        principal.email.clone_from(&asserted.email);
        change.db().update_principal(&principal).await?;
    }
    Ok(Found {
        principal,
        new: false,
    })
}

/// Takes over in which time zone a person works, as this token says; one that says nothing takes it back. Nothing is decided by it.
///
/// # Errors
/// When the tables cannot be read or written.
pub async fn works_in(change: &mut Change, person: PrincipalId, zone: Option<&Zone>) -> Result<(), Stop> {
    let known = change.db().zones_of(person).await?;
    let said = known.iter().find(|(by, _)| *by == ZoneSource::SignIn);
    let zone = zone.map(Zone::as_str);
    if said.map(|(_, zone)| zone.as_str()) != zone {
        change.db().set_zone(person, ZoneSource::SignIn, zone).await?;
    }
    Ok(())
}

async fn make(change: &mut Change, asserted: &Asserted, identity: &Identity) -> Result<Found, Stop> {
    let name = match &asserted.name {
        Some(name) => name.clone(),
        None => Name::parse(NAMELESS).map_err(crate::http::Refusal::internal)?,
    };
    let principal = Principal {
        id: PrincipalId::random(&*change.entropy()),
        name,
        state: PrincipalState::Active,
        nature: Nature::Person { outside: false },
        email: asserted.email.clone(),
        created_at: change.now(),
    };
    change.db().insert_principal(&principal).await?;
    change.db().link_identity(principal.id, identity).await?;
    if let Some(address) = &asserted.verified_email {
        change.db().set_mail_address(principal.id, Some(address)).await?;
    }
    Ok(Found { principal, new: true })
}
