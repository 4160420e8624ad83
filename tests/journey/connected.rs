//! Somebody leaves who has accounts elsewhere: one is taken away, one system is down until an Owner accepts that, by keyboard alone; then
//! they come back.

use crate::rig::{
    company::Company,
    desktop::Desktop,
    window::{Window, of},
};
use claviger_model::ids::PrincipalId;
use claviger_testkit::peers::{port, postgres::Postgres};
use sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions};
use std::{fs, os::unix::fs::PermissionsExt};
use thirtyfour::prelude::*;

const OWNER: &str = "Samir Haddad";
const LEAVER: &str = "Jonas Keller";
const LOGIN: &str = "jonas-k";
const THEMES: [&str; 3] = ["light", "dark", "contrast"];

#[tokio::test(flavor = "multi_thread")]
async fn journey_through_connected_systems() {
    let cluster = Postgres::start().await.unwrap();
    let make = format!("CREATE ROLE \"{LOGIN}\" LOGIN");
    cluster.sql("postgres", &make).await.unwrap();
    let mut company = Company::start().await;
    company.stop();
    connect(&company, &cluster).await;
    company.serve();

    let desktop = Desktop::start().await;
    desktop.browse_as(&company.admit(OWNER).await);
    let window = Window::open(&desktop).await;
    window.enter(&company.origin).await;
    looks(&window).await;
    takes_away(&window).await;
    let left = format!("SELECT count(*) FROM pg_roles WHERE rolname = '{LOGIN}'");
    assert_eq!(cluster.sql("postgres", &left).await.unwrap(), "0");
    accepts(&window).await;
    keeps_report(&window, &desktop).await;
    comes_back(&window).await;
    is_told(&window).await;
    still_knows(&window).await;
    window.close().await;
}

/// A warehouse that answers and an archive that is down; both know whose the login is.
async fn connect(company: &Company, cluster: &Postgres) {
    let url: reqwest::Url = cluster.url("postgres").parse().unwrap();
    let file = company.at("warehouse.password");
    fs::write(&file, url.password().unwrap()).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    let leaver = id_of(company).await;
    for (name, port) in [
        ("warehouse", url.port().unwrap()),
        ("archive", port::kept().unwrap()),
    ] {
        company.configure(&format!(
            "\n[connectors.{name}]\nkind = \"postgresql\"\nhost = \"127.0.0.1\"\nport = {port}\nuser = {:?}\npassword_file = {file:?}\n\
             tls = \"none\"\n[connectors.{name}.accounts]\n\"{leaver}\" = [\"{LOGIN}\"]\n",
            url.username(),
        ));
    }
}

async fn id_of(company: &Company) -> PrincipalId {
    let options = SqliteConnectOptions::new().filename(company.database());
    let mut database = SqliteConnection::connect_with(&options).await.unwrap();
    let found = sqlx::query_scalar("SELECT id FROM principals WHERE name = $1").bind(LEAVER);
    let id: Vec<u8> = found.fetch_one(&mut database).await.unwrap();
    PrincipalId::from_bytes(id.try_into().unwrap())
}

async fn looks(window: &Window<'_>) {
    window.find("nav-offboarding").await;
    window.keys("body", Key::Control + "8").await;
    window.click("new-case").await;
    window.write("give-who", LEAVER).await;
    window.text("give-receiver", |text| text.contains(LEAVER)).await;
    window.press("give-who", Key::Enter).await;
    window.click_css("[data-testid='submit']:enabled").await;
    window.gone("[data-testid='dialog']").await;
    for said in [LOGIN.to_owned(), "not asked".to_owned()] {
        window
            .until(&format!("`{said}` is told"), async || {
                let shown = window.shown().await;
                shown.contains(&said).then_some(())
            })
            .await;
    }
    window.scroll_to(&of("found-system")).await;
    window.picture("connected-found").await;
    window.audit("accounts that are found").await;
}

async fn takes_away(window: &Window<'_>) {
    window.click("offboard-person").await;
    window.find("rehearsal").await;
    window.write("reason-field", "Moves to another company").await;
    window.click_css("[data-testid='submit']:enabled").await;
    window.gone("[data-testid='dialog']").await;
    window
        .css("[data-testid='case-account'][data-state='done']")
        .await;
    window
        .css("[data-testid='case-system'][data-state='failing']")
        .await;
    // The last step says what is still to settle, and is not done before.
    let steps = window
        .driver
        .find_all(By::Css("[data-testid='case-step']"))
        .await
        .unwrap();
    assert_eq!(
        steps.last().unwrap().attr("data-state").await.unwrap().as_deref(),
        Some("open")
    );
    for theme in THEMES {
        window.themed(theme).await;
        window.keys("body", Key::Control + "8").await;
        window.scroll_to(&of("case-account")).await;
        window.picture(&format!("connected-case-{theme}")).await;
        window.audit(&format!("connected systems, {theme}")).await;
    }
    window.resize(960, 640).await;
    window.scroll_to(&of("case-account")).await;
    window.picture("connected-case-narrow").await;
    window.audit("connected systems, narrow").await;
    window.resize(1280, 800).await;
}

/// By keyboard alone, and with the focus still there afterwards.
async fn accepts(window: &Window<'_>) {
    window.keys("[data-testid='accept-connected']", Key::Enter).await;
    window.find("reason-field").await;
    window.type_keys("It has been switched off for good").await;
    window.picture("connected-accept").await;
    window.audit("accepting that a system is not asked").await;
    window.type_keys(Key::Tab).await;
    window.type_keys(Key::Tab).await;
    window.type_keys(Key::Enter).await;
    window.gone("[data-testid='dialog']").await;
    window.css("[data-testid='case-panel'][data-stands='done']").await;
    window
        .until("the focus is still at the systems", async || {
            let at = window.driver.active_element().await.ok()?;
            let script = "return document.activeElement.closest('.card')?.innerText ?? ''";
            let card: String = window
                .driver
                .execute(script, Vec::new())
                .await
                .ok()?
                .convert()
                .ok()?;
            (at.tag_name().await.ok()? != "body" && card.contains("archive")).then_some(())
        })
        .await;
    window.picture("connected-accepted").await;
    window.audit("a system that is not asked").await;
}

async fn keeps_report(window: &Window<'_>, desktop: &Desktop) {
    let path = desktop.home().join("report.html");
    let done = async || path.exists().then_some(());
    window
        .through_dialog(desktop, "[data-testid='save-report']", ("ctrl+a", &path), done)
        .await;
    window.text("toast", |text| text.contains("report.html")).await;
    window.picture("connected-report").await;
    window.audit("a report that was kept").await;
}

async fn comes_back(window: &Window<'_>) {
    window.click("enable-person").await;
    window.write("reason-field", "Stays after all").await;
    window.picture("connected-back").await;
    window.audit("somebody who comes back").await;
    window.click_css("[data-testid='submit']:enabled").await;
    window.gone("[data-testid='dialog']").await;
    window.click("restore-grants").await;
    window
        .text("dialog", |text| text.contains("nothing left to give again"))
        .await;
    window.picture("connected-restore").await;
    window.audit("nothing to give again").await;
    window.press("dialog", Key::Escape).await;
    window.gone("[data-testid='dialog']").await;
}

async fn is_told(window: &Window<'_>) {
    window.keys("body", Key::Control + "7").await;
    let said = format!("The offboarding of {LEAVER} is done.");
    window
        .until("the end is told", async || {
            window.shown().await.contains(&said).then_some(())
        })
        .await;
    window.picture("connected-told").await;
    window.audit("told that a case is done").await;
}

/// Who asked for what is known by name after a lock, too, when all is read from this computer.
async fn still_knows(window: &Window<'_>) {
    window.keys("body", Key::Control + "l").await;
    window.click("unlock").await;
    window.find("nav-requests").await;
    window.keys("body", Key::Control + "2").await;
    window.text("request-row", |text| text.contains("asked")).await;
    let shown = window.shown().await;
    assert!(!shown.contains("not known here"), "{shown}");
}
