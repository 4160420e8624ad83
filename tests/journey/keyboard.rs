//! The developer's day without a mouse.

use crate::rig::{company::Company, desktop::Desktop, window::Window};
use thirtyfour::Key;

#[tokio::test(flavor = "multi_thread")]
async fn journey_by_keyboard_alone() {
    let company = Company::start().await;
    let desktop = Desktop::start().await;
    desktop.browse_as(&company.admit("Aoife Byrne").await);
    let window = Window::open(&desktop).await;

    // The first field has the focus; Enter goes on.
    focused(&window, "server-field").await;
    window.type_keys(company.origin.as_str()).await;
    window.type_keys(Key::Enter).await;
    tab_to(&window, "confirm-server").await;
    window.type_keys(Key::Enter).await;
    tab_to(&window, "sign-in").await;
    window.type_keys(Key::Enter).await;
    window.find("secret-row").await;

    // The list has the focus: arrows move, Enter copies.
    focused(&window, "secret-list").await;
    let first = window.text("secret-title", |text| !text.is_empty()).await;
    window.type_keys(Key::Down).await;
    window.text("secret-title", |text| text != first).await;
    window.type_keys(Key::Up).await;
    window.text("secret-title", |text| text == first).await;

    // Found by name, copied, revealed, hidden.
    window.type_keys(Key::Control + "k").await;
    focused(&window, "search-input").await;
    window.type_keys("prod stripe_secret").await;
    window
        .text("search-result", |hit| hit.contains("payments/production/stripe"))
        .await;
    window.type_keys(Key::Enter).await;
    window
        .text("secret-title", |text| text == "Stripe secret key")
        .await;
    window.type_keys(Key::Enter).await;
    window.find("copy-toast").await;
    let value = desktop.clipboard();
    assert!(!value.is_empty());
    window.type_keys(Key::Control + "r").await;
    window.text("value-text", |text| text == value).await;
    window.type_keys(Key::Escape).await;
    window.gone("[data-testid='value-text']").await;

    // A rotation is asked for; the focus comes back to the list.
    window.type_keys("r").await;
    focused(&window, "reason-field").await;
    window.type_keys("It was on a screen that was shared").await;
    tab_to(&window, "submit").await;
    window.type_keys(Key::Enter).await;
    window.gone("[data-testid='dialog']").await;
    window.find("rotation-state").await;

    // Another place, by the tree.
    tab_to(&window, "place").await;
    window.type_keys(Key::End).await;
    window.type_keys(Key::Enter).await;
    window
        .text("secret-title", |text| text != "Stripe secret key")
        .await;

    // Every view, the overlay of shortcuts, the lock and back.
    for (key, there) in [
        ("2", "request-row"),
        ("3", "history-row"),
        ("4", "empty-bin"),
        (",", "theme"),
    ] {
        window.type_keys(Key::Control + key).await;
        window.find(there).await;
        // What had the focus is gone with its view; the head of the new one has it.
        window
            .until("the focus is in the view", async || {
                let at = window.driver.active_element().await.ok()?;
                (at.tag_name().await.ok()? != "body").then_some(())
            })
            .await;
    }
    window.type_keys(Key::Control + "1").await;
    focused(&window, "secret-list").await;
    window.type_keys("?").await;
    window.find("dialog").await;
    window.type_keys(Key::Escape).await;
    window.gone("[data-testid='dialog']").await;
    window.type_keys(Key::Control + "l").await;
    window.find("lock-screen").await;
    assert_eq!(desktop.clipboard(), "", "locking clears the clipboard");
    tab_to(&window, "unlock").await;
    window.type_keys(Key::Enter).await;
    window.find("secret-row").await;
    window.close().await;
}

/// Waits until the focus is there by itself.
async fn focused(window: &Window<'_>, testid: &str) {
    window
        .until(&format!("`{testid}` has the focus"), async || {
            (focus(window).await? == testid).then_some(())
        })
        .await;
}

/// Presses Tab until the focus is there; a person gives up after a while.
async fn tab_to(window: &Window<'_>, testid: &str) {
    window.find(testid).await;
    let mut passed = Vec::new();
    for _ in 0..60 {
        let at = focus(window).await.unwrap_or_default();
        if at == testid {
            return;
        }
        passed.push(at);
        window.type_keys(Key::Tab).await;
    }
    panic!("Tab never came to `{testid}`: {passed:?}");
}

async fn focus(window: &Window<'_>) -> Option<String> {
    let element = window.driver.active_element().await.ok()?;
    element.attr("data-testid").await.ok()?
}
