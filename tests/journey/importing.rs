//! A `.env` file becomes secrets: chosen in the system's dialog, looked at, taken in, and copied like any other.

use crate::rig::{
    company::Company,
    desktop::Desktop,
    window::{Window, read},
};
use std::fs;
use thirtyfour::prelude::*;

/// Edits what is in `payments/development`.
const DEVELOPER: &str = "Aoife Byrne";
const PLACE: &str = "payments/development";
const FILE: &str = "\
# Of the old laptop
REFUND_API_TOKEN=tok_9f31c0d2a7
REFUND_DATABASE_URL=\"postgres://refunds:k7Rw2@db.internal/refunds\"
DEBUG=true
this line says nothing
";

#[tokio::test(flavor = "multi_thread")]
async fn journey_of_an_import() {
    let company = Company::start().await;
    let desktop = Desktop::start().await;
    desktop.browse_as(&company.admit(DEVELOPER).await);
    let path = desktop.home().join("refunds.env");
    fs::write(&path, FILE).unwrap();
    let window = Window::open(&desktop).await;
    window.enter(&company.origin).await;
    window.keys("body", Key::Control + "i").await;
    window.pick("import-place", PLACE).await;
    window.picture("import-choose").await;
    window.audit("choosing a file to import").await;
    let chosen = async || window.shown_now("[data-testid='import-row']").await;
    window
        .through_dialog(
            &desktop,
            "[data-testid='submit']:enabled",
            ("ctrl+l", &path),
            chosen,
        )
        .await;
    looked_at(&window).await;
    window.click_css("[data-testid='submit']:enabled").await;
    window
        .text("import-done", |text| {
            text.contains(PLACE) && text.contains("delete refunds.env")
        })
        .await;
    window.picture("import-done").await;
    window.audit("an import that is done").await;
    assert!(!window.shown().await.contains("tok_9f31c0d2a7"));
    window.click_css("[data-testid='submit']:enabled").await;
    window.gone("[data-testid='dialog']").await;

    window.search("REFUND_API_TOKEN", PLACE).await;
    window.click("reveal").await;
    let value = window.text("value-text", |text| !text.contains('•')).await;
    assert_eq!(value, "tok_9f31c0d2a7");
    window.close().await;
}

/// Names, what each becomes and the line that cannot be read are shown before anything is sent; no value is.
async fn looked_at(window: &Window<'_>) {
    let rows = window
        .driver
        .find_all(By::Css("[data-testid='import-row']"))
        .await
        .unwrap();
    let mut names = Vec::new();
    for row in &rows {
        names.push(read(row).await.unwrap());
    }
    assert_eq!(names.len(), 3, "{names:?}");
    assert!(names[0].starts_with("REFUND_API_TOKEN"), "{names:?}");
    window
        .text("import-problems", |text| text.contains("line 5"))
        .await;
    let shown = window.shown().await;
    for value in ["tok_9f31c0d2a7", "k7Rw2"] {
        assert!(!shown.contains(value), "no value is shown");
    }
    for theme in ["dark", "light"] {
        let root = format!("document.documentElement.dataset.theme = '{theme}'");
        window.driver.execute(root, Vec::new()).await.unwrap();
        window.picture(&format!("import-look-{theme}")).await;
        window.audit(&format!("what a file holds, {theme}")).await;
    }
}
