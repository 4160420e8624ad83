//! A service identity: made in the vault, its key in a file, exchanged with the real server, ended.
#![expect(clippy::indexing_slicing, reason = "tests")]

use crate::{
    connect, give, is_online, parts,
    support::{Owner, browser_of, founded, instance::Instance},
    until,
};
use claviger_crypto::{bytes::decode_base64url, secret::SecretBytes, signing::DeviceKey};
use claviger_model::{
    builtin_roles::LEAD,
    entropy::SystemEntropy,
    ids::{GrantId, PrincipalId},
};
use claviger_protocol::{grants::GiveGrant, places::ScopesReply, principals::PrincipalsReply, route};
use claviger_testkit::peers::{browser::Answer, provider::Person};
use claviger_vault::{
    MemoryKeyStore, Vault,
    view::{
        places::EnvironmentClass,
        services::{ServiceDraft, ServiceEdit, ServiceKeyDraft, ServiceKind},
    },
};
use serde_json::{Value, json};
use std::{os::unix::fs::PermissionsExt, sync::Arc};

/// Exchanges the key in a file, as a program on another machine does; the status and the reply.
async fn exchange(origin: &str, file: &Value) -> (u16, Value) {
    let pkcs8 = decode_base64url(file["private_key"].as_str().unwrap()).unwrap();
    let key = DeviceKey::from_pkcs8(SecretBytes::new(pkcs8)).unwrap();
    let service: PrincipalId = serde_json::from_value(file["service"].clone()).unwrap();
    Instance::new(origin).exchange(service, &key).await
}

/// The Owner makes a team of Ben, and Ben its Lead in production.
async fn lead(owner: &Owner) -> PrincipalId {
    give(owner).await;
    let people: PrincipalsReply = owner.ask(route::PRINCIPALS, &[]).await;
    let ben = people
        .principals
        .iter()
        .find(|person| person.name == "ben")
        .unwrap()
        .id;
    let scopes: ScopesReply = owner.ask(route::SCOPES, &[]).await;
    let production = scopes
        .scopes
        .iter()
        .find(|scope| scope.path.to_string() == "payments/production")
        .unwrap()
        .id;
    let team = PrincipalId::random(&SystemEntropy);
    let _: Value = owner
        .call(route::CREATE_TEAM, &[], &json!({"id": team, "name": "Payments"}))
        .await;
    let _: Value = owner
        .call(route::ADD_MEMBER, &[&team.to_string()], &json!({"member": ben}))
        .await;
    let grant = GiveGrant {
        id: GrantId::random(&SystemEntropy),
        principal: ben,
        role: LEAD,
        scope: production,
        reason: "leads the team".to_owned(),
        not_before: None,
        expires_at: None,
        conditions: Default::default(),
        plan: None,
    };
    let _: Value = owner.call(route::GIVE_GRANT, &[], &grant).await;
    team
}

fn key(name: &str, networks: &[&str]) -> ServiceKeyDraft {
    ServiceKeyDraft {
        name: name.to_owned(),
        ends_at: None,
        networks: networks.iter().map(|&text| text.to_owned()).collect(),
    }
}

async fn draft(vault: &Vault, team: PrincipalId) -> ServiceDraft {
    let home = until("a place where services can be made", async || {
        vault.service_places().await.unwrap().into_iter().next()
    })
    .await;
    assert_eq!(home.path, "payments/production");
    ServiceDraft {
        name: "payments-deploy".to_owned(),
        kind: ServiceKind::CiJob,
        class: EnvironmentClass::Production,
        owner: team.to_string(),
        home: home.id,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn journey_of_a_service_identity_that_is_made_used_and_ended() {
    let (_provider, folder, server) = founded(&[Person::new("olga", &[]), Person::new("ben", &[])]).await;
    let owner = Owner::sign_in(&server, "olga").await;
    let keys = Arc::new(MemoryKeyStore::default());
    let vault = Vault::start(parts(
        &folder.path().join("home"),
        &keys,
        browser_of("ben", Answer::Allow),
    ))
    .await;
    connect(&vault, &server).await;
    vault.sign_in(None).await.unwrap();
    until("a first sync", async || is_online(&vault).then_some(())).await;
    let team = lead(&owner).await;

    let wanted = draft(&vault, team).await;
    let unclassified = ServiceDraft {
        class: EnvironmentClass::Unclassified,
        ..wanted.clone()
    };
    assert_eq!(
        vault.create_service(&unclassified).await.unwrap_err().code,
        "classMissing"
    );
    let made = vault.create_service(&wanted).await.unwrap();
    assert_eq!((made.owner.name.as_str(), made.answered_for), ("Payments", true));
    assert!(made.rights.make_keys && made.keys.is_empty());
    assert_eq!(vault.create_service(&wanted).await.unwrap_err().code, "nameTaken");
    let all = vault.services(None).await.unwrap();
    assert_eq!(all.services, std::slice::from_ref(&made));

    // What cannot be leaves no file behind.
    let path = folder.path().join("deploy.key");
    for (bent, code) in [
        (key("a/b", &[]), "nameInvalid"),
        (key("first", &["10.0.0.1/8"]), "networkInvalid"),
        (
            ServiceKeyDraft {
                ends_at: Some(0),
                ..key("first", &[])
            },
            "keyTermsInvalid",
        ),
    ] {
        let refused = vault.make_service_key(&made.id, &bent, &path).await.unwrap_err();
        assert_eq!(refused.code, code);
    }
    let unknown = PrincipalId::random(&SystemEntropy).to_string();
    let refused = vault.make_service_key(&unknown, &key("first", &[]), &path).await;
    assert_eq!(refused.unwrap_err().code, "notFound");
    let nowhere = folder.path().join("missing/deploy.key");
    let refused = vault
        .make_service_key(&made.id, &key("first", &[]), &nowhere)
        .await;
    assert_eq!(refused.unwrap_err().code, "keyFileFailed");
    assert!(!path.exists());
    assert!(vault.service(&made.id).await.unwrap().keys.is_empty());

    let first = vault
        .make_service_key(&made.id, &key("first", &["127.0.0.0/8"]), &path)
        .await
        .unwrap();
    assert_eq!(
        std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let file: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    assert_eq!(file["type"], "claviger-service-key");
    assert_eq!(file["origin"], json!(server.origin));
    assert_eq!(file["key"], json!(first.key));
    let [shown] = first.service.keys.as_slice() else {
        panic!("{first:?}")
    };
    assert!(shown.live && shown.last_used_at.is_none());

    let (status, token) = exchange(&server.origin, &file).await;
    assert_eq!(status, 200, "{token}");
    let used = vault.service(&made.id).await.unwrap();
    assert_eq!(used.keys[0].uses, 1);
    assert!(used.keys[0].last_used_at.is_some());

    // A second one that was made elsewhere, for the change; then the first one ends.
    let elsewhere = DeviceKey::generate().unwrap();
    let public = serde_json::to_string(elsewhere.public()).unwrap();
    let both = vault
        .register_service_key(&made.id, &key("second", &[]), &public)
        .await
        .unwrap();
    assert_eq!(both.keys.iter().filter(|key| key.live).count(), 2);
    let third = folder.path().join("third.key");
    let refused = vault.make_service_key(&made.id, &key("third", &[]), &third).await;
    assert_eq!(refused.unwrap_err().code, "keyLimit");
    assert!(!third.exists(), "nobody has a key that was refused");
    let private = public.replace('}', ",\"d\":\"AA\"}");
    let refused = vault
        .register_service_key(&made.id, &key("x", &[]), &private)
        .await;
    assert_eq!(refused.unwrap_err().code, "publicKeyInvalid");

    assert_eq!(
        vault.end_service_key(&first.key, " ").await.unwrap_err().code,
        "reasonMissing"
    );
    vault
        .end_service_key(&first.key, "the second one is in use")
        .await
        .unwrap();
    let (status, refused) = exchange(&server.origin, &file).await;
    assert_eq!((status, refused["code"].as_str().unwrap()), (401, "key_ended"));

    let disabled = vault
        .set_service_active(&made.id, false, "the job is gone")
        .await
        .unwrap();
    assert!(!disabled.active);
    let renamed = ServiceEdit {
        name: Some("payments-old".to_owned()),
        owner: None,
        ends: Vec::new(),
    };
    let renamed = vault.edit_service(&made.id, &renamed).await.unwrap();
    assert_eq!(renamed.name, "payments-old");
}
