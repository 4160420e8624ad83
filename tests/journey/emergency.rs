//! An emergency: a Lead gives a right beforehand; its holder draws it and reads a value; everybody who may give access there
//! is told at once; it is given back, and the Lead reviews it.

use crate::rig::{
    company::Company,
    desktop::Desktop,
    window::{Window, read},
};
use thirtyfour::prelude::*;

/// Leads Ledger.
const LEAD: &str = "Ines Moreau";
/// Of Storefront; has nothing in Ledger.
const HOLDER: &str = "Freja Nielsen";
const PLACE: &str = "ledger/staging";
const WHY: &str = "Settlement hangs, and nobody of Ledger answers";

#[tokio::test(flavor = "multi_thread")]
async fn journey_of_an_emergency() {
    let company = Company::start().await;
    let (theirs, hers) = (Desktop::start().await, Desktop::start().await);
    theirs.browse_as(&company.admit(LEAD).await);
    hers.browse_as(&company.admit(HOLDER).await);
    let lead = Window::open(&theirs).await;
    lead.enter(&company.origin).await;
    gives(&lead).await;

    let holder = Window::open(&hers).await;
    holder.enter(&company.origin).await;
    told(&holder, "emergency.given").await;
    draws(&holder).await;
    reads(&holder).await;

    lead.text("emergency-other", |text| {
        text.contains(HOLDER) && text.contains(PLACE) && text.contains(WHY)
    })
    .await;
    lead.picture("emergency-told").await;
    lead.audit("told of an emergency").await;

    holder.click("emergency-back").await;
    holder.gone("[data-testid='emergency-banner']").await;
    holder
        .until("nothing of it is left", async || {
            let found = holder
                .ask("search", serde_json::json!({ "text": PLACE, "limit": 5 }))
                .await?;
            found["secrets"].as_array()?.is_empty().then_some(())
        })
        .await;

    reviews(&lead).await;
    told(&holder, "emergency.reviewed").await;
    holder.picture("emergency-notices").await;
    holder.audit("notices").await;
    holder.close().await;
    lead.close().await;
}

async fn gives(lead: &Window<'_>) {
    lead.find("nav-access").await;
    lead.keys("body", Key::Control + "5").await;
    lead.choose("access-mode", "Emergency").await;
    lead.click("emergency-give").await;
    lead.pick("give-place", PLACE).await;
    lead.pick("give-role", "Reader").await;
    lead.write("give-who", HOLDER).await;
    lead.text("give-receiver", |text| text.contains(HOLDER)).await;
    lead.press("give-who", Key::Enter).await;
    // What they could do is shown before it is given.
    lead.text("give-plan", |text| text.contains("ledger/staging"))
        .await;
    lead.write("reason-field", "Stands in for Ledger at night").await;
    lead.picture("emergency-giving").await;
    lead.audit("giving an emergency right").await;
    lead.click_css("[data-testid='submit']:enabled").await;
    lead.gone("[data-testid='dialog']").await;
    lead.until("it stands in the list", async || {
        for row in lead
            .driver
            .find_all(By::Css("[data-testid='emergency-right']"))
            .await
            .ok()?
        {
            if read(&row).await?.contains(PLACE) {
                return Some(());
            }
        }
        None
    })
    .await;
    lead.picture("emergency-rights").await;
    lead.audit("emergency rights").await;
}

/// Waits for a notice of a kind, and leaves it unread.
async fn told(window: &Window<'_>, kind: &str) {
    window.click("nav-notices").await;
    window
        .css(&format!("[data-testid='notice-row'][data-kind='{kind}']"))
        .await;
}

async fn draws(holder: &Window<'_>) {
    holder.click("nav-requests").await;
    holder
        .until("the right of that place can be drawn", async || {
            for row in holder
                .driver
                .find_all(By::Css("[data-testid='emergency-right']"))
                .await
                .ok()?
            {
                if read(&row).await?.contains(PLACE) {
                    let draw = row.find(By::Css("[data-testid='emergency-draw']")).await.ok()?;
                    return draw.click().await.ok();
                }
            }
            None
        })
        .await;
    holder.pick("emergency-time", "15 minutes").await;
    holder.write("reason-field", WHY).await;
    holder.picture("emergency-drawing").await;
    holder.audit("drawing emergency access").await;
    holder.click_css("[data-testid='submit']:enabled").await;
    holder.gone("[data-testid='dialog']").await;
    holder
        .text("emergency-banner", |text| {
            text.contains("Reader at ledger/staging")
        })
        .await;
}

async fn reads(holder: &Window<'_>) {
    holder.keys("body", Key::Control + "1").await;
    holder.find("search-box").await;
    holder.search("ledger staging", PLACE).await;
    holder.click("reveal").await;
    let value = holder.text("value-text", |text| !text.contains('•')).await;
    assert!(!value.is_empty());
    holder.click("hide").await;
    holder.picture("emergency-reading").await;
    holder.audit("reading in an emergency").await;
}

async fn reviews(lead: &Window<'_>) {
    lead.gone("[data-testid='emergency-other']").await;
    lead.click("nav-notices").await;
    lead.css("[data-testid='notice-row'][data-kind='emergency.used']")
        .await;
    lead.picture("emergency-lead-notices").await;
    // A notice leads to what it tells of.
    lead.click_css("[data-testid='notice-row'][data-kind='emergency.used']")
        .await;
    lead.click("emergency-review").await;
    lead.text("dialog", |text| {
        text.contains(WHY) && text.contains("a rotation is asked for")
    })
    .await;
    lead.choose("emergency-verdict", "It was an emergency").await;
    lead.write("reason-field", "Seen in the incident").await;
    lead.picture("emergency-review").await;
    lead.audit("a review").await;
    lead.click_css("[data-testid='submit']:enabled").await;
    lead.gone("[data-testid='dialog']").await;
    lead.until("the review stands there", async || {
        lead.shown().await.contains("Seen in the incident").then_some(())
    })
    .await;
    for theme in ["dark", "contrast", "light"] {
        lead.themed(theme).await;
        lead.keys("body", Key::Control + "5").await;
        lead.find("emergency-review-row").await;
        lead.picture(&format!("emergency-reviewed-{theme}")).await;
        lead.audit(&format!("emergency access, {theme}")).await;
    }
    lead.resize(960, 640).await;
    lead.picture("emergency-reviewed-narrow").await;
}
