//! kill -9 of the app at random moments, while it reads, writes, keeps and destroys. It opens again, and what it said it did is done.
//! With `CLAVIGER_SOAK`, 200 times.

use crate::{
    load::{Acknowledged, Things, random},
    rig::{company::Company, desktop::Desktop, window::Window},
};
use rustix::process::{Signal, kill_process};
use std::time::Duration;

/// After so many kills the server goes away, or comes back.
const STRETCH: usize = 5;
/// The app does at most so many things before the kill is near.
const DEEDS: u64 = 4;
/// After them it lives for at most so long, in milliseconds.
const LIFE: u64 = 300;
/// An app that gives no answer for so long gives none any more.
const PATIENCE: Duration = Duration::from_secs(120);

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::print_stdout, reason = "the result of a campaign")]
async fn journey_campaign_of_kills() {
    let kills = if std::env::var_os("CLAVIGER_SOAK").is_some() {
        200
    } else {
        30
    };
    let mut company = Company::start().await;
    let desktop = Desktop::start().await;
    desktop.browse_as(&company.admit("Aoife Byrne").await);
    let window = Window::open(&desktop).await;
    window.enter(&company.origin).await;
    let things = Things::choose(&window).await;
    window.close().await;

    let mut acknowledged = Acknowledged::default();
    let mut served = true;
    for kill in 0..kills {
        let serve = (kill / STRETCH).is_multiple_of(2);
        match (served, serve) {
            (true, false) => company.stop(),
            (false, true) => company.serve(),
            _ => {}
        }
        served = serve;
        let window = Window::open(&desktop).await;
        things.check(&window, &acknowledged, kill).await;
        let life = Duration::from_millis(random(LIFE));
        println!(
            "start {kill}: {} deeds acknowledged, killed after {life:?}",
            acknowledged.deeds
        );
        let app = desktop.app().unwrap();
        // However slow the machine: some deeds are done, and another is under way.
        let deeds = acknowledged.deeds + 1 + usize::try_from(random(DEEDS)).unwrap();
        let acts = async {
            while acknowledged.deeds < deeds {
                things.act(&window, served, &mut acknowledged).await;
            }
        };
        let done = tokio::time::timeout(PATIENCE, acts).await;
        assert!(
            done.is_ok(),
            "start {kill} answers no more\n{}",
            desktop.app_log()
        );
        tokio::select! {
            () = tokio::time::sleep(life) => {}
            () = things.load(&window, served, &mut acknowledged) => {}
        }
        kill_process(app, Signal::KILL).unwrap();
        window.killed().await;
    }

    if !served {
        company.serve();
    }
    let window = Window::open(&desktop).await;
    things.check(&window, &acknowledged, kills).await;
    things.settle(&window, &acknowledged).await;
    window.close().await;
    println!(
        "{kills} kills: {} deeds acknowledged, {} new versions and {} offline reads among them, all there",
        acknowledged.deeds,
        acknowledged.versions.len(),
        acknowledged.offline_reads,
    );
    assert!(
        acknowledged.deeds > kills && acknowledged.offline_reads > 0 && !acknowledged.versions.is_empty()
    );
}
