//! The main job, from the first start to the end of an access.

use crate::rig::{
    company::Company,
    desktop::Desktop,
    lead::Lead,
    remains::{Copy, copy as copy_files, keyring, nothing_readable},
    window::{Window, read},
};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use thirtyfour::By;

/// On call for production since this week, an Editor in development, and helping out in the ledger.
const DEVELOPER: &str = "Aoife Byrne";
const LEAD: &str = "Ines Moreau";
const HELP: &str = "Helps with the settlement job";
const NEW_VALUE: &str = "sk_dev_written-in-the-journey";
const REASON: &str = "It was pasted into a chat";

#[tokio::test(flavor = "multi_thread")]
async fn journey_of_a_developer() {
    let mut company = Company::start().await;
    let desktop = Desktop::start().await;
    desktop.browse_as(&company.admit(DEVELOPER).await);

    let window = Window::open(&desktop).await;
    enrol(&window, &company).await;
    sign_in(&window).await;
    let copied = copy(&window, &desktop).await;
    let revealed = reveal(&window, "journey-6-revealed").await;
    assert_eq!(copied, revealed);
    change(&window).await;
    ask_for_rotation(&window).await;
    proved_whole(&window).await;
    keep_offline(&window, "payments/production").await;
    keep_offline(&window, "ledger/staging").await;

    let known = known(&window, &copied).await;

    company.stop();
    window.close().await;
    let taken = tempfile::tempdir().unwrap();
    copy_files(&desktop.data(), taken.path());
    let (before, keys_before) = (Copy::read(taken.path()).await, keyring(&desktop));
    let window = Window::open(&desktop).await;
    let offline = read_offline(&window).await;
    assert_eq!(offline, copied);

    company.serve();
    back_online(&window).await;

    window.click("nav-vault").await;
    window.css("[data-testid='place'][data-place^='ledger']").await;
    let lead = Lead::sign_in(&company, LEAD).await;
    let ended = lead.end_grants(HELP).await;
    assert!(!ended.is_empty());
    gone(&window, &company).await;
    window.close().await;

    let found: BTreeSet<_> = before.yields(&keys_before, &known);
    assert!(
        found.len() >= 40,
        "with the keys of its own time the copy opens: {found:?}"
    );
    assert!(found.contains(&copied), "the leased value too: {found:?}");
    let page_key = before.page_key(&keys_before).unwrap();
    let page_key = BTreeMap::from([("the key of a page".to_owned(), page_key)]);
    assert_ne!(before.yields(&page_key, &known), BTreeSet::new());
    let keys_after = keyring(&desktop);
    assert!(
        keys_after.keys().eq(keys_before.keys()),
        "the device's own keys are among them"
    );
    assert_eq!(before.yields(&keys_after, &known), BTreeSet::new());
    assert_eq!(before.page_key(&keys_after), None);

    nothing_readable(&desktop.folders(), &known);
    for (whose, log) in [("the server", company.log()), ("the app", desktop.app_log())] {
        assert!(!log.is_empty(), "{whose} says nothing at all");
        for text in &known {
            assert!(!log.contains(text), "the log of {whose} holds `{text}`");
        }
    }
}

async fn enrol(window: &Window<'_>, company: &Company) {
    window.find("server-field").await;
    window.picture("journey-1-server").await;
    window.audit("the first start").await;
    window.write("server-field", &company.origin).await;
    window.click("connect-server").await;
    window
        .text("server-organization", |text| text == "Northwind")
        .await;
    window.picture("journey-2-confirm").await;
    window.audit("confirming a server").await;
    window.click("confirm-server").await;
}

async fn sign_in(window: &Window<'_>) {
    window.find("sign-in").await;
    window.picture("journey-3-sign-in").await;
    window.audit("signing in").await;
    window.click("sign-in").await;
    window.find("secret-row").await;
    window.picture("journey-4-signed-in").await;
}

/// Finds a production key in a few strokes and copies it unseen; it leaves the clipboard when told to.
async fn copy(window: &Window<'_>, desktop: &Desktop) -> String {
    window
        .search("prod stripe_secret", "payments/production/stripe")
        .await;
    window
        .text("secret-title", |text| text == "Stripe secret key")
        .await;
    window.click("copy").await;
    window.find("copy-toast").await;
    window.picture("journey-5-copied").await;
    window.audit("a copied value").await;
    let value = desktop.clipboard();
    assert!(!value.is_empty());
    assert!(!window.shown().await.contains(&value));
    window.click("clear-clipboard").await;
    window.gone("[data-testid='copy-toast']").await;
    assert_eq!(desktop.clipboard(), "");
    value
}

pub async fn reveal(window: &Window<'_>, picture: &str) -> String {
    window.click("reveal").await;
    window.find("hide").await;
    let value = window.text("value-text", |text| !text.contains('•')).await;
    window.picture(picture).await;
    window.audit("a revealed value").await;
    window.click("hide").await;
    value
}

/// Writes a new version where the team edits, and sees it count.
async fn change(window: &Window<'_>) {
    window
        .search("payments dev stripe_secret", "payments/development/stripe")
        .await;
    window
        .until("the development key is shown", async || {
            let detail = window.find("secret-detail").await;
            read(&detail).await?.contains("development").then_some(())
        })
        .await;
    let before = versions(window).await;
    window.click("more-actions").await;
    window.click("new-version").await;
    window.write("value-input", NEW_VALUE).await;
    window.picture("journey-7-new-version").await;
    window.audit("a new version").await;
    window.click_css("[data-testid='submit']:enabled").await;
    window.gone("[data-testid='dialog']").await;
    window
        .until("one version more", async || {
            (versions(window).await > before).then_some(())
        })
        .await;
}

async fn versions(window: &Window<'_>) -> usize {
    window.click("tab-versions").await;
    window
        .until("the versions", async || {
            let rows = By::Css("[data-testid='version-row']");
            let rows = window.driver.find_all(rows).await.ok()?.len();
            (rows > 0).then_some(rows)
        })
        .await
}

async fn ask_for_rotation(window: &Window<'_>) {
    window
        .search("prod stripe_secret", "payments/production/stripe")
        .await;
    window.click("request-rotation").await;
    window.write("reason-field", REASON).await;
    window.click_css("[data-testid='submit']:enabled").await;
    window.gone("[data-testid='dialog']").await;
    window.find("rotation-state").await;
    window.picture("journey-8-requested").await;
    window.audit("a request").await;
}

pub async fn keep_offline(window: &Window<'_>, place: &str) {
    window.go_to(place).await;
    window.click("keep-offline").await;
    window.find("confirm-keep-offline").await;
    window.click_css("[data-testid='submit']:enabled").await;
    window.gone("[data-testid='dialog']").await;
    window
        .css("[data-testid='keep-offline'][aria-pressed='true']")
        .await;
}

async fn proved_whole(window: &Window<'_>) {
    window.click("nav-history").await;
    window
        .css("[data-testid='proof-banner'][data-state='whole']")
        .await;
    for action in [
        "rotationRequested",
        "newVersion",
        "revealed",
        "copied",
        "signedIn",
    ] {
        window
            .css(&format!("[data-testid='history-row'][data-action='{action}']"))
            .await;
    }
    window.picture("journey-9-history").await;
    window.audit("the history").await;
}

async fn read_offline(window: &Window<'_>) -> String {
    window.find("offline-banner").await;
    window.find("secret-row").await;
    window.picture("journey-10-offline").await;
    window.audit("offline").await;
    window
        .search("prod stripe_secret", "payments/production/stripe")
        .await;
    reveal(window, "journey-11-offline-read").await
}

async fn back_online(window: &Window<'_>) {
    window.gone("[data-testid='offline-banner']").await;
    window.click("nav-history").await;
    window
        .until("the offline read is in the history, proved", async || {
            let rows = By::Css("[data-testid='history-row'][data-action='revealed']");
            for row in window.driver.find_all(rows).await.ok()? {
                let text = read(&row).await?;
                if text.contains("device reported") && text.contains("in the log") {
                    return Some(());
                }
            }
            None
        })
        .await;
    window
        .css("[data-testid='proof-banner'][data-state='whole']")
        .await;
    window.picture("journey-12-back-online").await;
}

/// What the ended grant gave is gone from the window, and the device told the server that it destroyed its copies.
async fn gone(window: &Window<'_>, company: &Company) {
    window.click("nav-vault").await;
    window.gone("[data-testid='place'][data-place^='ledger']").await;
    let query = json!({ "text": "ledger", "limit": 50 });
    let found = window.ask("search", query).await.unwrap();
    let hits = found["secrets"].as_array().unwrap();
    let still = |hit: &Value| hit["row"]["path"].as_str().unwrap().starts_with("ledger/");
    assert!(!hits.iter().any(still), "{hits:?}");
    window.obeyed(company).await;
    window.picture("journey-13-ended").await;
}

/// Names, paths and values that the app knows: what a person may see of the places that it keeps, and some values of theirs.
pub async fn known(window: &Window<'_>, copied: &str) -> BTreeSet<String> {
    let query =
        json!({ "query": { "place": null, "filter": "all", "owner": null, "offset": 0, "limit": 200 } });
    let listed = window.ask("list", query).await.unwrap();
    let rows = listed["rows"].as_array().unwrap();
    let text = |row: &Value, field: &str| row[field].as_str().map(str::to_owned);
    let mut known = BTreeSet::from([DEVELOPER, REASON, NEW_VALUE, copied].map(str::to_owned));
    for row in rows
        .iter()
        .filter(|row| row["path"].as_str().unwrap().starts_with("payments/production"))
        .take(14)
    {
        let asked = json!({ "id": row["id"], "version": null });
        let revealed = window.ask("reveal_value", asked).await;
        known.extend(revealed.and_then(|reply| text(&reply["value"], "text")));
    }
    let values = known.len();
    assert!(values >= 10, "{values} values and words of the journey");
    known.extend(
        rows.iter()
            .flat_map(|row| ["title", "envName", "path"].map(|field| text(row, field)))
            .flatten(),
    );
    // Shorter ones stand by chance in any file.
    known.retain(|text| text.len() >= 8);
    assert!(known.len() >= 50, "{known:?}");
    known
}
