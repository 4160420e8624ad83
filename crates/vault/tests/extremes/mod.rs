//! The smallest, the largest and the strangest that may be kept: made, synced, found, read and kept for offline use on real parts.

use super::{connect, give, history, is_online, list, parts, place, until};
use crate::support::{Owner, browser_of, founded};
use base64::{Engine, engine::general_purpose::STANDARD};
use claviger_model::secret::MAX_VALUE_BYTES;
use claviger_testkit::peers::{browser::Answer, provider::Person};
use claviger_vault::{
    MemoryKeyStore, Purpose, Vault,
    view::{
        secret::{SecretKind, SecretView},
        value::{SecretDraft, ValueInput},
    },
};
use std::sync::Arc;

/// What is typed, as it is shown, and what finds it.
const NAMES: &[(&str, &str, &str)] = &[
    // Letters beyond the basic plane, which fold too.
    (
        "\u{10400}\u{10401} desert",
        "\u{10400}\u{10401} desert",
        "\u{10428}\u{10429}",
    ),
    (
        "\u{1F469}\u{200D}\u{1F4BB} deploy \u{1F511}",
        "\u{1F469}\u{200D}\u{1F4BB} deploy \u{1F511}",
        "\u{1F469}\u{200D}\u{1F4BB}",
    ),
    (
        "\u{5DE}\u{5E4}\u{5EA}\u{5D7} \u{5E9}\u{5DC}\u{5D5}\u{5DD}",
        "\u{5DE}\u{5E4}\u{5EA}\u{5D7} \u{5E9}\u{5DC}\u{5D5}\u{5DD}",
        "\u{5E9}\u{5DC}\u{5D5}\u{5DD}",
    ),
    ("e\u{301}te\u{301}", "\u{E9}t\u{E9}", "E\u{301}T\u{C9}"),
    // Marks that no single character has.
    (
        "Z\u{337}\u{356}a\u{338}",
        "Z\u{337}\u{356}a\u{338}",
        "z\u{337}\u{356}",
    ),
];

fn draft(place: &str, title: &str, value: &[u8]) -> SecretDraft {
    SecretDraft {
        place: place.to_owned(),
        title: title.to_owned(),
        env_name: None,
        kind: SecretKind::Generic,
        tags: vec![title.to_owned()],
        note: Some(format!("{title}\n\t\u{10FFFF}")),
        value: ValueInput::Binary {
            base64: STANDARD.encode(value),
        },
    }
}

/// Nothing, one byte, no text at all, everything that fits.
fn values() -> Vec<Vec<u8>> {
    let bytes = |length: usize| (0..length).map(|at| u8::try_from(at % 251).unwrap()).collect();
    vec![
        Vec::new(),
        vec![0],
        vec![0xff, 0, 0x80, b'\n'],
        bytes(MAX_VALUE_BYTES),
    ]
}

async fn check(vault: &Vault, made: &[(String, String, Vec<u8>)], offline: bool) {
    for (id, shown, value) in made {
        for purpose in [Purpose::Copy, Purpose::Reveal] {
            let opened = vault.value(id, None, purpose).await.unwrap();
            assert_eq!(
                (opened.value.expose(), opened.offline()),
                (value.as_slice(), offline),
                "{shown}"
            );
        }
        let SecretView::Full(secret) = vault.secret(id).await.unwrap() else {
            panic!("{shown}")
        };
        assert_eq!(
            (&secret.reference.title, &secret.tags),
            (shown, &vec![shown.clone()])
        );
        assert!(secret.note.unwrap().ends_with("\n\t\u{10FFFF}"));
    }
    for (_, shown, sought) in NAMES {
        let found = vault.search(sought, 5).await.unwrap().secrets;
        let titles: Vec<_> = found.iter().map(|hit| hit.row.reference.title.as_str()).collect();
        assert_eq!(titles.first(), Some(shown), "{sought}: {titles:?}");
    }
    assert_eq!(usize::try_from(list(vault).await.total).unwrap(), made.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn every_size_of_value_and_every_script_of_names_goes_all_the_way() {
    let (_provider, folder, mut server) = founded(&[Person::new("olga", &[]), Person::new("ben", &[])]).await;
    let owner = Owner::sign_in(&server, "olga").await;
    let (keys, home) = (Arc::new(MemoryKeyStore::default()), folder.path().join("home"));
    let laptop = parts(&home, &keys, browser_of("ben", Answer::Allow));
    let vault = Vault::start(laptop.clone()).await;
    connect(&vault, &server).await;
    vault.sign_in(None).await.unwrap();
    give(&owner).await;

    let place = place(&vault).await;
    let mut made = Vec::new();
    for (number, value) in values().into_iter().enumerate() {
        let title = format!("value {number}");
        let id = vault.create_secret(draft(&place, &title, &value)).await.unwrap();
        made.push((id, title, value));
    }
    for (typed, shown, _) in NAMES {
        let id = vault
            .create_secret(draft(&place, typed, typed.as_bytes()))
            .await
            .unwrap();
        made.push((id, (*shown).to_owned(), typed.as_bytes().to_vec()));
    }
    let large = draft(&place, "large", &vec![7; MAX_VALUE_BYTES + 1]);
    let refused = vault.create_secret(large).await.unwrap_err();
    assert_eq!(refused.code, "valueTooLarge");
    assert!(refused.detail.unwrap().contains("65536"), "the limit is named");
    check(&vault, &made, false).await;
    until("all of it in the history", async || {
        let rows = history(&vault).await.rows;
        let named = |shown: &str| {
            rows.iter()
                .any(|row| row.secret.as_ref().is_some_and(|of| of.title == shown))
        };
        NAMES.iter().all(|(_, shown, _)| named(shown)).then_some(())
    })
    .await;
    until("copies of all of it", async || {
        let kept = vault.leases().await.ok()?;
        let values: u32 = kept.iter().map(|place| place.values).sum();
        (usize::try_from(values).ok()? == made.len()).then_some(())
    })
    .await;

    // A device that only syncs, and one that reads from its disk with no server.
    let other = parts(
        &folder.path().join("other"),
        &Arc::default(),
        browser_of("ben", Answer::Allow),
    );
    let phone = Vault::start(other).await;
    connect(&phone, &server).await;
    phone.sign_in(None).await.unwrap();
    until("a sync", async || is_online(&phone).then_some(())).await;
    check(&phone, &made, false).await;
    drop(phone);
    drop(vault);
    server.kill();
    let vault = Vault::start(laptop).await;
    check(&vault, &made, true).await;
}
