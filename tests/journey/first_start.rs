//! From an empty server to a working one: the first sign-in, the second one with the same code, and what leads to the first secret.

use crate::rig::{company::Company, desktop::Desktop, window::Window};
use claviger_testkit::peers::provider::Person;
use serde_json::json;
use std::fs;
use thirtyfour::prelude::*;

const PLACE: &str = "payments/development";

#[tokio::test(flavor = "multi_thread")]
async fn journey_of_the_first_owner() {
    let company = Company::empty(&[Person::new("mara", &[]), Person::new("joost", &[])]).await;
    let code = company.bootstrap_code();
    let (first, second) = tokio::join!(Desktop::start(), Desktop::start());
    first.browse_as("mara");
    second.browse_as("joost");
    let (owner, late) = tokio::join!(Window::open(&first), Window::open(&second));
    for window in [&owner, &late] {
        window.connect(&company.origin).await;
        window.find("bootstrap-field").await;
    }
    // The way of each, without what only the journey does.
    let mut ways = [owner.effort.since(), late.effort.since()];
    owner.picture("first-start").await;
    owner.audit("the bootstrap code").await;

    let wrong: String = code.chars().rev().collect();
    enter(&owner, &wrong).await;
    let said = owner.text("sign-in-problem", |text| !text.is_empty()).await;
    assert!(said.contains("This bootstrap code is not valid"), "{said}");
    assert!(said.contains("60 minutes"), "what to do: {said}");
    owner.picture("first-start-wrong-code").await;
    owner.audit("a wrong bootstrap code").await;

    owner.effort.since();
    enter(&owner, &code).await;
    owner.find("nav-vault").await;
    add(&mut ways[0], &owner);
    owner
        .text("empty-vault", |text| text.contains("No secrets yet"))
        .await;
    owner.picture("first-start-owner").await;
    owner.audit("an empty vault").await;
    owner.click("nav-history").await;
    owner
        .css("[data-testid='history-row'][data-action='accessGiven']")
        .await;
    owner.click("nav-vault").await;
    owner.effort.since();
    makes_places(&owner).await;

    // The same code again, in a window that still shows its field.
    enter(&late, &code).await;
    let said = late
        .text("sign-in-problem", |text| {
            text.contains("already has its first Owner")
        })
        .await;
    assert!(said.contains("Sign in without a code"), "{said}");
    late.gone("[data-testid='bootstrap-field']").await;
    late.picture("first-start-used-code").await;
    late.audit("a used bootstrap code").await;
    late.effort.since();
    late.click("sign-in").await;
    late.text("empty-vault", |text| text.contains("No secrets yet"))
        .await;
    late.gone("[data-testid='first-steps']").await;

    // The second person is known now; with a role they bring in what there is.
    done(&owner, 2).await;
    gives_an_editor(&owner).await;
    done(&owner, 3).await;
    owner.picture("first-steps-given").await;
    imports(&late, &second).await;
    owner.find("secret-row").await;
    owner.gone("[data-testid='first-steps']").await;
    owner.picture("first-start-works").await;
    for (way, window) in ways.iter_mut().zip([&owner, &late]) {
        add(way, window);
        // The address is given to one, and pasted.
        way[1] -= company.origin.chars().count();
    }
    ways[0][1] -= code.chars().count();
    // What `docs/operations.md` says; the Owner's keys are two names of places, one of a person, and a reason.
    assert_eq!(ways[0], [11, 51], "clicks and keys of the Owner");
    assert_eq!(ways[1][0], 8, "clicks of the second person");
    owner.close().await;
    late.close().await;
}

fn add(way: &mut [usize; 2], window: &Window<'_>) {
    let further = window.effort.since();
    *way = [way[0] + further[0], way[1] + further[1]];
}

/// By the buttons of the list that an empty vault shows.
async fn makes_places(owner: &Window<'_>) {
    done(owner, 0).await;
    for (label, name) in [("New project", "payments"), ("New environment", "development")] {
        owner.text("first-place", |text| text.contains(label)).await;
        owner.click("first-place").await;
        owner.write("place-name", name).await;
        if label == "New environment" {
            owner.pick("place-class", "development").await;
        }
        owner.press("place-name", Key::Enter).await;
        owner.gone("[data-testid='dialog']").await;
    }
    done(owner, 1).await;
    owner.picture("first-steps").await;
    owner.audit("the first steps").await;
}

/// So many steps are ticked.
async fn done(owner: &Window<'_>, steps: usize) {
    let said = format!("{steps} of 4 done");
    owner.text("first-steps", |text| text.contains(&said)).await;
}

async fn gives_an_editor(owner: &Window<'_>) {
    owner.click("first-editor").await;
    owner.pick("give-place", PLACE).await;
    // The least role that makes secrets.
    owner
        .until("Editor is proposed", async || {
            let role = owner.shown_now("[data-testid='give-role']").await?;
            let chosen = role.find(By::Css("option:checked")).await.ok()?;
            (chosen.text().await.ok()? == "Editor").then_some(())
        })
        .await;
    owner.write("give-who", "joost").await;
    owner.find("give-receiver").await;
    owner.press("give-who", Key::Enter).await;
    owner.write("reason-field", "Brings in what there is").await;
    owner.picture("first-steps-give").await;
    owner.click_css("[data-testid='submit']:enabled").await;
    owner.gone("[data-testid='dialog']").await;
}

async fn imports(editor: &Window<'_>, desktop: &Desktop) {
    let path = desktop.home().join("payments.env");
    fs::write(&path, "PAYMENTS_TOKEN=tok_41c0\n").unwrap();
    editor
        .until("the place is there", async || {
            let places = editor.ask("places", json!({})).await?;
            let place = places["places"]
                .as_array()?
                .iter()
                .find(|one| one["path"] == PLACE)?;
            place["rights"]["create"].as_bool()?.then_some(())
        })
        .await;
    editor.keys("body", Key::Control + "i").await;
    editor.pick("import-place", PLACE).await;
    let chosen = async || editor.shown_now("[data-testid='import-row']").await;
    let button = "[data-testid='submit']:enabled";
    editor
        .through_dialog(desktop, button, ("ctrl+l", &path), chosen)
        .await;
    editor.click_css(button).await;
    editor.text("import-done", |text| text.contains(PLACE)).await;
    editor.click_css(button).await;
    editor.gone("[data-testid='dialog']").await;
    editor.find("secret-row").await;
}

/// Types a code in place of whatever stands there, and signs in with it.
async fn enter(window: &Window<'_>, code: &str) {
    window
        .keys("[data-testid='bootstrap-field']", Key::Control + "a")
        .await;
    window.write("bootstrap-field", code).await;
    // The browser of a test answers before one can look.
    window.watch("sign-in-waiting").await;
    window.click("sign-in").await;
    window
        .until("the browser was asked", async || {
            let said = window.watched().await;
            said.iter().any(|text| !text.is_empty()).then_some(())
        })
        .await;
}
