//! The one-time code that makes the first Owner (rule 8).

use crate::{
    events::Who,
    sequencer::{Change, Stop},
};
use claviger_crypto::{secret::SecretString, token::OpaqueToken, token::TokenHash};
use claviger_ledger::leaf::Object;
use claviger_model::{
    builtin_roles::OWNER,
    conditions::GrantConditions,
    entropy::Entropy,
    event::EventKind,
    grant::Grant,
    ids::{GrantId, ScopeId},
    scope::Scope,
};
use claviger_protocol::{problem::Code, wire::Token};
use claviger_storage::{Locked, StorageError, Store};
use std::time::Duration;

/// How long a code counts.
pub const LIFE: Duration = Duration::from_secs(60 * 60);

const REASON: &str = "The bootstrap code made the first Owner";

/// Why no code is made.
#[derive(Debug, thiserror::Error)]
pub enum ArmError {
    /// The way in is another one now.
    #[error("this organization has an Owner already; an Owner can give the role to others")]
    OwnerExists,
    /// Nothing is there yet.
    #[error("the database was not founded yet; start the server once")]
    NotFounded,
    /// The database failed.
    #[error("the code could not be stored")]
    Storage(#[from] StorageError),
}

/// Makes a new code in place of an older one; only its hash is stored.
///
/// # Errors
/// When an Owner exists or the database fails.
pub async fn arm(store: &Store, entropy: &dyn Entropy) -> Result<SecretString, ArmError> {
    let mut locked = store.locked().await?;
    let root = locked.root_scope().await?.ok_or(ArmError::NotFounded)?;
    let now = locked.now();
    if locked.anyone_holds(OWNER, root.id, now).await? {
        return Err(ArmError::OwnerExists);
    }
    let code = OpaqueToken::random(entropy);
    locked
        .arm_bootstrap(code.hash().as_bytes(), now.plus(LIFE))
        .await?;
    locked.commit().await?;
    Ok(code.to_text())
}

/// Makes the caller the first Owner if they brought the code; whoever comes without it before there was an Owner is
/// told so. Says whether they became Owner.
pub async fn redeem(change: &mut Change, who: Who, code: Option<&Token>) -> Result<bool, Stop> {
    let root = root(change.db()).await?;
    let now = change.now();
    let owned = change.db().anyone_holds(OWNER, root.id, now).await?;
    let armed = change.db().bootstrap().await?;
    let Some(code) = code else {
        let never_owned = armed.is_none_or(|row| row.sealed_at.is_none());
        return if !owned && never_owned {
            Err(Code::NoOwner.into())
        } else {
            Ok(false)
        };
    };
    let hash = OpaqueToken::parse(code.expose())
        .map_err(|_| Code::BadBootstrap)?
        .hash();
    let right = armed.is_some_and(|row| {
        TokenHash::from_bytes(row.code_hash).matches(&hash) && row.sealed_at.is_none() && now < row.expires_at
    });
    if owned || !right {
        return Err(Code::BadBootstrap.into());
    }
    change.db().seal_bootstrap(hash.as_bytes(), now).await?;
    let grant = owner(change, who, root.id);
    change.db().insert_grant(&grant).await?;
    let object = Object {
        grant: Some(grant.id),
        role: Some(OWNER),
        scope: Some(root.id),
        principal: Some(who.principal),
        ..Object::default()
    };
    let events = [EventKind::Bootstrapped, EventKind::GrantGiven];
    for kind in events {
        let event = change.event(who, kind).on(object.clone()).because(REASON);
        change.record(event);
    }
    Ok(true)
}

fn owner(change: &Change, who: Who, scope: ScopeId) -> Grant {
    Grant {
        id: GrantId::random(&*change.entropy()),
        principal: who.principal,
        role: OWNER,
        scope,
        reason: REASON.to_owned(),
        granted_by: who.principal,
        granted_at: change.now(),
        not_before: None,
        expires_at: None,
        conditions: GrantConditions::default(),
        ended: None,
    }
}

async fn root(locked: &mut dyn Locked) -> Result<Scope, Stop> {
    locked
        .root_scope()
        .await?
        .ok_or_else(|| crate::http::Refusal::internal("the organization has no scope").into())
}
