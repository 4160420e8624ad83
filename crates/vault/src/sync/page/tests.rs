#![expect(clippy::unwrap_used, reason = "tests")]

use crate::{
    Vault,
    testing::device::{Device, until},
    view::state::Connection,
};
use claviger_model::{
    action::Action,
    ids::{ScopeId, SecretId},
    name::Name,
    scope::{Discoverable, Scope, ScopePath},
    secret::{Description, Secret, SecretKind},
    time::Timestamp,
};
use claviger_protocol::{
    secrets::SecretRecord,
    sync::{Entitlement, ScopeRights},
};
use std::collections::BTreeSet;

const SCOPE: ScopeId = ScopeId::from_bytes([1; 16]);

fn entitlement(valid_until: Option<Timestamp>) -> Entitlement {
    let mut entitlement = Entitlement {
        digest: Vec::new().into(),
        scopes: vec![Scope {
            id: SCOPE,
            parent: None,
            path: ScopePath::parse("payments").unwrap(),
            class: None,
            discoverable: Discoverable::Nobody,
            lease_seconds: None,
        }],
        rights: vec![ScopeRights {
            scope: SCOPE,
            actions: vec![Action::SecretView],
            lease_ms: None,
        }],
        grants: Vec::new(),
        roles: Vec::new(),
        principals: Vec::new(),
        looks_afresh: false,
        valid_until,
    };
    entitlement.digest = entitlement.computed_digest().unwrap();
    entitlement
}

fn secret(number: u8) -> SecretRecord {
    let at = Timestamp::from_millis(1);
    SecretRecord {
        secret: Secret {
            id: SecretId::from_bytes([number; 16]),
            scope: SCOPE,
            description: Description {
                name: Name::parse(&format!("S{number}")).unwrap(),
                variable: None,
                kind: SecretKind::Generic,
                owner: None,
                tags: Vec::new(),
                note: String::new(),
                rotate_after_days: None,
                expires_at: None,
            },
            version: 1,
            created_at: at,
            changed_at: at,
            deleted_at: None,
        },
        revision: 1,
        size: 1,
    }
}

fn held(vault: &Vault) -> BTreeSet<SecretId> {
    vault
        .inner
        .live()
        .unwrap()
        .book()
        .secrets
        .keys()
        .copied()
        .collect()
}

fn ids(numbers: &[u8]) -> BTreeSet<SecretId> {
    numbers
        .iter()
        .map(|number| SecretId::from_bytes([*number; 16]))
        .collect()
}

#[tokio::test]
async fn told_to_begin_anew_a_device_drops_what_nobody_sends_any_more() {
    let device = Device::signed_in().await;
    {
        let mut told = device.server.told();
        told.entitlement = Some(entitlement(None));
        told.secrets.secrets = vec![secret(1), secret(2)];
    }
    let vault = device.start().await;
    until(&vault, |state| {
        matches!(
            state.connection,
            Connection::Online {
                last_sync: Some(_),
                ..
            }
        )
    })
    .await;
    vault.inner.sync_now().await.unwrap();
    assert_eq!(held(&vault), ids(&[1, 2]));

    device.server.told().secrets.secrets.pop();
    vault.inner.sync_now().await.unwrap();
    assert_eq!(held(&vault), ids(&[1, 2]), "what goes is told in the feed");

    // The feed was cut beyond where this device stands, and its entitlement is another one besides.
    {
        let mut told = device.server.told();
        let later = told.now.plus(std::time::Duration::from_secs(3600));
        told.entitlement = Some(entitlement(Some(later)));
        told.sync_floor = 100;
    }
    vault.inner.sync_now().await.unwrap();
    assert_eq!(held(&vault), ids(&[1]));
}
