//! Their secrets go to the heir, as far as the heir may know of them; the others belong to nobody then. Owning gives no right.

use super::{Left, ROUND};
use crate::{
    operations::offboarding::case::{begin::effect, heir, of_case},
    sequencer::{Change, Stop},
};
use claviger_ledger::leaf::Object;
use claviger_model::{
    action::Action,
    event::EventKind,
    ids::ScopeId,
    offboarding::{Case, Effect, EffectKind},
    secret::Description,
};
use claviger_storage::principals::Principal;
use std::collections::BTreeMap;

/// Secrets of one statement.
const PAGE: u32 = 500;

/// Hands over some of them. Those in the bin stay as they are.
pub(super) async fn hand_over(change: &mut Change, case: &Case) -> Result<Left, Stop> {
    let now = change.now();
    // Whoever was fit when the case was opened may leave too by now.
    let heir = match case.heir {
        Some(heir) => heir::fit(change.db(), heir, case.person).await?,
        None => None,
    };
    let (mut known, mut after, mut effects) = (BTreeMap::new(), None, Vec::new());
    loop {
        let page = change.db().secrets_owned_by(case.person, after, PAGE).await?;
        let full = page.len() >= PAGE as usize;
        after = page.last().map(|secret| secret.id);
        for secret in page.into_iter().filter(|secret| secret.deleted_at.is_none()) {
            if effects.len() >= ROUND {
                change.db().insert_effects(&effects).await?;
                return Ok(Left::Some);
            }
            let to = match &heir {
                Some(heir) if may_know(change, heir, secret.scope, &mut known).await? => Some(heir.id),
                _ => None,
            };
            let description = Description {
                owner: to,
                ..secret.description
            };
            change.db().describe_secret(secret.id, &description, now).await?;
            let object = Object {
                secret: Some(secret.id),
                scope: Some(secret.scope),
                principal: to,
                ..Object::default()
            };
            let event = of_case(change.own_event(EventKind::SecretEdited), case).on(object);
            change.record(match to {
                Some(heir) => event.concerning(heir),
                None => event,
            });
            effects.push(Effect {
                detail: to.map(|heir| *heir.as_bytes()),
                ..effect(case, EffectKind::SecretOwner, *secret.id.as_bytes(), now)
            });
        }
        if !full {
            change.db().insert_effects(&effects).await?;
            return Ok(Left::Nothing);
        }
    }
}

/// Whether somebody may know of the secrets of a place.
///
/// # Errors
/// When the tables cannot be read.
async fn may_know(
    change: &mut Change,
    who: &Principal,
    scope: ScopeId,
    known: &mut BTreeMap<ScopeId, bool>,
) -> Result<bool, Stop> {
    if let Some(known) = known.get(&scope) {
        return Ok(*known);
    }
    let may = match change.place(scope).await? {
        Some(place) => {
            let entitlements = change.entitlements();
            let decision = entitlements
                .decide_at_best(change.db(), who, Action::SecretView, &place)
                .await?;
            decision.allowed
        }
        None => false,
    };
    known.insert(scope, may);
    Ok(may)
}
