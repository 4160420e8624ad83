//! Somebody leaves while their computer is switched off, and it never gets to the server again: at the end of its leases it has
//! destroyed everything by itself.

use crate::{
    offboarding::{Computer, LEAVER, OWNER, PLACE, looks_first, takes_away},
    rig::{
        company::Company,
        desktop::Desktop,
        remains::{Copy, copy as copy_files, keyring, nothing_readable},
        window::Window,
    },
    spine::reveal,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

const HOUR: Duration = Duration::from_secs(3600);
/// After the leases of production, and before the session ends.
const AFTER_VALUES: Duration = HOUR.saturating_mul(9);
/// After the lease of names, too.
const AFTER_NAMES: Duration = HOUR.saturating_mul(8 * 24);

/// What the files of a computer yield today, under the keys that its keyring has today.
async fn yields(computer: &Computer, known: &BTreeSet<String>) -> BTreeSet<String> {
    let taken = tempfile::tempdir().unwrap();
    copy_files(&computer.desktop.data(), taken.path());
    let files = Copy::read(taken.path()).await;
    files.yields(&keyring(&computer.desktop), known)
}

fn cache_items(keys: &BTreeMap<String, Vec<u8>>, known: &BTreeMap<String, Vec<u8>>) -> usize {
    known
        .iter()
        .filter(|(name, item)| keys.get(*name) != Some(item))
        .count()
}

#[tokio::test(flavor = "multi_thread")]
async fn journey_of_a_computer_that_never_calls_again() {
    let mut company = Company::start().await;
    let sub = company.admit(LEAVER).await;
    let (away, known) = Computer::set_up(&company, &sub).await;
    let desk = Desktop::start().await;
    desk.browse_as(&company.admit(OWNER).await);
    let admin = Window::open(&desk).await;
    admin.enter(&company.origin).await;
    looks_first(&admin).await;
    takes_away(&admin).await;
    admin.close().await;
    // Whatever happens from here on, it happens without a word of the server.
    company.stop();

    let window = Window::open(&away.desktop).await;
    window.find("secret-row").await;
    window
        .search("prod stripe_secret", "payments/production/stripe")
        .await;
    let value = reveal(&window, "away-offline").await;
    assert!(known.contains(&value), "kept offline in {PLACE}");
    window.close().await;
    assert!(
        yields(&away, &known).await.contains(&value),
        "as long as it lasts"
    );

    // The leases of the values end; names stay for a week. Nobody used the app for so long that it is locked.
    away.desktop.put_forward(AFTER_VALUES);
    let window = Window::open(&away.desktop).await;
    window.click("unlock").await;
    window.find("secret-row").await;
    window.close().await;
    let left = yields(&away, &known).await;
    assert!(!left.contains(&value) && !left.is_empty(), "{left:?}");
    assert!(
        !away
            .files
            .yields(&keyring(&away.desktop), &known)
            .contains(&value)
    );

    // So does that of names, while the window stands open and locks itself; the session is over, so that nothing unlocks it.
    let window = Window::open(&away.desktop).await;
    window.find("secret-row").await;
    let before = keyring(&away.desktop);
    away.desktop.put_forward(AFTER_NAMES);
    window.find("unlock").await;
    window
        .until("another key of the cache", async || {
            (cache_items(&keyring(&away.desktop), &before) > 0).then_some(())
        })
        .await;
    window.picture("away-ended").await;
    window.audit("after the last lease").await;
    // Whose window it is stands on the lock.
    let body = window.shown().await;
    assert!(!body.contains(&value) && !body.contains(PLACE), "{body}");
    window.close().await;
    nothing_readable(&away.desktop.folders(), &known);
    // Whose computer it is, and nothing else of what was known.
    assert!(yields(&away, &known).await.iter().all(|left| left == LEAVER));
    // Nor does the copy that was taken before, under the keys that are left.
    let keys = keyring(&away.desktop);
    assert_eq!(away.files.yields(&keys, &known), BTreeSet::new());
    assert_eq!(away.files.page_key(&keys), None);
    assert!(
        cache_items(&keys, &away.keys) > 0,
        "the cache's key is another one"
    );
    let log = away.desktop.app_log();
    assert!(
        !known.iter().any(|text| log.contains(text)),
        "the app's log tells"
    );
}
