//! The first sign-in to an empty server, and the second one with the same code.

use crate::rig::{company::Company, desktop::Desktop, window::Window};
use claviger_testkit::peers::provider::Person;
use thirtyfour::Key;

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
    owner.picture("first-start").await;
    owner.audit("the bootstrap code").await;

    let wrong: String = code.chars().rev().collect();
    enter(&owner, &wrong).await;
    let said = owner.text("sign-in-problem", |text| !text.is_empty()).await;
    assert!(said.contains("This bootstrap code is not valid"), "{said}");
    assert!(said.contains("60 minutes"), "what to do: {said}");
    owner.picture("first-start-wrong-code").await;
    owner.audit("a wrong bootstrap code").await;

    enter(&owner, &code).await;
    owner.find("nav-vault").await;
    owner
        .text("empty-vault", |text| text.contains("No secrets yet"))
        .await;
    owner.picture("first-start-owner").await;
    owner.audit("an empty vault").await;
    owner.click("nav-history").await;
    owner
        .css("[data-testid='history-row'][data-action='accessGiven']")
        .await;

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
    late.click("sign-in").await;
    late.text("empty-vault", |text| text.contains("No secrets yet"))
        .await;
    owner.close().await;
    late.close().await;
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
