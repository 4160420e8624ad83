//! An owner lets a rule approve what a team asks for; somebody of the team asks and has it at once, for as long as the rule says.

use crate::rig::{
    company::Company,
    desktop::Desktop,
    window::{Window, read},
};
use thirtyfour::prelude::*;

/// Has founded the server.
const OWNER: &str = "Samir Haddad";
/// Her team sees what is in `partners`, and reads nothing in production.
const DEVELOPER: &str = "Aoife Byrne";
const TEAM: &str = "Payments";
const RULE: &str = "Payments look at partners' files";

#[tokio::test(flavor = "multi_thread")]
async fn journey_of_a_rule() {
    let company = Company::start().await;
    let (hers, theirs) = (Desktop::start().await, Desktop::start().await);
    hers.browse_as(&company.admit(OWNER).await);
    theirs.browse_as(&company.admit(DEVELOPER).await);
    let owner = Window::open(&hers).await;
    owner.enter(&company.origin).await;
    makes_a_rule(&owner).await;
    owner.close().await;

    let developer = Window::open(&theirs).await;
    developer.enter(&company.origin).await;
    developer
        .search("prod partner_exchange", "partners/production")
        .await;
    developer
        .text("secret-title", |text| text == "Partner exchange key")
        .await;
    developer.click("ask-access").await;
    developer.pick("ask-role", "Reader").await;
    // Longer than the rule allows, somebody has to look.
    developer.pick("ask-time", "1 day").await;
    developer
        .text("dialog", |text| text.contains("Can approve it:"))
        .await;
    developer.pick("ask-time", "1 hour").await;
    developer
        .text("dialog", |text| text.contains("A rule approves this at once."))
        .await;
    developer
        .write("reason-field", "A partner's file was not fetched")
        .await;
    developer.picture("by-rule-ask").await;
    developer.click_css("[data-testid='submit']:enabled").await;
    developer.gone("[data-testid='dialog']").await;

    developer.click("reveal").await;
    let value = developer.text("value-text", |text| !text.contains('•')).await;
    assert!(!value.is_empty());
    developer.click("nav-requests").await;
    developer
        .until("the rule is named", async || {
            for row in developer
                .driver
                .find_all(By::Css("[data-testid='request-row']"))
                .await
                .ok()?
            {
                if read(&row).await?.contains("by a rule") {
                    return Some(());
                }
            }
            None
        })
        .await;
    developer.picture("by-rule-given").await;
    developer.close().await;
}

async fn makes_a_rule(owner: &Window<'_>) {
    owner.find("nav-organization").await;
    owner.keys("body", Key::Control + "6").await;
    owner.find("place-row").await;
    owner
        .take(["place-row", "place-menu", "place-approval"], "partners")
        .await;
    owner.click("add-rule").await;
    owner.write("rule-name", RULE).await;
    owner.pick("rule-role", "Reader").await;
    owner
        .until("the team can be chosen", async || {
            for chip in owner
                .driver
                .find_all(By::Css("[data-testid='rule-team']"))
                .await
                .ok()?
            {
                if read(&chip).await? == TEAM {
                    return chip.click().await.ok();
                }
            }
            None
        })
        .await;
    owner.picture("by-rule-making").await;
    owner.audit("a new rule of approval").await;
    owner.click("rule-done").await;
    owner
        .text("approval-rule", |text| {
            text.contains("Reader for at most 8 hours, for members of Payments")
        })
        .await;
    owner.picture("by-rule-set").await;
    owner.audit("approval of requests").await;
    owner.click_css("[data-testid='submit']:enabled").await;
    owner.gone("[data-testid='dialog']").await;
}
