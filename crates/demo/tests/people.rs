//! From the company to the page on which somebody chooses who they are today.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use claviger_demo::{company::people::DEVELOPER, provider};
use claviger_testkit::{
    http,
    peers::{
        browser::{self, Answer},
        provider::{CLIENT_ID, Provider, REDIRECT_PATH, Signing},
    },
};
use serde_json::Value;
use url::Url;

#[tokio::test]
async fn everybody_stands_on_the_page_and_can_sign_in() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("people.json");
    provider::write(&file).unwrap();
    let people: Vec<Value> = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    assert_eq!(people.len(), 40);
    let provider = Provider::start_from(&file, Signing::Es256).await.unwrap();
    // Nobody is ever given this port, so that no provider of another test is taken for the device.
    let redirect = format!("http://127.0.0.1:9{REDIRECT_PATH}");
    let url = Url::parse_with_params(
        &format!("{}/auth", provider.issuer()),
        [
            ("client_id", CLIENT_ID),
            ("response_type", "code"),
            ("scope", "openid profile email groups"),
            ("redirect_uri", &redirect),
            ("state", "state"),
            ("nonce", "nonce"),
            ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
            ("code_challenge_method", "S256"),
        ],
    )
    .unwrap();
    // The way to the page that chooses, with its cookies.
    let browser = http::client().unwrap();
    let sent = browser.get(url.clone()).send().await.unwrap();
    let location = sent.headers()["location"].to_str().unwrap();
    let cookies: Vec<_> = sent.headers().get_all("set-cookie").iter().collect();
    let cookies = cookies
        .iter()
        .map(|cookie| cookie.to_str().unwrap().split(';').next().unwrap());
    let cookies = cookies.collect::<Vec<_>>().join("; ");
    let page = browser.get(url.join(location).unwrap()).header("cookie", cookies);
    let page = page.send().await.unwrap().text().await.unwrap();
    for person in &people {
        for field in ["sub", "name", "email"] {
            let shown = person[field].as_str().unwrap();
            assert!(page.contains(shown), "{shown}");
        }
        let team = person["groups"][0].as_str().unwrap();
        assert!(page.contains(team), "{team}");
    }
    let developer = people.iter().find(|person| person["name"] == DEVELOPER).unwrap();
    let sub = developer["sub"].as_str().unwrap();
    let back = browser::walk(&url, sub, Answer::Allow).await.unwrap();
    assert!(back.query_pairs().any(|(name, _)| name == "code"), "{back}");
}
