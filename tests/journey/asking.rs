//! Somebody who may only see a secret asks for more; the lead gives less and shorter; it is used, handed back, and gone.

use crate::rig::{
    company::Company,
    desktop::Desktop,
    window::{Window, read},
};
use serde_json::json;
use thirtyfour::prelude::*;

const LEAD: &str = "Mara Okafor";
/// Her team sees what is in `partners`, and reads nothing in production.
const DEVELOPER: &str = "Aoife Byrne";
const REASON: &str = "A partner's file was not fetched last night";
const WORD: &str = "Reader will do to look";

#[tokio::test(flavor = "multi_thread")]
async fn journey_of_a_request() {
    let mut company = Company::start().await;
    let (hers, theirs) = (Desktop::start().await, Desktop::start().await);
    hers.browse_as(&company.admit(LEAD).await);
    theirs.browse_as(&company.admit(DEVELOPER).await);
    let developer = Window::open(&theirs).await;
    developer.enter(&company.origin).await;
    asks(&developer).await;

    let lead = Window::open(&hers).await;
    lead.enter(&company.origin).await;
    let asked = developer.ask("requests", json!({})).await.unwrap();
    let link = company.link("request", asked["mine"][0]["id"].as_str().unwrap());
    follows(&lead, &hers, &link.await).await;
    approves_less(&lead).await;
    lead.close().await;

    // It comes by itself, and is what was given.
    developer.click("nav-vault").await;
    developer.click("reveal").await;
    let value = developer.text("value-text", |text| !text.contains('•')).await;
    assert!(!value.is_empty());
    let id = id_of(&developer).await;
    let asked = json!({ "id": id, "version": null });
    assert!(developer.ask("reveal_value", asked.clone()).await.is_some());
    hands_back(&developer).await;

    developer.click("nav-vault").await;
    developer.gone("[data-testid='reveal']").await;
    developer.obeyed(&company).await;
    assert_eq!(
        developer.refusal("reveal_value", asked.clone()).await,
        "forbidden"
    );
    developer.close().await;
    company.stop();
    let developer = Window::open(&theirs).await;
    developer.find("secret-row").await;
    assert_eq!(developer.refusal("reveal_value", asked).await, "forbidden");
    developer.close().await;
}

async fn asks(developer: &Window<'_>) {
    developer
        .search("prod partner_exchange", "partners/production")
        .await;
    developer
        .text("secret-title", |text| text == "Partner exchange key")
        .await;
    assert!(developer.shown().await.contains("not its value"));
    developer.click("ask-access").await;
    developer.pick("ask-role", "Editor").await;
    developer.pick("ask-time", "8 hours").await;
    developer.gone("[data-testid='submit']:enabled").await;
    developer.write("reason-field", REASON).await;
    developer.audit("asking for access").await;
    developer.picture("request-ask").await;
    developer.click_css("[data-testid='submit']:enabled").await;
    developer.gone("[data-testid='dialog']").await;
    developer.click("nav-requests").await;
    developer
        .until("who can approve it is named", async || {
            let text = read(&row_now(developer).await?).await?;
            text.contains(LEAD).then_some(())
        })
        .await;
    developer.picture("request-waits").await;
}

/// A link opens the request; it waits for what is being written, and does nothing there.
async fn follows(lead: &Window<'_>, desktop: &Desktop, link: &str) {
    lead.find("nav-access").await;
    lead.keys("body", Key::Control + "g").await;
    lead.write("reason-field", "Half a reason").await;
    desktop.follow(link);
    lead.until("it is said that a link waits", async || {
        lead.shown().await.contains("A link was opened").then_some(())
    })
    .await;
    let field = lead.find("reason-field").await;
    assert_eq!(
        field.prop("value").await.unwrap().as_deref(),
        Some("Half a reason")
    );
    lead.picture("link-waits").await;
    lead.type_keys(Key::Escape).await;
    lead.gone("[data-testid='dialog']").await;
    row(lead).await;
    lead.css(".pointed [data-testid='request-row'][data-state='open']")
        .await;
    lead.picture("link-followed").await;
}

/// By keys alone, once the row has the focus.
async fn approves_less(lead: &Window<'_>) {
    lead.audit("requests that wait").await;
    lead.picture("requests-waiting").await;
    lead.until("the row takes a key", async || {
        row_now(lead).await?.send_keys("n").await.ok()
    })
    .await;
    lead.pick("approve-role", "Reader").await;
    lead.pick("approve-time", "1 hour").await;
    lead.write("approve-word", WORD).await;
    lead.audit("approving with the evidence").await;
    lead.picture("request-approve").await;
    lead.click_css("[data-testid='submit']:enabled").await;
    lead.gone("[data-testid='dialog']").await;
}

async fn hands_back(developer: &Window<'_>) {
    developer.click("nav-requests").await;
    let text = developer
        .until("it says what was given", async || {
            let text = read(&row_now(developer).await?).await?;
            text.contains("approved").then_some(text)
        })
        .await;
    assert!(
        text.contains("Reader at partners/production") && text.contains(WORD),
        "{text}"
    );
    developer.audit("a request that was approved").await;
    developer.picture("request-approved").await;
    developer.click("hand-back").await;
    developer
        .until("it was handed back", async || {
            let text = read(&row_now(developer).await?).await?;
            text.contains("Handed back early").then_some(())
        })
        .await;
}

async fn row(window: &Window<'_>) -> WebElement {
    window
        .until("the request stands there", async || row_now(window).await)
        .await
}

async fn row_now(window: &Window<'_>) -> Option<WebElement> {
    let rows = window
        .driver
        .find_all(By::Css("[data-testid='request-row']"))
        .await;
    for row in rows.ok()? {
        if read(&row).await?.contains(REASON) {
            return Some(row);
        }
    }
    None
}

/// The id of the secret.
async fn id_of(window: &Window<'_>) -> String {
    let query = json!({ "text": "prod partner_exchange", "limit": 1 });
    let found = window.ask("search", query).await.unwrap();
    found["secrets"][0]["row"]["id"].as_str().unwrap().to_owned()
}
