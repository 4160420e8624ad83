//! People, teams, services and devices.

use super::turn::{Seeder, device, principal};
use crate::company::{
    below,
    people::{OUTSIDE, SERVICES, TEAMS, email, subject},
    stream,
};
use claviger_crypto::{bytes::sha256, sealing::SealingKeyPair, signing::DeviceKey};
use claviger_ledger::leaf::{NAME, Object};
use claviger_model::{
    entropy::SystemEntropy,
    event::EventKind,
    name::Name,
    principal::{Nature, PrincipalState},
    time::{Clock, Timestamp},
};
use claviger_storage::{
    principals::{Identity, Principal},
    sessions::{Device, DeviceState},
};

const COMPUTERS: &[(&str, &str)] = &[
    ("ThinkPad X1", "Debian 12"),
    ("Framework 13", "Ubuntu 24.04"),
    ("Dell XPS 13", "Fedora 42"),
    ("MacBook Air", "macOS 15"),
    ("Desk PC", "Windows 11"),
];

/// Who is there to do things.
pub(super) struct Company {
    /// Names with the projects of their team.
    pub(super) workers: Vec<(&'static str, &'static [&'static str])>,
}

/// Makes everyone.
pub(super) async fn settle(seeder: &Seeder) -> anyhow::Result<Company> {
    let mut turn = seeder.turn(seeder.clock.now()).await?;
    let now = turn.now();
    for team in TEAMS {
        turn.db()
            .insert_principal(&made(team.name, Nature::Team, None, now)?)
            .await?;
        turn.db()
            .map_group(&seeder.issuer, team.name, principal(team.name))
            .await?;
        let event = turn.own_event(EventKind::PrincipalCreated);
        turn.record(event.on(of(team.name)).commit(NAME, team.name, None));
    }
    for team in TEAMS {
        for name in team.people {
            let nature = Nature::Person {
                outside: *name == OUTSIDE,
            };
            turn.db()
                .insert_principal(&made(name, nature, Some(email(name)), now)?)
                .await?;
            let identity = Identity {
                issuer: seeder.issuer.clone(),
                subject: subject(name),
            };
            turn.db().link_identity(principal(name), &identity).await?;
            turn.db()
                .set_provider_teams(principal(name), &[principal(team.name)])
                .await?;
            let computer = computer(name, now)?;
            turn.db().insert_device(&computer).await?;
            let event = turn.event(name, EventKind::PrincipalCreated).on(of(name));
            turn.record(event.commit(NAME, *name, Some(principal(name))));
            let enrolled = Object {
                device: Some(computer.id),
                ..of(name)
            };
            let event = turn.event(name, EventKind::DeviceEnrolled).on(enrolled);
            turn.record(event.commit(NAME, computer.name.to_string(), Some(principal(name))));
        }
    }
    for service in SERVICES {
        let nature = Nature::Service {
            class: service.class,
            owner: principal(service.team),
        };
        turn.db()
            .insert_principal(&made(service.name, nature, None, now)?)
            .await?;
        let event = turn.own_event(EventKind::PrincipalCreated);
        turn.record(event.on(of(service.name)).commit(NAME, service.name, None));
    }
    turn.commit().await?;
    let workers = TEAMS
        .iter()
        .flat_map(|team| team.people.iter().map(|name| (*name, team.projects)));
    Ok(Company {
        workers: workers.collect(),
    })
}

fn of(name: &str) -> Object {
    Object {
        principal: Some(principal(name)),
        ..Object::default()
    }
}

fn made(name: &str, nature: Nature, email: Option<String>, at: Timestamp) -> anyhow::Result<Principal> {
    Ok(Principal {
        id: principal(name),
        name: Name::parse(name)?,
        state: PrincipalState::Active,
        nature,
        email,
        created_at: at,
    })
}

/// A computer with keys that nobody kept: it can be seen and ended, not used.
fn computer(name: &str, at: Timestamp) -> anyhow::Result<Device> {
    let drawn = usize::try_from(below(
        &stream(&format!("computer/{name}")),
        COMPUTERS.len() as u64,
    ))?;
    let (called, platform) = COMPUTERS.get(drawn).copied().unwrap_or(("Computer", "Linux"));
    let made = DeviceKey::generate()?;
    let key = made.public();
    Ok(Device {
        id: device(name),
        principal: principal(name),
        name: Name::parse(called)?,
        platform: platform.to_owned(),
        jkt: *key.thumbprint().as_bytes(),
        proof_key: key.to_point().to_vec(),
        sealing_key: *SealingKeyPair::random(&SystemEntropy).public().as_bytes(),
        state: DeviceState::Active,
        cache_generation: 1,
        cache_digest: Some(sha256(name.as_bytes())),
        journal_seq: 0,
        journal_head: None,
        enrolled_at: at,
        seen_at: at,
    })
}
