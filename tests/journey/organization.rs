//! An owner makes a place, puts somebody into a team and gives the team access; the person at the other desk has it by itself.

use crate::rig::{company::Company, desktop::Desktop, window::Window};
use thirtyfour::prelude::*;

/// Has founded the server.
const OWNER: &str = "Samir Haddad";
/// Sees what is in `partners`, and reads nothing in production.
const DEVELOPER: &str = "Aoife Byrne";
const PLACE: &str = "partners/rehearsal";
const THEMES: [&str; 3] = ["light", "dark", "contrast"];

#[tokio::test(flavor = "multi_thread")]
async fn journey_of_an_owner() {
    let company = Company::start().await;
    let (hers, theirs) = (Desktop::start().await, Desktop::start().await);
    hers.browse_as(&company.admit(OWNER).await);
    theirs.browse_as(&company.admit(DEVELOPER).await);
    let developer = Window::open(&theirs).await;
    developer.enter(&company.origin).await;

    let owner = Window::open(&hers).await;
    owner.enter(&company.origin).await;
    owner.find("nav-organization").await;
    for theme in THEMES {
        owner.themed(theme).await;
        looks_around(&owner, theme).await;
    }
    owner.resize(960, 640).await;
    owner.themed("light").await;
    looks_around(&owner, "narrow").await;
    owner.resize(1280, 800).await;
    makes_a_place(&owner).await;
    fills_a_team(&owner).await;
    gives(&owner).await;

    developer
        .until(
            "the place is there, with the right to make secrets in it",
            async || {
                let places = developer.ask("places", serde_json::json!({})).await?;
                let place = places["places"]
                    .as_array()?
                    .iter()
                    .find(|place| place["path"] == PLACE)?;
                place["rights"]["create"].as_bool()?.then_some(())
            },
        )
        .await;
    developer.close().await;
    owner.close().await;
}

async fn part(owner: &Window<'_>, label: &str, testid: &str) {
    owner.choose("organization-part", label).await;
    owner.find(testid).await;
}

async fn looks_around(owner: &Window<'_>, theme: &str) {
    let shows = async |screen: &str| {
        owner.picture(&format!("{screen}-{theme}")).await;
        owner.audit(&format!("{screen}, {theme}")).await;
    };
    owner.keys("body", Key::Control + "6").await;
    part(owner, "Places", "place-row").await;
    shows("organization-places").await;
    part(owner, "People and teams", "people-row").await;
    shows("organization-people").await;
    part(owner, "Services", "service-row").await;
    shows("organization-services").await;
    owner.click("service-row").await;
    owner.find("key-row").await;
    shows("organization-service").await;
    part(owner, "Files", "files-write").await;
    shows("organization-files").await;
    owner.click("files-delegate").await;
    owner.find("delegate-role").await;
    shows("organization-delegate-files").await;
    owner.type_keys(Key::Escape).await;
    owner.gone("[data-testid='dialog']").await;
    part(owner, "Roles", "role-row").await;
    shows("organization-roles").await;
    owner.click("new-role").await;
    owner.find("role-action").await;
    shows("organization-role").await;
    owner.press("role-name", Key::Escape).await;
    owner.gone("[data-testid='dialog']").await;
    owner.choose("organization-part", "Second owner").await;
    owner
        .until("it says whether anything waits", async || {
            owner.shown().await.contains("Nothing waits").then_some(())
        })
        .await;
    shows("organization-second-owner").await;
}

/// By keys alone, once the menu has the focus.
async fn makes_a_place(owner: &Window<'_>) {
    owner.keys("body", Key::Control + "6").await;
    part(owner, "Places", "place-row").await;
    owner
        .take(["place-row", "place-menu", "place-add"], "partners")
        .await;
    owner.write("place-name", "rehearsal").await;
    owner.pick("place-class", "staging").await;
    owner.picture("organization-new-place").await;
    owner.audit("a new environment").await;
    owner.press("place-name", Key::Enter).await;
    owner.gone("[data-testid='dialog']").await;
    owner
        .until("the place stands there", async || {
            owner.shown().await.contains("rehearsal").then_some(())
        })
        .await;
}

async fn fills_a_team(owner: &Window<'_>) {
    part(owner, "People and teams", "people-row").await;
    owner.click("new-team").await;
    owner.write("team-name", "Rehearsal crew").await;
    owner.press("team-name", Key::Enter).await;
    owner.find("team-panel").await;
    owner.click("add-member").await;
    owner.write("give-who", DEVELOPER).await;
    owner.text("give-receiver", |text| text.contains(DEVELOPER)).await;
    owner.press("give-who", Key::Enter).await;
    owner.picture("organization-add-member").await;
    owner.audit("a new member").await;
    owner.click_css("[data-testid='submit']:enabled").await;
    owner.text("member-row", |text| text.contains(DEVELOPER)).await;
    owner.picture("organization-team").await;
    owner.audit("a team").await;
}

async fn gives(owner: &Window<'_>) {
    owner.keys("body", Key::Control + "5").await;
    owner.find("access-row").await;
    owner.keys("body", Key::Control + "g").await;
    owner.pick("give-place", PLACE).await;
    owner.pick("give-role", "Editor").await;
    owner.write("give-who", "rehearsal").await;
    owner
        .text("give-receiver", |text| text.contains("Rehearsal crew"))
        .await;
    owner.picture("give-who").await;
    owner.audit("whom to give it to").await;
    owner.press("give-who", Key::Enter).await;
    // What is newly allowed is said before it is given, and nothing is given without a reason.
    owner
        .text("give-plan", |plan| plan.contains("write values"))
        .await;
    owner.gone("[data-testid='submit']:enabled").await;
    owner.click("give-conditions").await;
    owner
        .pick("give-factor", "multi-factor, at most 8 hours ago")
        .await;
    owner.press("give-hours", Key::Enter).await;
    owner.picture("give-conditions").await;
    owner.audit("conditions of a grant").await;
    owner.press("give-hours", Key::Enter).await;
    owner
        .write("reason-field", "Rehearses the partners' new feed")
        .await;
    owner.css("[data-testid='submit']:enabled").await;
    owner.picture("give-plan").await;
    owner.audit("giving access").await;
    owner.click_css("[data-testid='submit']:enabled").await;
    owner.gone("[data-testid='dialog']").await;
}
