//! A server whose certificate nobody vouches for.

use crate::rig::{company::Company, desktop::Desktop, window::Window};
use thirtyfour::By;

#[tokio::test(flavor = "multi_thread")]
async fn journey_to_a_server_with_a_wrong_certificate() {
    let company = Company::disguised().await;
    let desktop = Desktop::start().await;
    let window = Window::open(&desktop).await;

    window.write("server-field", &company.origin).await;
    window.click("connect-server").await;
    let said = window.text("sign-in-problem", |text| !text.is_empty()).await;
    assert!(said.contains("certificate is not valid"), "{said}");
    assert!(said.contains("Do not go on"), "{said}");
    window.picture("certificate").await;
    window.audit("a wrong certificate").await;

    // There is no way around it: the same address can be asked again, nothing else.
    let mut ways = Vec::new();
    for button in window.driver.find_all(By::Css("button, a")).await.unwrap() {
        ways.push(button.attr("data-testid").await.unwrap().unwrap_or_default());
    }
    assert_eq!(ways, ["connect-server"]);
    window.watch("sign-in-problem").await;
    window.click("connect-server").await;
    window
        .until("it was asked again, and refused again", async || {
            let [.., between, last] = &window.watched().await[..] else {
                return None;
            };
            (between.is_empty() && last.contains("certificate is not valid")).then_some(())
        })
        .await;
    assert!(!desktop.data().join("server.json").exists(), "nothing was pinned");
    window.close().await;
}
