//! The pictures of the README: the main screens in both themes, at 1280×800.

use crate::rig::{company::Company, desktop::Desktop, window::Window};
use thirtyfour::prelude::*;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "`cargo xtask screenshots` takes them"]
async fn screenshots_of_the_main_screens() {
    assert!(
        std::env::var_os("CLAVIGER_SHOTS").is_some(),
        "CLAVIGER_SHOTS says where they go"
    );
    let company = Company::start().await;
    let desktop = Desktop::start().await;
    desktop.browse_as(&company.admit("Aoife Byrne").await);
    let window = Window::open(&desktop).await;

    window.write("server-field", &company.origin).await;
    window.click("connect-server").await;
    window.click("confirm-server").await;
    window.find("sign-in").await;
    window.picture("sign-in").await;
    window.click("sign-in").await;
    window.find("secret-row").await;

    for theme in ["light", "dark"] {
        window.click("nav-settings").await;
        choose_theme(&window, theme).await;
        window.picture(&format!("settings-{theme}")).await;

        window.click("nav-vault").await;
        window.go_to("payments/production").await;
        window
            .search("prod stripe_secret", "payments/production/stripe")
            .await;
        window
            .text("secret-title", |text| text == "Stripe secret key")
            .await;
        window.find("why-card").await;
        window.picture(&format!("vault-{theme}")).await;

        window.click("search-box").await;
        window.write("search-input", "stri").await;
        window.find("search-result").await;
        window.picture(&format!("search-{theme}")).await;
        window.press("search-input", Key::Escape).await;

        window.click("nav-requests").await;
        window.find("request-row").await;
        window.picture(&format!("requests-{theme}")).await;

        window.click("nav-history").await;
        window
            .css("[data-testid='proof-banner'][data-state='whole']")
            .await;
        window.find("history-row").await;
        window.picture(&format!("history-{theme}")).await;
    }
    window.close().await;
}

async fn choose_theme(window: &Window<'_>, theme: &str) {
    let fieldset = window.find("theme").await;
    for label in fieldset.find_all(By::Tag("label")).await.unwrap() {
        if label.text().await.unwrap().eq_ignore_ascii_case(theme) {
            label.click().await.unwrap();
        }
    }
    window.css(&format!("html[data-theme='{theme}']")).await;
}
