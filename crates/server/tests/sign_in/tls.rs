//! TLS from the server to the identity provider: only who can show that they are the provider is asked.

use crate::support::{Setup, Tables, TestServer, device::TestDevice, people};
use claviger_protocol::{
    problem::{Code, Problem},
    route,
    sign_in::SignedIn,
};
use claviger_testkit::{
    certificates,
    peers::{
        front::Front,
        provider::{CLIENT_ID, Provider},
    },
};
use serde_json::json;
use std::path::{Path, PathBuf};
use url::Url;

/// The provider behind a front, whose documents name the front's address.
async fn fronted(provider: &Provider, certificate: &str) -> Front {
    let behind: Url = provider.issuer().parse().unwrap();
    let port = behind.port().unwrap();
    let front = Front::start(certificate, ([127, 0, 0, 1], port).into())
        .await
        .unwrap();
    let origin = front.origin();
    let discovery = json!({ "issuer": origin, "jwks_uri": format!("{origin}/jwks") });
    provider
        .misbehave(json!({ "discovery": discovery }))
        .await
        .unwrap();
    front
}

fn authority(folder: &Path, pem: &str) -> PathBuf {
    let path = folder.join("authority.pem");
    std::fs::write(&path, pem).unwrap();
    path
}

async fn server(provider: &Provider, issuer: String, authority: &Path) -> TestServer {
    TestServer::start_with(&Setup {
        provider,
        tables: &Tables::Sqlite,
        settings: vec![
            ("OIDC__ISSUER", issuer),
            ("OIDC__CERTIFICATE_AUTHORITY", authority.display().to_string()),
        ],
    })
    .await
}

#[tokio::test]
async fn a_chain_that_ends_at_the_configured_authority_is_accepted() {
    let provider = Provider::start(&people()).await.unwrap();
    let front = fronted(&provider, certificates::SERVER).await;
    let folder = tempfile::tempdir().unwrap();
    let authority = authority(folder.path(), certificates::AUTHORITY);
    let server = server(&provider, front.origin(), &authority).await;
    let code = server.bootstrap_code().await;
    let device = TestDevice::new();
    let named = json!({ "iss": front.origin() });
    let reply = device.try_sign_in(&server, &provider, "olga", named, Some(code.expose()));
    let session: SignedIn = reply.await.ok();
    let me = device.call(&server, route::ME, &session.tokens.access).await;
    assert_eq!(me.status, 200);
    assert!(front.opened() > 0, "it was asked through TLS");
}

#[tokio::test]
async fn whoever_cannot_show_that_they_are_the_provider_is_told_apart_from_one_that_is_down() {
    let vouched = "`oidc.certificate_authority` must hold the authority that signed it";
    for (certificate, trusted, by_address, said) in [
        (
            certificates::SERVER,
            certificates::ANOTHER_AUTHORITY,
            false,
            vouched,
        ),
        (
            certificates::OTHER_NAME,
            certificates::AUTHORITY,
            false,
            "for another name than the one in `oidc.issuer`",
        ),
        (
            certificates::SERVER,
            certificates::AUTHORITY,
            true,
            "for another name than the one in `oidc.issuer`",
        ),
        (
            certificates::EXPIRED,
            certificates::AUTHORITY,
            false,
            "the time of its certificate is over; it must be renewed there",
        ),
        (
            certificates::NOT_YET_VALID,
            certificates::AUTHORITY,
            false,
            "look at the clocks of server and provider",
        ),
    ] {
        let provider = Provider::start(&people()).await.unwrap();
        let front = fronted(&provider, certificate).await;
        let folder = tempfile::tempdir().unwrap();
        let authority = authority(folder.path(), trusted);
        let issuer = if by_address {
            front.by_address()
        } else {
            front.origin()
        };
        let server = server(&provider, issuer.clone(), &authority).await;
        let reply = TestDevice::new()
            .try_sign_in(&server, &provider, "olga", json!({ "iss": issuer }), None)
            .await;
        assert_eq!(reply.code(), Code::ProviderMisconfigured, "{said}");
        let problem: Problem = serde_json::from_slice(&reply.body).unwrap();
        let detail = problem.detail.unwrap_or_default();
        assert!(detail.contains(said), "{detail}");
        assert!(!detail.contains("localhost"), "{detail}");
        assert_eq!(front.opened(), 0, "nothing was sent to it: {said}");
        assert_eq!(provider.counts().await.unwrap().values().sum::<u64>(), 0);
    }
}

/// What the administrator reads before anybody signs in.
#[tokio::test]
async fn the_check_says_what_is_wrong_with_the_certificate_or_the_authority() {
    let provider = Provider::start(&people()).await.unwrap();
    let front = fronted(&provider, certificates::SERVER).await;
    let folder = tempfile::tempdir().unwrap();
    let check = async |authority: &Path| {
        let output = tokio::process::Command::new(env!("CARGO_BIN_EXE_claviger-server"))
            .arg("check")
            // What else stands in the environment of the tests is no setting.
            .env_clear()
            .env("CLAVIGER_DATABASE", folder.path().join("data/server.db"))
            .env("CLAVIGER_KEY_FILE", folder.path().join("keys/root.key"))
            .env("CLAVIGER_OIDC__ISSUER", front.origin())
            .env("CLAVIGER_OIDC__CLIENT_ID", CLIENT_ID)
            .env("CLAVIGER_OIDC__CERTIFICATE_AUTHORITY", authority)
            .output()
            .await
            .unwrap();
        let said = [output.stdout, output.stderr].concat();
        String::from_utf8(said).unwrap()
    };
    let path = |pem| authority(folder.path(), pem);
    let good = check(&path(certificates::AUTHORITY)).await;
    assert!(good.contains("identity provider: good"), "{good}");
    let stranger = check(&path(certificates::ANOTHER_AUTHORITY)).await;
    assert!(
        stranger.contains("is not set up as `oidc` says: nobody whom this server trusts vouches"),
        "{stranger}"
    );
    let empty = check(&path("no certificate at all")).await;
    let named = format!("`oidc.certificate_authority`: `{}`", path("").display());
    assert!(
        empty.contains(&named) && empty.contains("it holds no certificate in PEM"),
        "{empty}"
    );
    let gone = check(&folder.path().join("nowhere.pem")).await;
    assert!(gone.contains("No such file"), "{gone}");
}
