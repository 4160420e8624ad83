//! Founding an organization in an empty database, in one transaction: its row, keys, root scope, built-in roles and
//! guardrails, and the first leaf of its log.

use crate::{
    config::Origin,
    events::Event,
    keys::{self, HeldKeys, HeldKeysError, KeyRows, ServerKeys, ServerKeysError, Stored},
};
use claviger_crypto::keys::RootKey;
use claviger_ledger::leaf::{NAME, Object};
use claviger_model::{
    builtin_roles,
    entropy::Entropy,
    event::EventKind,
    ids::{EventId, OrganizationId, ScopeId},
    name::Name,
    role::{MayGrant, Role},
};
use claviger_policy::builtin_guardrails;
use claviger_storage::{Locked, StorageError, Store, organization::Organization, scopes::ScopeSettings};

/// What is founded.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Its id, part of every associated data.
    pub organization: OrganizationId,
    /// The id of its root scope.
    pub root: ScopeId,
    /// What it is called.
    pub name: Name,
    /// The id of the first event of its log.
    pub opened: EventId,
    /// How clients name the server.
    pub origin: Origin,
    /// Whether it is stamped as a demonstration (rule 37).
    pub demonstration: bool,
}

/// Why nothing could be founded.
#[derive(Debug, thiserror::Error)]
pub enum FoundingError {
    /// The database.
    #[error("the organization could not be founded in the database")]
    Storage(#[from] StorageError),
    /// The keys.
    #[error("the organization's keys could not be made")]
    Keys(#[from] ServerKeysError),
}

impl Plan {
    /// A new organization with random ids.
    pub fn random(name: Name, origin: Origin, entropy: &dyn Entropy) -> Self {
        Self {
            organization: OrganizationId::random(entropy),
            root: ScopeId::random(entropy),
            opened: EventId::random(entropy),
            name,
            origin,
            demonstration: false,
        }
    }

    /// The first line of its checkpoints.
    pub fn log_origin(&self) -> String {
        format!("claviger.{}/log/1", self.organization)
    }
}

/// Founds the organization, unless another process was first; then nothing is changed.
///
/// # Errors
/// When the database fails or a key cannot be made.
pub async fn found(
    store: &Store,
    plan: &Plan,
    root: &dyn RootKey,
    entropy: &dyn Entropy,
) -> Result<(), FoundingError> {
    let mut locked = store.locked().await?;
    if locked.organization().await?.is_some() {
        return Ok(());
    }
    let now = locked.now();
    let rows = keys::make(root, plan.organization, now, entropy)?;
    let organization = Organization {
        id: plan.organization,
        name: plan.name.clone(),
        origin: plan.origin.as_str().to_owned(),
        demonstration: plan.demonstration,
        created_at: now,
    };
    let log_origin = plan.log_origin();
    locked.found(&organization, &log_origin).await?;
    furnish(&mut *locked, plan, &rows).await?;
    let stored = Stored {
        number: 0,
        log_origin,
        keks: vec![rows.kek],
        keys: rows.keys,
    };
    let opened = keys::open(root, plan.organization, &stored)?;
    let event = Event::of_the_server(EventKind::LogOpened, entropy)
        .with_id(plan.opened)
        .on(Object {
            scope: Some(plan.root),
            ..Object::default()
        })
        .commit(NAME, plan.name.to_string(), None);
    let draft = event.into_draft(plan.organization, entropy);
    locked.append(vec![draft], &opened).await?;
    locked.commit().await?;
    Ok(())
}

async fn furnish(locked: &mut dyn Locked, plan: &Plan, rows: &KeyRows) -> Result<(), StorageError> {
    let now = locked.now();
    locked.put_kek_generation(&rows.kek).await?;
    for key in &rows.keys {
        locked.put_server_key(key).await?;
    }
    locked
        .insert_scope(plan.root, None, &plan.name, &ScopeSettings::default(), now)
        .await?;
    for role in builtin_roles::all() {
        locked.put_role(&role).await?;
    }
    for guardrail in builtin_guardrails::all() {
        locked.put_guardrail(&guardrail).await?;
    }
    Ok(())
}

/// Brings the built-in roles to this program's, where it knows more than the one that founded the organization; each with its
/// event. Does nothing when they are there.
///
/// # Errors
/// When the database fails, or holds keys that cannot be opened.
pub async fn renew_roles(
    store: &Store,
    organization: OrganizationId,
    keys: &HeldKeys,
    entropy: &dyn Entropy,
) -> Result<(), HeldKeysError> {
    if lacking(&store.reader().await?.roles().await?).is_empty() {
        return Ok(());
    }
    let (mut locked, keys) = keys.lock(store).await?;
    let stored = locked.roles().await?;
    let mut drafts = Vec::new();
    for mut role in lacking(&stored) {
        let taken = |other: &Role| other.id != role.id && other.name.folded() == role.name.folded();
        if stored.iter().any(taken)
            && let Ok(name) = Name::parse(&format!("{} (built-in)", role.name))
        {
            role.name = name;
        }
        locked.put_role(&role).await?;
        let event = Event::of_the_server(EventKind::RoleChanged, entropy)
            .on(Object {
                role: Some(role.id),
                ..Object::default()
            })
            .commit(NAME, role.name.to_string(), None);
        drafts.push(event.into_draft(organization, entropy));
    }
    locked.append(drafts, &*keys).await?;
    Ok(locked.commit().await?)
}

/// Built-in roles that are missing, or have less than this program says. Those of a newer program, which have more, stay.
fn lacking(stored: &[Role]) -> Vec<Role> {
    let has = |role: &Role| {
        stored.iter().any(|known| {
            let grants = match (&role.may_grant, &known.may_grant) {
                (_, MayGrant::Every) => true,
                (MayGrant::Every, MayGrant::Roles(_)) => false,
                (MayGrant::Roles(mine), MayGrant::Roles(theirs)) => mine.is_subset(theirs),
            };
            known.id == role.id && role.actions.is_subset(&known.actions) && grants
        })
    };
    builtin_roles::all()
        .into_iter()
        .filter(|role| !has(role))
        .collect()
}

/// The organization and its keys, unwrapped.
///
/// # Errors
/// When there is none, or the root key is another one.
pub async fn open(
    store: &Store,
    root: &dyn RootKey,
) -> Result<Option<(Organization, ServerKeys)>, FoundingError> {
    let mut reader = store.snapshot().await?;
    let Some(organization) = reader.organization().await? else {
        return Ok(None);
    };
    let keys = keys::open(root, organization.id, &Stored::read(&mut *reader).await?)?;
    Ok(Some((organization, keys)))
}
