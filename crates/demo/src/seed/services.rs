//! The service identities beside their principals, and the keys that they had in this year.

use super::{
    secrets::lead,
    turn::{Seeder, Turn, device, principal},
};
use crate::company::{
    people::{SERVICES, Service},
    projects, stream,
};
use anyhow::Context;
use claviger_crypto::signing::DeviceKey;
use claviger_ledger::leaf::{Fact, NAME, Object};
use claviger_model::{
    event::EventKind,
    ids::{KeyId, SessionId},
    name::Name,
    service::{KeyTerms, ServiceKind},
    time::Clock,
};
use claviger_server::events::{Event, Who};
use claviger_storage::services::{self as rows, KeyEnded, ServiceKey};
use std::time::Duration;

const DAY: Duration = Duration::from_secs(24 * 3600);

/// A key of the year: made, used and perhaps ended so many days before today.
struct Planned {
    service: &'static str,
    name: &'static str,
    made: u32,
    lives: u32,
    networks: &'static [&'static str],
    /// Used each so many days, until the last time.
    every: u32,
    last_used: u32,
    ended: Option<u32>,
}

/// An old key that nobody uses any more, its successor, and one that ends soon.
const KEYS: &[Planned] = &[
    Planned {
        service: "payments-deploy",
        name: "2025 runners",
        made: 340,
        lives: 365,
        networks: &[],
        every: 2,
        last_used: 118,
        ended: None,
    },
    Planned {
        service: "payments-deploy",
        name: "Runners in Frankfurt",
        made: 118,
        lives: 180,
        networks: &["10.20.0.0/16"],
        every: 1,
        last_used: 1,
        ended: None,
    },
    Planned {
        service: "payments-ci",
        name: "First",
        made: 170,
        lives: 180,
        networks: &[],
        every: 1,
        last_used: 81,
        ended: Some(80),
    },
    Planned {
        service: "payments-ci",
        name: "CI pool",
        made: 81,
        lives: 90,
        networks: &["10.21.0.0/16", "10.22.0.0/16"],
        every: 1,
        last_used: 1,
        ended: None,
    },
];

/// What the services are for, and where they were made.
pub(super) async fn settle(seeder: &Seeder) -> anyhow::Result<()> {
    let mut turn = seeder.turn(seeder.clock.now()).await?;
    let made_at = turn.now();
    for service in SERVICES {
        let row = rows::Service {
            principal: principal(service.name),
            kind: ServiceKind::CiJob,
            home: projects::id(service.home),
            made_by: Some(principal(maker(service))),
            made_at,
        };
        turn.db()
            .insert_service(&row)
            .await
            .with_context(|| format!("service `{}`", service.name))?;
    }
    turn.commit().await
}

/// What happened to keys on a day that is so long ago.
pub(super) async fn on(turn: &mut Turn<'_>, seeder: &Seeder, days_ago: u32) -> anyhow::Result<()> {
    for key in KEYS {
        let Some(service) = SERVICES.iter().find(|service| service.name == key.service) else {
            continue;
        };
        if key.made == days_ago {
            make(turn, key, service).await?;
        } else if key.ended == Some(days_ago) {
            end(turn, key, service).await?;
        } else if (key.last_used..key.made).contains(&days_ago)
            && (key.made - days_ago).is_multiple_of(key.every)
        {
            exchange(turn, seeder, key).await?;
        }
    }
    Ok(())
}

async fn make(turn: &mut Turn<'_>, key: &Planned, service: &Service) -> anyhow::Result<()> {
    let now = turn.now();
    let networks = key
        .networks
        .iter()
        .map(|text| text.parse())
        .collect::<Result<_, _>>()?;
    let terms = KeyTerms::new(now, Some(now.plus(DAY * key.lives)), networks)?;
    let row = ServiceKey {
        id: id(key),
        service: principal(key.service),
        name: Name::parse(key.name)?,
        // Nobody has its other half: it can be seen and ended, not used.
        jkt: *DeviceKey::generate()?.public().thumbprint().as_bytes(),
        networks: terms.networks,
        made_by: principal(maker(service)),
        made_at: now,
        ends_at: terms.ends_at,
        last_used_at: None,
        ended: None,
    };
    turn.db().insert_service_key(&row).await?;
    let event = turn
        .event(maker(service), EventKind::ServiceKeyMade)
        .on(object(key))
        .concerning(row.service)
        .fact("ends-at", Fact::Number(row.ends_at.millis()))
        .fact("networks", Fact::Number(i64::try_from(row.networks.len())?))
        .commit(NAME, key.name, Some(row.service));
    turn.record(event);
    Ok(())
}

async fn end(turn: &mut Turn<'_>, key: &Planned, service: &Service) -> anyhow::Result<()> {
    let ended = KeyEnded {
        at: turn.now(),
        by: principal(maker(service)),
    };
    turn.db().end_service_key(id(key), ended).await?;
    let event = turn
        .event(maker(service), EventKind::ServiceKeyEnded)
        .on(object(key))
        .concerning(principal(key.service))
        .because("The next one is in use everywhere");
    turn.record(event);
    Ok(())
}

async fn exchange(turn: &mut Turn<'_>, seeder: &Seeder, key: &Planned) -> anyhow::Result<()> {
    let now = turn.now();
    turn.db().note_key_use(id(key), now).await?;
    let session = SessionId::random(&seeder.ids);
    let who = Who {
        service: true,
        session: Some(session),
        ..seeder.who(key.service)
    };
    let object = Object {
        session: Some(session),
        device: Some(device(key.service)),
        key: Some(id(key)),
        ..Object::default()
    };
    turn.record(Event::by(who, EventKind::SignedIn, &seeder.ids).on(object));
    Ok(())
}

fn object(key: &Planned) -> Object {
    Object {
        principal: Some(principal(key.service)),
        key: Some(id(key)),
        ..Object::default()
    }
}

fn id(key: &Planned) -> KeyId {
    KeyId::random(&stream(&format!("service key/{}/{}", key.service, key.name)))
}

/// The Lead of the project, who is in the owning team.
fn maker(service: &Service) -> &'static str {
    lead(service.home.split('/').next().unwrap_or_default())
}
