//! The places and people of the sample.

use claviger_model::{
    ids::{PrincipalId, ScopeId},
    principal::{PrincipalKind, PrincipalState},
    scope::{Discoverable, EnvironmentClass, Scope, ScopePath},
};
use claviger_protocol::principals::PrincipalRecord;

pub(super) fn scope_id(path: &str) -> ScopeId {
    let mut bytes = [0; 16];
    for (to, from) in bytes.iter_mut().zip(path.bytes()) {
        *to = from;
    }
    ScopeId::from_bytes(bytes)
}

pub(super) fn scope(path: &str) -> Scope {
    let parent = match path.rsplit_once('/') {
        Some((parent, _)) => Some(parent),
        None => (!path.is_empty()).then_some(""),
    };
    Scope {
        id: scope_id(path),
        parent: parent.map(scope_id),
        path: ScopePath::parse(path).unwrap(),
        class: match path.rsplit_once('/') {
            Some((_, "prod")) => Some(EnvironmentClass::Production),
            Some((_, "dev")) => Some(EnvironmentClass::Development),
            _ => None,
        },
        discoverable: Discoverable::Nobody,
        lease_seconds: None,
    }
}

pub(super) fn principal(id: PrincipalId, kind: PrincipalKind, name: &str) -> PrincipalRecord {
    PrincipalRecord {
        id,
        kind,
        name: name.to_owned(),
        email: None,
        state: PrincipalState::Active,
        class: None,
        teams: Vec::new(),
    }
}
