//! What a value does on a desk that others share: it leaves by itself. And what else belongs to a desk: one window, files.

use crate::rig::{
    company::Company,
    desktop::{Desktop, SHORT},
    system_dialog::eventually,
    window::{Window, read},
};
use std::{
    fs,
    path::Path,
    process::{Child, Stdio},
};
use thirtyfour::By;

const ELSEWHERE: &str = "copied by the person in another program";

#[tokio::test(flavor = "multi_thread")]
async fn journey_at_a_desk() {
    let company = Company::start().await;
    let desktop = Desktop::start_with(SHORT).await;
    desktop.browse_as(&company.admit("Aoife Byrne").await);
    let window = Window::open(&desktop).await;
    window.enter(&company.origin).await;
    window
        .search("prod stripe_secret", "payments/production/stripe")
        .await;
    window
        .text("secret-title", |text| text == "Stripe secret key")
        .await;

    let value = a_copied_value_leaves(&window, &desktop).await;
    what_was_copied_meanwhile_stays(&window, &desktop).await;
    a_revealed_value_hides(&window, &value).await;
    a_second_start_raises_the_first(&desktop).await;
    the_history_is_written_to_a_file(&window, &desktop).await;
    window.close().await;
}

/// Copies unless a value is in the clipboard, for as long as it takes until another program gets it.
async fn copied(window: &Window<'_>, desktop: &Desktop) -> String {
    window
        .until("a value is in the clipboard", async || {
            if window
                .driver
                .find(By::Css("[data-testid='copy-toast']"))
                .await
                .is_err()
            {
                window.click("copy").await;
                window.find("copy-toast").await;
            }
            Some(desktop.clipboard()).filter(|value| !value.is_empty())
        })
        .await
}

async fn a_copied_value_leaves(window: &Window<'_>, desktop: &Desktop) -> String {
    window.watch("copy-toast").await;
    let value = copied(window, desktop).await;
    window.gone("[data-testid='copy-toast']").await;
    assert_eq!(desktop.clipboard(), "");
    let said = window.watched().await;
    // A busy machine may draw a second late, and the next one over it.
    let counted = ["3 s", "2 s", "1 s"].map(|left| format!("Leaves the clipboard in {left}"));
    let seen = |words: &String| said.iter().any(|text| text.contains(words));
    assert!(
        counted.iter().filter(|words| seen(words)).count() >= 2,
        "{said:?}"
    );
    assert!(said.iter().all(|text| !text.contains(&value)));
    value
}

async fn what_was_copied_meanwhile_stays(window: &Window<'_>, desktop: &Desktop) {
    copied(window, desktop).await;
    desktop.copy_elsewhere(ELSEWHERE);
    window.gone("[data-testid='copy-toast']").await;
    assert_eq!(desktop.clipboard(), ELSEWHERE);
}

async fn a_revealed_value_hides(window: &Window<'_>, value: &str) {
    window.watch("value-text").await;
    window.click("reveal").await;
    window
        .until("it was shown, and is hidden again", async || {
            let said = window.watched().await;
            (said.iter().any(|text| text.trim() == value) && said.last()?.is_empty()).then_some(())
        })
        .await;
    window.find("reveal").await;
    assert!(!window.shown().await.contains(value));
}

async fn a_second_start_raises_the_first(desktop: &Desktop) {
    let app = desktop.app().unwrap();
    let _other = Other::over_the_app(desktop).await;
    let second = desktop
        .command(env!("CARGO_BIN_EXE_claviger-app"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert!(second.success());
    assert_eq!(desktop.app(), Some(app), "the first is still the one");
    eventually("the window of the first has the focus", || {
        (desktop.said("xdotool", &["getwindowfocus", "getwindowname"]) == "Claviger").then_some(())
    })
    .await;
    let windows = desktop.said("xdotool", &["search", "--onlyvisible", "--name", "^Claviger$"]);
    assert_eq!(windows.lines().count(), 1, "{windows}");
}

/// Another program's window, in front and with the focus.
struct Other(Child);

impl Other {
    async fn over_the_app(desktop: &Desktop) -> Self {
        let child = desktop
            .command("display")
            .args(["-title", "Another program", "-size", "900x700", "xc:gray"])
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        let other = Self(child);
        eventually("another program has the focus", || {
            let found = desktop.said(
                "xdotool",
                &["search", "--onlyvisible", "--name", "^Another program$"],
            );
            let id = found.lines().next()?;
            desktop.said("xdotool", &["windowraise", id, "windowfocus", id]);
            (desktop.said("xdotool", &["getwindowfocus", "getwindowname"]) == "Another program").then_some(())
        })
        .await;
        other
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

async fn the_history_is_written_to_a_file(window: &Window<'_>, desktop: &Desktop) {
    window.click("nav-history").await;
    window
        .css("[data-testid='history-row'][data-action='revealed']")
        .await;
    for (button, name) in [
        ("export-csv", "my history.csv"),
        ("export-json", "my history.json"),
    ] {
        let path = desktop.home().join(name);
        let text = saved(window, desktop, button, &path).await;
        assert!(
            text.contains("revealed") && text.contains("payments/production"),
            "{text}"
        );
        window
            .until("the app says where it is", async || {
                let shown = window
                    .driver
                    .find_all(By::Css("[data-testid='toast']"))
                    .await
                    .ok()?;
                for toast in shown {
                    if read(&toast).await?.contains(name) {
                        return Some(());
                    }
                }
                None
            })
            .await;
    }
}

/// Has the history written to `path` in the system's dialog.
async fn saved(window: &Window<'_>, desktop: &Desktop, button: &str, path: &Path) -> String {
    let button = format!("[data-testid='{button}']:enabled");
    let written = async || fs::read_to_string(path).ok().filter(|text| !text.is_empty());
    window
        .through_dialog(desktop, &button, ("ctrl+a", path), written)
        .await
}
