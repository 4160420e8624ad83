//! Orders: what devices must destroy when access goes away, signed in the transaction that takes it (rule 26).

mod compared;
mod held;
mod lost;
mod terms;

pub use compared::{after, before, before_all};
pub use held::{LEASES, each_held, places_of};
pub use lost::Lost;
pub use terms::after_stricter_terms;

use crate::{
    entitlement::Place,
    sequencer::{Change, Stop, change::people_of},
    stream::Audience,
};
use claviger_ledger::leaf::Object;
use claviger_model::{
    action::Action,
    event::EventKind,
    ids::{DeviceId, OrderId, PrincipalId, ScopeId, SecretId},
    principal::PrincipalKind,
    secret::Secret,
};
use claviger_protocol::{
    order::{Order, Target},
    signed::{Signed, canonical},
    stream::Hint,
};
use claviger_storage::{
    Reader, StorageError, orders as rows,
    principals::Principal,
    sessions::{Device, DeviceState},
};
use std::collections::{BTreeMap, BTreeSet};

const PAGE: u32 = 1_000;

/// What each device is to destroy.
pub type Targets = BTreeMap<DeviceId, (PrincipalId, Vec<Target>)>;

/// Issues one order to each device, with its event and a hint after the commit. With it stands what the device had said
/// of itself until now, which its acknowledgement must not fall behind.
///
/// # Errors
/// When the tables cannot be written, or an order cannot be signed.
pub async fn issue(change: &mut Change, targets: Targets) -> Result<(), Stop> {
    write(change, targets, true).await
}

/// The same to a device of which there is a copy: whichever of them obeys, nothing that was said before tells which.
///
/// # Errors
/// As [`issue`].
pub async fn issue_to_copies(change: &mut Change, targets: Targets) -> Result<(), Stop> {
    write(change, targets, false).await
}

async fn write(change: &mut Change, targets: Targets, known: bool) -> Result<(), Stop> {
    let (now, entropy) = (change.now(), change.entropy());
    let mut orders = Vec::with_capacity(targets.len());
    for (device, (person, targets)) in targets {
        let order = Order {
            organization: change.organization(),
            device,
            order: OrderId::random(&*entropy),
            seq: change.db().next_order_seq(device).await?,
            issued_at: now,
            targets,
        };
        let device_row = change.db().device(device).await?.filter(|_| known);
        orders.push(row(change, &order, device_row.as_ref())?);
        let object = Object {
            order: Some(order.order),
            device: Some(device),
            ..Object::default()
        };
        let event = change
            .own_event(EventKind::OrderIssued)
            .concerning(person)
            .on(object);
        change.record(event);
        change.purged(device);
        change.hint(Audience::Device(device), Hint::Orders);
    }
    if !orders.is_empty() {
        change.db().insert_orders(&orders).await?;
    }
    Ok(())
}

fn row(change: &Change, order: &Order, known: Option<&Device>) -> Result<rows::Order, Stop> {
    let body = canonical(order).map_err(crate::http::Refusal::internal)?;
    let signature = change.keys().orders.sign(&body);
    let signed = Signed {
        body: body.into(),
        signature: signature.into(),
    };
    Ok(rows::Order {
        id: order.order,
        device: order.device,
        seq: order.seq,
        targets: serde_json::to_value(&order.targets).map_err(crate::http::Refusal::internal)?,
        signed: serde_json::to_vec(&signed).map_err(crate::http::Refusal::internal)?,
        issued_at: order.issued_at,
        known_generation: known.map_or(0, |device| device.cache_generation),
        known_journal_seq: known.map_or(0, |device| device.journal_seq),
        acknowledged: None,
    })
}

/// Orders every device of a person to destroy what they lost: memory holds the targets of one device.
///
/// # Errors
/// When the tables cannot be read or written.
pub async fn take_away(change: &mut Change, person: PrincipalId, lost: &Lost) -> Result<(), Stop> {
    if lost.is_nothing() {
        return Ok(());
    }
    let names = names_of(change.db(), lost).await?;
    for device in devices(change.db(), person).await? {
        let mut targets = names.clone();
        targets.extend(held::lost_leases(change, device.id, lost).await?);
        if !targets.is_empty() {
            issue(change, Targets::from([(device.id, (person, targets))])).await?;
        }
    }
    Ok(())
}

/// The names that nobody who lost this may keep, the same on each of their devices.
///
/// # Errors
/// When the tables cannot be read.
pub async fn names_of(db: &mut dyn Reader, lost: &Lost) -> Result<Vec<Target>, StorageError> {
    let alone: Vec<_> = lost.alone.iter().copied().collect();
    let alone = directly_in(db, &alone).await?.into_iter();
    let whole = lost.whole.iter().map(|scope| Target::Scope {
        scope: *scope,
        names: true,
    });
    Ok(whole
        .chain(alone.map(|secret| Target::Secret { secret, names: true }))
        .collect())
}

/// Orders away a secret from whoever could see it where it was and may not where it is.
///
/// # Errors
/// When the tables cannot be read or written.
pub async fn after_move(change: &mut Change, secret: &Secret, from: &Place, to: &Place) -> Result<(), Stop> {
    let now = change.now();
    let (mut holders, mut after) = (BTreeSet::new(), None);
    loop {
        let page = change
            .db()
            .grants_at(&from.resource.chain, now, after, PAGE)
            .await?;
        let full = page.len() >= PAGE as usize;
        after = page.last().map(|grant| grant.id);
        holders.extend(page.into_iter().map(|grant| grant.principal));
        if !full {
            break;
        }
    }
    let mut people = BTreeMap::new();
    for holder in holders {
        for person in people_of(change.db(), holder).await? {
            people.insert(person.id, person);
        }
    }
    let leases = change.db().leases_of(&[secret.id], now).await?;
    let leased: BTreeSet<_> = leases.iter().map(|lease| lease.device).collect();
    let mut targets = Targets::new();
    for person in people.into_values() {
        let could_see = allows(change, &person, from, &[Action::SecretView]).await?;
        let sees = allows(change, &person, to, &[Action::SecretView]).await?;
        let reads = allows(change, &person, to, &[Action::SecretUse, Action::SecretReveal]).await?;
        let mut over: BTreeSet<DeviceId> = leased.clone();
        if sees && reads {
            let term = terms::longest(change, &person, to).await?;
            let beyond = leases.iter().filter(|lease| terms::outlives(lease, term));
            over = beyond.map(|lease| lease.device).collect();
        }
        for device in devices(change.db(), person.id).await? {
            let names = could_see && !sees;
            if names || over.contains(&device.id) {
                let target = Target::Secret {
                    secret: secret.id,
                    names,
                };
                targets.insert(device.id, (person.id, vec![target]));
            }
        }
    }
    issue(change, targets).await
}

/// Orders away all leases of a secret that went into the bin.
///
/// # Errors
/// When the tables cannot be read or written.
pub async fn after_delete(change: &mut Change, secret: SecretId) -> Result<(), Stop> {
    let now = change.now();
    let mut targets = Targets::new();
    for lease in change.db().leases_of(&[secret], now).await? {
        targets.insert(
            lease.device,
            (lease.principal, vec![Target::Secret { secret, names: true }]),
        );
    }
    issue(change, targets).await
}

/// The devices of a person that still hold anything. Services keep nothing on theirs.
///
/// # Errors
/// When the tables cannot be read.
pub async fn devices(db: &mut dyn Reader, person: PrincipalId) -> Result<Vec<Device>, StorageError> {
    let mut devices = db.devices_of(person).await?;
    devices.retain(|device| device.state != DeviceState::Ended);
    if !devices.is_empty() {
        let owner = db.principal(person).await?;
        if owner.is_some_and(|owner| owner.kind() == PrincipalKind::Service) {
            devices.clear();
        }
    }
    Ok(devices)
}

/// The living secrets directly in some scopes.
///
/// # Errors
/// When the tables cannot be read.
async fn directly_in(db: &mut dyn Reader, scopes: &[ScopeId]) -> Result<Vec<SecretId>, StorageError> {
    let (mut found, mut after) = (Vec::new(), None);
    while !scopes.is_empty() {
        let page = db.secrets_in(scopes, after, PAGE).await?;
        let full = page.len() >= PAGE as usize;
        after = page.last().map(Into::into);
        found.extend(page.into_iter().map(|secret| secret.id));
        if !full {
            break;
        }
    }
    Ok(found)
}

async fn allows(
    change: &mut Change,
    person: &Principal,
    place: &Place,
    any: &[Action],
) -> Result<bool, Stop> {
    if person.kind() == PrincipalKind::Team {
        return Ok(false);
    }
    let entitlements = change.entitlements();
    for action in any {
        let decision = entitlements
            .decide_at_best(change.db(), person, *action, place)
            .await?;
        if decision.allowed {
            return Ok(true);
        }
    }
    Ok(false)
}
