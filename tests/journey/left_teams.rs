//! Two people leave who were the only ones in a team: in one nobody is left until the case's conductor puts somebody in, into the
//! other the heir comes by the same action. Before, who can reach one secret. By keyboard where a person has to decide.

use crate::{
    offboarding::OWNER,
    rig::{
        company::Company,
        desktop::Desktop,
        window::{Window, of, read},
    },
};
use thirtyfour::prelude::*;

/// Each is the only one in a team, and nobody takes over from the first.
const ALONE: [(&str, &str); 2] = [
    ("Jonas Keller", "Night watch"),
    ("Bruno Carvalho", "Year end crew"),
];
const HEIR: &str = "Yuki Tanaka";
const PUT_IN: &str = "Dmitri Volkov";
const THEMES: [&str; 3] = ["light", "dark", "contrast"];

#[tokio::test(flavor = "multi_thread")]
async fn journey_of_teams_that_nobody_is_left_in() {
    let company = Company::start().await;
    let desktop = Desktop::start().await;
    desktop.browse_as(&company.admit(OWNER).await);
    let window = Window::open(&desktop).await;
    window.enter(&company.origin).await;
    reaches_a_secret(&window).await;
    for (only, team) in ALONE {
        makes_a_team(&window, team, only).await;
    }
    let [(first, left), (second, handed)] = ALONE;

    looks_at(&window, first).await;
    window
        .text("lonely-team", |text| {
            text.contains(&format!("Nobody is left in {left}"))
        })
        .await;
    leaves(&window).await;
    window
        .text("left-team", |text| {
            text.contains(&format!("Nobody is left in team {left}"))
        })
        .await;
    for theme in THEMES {
        window.themed(theme).await;
        window.keys("body", Key::Control + "8").await;
        window.scroll_to(&of("left-team")).await;
        window.picture(&format!("left-team-{theme}")).await;
        window
            .audit(&format!("a team that nobody is left in, {theme}"))
            .await;
    }
    window.resize(960, 640).await;
    window.scroll_to(&of("left-team")).await;
    window.picture("left-team-narrow").await;
    window.resize(1280, 800).await;
    puts_in(&window, left).await;

    looks_at(&window, second).await;
    takes_over(&window, handed).await;
    leaves(&window).await;
    window.gone("[data-testid='left-team']").await;
    is_in(&window, left, PUT_IN).await;
    is_in(&window, handed, HEIR).await;
    window.close().await;
}

/// From the secret to who can reach it, and on to its place.
async fn reaches_a_secret(window: &Window<'_>) {
    window.go_to_secret_of("partners/staging").await;
    window.press("more-actions", Key::Enter).await;
    window.press("radius-of", Key::Enter).await;
    window
        .until("the team's people can reach it", async || {
            let all = window.driver.find_all(By::Css(of("reacher"))).await.ok()?;
            for one in all {
                let text = read(&one).await?;
                if text.starts_with(PUT_IN) && text.contains("by the team Payments") {
                    return Some(());
                }
            }
            None
        })
        .await;
    window.picture("secret-reachers").await;
    window.audit("who can reach a secret").await;
    window.press("radius-access", Key::Enter).await;
    window.find("access-row").await;
}

/// Some team may be shown from before.
async fn to_everybody(window: &Window<'_>) {
    window.keys("body", Key::Control + "6").await;
    window.choose("organization-part", "People and teams").await;
    window
        .until("everybody is listed", async || {
            if let Some(back) = window.shown_now("[aria-label='Back to everybody']").await {
                back.click().await.ok()?;
            }
            window.shown_now(&of("people-row")).await
        })
        .await;
}

async fn makes_a_team(window: &Window<'_>, team: &str, only: &str) {
    to_everybody(window).await;
    window.click("new-team").await;
    window.write("team-name", team).await;
    window.press("team-name", Key::Enter).await;
    window.find("team-panel").await;
    window.click("add-member").await;
    chooses(window, only).await;
    window.click_css("[data-testid='submit']:enabled").await;
    window.text("member-row", |text| text.contains(only)).await;
}

async fn chooses(window: &Window<'_>, name: &str) {
    window.write("give-who", name).await;
    window.text("give-receiver", |text| text.contains(name)).await;
    window.press("give-who", Key::Enter).await;
}

/// To what somebody reaches, and to what their end would do.
async fn looks_at(window: &Window<'_>, name: &str) {
    window.keys("body", Key::Control + "8").await;
    window
        .until("the cases are listed", async || {
            for shown in ["radius-back", "case-back"] {
                if let Some(back) = window.shown_now(&of(shown)).await {
                    back.send_keys(char::from(Key::Enter).to_string()).await.ok()?;
                }
            }
            window.shown_now(&of("new-case")).await
        })
        .await;
    window.click("new-case").await;
    chooses(window, name).await;
    window.click_css("[data-testid='submit']:enabled").await;
    window.gone("[data-testid='dialog']").await;
    window.press("offboard-person", Key::Enter).await;
    window
        .text("rehearsal", |text| text.contains("must destroy everything"))
        .await;
}

async fn takes_over(window: &Window<'_>, team: &str) {
    window.press("choose-heir", Key::Enter).await;
    chooses(window, HEIR).await;
    window
        .text("lonely-team", |text| {
            text.contains(&format!("{HEIR} comes into {team}")) && text.contains("which holds nothing")
        })
        .await;
    window.css("[data-testid='heir-team']:checked").await;
    window.scroll_to(&of("lonely-team")).await;
    window.picture("heir-team").await;
    window.audit("a team that the heir comes into").await;
}

async fn leaves(window: &Window<'_>) {
    window.write("reason-field", "Moves to another company").await;
    window.click_css("[data-testid='submit']:enabled").await;
    window.gone("[data-testid='dialog']").await;
    window.find("case-panel").await;
    window
        .until("every step is done", async || {
            let steps = window.driver.find_all(By::Css(of("case-step"))).await.ok()?;
            let done = By::Css("[data-testid='case-step'][data-state='done']");
            let done = window.driver.find_all(done).await.ok()?.len();
            (done > 0 && done == steps.len()).then_some(())
        })
        .await;
}

async fn puts_in(window: &Window<'_>, team: &str) {
    window.press("fill-team", Key::Enter).await;
    window.text("dialog", |text| text.contains(team)).await;
    chooses(window, PUT_IN).await;
    window.picture("left-team-filled").await;
    window.audit("somebody for a team that nobody is left in").await;
    window.click_css("[data-testid='submit']:enabled").await;
    window.gone("[data-testid='dialog']").await;
    window.gone("[data-testid='left-team']").await;
    window
        .until("the focus is not lost", async || {
            let look = "return document.activeElement !== document.body";
            let held = window.driver.execute(look, Vec::new()).await.ok()?;
            held.convert::<bool>().ok()?.then_some(())
        })
        .await;
    window.picture("left-team-none").await;
}

async fn is_in(window: &Window<'_>, team: &str, name: &str) {
    to_everybody(window).await;
    window
        .until(&format!("`{team}` opens"), async || {
            for row in window.driver.find_all(By::Css(of("people-row"))).await.ok()? {
                // Those who are in it have its name in their rows, too.
                if read(&row).await?.lines().any(|line| line.trim() == team) {
                    return row.click().await.ok();
                }
            }
            None
        })
        .await;
    window
        .text("team-panel", |text| text.contains(team) && text.contains(name))
        .await;
}
