//! Somebody who signed in with a password alone copies a production value: the browser asks for more, and the copy goes on.

use crate::rig::{
    company::Company,
    desktop::Desktop,
    window::{Window, read},
};
use claviger_testkit::peers::provider::Person;
use thirtyfour::By;

const DEVELOPER: &str = "Aoife Byrne";

#[tokio::test(flavor = "multi_thread")]
async fn journey_of_a_stronger_sign_in() {
    let company = Company::start().await;
    let desktop = Desktop::start().await;
    let strong = company.person(DEVELOPER);
    let weak = Person {
        amr: vec!["pwd".to_owned()],
        ..strong.clone()
    };
    company.provider.put_person(&weak).await.unwrap();
    desktop.browse_as(&weak.sub);
    let window = Window::open(&desktop).await;
    window.enter(&company.origin).await;
    window
        .search("prod stripe_secret", "payments/production/stripe")
        .await;
    window
        .text("secret-title", |text| text == "Stripe secret key")
        .await;

    // The browser was asked and vouched for a password again: nothing is copied, and why is said.
    desktop.copy_elsewhere("what was there before");
    window.click("copy").await;
    window
        .until("it says what is missing", async || {
            let shown = window.shown().await;
            shown.contains("fresh multi-factor sign-in").then_some(())
        })
        .await;
    window.picture("step-up-refused").await;
    window.audit("a sign-in that was too weak").await;
    assert_eq!(desktop.clipboard(), "what was there before");

    // Now the person has their second factor at hand. One press, and the browser in the middle of it.
    company.provider.put_person(&strong).await.unwrap();
    window.click("copy").await;
    window.find("copy-toast").await;
    let value = window
        .until("the value is in the clipboard", async || {
            Some(desktop.clipboard()).filter(|text| text != "what was there before")
        })
        .await;
    assert!(!value.is_empty());
    window.picture("step-up-copied").await;

    // Both are in the person's own history, and the log proves it whole.
    window.click("nav-history").await;
    window
        .css("[data-testid='history-row'][data-action='copied']")
        .await;
    window
        .css("[data-testid='proof-banner'][data-state='whole']")
        .await;
    window
        .until("one copy was refused, and one was not", async || {
            let copied = By::Css("[data-testid='history-row'][data-action='copied']");
            let mut refused = [false, false];
            for row in window.driver.find_all(copied).await.ok()? {
                refused[usize::from(read(&row).await?.contains("refused"))] = true;
            }
            (refused == [true, true]).then_some(())
        })
        .await;
    window.close().await;
}
