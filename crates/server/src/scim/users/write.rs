//! Every way to write a user, in one transaction under the log's lock.

use super::{
    Wanted,
    active::{self, Ahead},
    called::{address, name, rename, works_in},
};
use crate::{
    app::{App, Shared},
    http::Refusal,
    operations::offboarding::case::Counting,
    scim::{
        caller::{Provisioner, label},
        error::bad,
        groups, link,
        patch::{self, Operation},
        resource::{Target, Write},
        schema::USER,
    },
    sequencer::{Change, Stop, job},
};
use claviger_ledger::leaf::NAME;
use claviger_model::{
    event::EventKind,
    ids::{PrincipalId, ScimId},
    principal::{Nature, PrincipalState},
};
use claviger_protocol::problem::Code;
use claviger_storage::{
    principals::{Principal, ZoneSource},
    scim::ScimUser,
};

/// How often a call begins anew when what it was prepared for changed meanwhile.
const TRIES: usize = 3;
/// The longest identifier (OpenID Connect Core 2), in bytes.
const LONGEST: usize = 255;

/// Writes a user; none when it was deleted.
pub(super) async fn write(
    app: &Shared,
    by: Provisioner,
    write: Write<Wanted>,
    target: Option<Target>,
) -> Result<Option<ScimUser>, Refusal> {
    let mut tries = 0;
    loop {
        let ahead = ahead(app, &write, target.as_ref()).await?;
        let job = {
            let (app, write, target) = (app.clone(), write.clone(), target.clone());
            job::<Option<ScimUser>, _>(move |change| {
                Box::pin(async move { settle(&app, change, by, write, target, ahead).await })
            })
        };
        tries += 1;
        match app.sequencer.change(job).await {
            Err(refusal) if refusal.code() == Code::StalePlan && tries < TRIES => {}
            other => return other,
        }
    }
}

/// Counts the blast radius of whoever leaves by this, outside the lock, which everybody waits for; a case begins without numbers
/// where that takes longer than a moment.
async fn ahead(
    app: &Shared,
    write: &Write<Wanted>,
    target: Option<&Target>,
) -> Result<Option<Ahead>, Refusal> {
    let clicked_at = app.clock.now();
    let mut reader = app.store.snapshot().await?;
    let person = match (write, target) {
        (Write::Create(wanted), _) if !comes(wanted) => {
            link::known(app, &mut *reader, wanted.external_id.as_deref()).await?
        }
        (Write::Create(_), _) | (_, None) => None,
        (write, Some(target)) => {
            let user = reader.scim_user(target.id).await?.ok_or(Code::NotFound)?;
            let still = match write {
                Write::Replace(wanted) => stays(&user, wanted),
                Write::Change(operations) => {
                    after(&user, operations).is_ok_and(|wanted| stays(&user, &wanted))
                }
                Write::Create(_) | Write::Delete => false,
            };
            (!still).then_some(user.principal)
        }
    };
    drop(reader);
    Ok(match person {
        Some(person) => Some(Ahead {
            person,
            counted: Counting::of(app, person).await.now().await,
            clicked_at,
        }),
        None => None,
    })
}

/// Who comes is active unless the provider says otherwise.
fn comes(wanted: &Wanted) -> bool {
    wanted.active.unwrap_or(true)
}

/// Whoever says nothing of it leaves it as it is: a list of attributes without `active` brings nobody back.
fn stays(user: &ScimUser, wanted: &Wanted) -> bool {
    wanted.active.unwrap_or(user.active)
}

fn after(user: &ScimUser, operations: &[Operation]) -> Result<Wanted, Refusal> {
    let form = patch::apply(&USER, &Wanted::form(user), operations)?;
    Ok(Wanted::of(form)?)
}

async fn settle(
    app: &App,
    change: &mut Change,
    by: Provisioner,
    write: Write<Wanted>,
    target: Option<Target>,
    ahead: Option<Ahead>,
) -> Result<Option<ScimUser>, Stop> {
    by.admit(change).await?;
    let wanted = match (write, target) {
        (Write::Create(wanted), _) => return create(app, change, by, wanted, ahead).await.map(Some),
        (_, None) => return Err(Code::Internal.into()),
        (write, Some(target)) => {
            let user = change.db().scim_user(target.id).await?.ok_or(Code::NotFound)?;
            target.allows(user.version)?;
            match write {
                Write::Delete => return delete(app, change, by, &user, ahead).await.map(|()| None),
                Write::Replace(wanted) => (user, wanted),
                Write::Change(operations) => {
                    let wanted = after(&user, &operations)?;
                    (user, wanted)
                }
                Write::Create(_) => return Err(Code::Internal.into()),
            }
        }
    };
    let (user, wanted) = wanted;
    update(app, change, by, user, wanted, ahead).await.map(Some)
}

async fn create(
    app: &App,
    change: &mut Change,
    by: Provisioner,
    wanted: Wanted,
    ahead: Option<Ahead>,
) -> Result<ScimUser, Stop> {
    free(change, None, &wanted).await?;
    let now = change.now();
    let known = link::known(app, change.db(), wanted.external_id.as_deref()).await?;
    let person = match known {
        Some(person) => {
            let taken = change.db().scim_user_of(person).await?;
            if taken.is_some() {
                return Err(bad("uniqueness", "another user stands for this person").into());
            }
            change.db().principal(person).await?.ok_or(Code::Internal)?
        }
        None => made(change, by, &wanted).await?,
    };
    let active = comes(&wanted);
    let user = ScimUser {
        id: ScimId::random(&*change.entropy()),
        principal: person.id,
        user_name: wanted.user_name,
        external_id: wanted.external_id,
        active,
        attributes: wanted.rest,
        version: 1,
        made_at: now,
        changed_at: now,
    };
    change.db().insert_scim_user(&user).await?;
    works_in(change, &user).await?;
    if known.is_some() {
        let event = by.event(change, EventKind::PrincipalChanged, Some(person.id));
        change.record(label(event, "user", "made"));
        if user.active {
            active::come_back(change, by, &user).await?;
        } else {
            active::leave(change, &user, &user.user_name, ahead).await?;
        }
    }
    groups::apply(app, change, by, &user).await?;
    Ok(user)
}

/// A person who has not signed in yet, without rights. Who was never there is disabled without a case.
async fn made(change: &mut Change, by: Provisioner, wanted: &Wanted) -> Result<Principal, Stop> {
    let person = Principal {
        id: PrincipalId::random(&*change.entropy()),
        name: name(wanted)?,
        state: if comes(wanted) {
            PrincipalState::Active
        } else {
            PrincipalState::Disabled
        },
        nature: Nature::Person { outside: false },
        email: address(wanted),
        created_at: change.now(),
    };
    change.db().insert_principal(&person).await?;
    let event = by.event(change, EventKind::PrincipalCreated, Some(person.id));
    change.record(event.commit(NAME, person.name.to_string(), Some(person.id)));
    Ok(person)
}

async fn update(
    app: &App,
    change: &mut Change,
    by: Provisioner,
    before: ScimUser,
    mut wanted: Wanted,
    ahead: Option<Ahead>,
) -> Result<ScimUser, Stop> {
    let bound = !change.db().identities(before.principal).await?.is_empty();
    if bound && before.external_id.is_some() {
        // Who has signed in is who they are (rule 4); a list of attributes without the id does not deny it.
        if wanted.external_id.is_some() && wanted.external_id != before.external_id {
            return Err(bad(
                "mutability",
                "this person has signed in; their `externalId` does not change any more",
            )
            .into());
        }
        wanted.external_id.clone_from(&before.external_id);
    }
    free(change, Some(before.id), &wanted).await?;
    let mut user = ScimUser {
        user_name: wanted.user_name.clone(),
        external_id: wanted.external_id.clone(),
        active: stays(&before, &wanted),
        attributes: wanted.rest.clone(),
        ..before.clone()
    };
    if user == before {
        return Ok(user);
    }
    let leads_to = link::known(app, change.db(), user.external_id.as_deref()).await?;
    if let Some(person) = leads_to.filter(|person| *person != before.principal) {
        link::move_to(change, &mut user, person).await?;
    }
    user.version = before.version.saturating_add(1);
    user.changed_at = change.now();
    change.db().update_scim_user(&user).await?;
    works_in(change, &user).await?;
    let renamed = rename(change, &user, &wanted).await?;
    let event = by.event(change, EventKind::PrincipalChanged, Some(user.principal));
    let event = label(event, "user", "changed");
    change.record(match renamed {
        Some(name) => event.commit(NAME, name.to_string(), Some(user.principal)),
        None => event,
    });
    match (before.active, user.active) {
        (true, false) => active::leave(change, &user, &before.user_name, ahead).await?,
        (false, true) => active::come_back(change, by, &user).await?,
        _ => {}
    }
    groups::apply(app, change, by, &user).await?;
    Ok(user)
}

async fn delete(
    app: &App,
    change: &mut Change,
    by: Provisioner,
    user: &ScimUser,
    ahead: Option<Ahead>,
) -> Result<(), Stop> {
    active::leave(change, user, &user.user_name, ahead).await?;
    let gone = ScimUser {
        active: false,
        ..user.clone()
    };
    groups::apply(app, change, by, &gone).await?;
    change.db().delete_scim_user(user.id).await?;
    change
        .db()
        .set_zone(user.principal, ZoneSource::Scim, None)
        .await?;
    let event = by.event(change, EventKind::PrincipalChanged, Some(user.principal));
    change.record(label(event, "user", "deleted"));
    Ok(())
}

/// Whether name and id are no other user's.
async fn free(change: &mut Change, own: Option<ScimId>, wanted: &Wanted) -> Result<(), Stop> {
    let other = |user: Option<ScimUser>| user.is_some_and(|user| Some(user.id) != own);
    if wanted.user_name.len() > LONGEST || wanted.external_id.as_ref().is_some_and(|id| id.len() > LONGEST) {
        return Err(bad(
            "invalidValue",
            format!("`userName` and `externalId` can have {LONGEST} bytes"),
        )
        .into());
    }
    if other(change.db().scim_user_named(&wanted.user_name).await?) {
        return Err(bad("uniqueness", "another user has this `userName`").into());
    }
    if let Some(external) = &wanted.external_id
        && other(change.db().scim_user_by_external(external).await?)
    {
        return Err(bad("uniqueness", "another user has this `externalId`").into());
    }
    Ok(())
}
