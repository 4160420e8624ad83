//! The provider itself: down, misconfigured, asked again.

use crate::{Rig, payload};
use claviger_model::time::SystemClock;
use claviger_sign_in::{
    http,
    provider::{Provider, ProviderSettings},
    renewal::RenewalError,
};
use claviger_testkit::peers::browser::Answer;
use serde_json::json;
use std::sync::Arc;

#[tokio::test]
async fn a_provider_that_is_down_or_misconfigured_is_told_apart() {
    let rig = Rig::start().await;
    for down in ["refused", "closed"] {
        rig.peer.misbehave(json!({ "down": down })).await.unwrap();
        assert_eq!(
            rig.discovered().await.unwrap_err().code(),
            "provider_unavailable",
            "{down}"
        );
    }
    for discovery in [
        json!({ "issuer": "https://evil.example" }),
        json!({ "token_endpoint": null }),
        json!({ "code_challenge_methods_supported": ["plain"] }),
        json!({ "response_types_supported": ["id_token"] }),
        json!({ "jwks_uri": "http://keys.example/jwks" }),
        json!({ "jwks_uri": null }),
    ] {
        rig.peer
            .misbehave(json!({ "discovery": discovery }))
            .await
            .unwrap();
        assert_eq!(
            rig.discovered().await.unwrap_err().code(),
            "provider_misconfigured",
            "{discovery}"
        );
    }
    rig.peer.misbehave(json!({})).await.unwrap();
    let elsewhere = |issuer: &str| ProviderSettings {
        issuer: issuer.to_owned(),
        ..rig.settings()
    };
    for (settings, code) in [
        (
            elsewhere(&format!("{}/nothing", rig.peer.issuer())),
            "provider_misconfigured",
        ),
        (elsewhere("http://provider.example"), "provider_misconfigured"),
        (elsewhere("nonsense"), "provider_misconfigured"),
        (elsewhere("http://127.0.0.1:9"), "provider_unavailable"),
    ] {
        let error =
            Provider::discover(settings.clone(), http::client().unwrap(), Arc::new(SystemClock)).await;
        assert_eq!(error.unwrap_err().code(), code, "{settings:?}");
    }
}

#[tokio::test]
async fn the_provider_is_asked_again_and_a_refusal_is_not_an_outage() {
    let rig = Rig::start().await;
    let provider = rig.discovered().await.unwrap();
    let (done, _) = rig.sign_in_at(&provider, Answer::Allow).await;
    let first = done.unwrap();
    rig.peer.set_groups("ada", &["search"]).await.unwrap();
    let second = provider.renew(&first.refresh.unwrap()).await.unwrap();
    let (before, after) = (payload(&first.id_token), payload(&second.id_token));
    assert_eq!(
        (&before["sub"], &before["auth_time"]),
        (&after["sub"], &after["auth_time"])
    );
    assert_eq!(after["groups"], json!(["search"]));
    let refresh = second.refresh.unwrap();

    for down in [
        json!({ "down": "refused" }),
        json!({ "down": "closed" }),
        json!({ "token": { "status": 429, "body": {} } }),
    ] {
        rig.peer.misbehave(down.clone()).await.unwrap();
        let failed = provider.renew(&refresh).await;
        assert!(
            matches!(failed, Err(RenewalError::Unasked(_))),
            "{down}: {failed:?}"
        );
    }
    let busy = json!({ "token": { "status": 400, "body": { "error": "temporarily_unavailable" } } });
    rig.peer.misbehave(busy).await.unwrap();
    assert!(matches!(
        provider.renew(&refresh).await,
        Err(RenewalError::Unasked(_))
    ));
    rig.peer.misbehave(json!({})).await.unwrap();

    rig.peer.set_disabled("ada", true).await.unwrap();
    let refused = provider.renew(&refresh).await;
    assert!(
        matches!(&refused, Err(RenewalError::Refused { code }) if code == "invalid_grant"),
        "{refused:?}"
    );
}
