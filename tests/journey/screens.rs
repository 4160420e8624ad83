//! Every main screen in every theme and in both sizes: whether everybody can use it, and the pictures of the README.

use crate::rig::{company::Company, desktop::Desktop, window::Window};
use thirtyfour::prelude::*;

const THEMES: [&str; 3] = ["light", "dark", "contrast"];

#[tokio::test(flavor = "multi_thread")]
async fn journey_through_the_screens() {
    let company = Company::start().await;
    let desktop = Desktop::start().await;
    desktop.browse_as(&company.admit("Aoife Byrne").await);
    let window = Window::open(&desktop).await;
    window.connect(&company.origin).await;
    window.picture("sign-in").await;
    window.click("sign-in").await;
    window.find("secret-row").await;

    for theme in THEMES {
        window.themed(theme).await;
        walk(&window, theme).await;
    }
    // The places fold away, and everything is still there.
    window.resize(960, 640).await;
    for theme in THEMES {
        window.themed(theme).await;
        walk(&window, &format!("{theme}-narrow")).await;
    }
    window.close().await;
}

async fn walk(window: &Window<'_>, theme: &str) {
    let shows = async |screen: &str| {
        window.picture(&format!("{screen}-{theme}")).await;
        window.audit(&format!("{screen}, {theme}")).await;
    };
    shows("settings").await;

    window.keys("body", Key::Control + "1").await;
    window
        .search("prod stripe_secret", "payments/production/stripe")
        .await;
    window
        .text("secret-title", |text| text == "Stripe secret key")
        .await;
    window.find("why-card").await;
    shows("vault").await;

    window.click("search-box").await;
    window.write("search-input", "stri").await;
    window.find("search-result").await;
    shows("search").await;
    window.press("search-input", Key::Escape).await;
    window.gone("[data-testid='search-input']").await;

    window.keys("body", Key::Control + "2").await;
    window.find("request-row").await;
    shows("requests").await;

    window.keys("body", Key::Control + "3").await;
    window
        .css("[data-testid='proof-banner'][data-state='whole']")
        .await;
    window.find("history-row").await;
    shows("history").await;

    window.keys("body", Key::Control + "4").await;
    window.find("empty-bin").await;
    shows("bin").await;
    window.keys("body", Key::Control + "7").await;
    window
        .until("the notices are there", async || {
            let shown = window.shown().await;
            shown
                .contains("What waits for you, what became of what you asked for")
                .then_some(())
        })
        .await;
    shows("notices").await;
    window.keys("body", Key::Control + ",").await;
    window.find("theme").await;
}
