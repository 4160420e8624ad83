//! Somebody leaves: three windows of theirs are open, one of them on a computer that sleeps. Their access ends in all of them, nothing
//! of it is left on any disk, and whoever conducts it sees each device say so.

use crate::{
    rig::{
        company::Company,
        desktop::Desktop,
        remains::{Copy, copy as copy_files, keyring, nothing_readable},
        window::{Window, read},
    },
    spine::{keep_offline, known, reveal},
};
use rustix::process::{Signal, kill_process};
use std::collections::{BTreeMap, BTreeSet};
use thirtyfour::prelude::*;

/// Has founded the server, and conducts offboarding.
pub const OWNER: &str = "Samir Haddad";
/// On call for production since this week.
pub const LEAVER: &str = "Aoife Byrne";
const REASON: &str = "Moves to another company";
pub const PLACE: &str = "payments/production";

/// A computer of the leaver, and what somebody has who copied its files and its keyring before.
pub struct Computer {
    pub desktop: Desktop,
    pub files: Copy,
    pub keys: BTreeMap<String, Vec<u8>>,
}

impl Computer {
    /// Signs in, keeps production offline, and closes the window; answers with what was known there, too.
    pub async fn set_up(company: &Company, sub: &str) -> (Self, BTreeSet<String>) {
        let desktop = Desktop::start().await;
        desktop.browse_as(sub);
        let window = Window::open(&desktop).await;
        window.enter(&company.origin).await;
        keep_offline(&window, PLACE).await;
        window
            .search("prod stripe_secret", "payments/production/stripe")
            .await;
        let value = reveal(&window, "offboarding-before").await;
        let known = known(&window, &value).await;
        window.close().await;
        let taken = tempfile::tempdir().unwrap();
        copy_files(&desktop.data(), taken.path());
        let files = Copy::read(taken.path()).await;
        let keys = keyring(&desktop);
        let found = files.yields(&keys, &known);
        assert!(
            found.contains(&value),
            "with the keys of its own time the copy opens: {found:?}"
        );
        let computer = Self { desktop, files, keys };
        (computer, known)
    }

    /// Neither the file, its log and free pages, nor the copy that was taken before yields anything.
    fn yields_nothing(&self, known: &BTreeSet<String>) {
        nothing_readable(&self.desktop.folders(), known);
        let keys = keyring(&self.desktop);
        assert_eq!(self.files.yields(&keys, known), BTreeSet::new());
        assert_eq!(self.files.page_key(&keys), None);
        for (name, item) in &self.keys {
            assert_ne!(keys.get(name), Some(item), "the keyring has `{name}` as it was");
        }
        let log = self.desktop.app_log();
        assert!(
            !known.iter().any(|text| log.contains(text)),
            "the app's log tells"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn journey_of_somebody_who_leaves() {
    let company = Company::start().await;
    let sub = company.admit(LEAVER).await;
    let (away, known) = Computer::set_up(&company, &sub).await;
    let (first, _) = Computer::set_up(&company, &sub).await;
    let (second, _) = Computer::set_up(&company, &sub).await;
    let windows = [
        Window::open(&first.desktop).await,
        Window::open(&second.desktop).await,
    ];
    let asleep = Window::open(&away.desktop).await;
    for window in windows.iter().chain([&asleep]) {
        window.find("secret-row").await;
    }
    // Its app is open and hears nothing.
    kill_process(away.desktop.app().unwrap(), Signal::STOP).unwrap();

    let desk = Desktop::start().await;
    desk.browse_as(&company.admit(OWNER).await);
    let admin = Window::open(&desk).await;
    admin.enter(&company.origin).await;
    looks_first(&admin).await;
    takes_away(&admin).await;

    for window in &windows {
        let said = window
            .text("sign-in-problem", |text| text.contains("ended"))
            .await;
        assert!(said.starts_with("Your access has ended."), "{said}");
        let body = window.shown().await;
        assert!(!known.iter().any(|text| body.contains(text)), "{body}");
    }
    windows[0].picture("offboarding-leaver").await;
    windows[0].audit("the leaver's window").await;
    said_by_devices(&admin, 2).await;
    for (window, computer) in windows.into_iter().zip([&first, &second]) {
        window.close().await;
        computer.yields_nothing(&known);
    }

    // The computer that slept calls for the first time; until then what it has opens.
    let taken = tempfile::tempdir().unwrap();
    copy_files(&away.desktop.data(), taken.path());
    let files = Copy::read(taken.path()).await;
    assert_ne!(files.yields(&keyring(&away.desktop), &known), BTreeSet::new());
    kill_process(away.desktop.app().unwrap(), Signal::CONT).unwrap();
    let said = asleep
        .text("sign-in-problem", |text| text.contains("ended"))
        .await;
    assert!(said.starts_with("Your access"), "{said}");
    asleep.picture("offboarding-first-contact").await;
    said_by_devices(&admin, 3).await;
    asleep.close().await;
    away.yields_nothing(&known);
    assert_eq!(files.yields(&keyring(&away.desktop), &known), BTreeSet::new());

    for theme in ["light", "dark", "contrast"] {
        admin.themed(theme).await;
        admin.keys("body", Key::Control + "8").await;
        admin.find("case-panel").await;
        admin.picture(&format!("offboarding-case-{theme}")).await;
        admin.audit(&format!("a case, {theme}")).await;
    }
    admin.resize(960, 640).await;
    admin.picture("offboarding-case-narrow").await;
    admin.audit("a case, narrow").await;
    admin.close().await;
    for text in &known {
        assert!(
            !company.log().contains(text),
            "the log of the server holds `{text}`"
        );
    }
}

/// By keys alone to what the leaver reaches and holds.
pub async fn looks_first(admin: &Window<'_>) {
    admin.find("nav-offboarding").await;
    admin.keys("body", Key::Control + "8").await;
    admin.click("new-case").await;
    admin.write("give-who", LEAVER).await;
    admin.text("give-receiver", |text| text.contains(LEAVER)).await;
    admin.press("give-who", Key::Enter).await;
    admin.click_css("[data-testid='submit']:enabled").await;
    admin.gone("[data-testid='dialog']").await;
    admin.find("known-value").await;
    admin.find("radius-picture").await;
    admin.picture("offboarding-radius").await;
    admin.audit("a blast radius").await;
}

pub async fn takes_away(admin: &Window<'_>) {
    admin.click("offboard-person").await;
    admin
        .text("rehearsal", |text| text.contains("must destroy everything"))
        .await;
    admin.write("reason-field", REASON).await;
    admin.picture("offboarding-confirm").await;
    admin.audit("what will happen").await;
    admin.click_css("[data-testid='submit']:enabled").await;
    admin.gone("[data-testid='dialog']").await;
    admin.find("case-panel").await;
    admin
        .until("every step is done", async || {
            let steps = admin.driver.find_all(By::Css("[data-testid='case-step']")).await;
            let done = By::Css("[data-testid='case-step'][data-state='done']");
            let done = admin.driver.find_all(done).await.ok()?.len();
            (done > 0 && done == steps.ok()?.len()).then_some(())
        })
        .await;
}

/// Waits until so many devices of this computer's name have reported. (The seeded ones never answer.)
async fn said_by_devices(admin: &Window<'_>, wanted: usize) {
    let name = gethostname::gethostname().to_string_lossy().into_owned();
    admin
        .until(&format!("{wanted} devices have reported"), async || {
            let done = By::Css("[data-testid='case-device'][data-state='done']");
            let mut reported = 0;
            for line in admin.driver.find_all(done).await.ok()? {
                let text = read(&line).await?;
                reported += usize::from(text.contains(&name) && text.contains("reported"));
            }
            (reported == wanted).then_some(())
        })
        .await;
}
