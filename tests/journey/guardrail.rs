//! An owner writes a guardrail by keyboard, sees what it would do, and makes it; the developer at the other desk is refused at once,
//! with the reason; switched off, it is as before.

use crate::rig::{
    company::Company,
    desktop::Desktop,
    window::{Window, read},
};
use serde_json::json;
use thirtyfour::prelude::*;

/// Has founded the server.
const OWNER: &str = "Samir Haddad";
/// Reads production while on call.
const DEVELOPER: &str = "Aoife Byrne";
const NAME: &str = "Nobody reads payments";
const THEMES: [&str; 3] = ["light", "dark", "contrast"];

#[tokio::test(flavor = "multi_thread")]
async fn journey_of_a_guardrail() {
    let company = Company::start().await;
    let (hers, theirs) = (Desktop::start().await, Desktop::start().await);
    hers.browse_as(&company.admit(OWNER).await);
    theirs.browse_as(&company.admit(DEVELOPER).await);
    let developer = Window::open(&theirs).await;
    developer.enter(&company.origin).await;
    developer
        .search("prod stripe_secret", "payments/production/stripe")
        .await;
    developer
        .text("secret-title", |text| text == "Stripe secret key")
        .await;
    developer.click("reveal").await;
    let value = developer.text("value-text", |text| !text.contains('•')).await;
    assert!(!value.is_empty());
    developer.click("hide").await;
    let id = id_of(&developer).await;

    let owner = Window::open(&hers).await;
    owner.enter(&company.origin).await;
    owner.find("nav-organization").await;
    owner.keys("body", Key::Control + "6").await;
    owner.choose("organization-part", "Guardrails").await;
    owner.find("guardrail-row").await;
    for theme in THEMES {
        owner.themed(theme).await;
        owner.keys("body", Key::Control + "6").await;
        owner.find("guardrail-row").await;
        owner.picture(&format!("guardrails-{theme}")).await;
        owner.audit(&format!("guardrails, {theme}")).await;
    }
    owner.themed("light").await;
    owner.keys("body", Key::Control + "6").await;
    writes(&owner).await;
    sees(&owner).await;
    owner.press("guardrail-save", Key::Enter).await;
    carries_out(&owner, "guardrail-made").await;
    row(&owner, NAME, "true").await;

    refused(&developer, &id).await;
    developer.picture("guardrail-felt").await;

    owner
        .until("the switch of the guardrail", async || {
            for row in owner
                .driver
                .find_all(By::Css("[data-testid='guardrail-row']"))
                .await
                .ok()?
            {
                if read(&row).await?.starts_with(NAME) {
                    let switch = row.find(By::Css("[data-testid='guardrail-switch']")).await.ok()?;
                    return switch.send_keys(" ").await.ok();
                }
            }
            None
        })
        .await;
    carries_out(&owner, "guardrail-off").await;
    row(&owner, NAME, "false").await;
    owner.close().await;

    developer.find("reveal").await;
    developer.click("reveal").await;
    let again = developer.text("value-text", |text| !text.contains('•')).await;
    assert_eq!(again, value);
    developer.close().await;
}

/// By keys: what is wrong is said where it is, and what can be written is offered.
async fn writes(owner: &Window<'_>) {
    owner.click("new-guardrail").await;
    owner.write("guardrail-name", NAME).await;
    owner
        .keys("[data-testid='guardrail-text']", Key::Control + "a")
        .await;
    let begun = "forbid (principal, action in Action::\"read\", resource in payments/prod";
    owner.write("guardrail-text", begun).await;
    owner
        .css("[data-testid='guardrail-problems'][data-usable='false']")
        .await;
    owner
        .text("guardrail-problems", |text| text.contains("Line 1"))
        .await;
    owner.picture("guardrail-wrong").await;
    owner.audit("a guardrail that is wrong").await;
    owner
        .keys("[data-testid='guardrail-text']", Key::Control + " ")
        .await;
    owner
        .text("guardrail-offers", |text| text.contains("payments/production"))
        .await;
    owner.picture("guardrail-offers").await;
    owner.press("guardrail-text", Key::Enter).await;
    owner.gone("[data-testid='guardrail-offers']").await;
    owner.write("guardrail-text", ");").await;
    owner
        .css("[data-testid='guardrail-problems'][data-usable='true']")
        .await;
}

async fn sees(owner: &Window<'_>) {
    owner
        .text("guardrail-plan", |text| {
            text.contains("lose something") && text.contains("payments/production")
        })
        .await;
    owner.picture("guardrail-simulated").await;
    owner.audit("what a guardrail would do").await;
    owner.choose("guardrail-look", "Last 90 days").await;
    owner
        .text("guardrail-past", |text| text.contains("would have been refused"))
        .await;
    owner.picture("guardrail-past").await;
    owner.audit("what a guardrail would have refused").await;
    owner.resize(960, 640).await;
    owner.picture("guardrail-editor-narrow").await;
    owner.audit("the editor, narrow").await;
    owner.resize(1280, 800).await;
}

async fn carries_out(owner: &Window<'_>, picture: &str) {
    owner
        .until("the plan in the dialog", async || {
            let dialog = owner
                .driver
                .find(By::Css("[data-testid='dialog'] [data-testid='guardrail-plan']"))
                .await
                .ok()?;
            (!read(&dialog).await?.is_empty()).then_some(())
        })
        .await;
    owner.write("reason-field", "The auditors look at payments").await;
    owner.picture(picture).await;
    owner.audit(picture).await;
    owner.click_css("[data-testid='submit']:enabled").await;
    owner.gone("[data-testid='dialog']").await;
}

async fn row(owner: &Window<'_>, name: &str, enabled: &str) {
    owner
        .until("the guardrail in the list", async || {
            let rows = By::Css(format!("[data-testid='guardrail-row'][data-enabled='{enabled}']"));
            for row in owner.driver.find_all(rows).await.ok()? {
                if read(&row).await?.starts_with(name) {
                    return Some(());
                }
            }
            None
        })
        .await;
}

/// What was open offers the value no more; asked all the same, the server refuses; and why is told by the guardrail's name.
async fn refused(developer: &Window<'_>, id: &str) {
    developer.gone("[data-testid='reveal']").await;
    developer.click("explain").await;
    developer.text("explain-answer", |text| text.contains(NAME)).await;
    developer.picture("guardrail-why").await;
    developer.type_keys(char::from(Key::Escape).to_string()).await;
    developer.gone("[data-testid='dialog']").await;
    let asked = json!({"id": id, "version": null});
    assert_eq!(developer.refusal("reveal_value", asked).await, "forbidden");
}

async fn id_of(window: &Window<'_>) -> String {
    let query = json!({"text": "prod stripe_secret", "limit": 1});
    let found = window.ask("search", query).await.unwrap();
    found["secrets"][0]["row"]["id"].as_str().unwrap().to_owned()
}
