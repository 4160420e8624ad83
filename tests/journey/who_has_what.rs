//! A lead looks up who has what and takes one grant away; the person at the other desk loses it at once.

use crate::rig::{
    company::Company,
    desktop::Desktop,
    window::{Window, read},
};
use thirtyfour::prelude::*;

const LEAD: &str = "Mara Okafor";
/// On call for production since this week.
const DEVELOPER: &str = "Aoife Byrne";
const ON_CALL: &str = "On-call this week";
const REASON: &str = "The on-call week went to somebody else";

#[tokio::test(flavor = "multi_thread")]
async fn journey_of_a_lead() {
    let company = Company::start().await;
    let (hers, theirs) = (Desktop::start().await, Desktop::start().await);
    hers.browse_as(&company.admit(LEAD).await);
    theirs.browse_as(&company.admit(DEVELOPER).await);
    let developer = Window::open(&theirs).await;
    developer.enter(&company.origin).await;
    developer
        .search("prod stripe_secret", "payments/production/stripe")
        .await;
    developer
        .text("secret-title", |text| text == "Stripe secret key")
        .await;
    developer.find("reveal").await;

    let lead = Window::open(&hers).await;
    lead.enter(&company.origin).await;
    lead.click("nav-access").await;
    for theme in ["light", "dark"] {
        lead.themed(theme).await;
        lead.click("nav-access").await;
        looks_around(&lead, theme).await;
    }
    lead.resize(960, 640).await;
    looks_around(&lead, "narrow").await;
    revokes(&lead).await;

    // The team still lets them see that it is there, and no more.
    developer.gone("[data-testid='reveal']").await;
    developer
        .until("what is left is said", async || {
            let shown = developer.shown().await;
            let seen = "You may see that it is here, not its value.";
            (shown.contains(seen) && shown.contains("Why you can see this")).then_some(())
        })
        .await;
    developer.picture("access-lost").await;
    developer.close().await;
    lead.close().await;
}

async fn looks_around(lead: &Window<'_>, theme: &str) {
    lead.choose("access-mode", "By place").await;
    lead.find("access-row").await;
    lead.picture(&format!("access-place-{theme}")).await;
    lead.audit(&format!("who has what at a place, {theme}")).await;

    lead.choose("access-mode", "Matrix").await;
    lead.find("matrix").await;
    lead.picture(&format!("access-matrix-{theme}")).await;
    lead.audit(&format!("the matrix, {theme}")).await;

    lead.choose("access-mode", "By person").await;
    lead.until("the developer is shown", async || {
        let driver = &lead.driver;
        // Somebody may be shown from before.
        if let Ok(other) = driver.find(By::Css("[data-testid='access-other']")).await {
            other.click().await.ok()?;
        }
        let letters = driver.find(By::Css("[data-testid='access-search']")).await.ok()?;
        letters.clear().await.ok()?;
        letters.send_keys(DEVELOPER).await.ok()?;
        Some(())
    })
    .await;
    lead.text("access-found", |text| text.contains(DEVELOPER)).await;
    lead.click("access-found").await;
    on_call(lead).await;
    lead.picture(&format!("access-person-{theme}")).await;
    lead.audit(&format!("what a person has, {theme}")).await;
}

/// The row of the grant for this week.
async fn on_call(lead: &Window<'_>) -> WebElement {
    lead.until("the grant for this week", async || row_now(lead).await)
        .await
}

async fn row_now(lead: &Window<'_>) -> Option<WebElement> {
    let rows = lead.driver.find_all(By::Css("[data-testid='access-row']")).await;
    for row in rows.ok()? {
        if read(&row).await?.contains(ON_CALL) {
            return Some(row);
        }
    }
    None
}

async fn revokes(lead: &Window<'_>) {
    lead.until("the menu of the grant opens", async || {
        let row = row_now(lead).await?;
        let menu = row.find(By::Css("[data-testid='grant-menu']")).await.ok()?;
        menu.send_keys(char::from(Key::Enter).to_string()).await.ok()
    })
    .await;
    lead.click("revoke-grant").await;
    // What is lost is said before it is done, and nothing is done without a reason.
    lead.text("grant-plan", |plan| plan.contains("reveal and copy values"))
        .await;
    lead.audit("the plan of revoking a grant").await;
    lead.gone("[data-testid='submit']:enabled").await;
    lead.write("reason-field", REASON).await;
    lead.picture("access-revoke").await;
    lead.click_css("[data-testid='submit']:enabled").await;
    lead.gone("[data-testid='dialog']").await;
    lead.until("the grant is gone", async || {
        let shown = lead.driver.find_all(By::Css("[data-testid='access-row']")).await;
        (!shown.ok()?.is_empty() && row_now(lead).await.is_none()).then_some(())
    })
    .await;
}
