//! Tokens that hold, and those that do not.

use crate::{ORIGIN, Rig, Wrong, payload};
use claviger_crypto::challenge::SignInNonce;
use claviger_sign_in::{error::SignInError, http, provider::Provider};
use claviger_testkit::peers::{browser::Answer, provider as peer};
use serde_json::json;
use std::sync::Arc;

#[tokio::test]
async fn a_sign_in_gives_a_token_that_is_bound_to_device_and_server() {
    let rig = Rig::start().await;
    let (done, page) = rig.sign_in(Answer::Allow).await;
    let tokens = done.unwrap();
    assert!(page.unwrap().contains("You can close this tab."));
    let claims = payload(&tokens.id_token);
    let nonce = SignInNonce::derive(
        ORIGIN,
        &rig.challenge,
        &rig.keys.jkt(),
        &rig.keys.sealing_public(),
    );
    assert_eq!(claims["nonce"], nonce.as_str());
    assert_eq!(
        (claims["sub"].as_str(), claims["iss"].as_str()),
        (Some("ada"), Some(rig.peer.issuer()))
    );
    assert!(tokens.refresh.is_some());
    assert!(!format!("{tokens:?}").contains(tokens.id_token.expose()));
}

#[tokio::test]
async fn tokens_that_do_not_hold_are_refused_on_the_device_already() {
    let rig = Rig::start().await;
    let provider = rig.discovered().await.unwrap();
    for (how, code, why) in [
        (
            json!({ "claims": { "nonce": "another" } }),
            "bad_id_token",
            "another sign-in",
        ),
        (
            json!({ "claims": { "nonce": null } }),
            "bad_id_token",
            "another sign-in",
        ),
        (
            json!({ "claims": { "iss": "https://evil.example" } }),
            "bad_id_token",
            "another provider",
        ),
        (
            json!({ "claims": { "aud": "another" } }),
            "bad_id_token",
            "another program",
        ),
        (
            json!({ "claims": { "aud": [peer::CLIENT_ID, "another"] } }),
            "bad_id_token",
            "another program",
        ),
        (
            json!({ "claims": { "azp": "another" } }),
            "bad_id_token",
            "another program",
        ),
        (json!({ "claims": { "exp": 1 } }), "bad_id_token", "too old"),
        (json!({ "sign": { "tamper": true } }), "bad_id_token", "signature"),
        (
            json!({ "sign": { "key": "unknown" } }),
            "bad_id_token",
            "signature",
        ),
        (json!({ "sign": { "alg": "HS256" } }), "bad_id_token", "signature"),
        (json!({ "shift": 3600 }), "clock_skewed", "differ"),
        (json!({ "shift": -400 }), "clock_skewed", "differ"),
    ] {
        rig.peer.misbehave(json!({ "id_token": how })).await.unwrap();
        let (done, page) = rig.sign_in_at(&provider, Answer::Allow).await;
        let error = done.expect_err(&how.to_string());
        assert_eq!(error.code(), code, "{how}: {error}");
        assert!(error.to_string().contains(why), "{how}: {error}");
        assert!(page.unwrap().contains("Nobody was signed in"), "{how}");
    }
    rig.peer
        .misbehave(json!({ "id_token": { "sign": { "alg": "none" } } }))
        .await
        .unwrap();
    let (done, _) = rig.sign_in_at(&provider, Answer::Allow).await;
    let code = done.unwrap_err().code();
    assert!(
        ["bad_id_token", "provider_misconfigured"].contains(&code),
        "{code}"
    );
    rig.peer.misbehave(json!({ "omit": ["id_token"] })).await.unwrap();
    let (done, _) = rig.sign_in_at(&provider, Answer::Allow).await;
    assert_eq!(done.unwrap_err().code(), "provider_misconfigured");
}

#[tokio::test]
async fn a_skewed_clock_is_said_with_its_direction() {
    let rig = Rig::start().await;
    let settings = rig.settings();
    let provider = Provider::discover(settings, http::client().unwrap(), Arc::new(Wrong(-1_000)))
        .await
        .unwrap();
    let (done, _) = rig.sign_in_at(&provider, Answer::Allow).await;
    let Err(SignInError::Skewed { seconds }) = done else {
        panic!("{done:?}")
    };
    assert!((-1_005..=-995).contains(&seconds), "{seconds}");
}
