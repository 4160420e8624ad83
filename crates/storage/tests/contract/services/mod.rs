//! Service identities, their keys and sessions.

mod identities;
mod keys;
mod sessions;

use crate::ground::{Ground, doubled, name};
use claviger_model::{
    ids::{KeyId, PrincipalId},
    principal::{Nature, PrincipalState},
    scope::EnvironmentClass,
    service::ServiceKind,
};
use claviger_storage::{
    Conflict, Locked, StorageError,
    principals::{NamePlace, Principal},
    services::{KeyEnded, Service, ServiceKey},
    sessions::{LogoutTarget, Session, SessionKey},
    usage::Day,
};
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3600);

/// A team with a service, written but not committed.
async fn made(ground: &Ground, locked: &mut dyn Locked, called: &str) -> (Principal, Service) {
    let team = ground.team(&format!("{called} team"));
    locked.insert_principal(&team).await.unwrap();
    let principal = Principal {
        id: PrincipalId::random(&ground.entropy),
        name: name(called),
        nature: Nature::Service {
            class: EnvironmentClass::Staging,
            owner: team.id,
        },
        email: None,
        ..team
    };
    locked.insert_principal(&principal).await.unwrap();
    let service = Service {
        principal: principal.id,
        kind: ServiceKind::CiJob,
        home: ground.payments,
        made_by: Some(ground.ada),
        made_at: ground.now(),
    };
    locked.insert_service(&service).await.unwrap();
    (principal, service)
}

fn key(ground: &Ground, service: PrincipalId) -> ServiceKey {
    let id = KeyId::random(&ground.entropy);
    ServiceKey {
        id,
        service,
        name: name("first"),
        jkt: doubled(id.as_bytes()),
        networks: vec!["10.0.0.0/8".parse().unwrap(), "2001:db8::/32".parse().unwrap()],
        made_by: ground.ada,
        made_at: ground.now(),
        ends_at: ground.now().plus(HOUR),
        last_used_at: None,
        ended: None,
    }
}

fn conflict(error: &StorageError) -> Conflict {
    match error {
        StorageError::Conflict(conflict) => *conflict,
        other => panic!("{other:?}"),
    }
}
