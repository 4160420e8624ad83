//! What taking from a grant takes, found without taking it: a function of the state that is read.
//!
//! Two states of everyone whom the grant reaches are compared, with the grant and without it (or with what takes its place), at
//! the moment from which it is missing. Conditions of all grants are taken as fulfilled: what somebody can do only at some hours
//! or places is lost as well. The cost follows the people whom the grant reaches and the places below it; those who are alike are
//! compared once. Of what devices must destroy, only the number and the hash are kept: a plan is as large as the people, places and
//! devices in it, however much they hold.

mod purge;

use crate::entitlement::best::{favourable, fulfilled};
use crate::operations::orders::{Lost, names_of};
use claviger_model::{
    action::Action,
    grant::Grant,
    ids::{DeviceId, PrincipalId, RoleId, ScopeId},
    principal::{Nature, PrincipalState},
    time::Timestamp,
};
use claviger_policy::{
    engine::PolicyEngine,
    entitled::Entitlements as Rights,
    tree::{ScopeNode, ScopeTree},
};
use claviger_protocol::order::Target;
use claviger_storage::{Reader, StorageError, reach::AfterName};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use super::people::{Person, Where, people};
use purge::Purge;

pub use purge::Doomed;

const PAGE: u32 = 1_000;
const PEOPLE: u32 = 200;

/// Actions lost, by place.
pub type Loss = BTreeMap<ScopeId, BTreeSet<Action>>;

/// What a change would take.
pub struct Forecast {
    /// How many people and services the grant reaches.
    pub reached: u64,
    /// From whom, by what; people who lose the same stand together.
    pub losses: BTreeMap<Loss, Vec<PrincipalId>>,
    /// Living secrets directly in each place where something is lost; none where there is none.
    pub secrets: BTreeMap<ScopeId, u64>,
    /// The devices that are told to destroy something.
    pub devices: BTreeMap<DeviceId, Doomed>,
    purge: Purge,
}

/// A change of one grant.
pub struct Taking<'a> {
    /// The grant as it stands.
    pub grant: &'a Grant,
    /// What it will be, or what takes its place; none when nothing does.
    pub instead: Option<&'a Grant>,
    /// From when it is missing.
    pub at: Timestamp,
    /// The present.
    pub now: Timestamp,
}

/// The places that a grant reaches.
struct Places {
    tree: ScopeTree,
    parents: BTreeMap<ScopeId, Option<ScopeId>>,
    within: BTreeSet<ScopeId>,
}

/// What somebody loses; the same for everyone who is like them.
struct Compared {
    loss: Loss,
    lost: Lost,
    /// What of it every device forgets.
    names: Vec<Target>,
}

/// What tells two people apart: what they are, and the other grants that count where this one does.
#[derive(PartialEq, Eq, Hash)]
struct Likeness {
    nature: (u8, bool, Option<claviger_model::scope::EnvironmentClass>),
    state: PrincipalState,
    who: Option<PrincipalId>,
    others: Vec<(ScopeId, RoleId, bool)>,
}

/// Compares the two states.
///
/// # Errors
/// When the tables cannot be read.
pub async fn forecast(
    db: &mut dyn Reader,
    engine: &PolicyEngine,
    taking: &Taking<'_>,
) -> Result<Forecast, StorageError> {
    let places = places(db, taking.grant.scope).await?;
    let mut forecast = Forecast {
        reached: 0,
        losses: BTreeMap::new(),
        secrets: BTreeMap::new(),
        devices: BTreeMap::new(),
        purge: Purge {
            at: taking.at,
            now: taking.now,
            within: places.within.clone(),
        },
    };
    let mut known: HashMap<Likeness, Arc<Compared>> = HashMap::new();
    let mut after = None;
    loop {
        let rows = db
            .people_in(taking.grant.principal, after.as_ref(), PEOPLE)
            .await?;
        let full = rows.len() >= PEOPLE as usize;
        after = rows.last().map(AfterName::of);
        for person in people(db, rows, Where::Anywhere, taking.now).await? {
            forecast.reached = forecast.reached.saturating_add(1);
            let key = likeness(engine, &person, taking, &places);
            let compared = match known.get(&key) {
                Some(compared) => Arc::clone(compared),
                None => {
                    let (loss, lost) = compare(engine, &person, taking, &places);
                    let names = if forecast.purge.at_once() {
                        names_of(db, &lost).await?
                    } else {
                        Vec::new()
                    };
                    let compared = Arc::new(Compared { loss, lost, names });
                    known.insert(key, Arc::clone(&compared));
                    compared
                }
            };
            if compared.loss.is_empty() {
                continue;
            }
            forecast
                .losses
                .entry(compared.loss.clone())
                .or_default()
                .push(person.row.id);
            let doomed = forecast.purge.devices(db, person.row.id, &compared).await?;
            forecast.devices.extend(doomed);
        }
        if !full {
            break;
        }
    }
    let scopes: BTreeSet<ScopeId> = forecast.losses.keys().flat_map(BTreeMap::keys).copied().collect();
    let scopes: Vec<_> = scopes.into_iter().collect();
    if !scopes.is_empty() {
        forecast.secrets.extend(db.count_secrets(&scopes).await?);
    }
    Ok(forecast)
}

async fn places(db: &mut dyn Reader, top: ScopeId) -> Result<Places, StorageError> {
    let mut scopes = db.scope_chain(top).await?;
    let mut within = BTreeSet::new();
    let mut after = None;
    loop {
        let page = db.scopes_under(&[top], after, PAGE).await?;
        let full = page.len() >= PAGE as usize;
        after = page.last().map(|scope| scope.id);
        within.extend(page.iter().map(|scope| scope.id));
        scopes.extend(page);
        if !full {
            break;
        }
    }
    let node = |scope: &claviger_model::scope::Scope| {
        let (parent, class) = (scope.parent, scope.class);
        (scope.id, ScopeNode { parent, class })
    };
    Ok(Places {
        tree: scopes.iter().map(node).collect(),
        parents: scopes.iter().map(|scope| (scope.id, scope.parent)).collect(),
        within,
    })
}

/// The grants of somebody that matter where this one does, with their conditions fulfilled.
fn others(person: &Person, taking: &Taking<'_>, places: &Places) -> Vec<Grant> {
    let others = person.grants.iter().filter(|grant| {
        grant.id != taking.grant.id
            && grant.active_at(taking.at)
            && places.parents.contains_key(&grant.scope)
            && grant.conditions.known().is_some()
    });
    others.map(|grant| fulfilled(grant)).collect()
}

fn likeness(engine: &PolicyEngine, person: &Person, taking: &Taking<'_>, places: &Places) -> Likeness {
    let mut others: Vec<_> = others(person, taking, places)
        .iter()
        .map(|grant| (grant.scope, grant.role, grant.expires_at.is_some()))
        .collect();
    others.sort_unstable();
    others.dedup();
    Likeness {
        nature: match person.row.nature {
            Nature::Person { outside } => (0, outside, None),
            Nature::Team => (1, false, None),
            Nature::Service { class, .. } => (2, false, Some(class)),
        },
        state: person.row.state,
        who: engine.names_principals().then_some(person.row.id),
        others,
    }
}

fn compare(engine: &PolicyEngine, person: &Person, taking: &Taking<'_>, places: &Places) -> (Loss, Lost) {
    let mut actions: BTreeSet<Action> = engine
        .role(taking.grant.role)
        .map(|role| role.actions.clone())
        .unwrap_or_default();
    // Names and values are kept while any right to them stays.
    actions.extend([Action::SecretView, Action::SecretUse, Action::SecretReveal]);
    let actions: Vec<_> = actions.into_iter().collect();
    let others = others(person, taking, places);
    let circumstances = favourable(taking.at);
    let rights = |this: Option<&Grant>| -> Rights {
        let mut grants = others.clone();
        grants.extend(this.map(fulfilled));
        let mut rights = engine.entitled(&person.caller, &grants, &places.tree, &circumstances, &actions);
        rights.scopes.retain(|scope, _| places.within.contains(scope));
        rights
    };
    let (before, after) = (rights(Some(taking.grant)), rights(taking.instead));
    let mut loss = Loss::new();
    for (scope, rights) in &before.scopes {
        let kept = after.scopes.get(scope).map(|rights| &rights.actions);
        let gone: BTreeSet<_> = rights
            .actions
            .iter()
            .filter(|action| kept.is_none_or(|kept| !kept.contains(action)))
            .copied()
            .collect();
        if !gone.is_empty() {
            loss.insert(*scope, gone);
        }
    }
    (loss, Lost::of(&before, &after, &places.parents))
}
