//! What people are called, and where they are written to, by the word of the provider.

use super::Wanted;
use crate::{
    http::Refusal,
    sequencer::{Change, Stop},
};
use claviger_model::{name::Name, principal::Principal as Person};
use claviger_policy::hours::Zone;
use claviger_storage::{
    principals::{Principal, ZoneSource},
    scim::ScimUser,
};
use serde_json::Value;

/// What people are called whom the provider gives no usable name.
const NAMELESS: &str = "Nameless";

/// Takes over what the person is called; the new name, where it is another one.
///
/// # Errors
/// When the tables cannot be read or written.
pub(super) async fn rename(
    change: &mut Change,
    user: &ScimUser,
    wanted: &Wanted,
) -> Result<Option<Name>, Stop> {
    let Some(person) = change.db().principal(user.principal).await? else {
        return Ok(None);
    };
    let renamed = Principal {
        name: name(wanted)?,
        email: address(wanted),
        ..person.clone()
    };
    if renamed != person {
        change.db().update_principal(&renamed).await?;
    }
    Ok((renamed.name != person.name).then_some(renamed.name))
}

/// The first of what the provider says that can be a name.
///
/// # Errors
/// Never: the last one can.
pub(super) fn name(wanted: &Wanted) -> Result<Name, Refusal> {
    let text = |pointer: &str| {
        let value = match pointer.split_once('.') {
            Some((whole, part)) => wanted.rest.get(whole).and_then(|whole| whole.get(part)),
            None => wanted.rest.get(pointer),
        };
        value.and_then(Value::as_str)
    };
    let parts = [text("name.givenName"), text("name.familyName")];
    let joined: Vec<&str> = parts.into_iter().flatten().collect();
    let candidates = [
        text("displayName").map(str::to_owned),
        text("name.formatted").map(str::to_owned),
        Some(joined.join(" ")),
        Some(wanted.user_name.clone()),
        Some(NAMELESS.to_owned()),
    ];
    let mut usable = candidates
        .into_iter()
        .flatten()
        .filter_map(|text| Person::name_from_provider(&text));
    usable
        .next()
        .ok_or_else(|| Refusal::internal("nothing can be a name"))
}

/// Takes over in which time zone the person of a user works, or that the provider says it no longer.
///
/// # Errors
/// When the tables cannot be read or written.
pub(in crate::scim) async fn works_in(change: &mut Change, user: &ScimUser) -> Result<(), Stop> {
    let said = user.attributes.get("timezone").and_then(Value::as_str);
    let zone = said.and_then(Zone::named);
    let zone = zone.as_ref().map(Zone::as_str);
    change
        .db()
        .set_zone(user.principal, ZoneSource::Scim, zone)
        .await?;
    Ok(())
}

/// The primary address, or the first.
pub(super) fn address(wanted: &Wanted) -> Option<String> {
    const MOST: usize = 320;
    let emails = wanted.rest.get("emails")?.as_array()?;
    let primary = emails
        .iter()
        .find(|email| email.get("primary") == Some(&Value::Bool(true)));
    let address = primary.or_else(|| emails.first())?.get("value")?.as_str()?;
    (address.len() <= MOST).then(|| address.to_owned())
}
