//! An owner gives the identity provider a token; the provider says that somebody has left, and their access ends by itself.

use crate::rig::{company::Company, desktop::Desktop, window::Window};
use claviger_testkit::http;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use thirtyfour::prelude::*;

const OWNER: &str = "Samir Haddad";
const LEAVER: &str = "Aoife Byrne";

/// The provider's client.
struct Client {
    http: reqwest::Client,
    base: String,
    token: String,
}

impl Client {
    async fn says(&self, method: Method, path: &str, body: Value) -> (StatusCode, Value) {
        let call = self
            .http
            .request(method, format!("{}{path}", self.base))
            .bearer_auth(&self.token)
            .header("content-type", "application/scim+json")
            .body(body.to_string());
        let reply = call.send().await.unwrap();
        let status = reply.status();
        let body = reply.bytes().await.unwrap();
        (status, serde_json::from_slice(&body).unwrap_or_default())
    }

    async fn is_let_in(&self) -> bool {
        let get = self.http.get(format!("{}/Users?count=1", self.base));
        let reply = get.bearer_auth(&self.token).send().await.unwrap();
        reply.status().is_success()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn journey_of_a_provider() {
    let company = Company::start().await;
    let (hers, theirs) = (Desktop::start().await, Desktop::start().await);
    hers.browse_as(&company.admit(OWNER).await);
    let sub = company.admit(LEAVER).await;
    theirs.browse_as(&sub);
    let leaver = Window::open(&theirs).await;
    leaver.enter(&company.origin).await;
    let owner = Window::open(&hers).await;
    owner.enter(&company.origin).await;
    owner.find("nav-organization").await;
    owner.keys("body", Key::Control + "6").await;
    owner.choose("organization-part", "Provider").await;
    owner.find("new-token").await;
    owner.picture("provider-empty").await;
    owner.audit("no tokens yet").await;

    let base = owner.text("token-base", |text| text.ends_with("/scim/v2")).await;
    let mut client = Client {
        http: http::client().unwrap(),
        base,
        token: made(&owner, &hers).await,
    };
    assert!(client.is_let_in().await);
    leaves(&client, &sub).await;
    let said = leaver
        .text("sign-in-problem", |text| text.contains("ended"))
        .await;
    assert!(said.starts_with("Your access has ended."), "{said}");
    owner.find("nav-offboarding").await;
    owner.keys("body", Key::Control + "8").await;
    owner
        .until("the case stands there", async || {
            let shown = owner.shown().await;
            (shown.contains(LEAVER) && shown.contains("identity provider")).then_some(())
        })
        .await;
    owner.picture("provider-case").await;

    let before = client.token.clone();
    client.token = replaced(&owner, &hers, &before).await;
    assert!(client.is_let_in().await, "the new one counts");
    assert!(
        !Client {
            token: before,
            ..client
        }
        .is_let_in()
        .await,
        "the old one ended at once"
    );
    leaver.close().await;
    owner.close().await;
}

/// By keys alone, once the dialog stands there; the page never shows the token.
async fn made(owner: &Window<'_>, desktop: &Desktop) -> String {
    owner.click("new-token").await;
    owner.write("token-name", "Directory").await;
    owner.picture("provider-new-token").await;
    owner.audit("a new token").await;
    owner.press("token-name", Key::Enter).await;
    owner.gone("[data-testid='dialog']").await;
    owner.text("token-row", |text| text.contains("Never used")).await;
    let token = desktop.clipboard();
    assert!(token.len() >= 43, "256 bits and more");
    assert!(!owner.shown().await.contains(&token));
    token
}

async fn leaves(client: &Client, sub: &str) {
    let user = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": "aoife.byrne",
        "externalId": sub,
        "displayName": LEAVER,
        "active": true,
    });
    let (status, user) = client.says(Method::POST, "/Users", user).await;
    assert_eq!(status, StatusCode::CREATED, "{user}");
    let patch = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{ "op": "replace", "path": "active", "value": false }],
    });
    let path = format!("/Users/{}", user["id"].as_str().unwrap());
    let (status, said) = client.says(Method::PATCH, &path, patch).await;
    assert_eq!(status, StatusCode::OK, "{said}");
    assert_eq!(said["active"], false);
}

async fn replaced(owner: &Window<'_>, desktop: &Desktop, before: &str) -> String {
    for theme in ["dark", "contrast", "light"] {
        owner.themed(theme).await;
        owner.keys("body", Key::Control + "6").await;
        owner.choose("organization-part", "Provider").await;
        owner.text("token-row", |text| text.contains("Used")).await;
        owner.picture(&format!("provider-{theme}")).await;
        owner.audit(&format!("tokens, {theme}")).await;
    }
    owner.click("rotate-token").await;
    owner.choose("token-overlap", "ends at once").await;
    owner.picture("provider-replace").await;
    owner.audit("replacing a token").await;
    owner.click_css("[data-testid='submit']:enabled").await;
    owner.gone("[data-testid='dialog']").await;
    owner.text("token-row", |text| text.contains("in place of")).await;
    owner.resize(960, 640).await;
    owner.picture("provider-narrow").await;
    owner.audit("tokens, narrow").await;
    let token = desktop.clipboard();
    assert_ne!(token, before);
    token
}
