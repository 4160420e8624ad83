//! A server that replaces its keys: the device follows where the old ones vouch for the new ones, and nowhere else (rules 20
//! and 39).
#![expect(clippy::unwrap_used, reason = "tests")]

use crate::{
    Vault,
    account::Server,
    cases::testing::{LEASE_MS, Sample},
    testing::{
        device::{Device, until},
        server::PERSON,
    },
    view::{
        secret::SecretKind,
        state::{Connection, LogState},
        value::{SecretDraft, ValueInput},
    },
};
use claviger_model::ids::SecretId;
use claviger_protocol::{
    enrolment::SigningPurpose::{Log, Orders},
    order::Target,
    problem::Code,
};
use std::time::Duration;

struct Rig {
    device: Device,
    vault: Vault,
    sample: Sample,
    secret: SecretId,
}

/// A value that is kept offline.
async fn rig() -> Rig {
    let device = Device::signed_in().await;
    device
        .may_keep(Duration::from_millis(LEASE_MS.unsigned_abs()))
        .await;
    let mut sample = Sample::new();
    let secret = sample.secret("ONE", "shop/prod");
    let vault = sample.known_to(&device).await;
    let place = sample.scope("shop/prod").to_string();
    vault.keep_offline(&place, true).await.unwrap();
    for _ in 0..4 {
        vault.sync_now().await.unwrap();
    }
    assert!(vault.inner.book().unwrap().leases.contains_key(&secret));
    Rig {
        device,
        vault,
        sample,
        secret,
    }
}

impl Rig {
    async fn pinned(&self) -> Server {
        Server::verify(&self.device.device_item().await.unwrap().bundle).unwrap()
    }

    /// No way to the server for a while, or a way again.
    async fn cut(&self, cut: bool) {
        {
            let mut told = self.device.server.told();
            for path in ["/v1/sync", "/v1/device/orders", "/v1/history", "/v1/releases"] {
                if cut {
                    told.refuse.insert(path, Code::Unavailable);
                } else {
                    told.refuse.remove(path);
                }
            }
        }
        if cut {
            until(&self.vault, |state| {
                matches!(state.connection, Connection::Offline { .. })
            })
            .await;
        } else {
            until(&self.vault, |state| {
                matches!(state.connection, Connection::Online { .. })
            })
            .await;
        }
    }

    async fn whole_after(&self, leaves: u64) {
        for _ in 0..200 {
            let checked = self
                .vault
                .inner
                .book()
                .ok()
                .is_some_and(|book| book.log.state == LogState::Whole && book.log.verified >= leaves);
            if checked {
                return;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        assert_eq!(self.vault.state().log, LogState::Whole);
        assert!(self.vault.inner.book().unwrap().log.verified >= leaves);
    }

    fn draft(&self) -> SecretDraft {
        SecretDraft {
            place: self.sample.scope("shop/prod").to_string(),
            title: "NEW".to_owned(),
            env_name: None,
            kind: SecretKind::Generic,
            tags: Vec::new(),
            note: None,
            value: ValueInput::Text {
                text: "value".to_owned(),
            },
        }
    }
}

#[tokio::test]
async fn a_device_that_was_away_for_two_changes_of_the_logs_key_follows_and_keeps_what_it_has() {
    let rig = rig().await;
    let before = rig.pinned().await;
    rig.cut(true).await;
    rig.device.server.replace_key(Log, true);
    rig.device.server.told().log.record(PERSON);
    rig.device.server.replace_key(Log, true);
    let leaves = {
        let mut told = rig.device.server.told();
        told.log.record(PERSON);
        told.log.head(PERSON)
    };
    rig.cut(false).await;
    rig.whole_after(leaves).await;
    let now = rig.pinned().await;
    assert_ne!(now.log, before.log);
    assert_eq!(&now.log, rig.device.server.told().log.key().verifier());

    // A lease that was proved by the first key is still one.
    rig.cut(true).await;
    let receipt = rig
        .vault
        .inner
        .live()
        .unwrap()
        .cache
        .journal_read(rig.secret, claviger_protocol::release::Purpose::Reveal)
        .await
        .unwrap();
    let value = rig
        .vault
        .inner
        .live()
        .unwrap()
        .cache
        .open_leased(receipt)
        .await
        .unwrap();
    assert_eq!(value.expose(), b"value");
}

#[tokio::test]
async fn another_log_key_without_the_old_ones_word_is_refused_in_words() {
    let rig = rig().await;
    let before = rig.pinned().await;
    rig.device.server.replace_key(Log, false);
    rig.device.server.told().log.record(PERSON);
    let state = until(&rig.vault, |state| matches!(state.log, LogState::Violated { .. })).await;
    let LogState::Violated { words } = state.log else {
        unreachable!()
    };
    assert!(
        words.contains("not signed by the key that this device has pinned"),
        "{words}"
    );
    assert_eq!(rig.pinned().await.bundle, before.bundle, "nothing else is pinned");
    let shown = rig
        .vault
        .connect_server(&rig.device.server.origin)
        .await
        .unwrap_err();
    assert_eq!(shown.code, "serverKeysChanged");
}

#[tokio::test]
async fn orders_of_a_key_that_the_old_one_vouches_for_are_obeyed_and_others_are_not() {
    let target = |secret| vec![Target::Secret { secret, names: true }];
    let good = rig().await;
    good.device.server.replace_key(Orders, true);
    good.device.server.replace_key(Orders, true);
    good.device.server.order(target(good.secret));
    for _ in 0..4 {
        good.vault.sync_now().await.unwrap();
    }
    assert_eq!(good.device.server.told().acknowledged, 1);
    assert!(good.vault.inner.book().unwrap().leases.is_empty());
    assert_eq!(good.vault.state().log, LogState::Whole);

    let bad = rig().await;
    let before = bad.pinned().await;
    bad.device.server.replace_key(Orders, false);
    bad.device.server.order(target(bad.secret));
    let refused = bad.vault.sync_now().await.unwrap_err();
    assert_eq!(refused.code, "serverKeysChanged", "{refused:?}");
    assert_eq!(bad.device.server.told().acknowledged, 0);
    assert!(bad.vault.inner.book().unwrap().leases.contains_key(&bad.secret));
    assert_eq!(bad.pinned().await.bundle, before.bundle);
}

#[tokio::test]
async fn what_was_sealed_to_a_key_that_was_replaced_is_sealed_anew() {
    let rig = rig().await;
    {
        let mut told = rig.device.server.told();
        told.sealing_seed += 1;
        told.lose_creations = 0;
        told.takes_creations = true;
    }
    rig.vault.create_secret(rig.draft()).await.unwrap();
    assert_eq!(rig.device.server.count("/v1/secrets"), 2, "once in vain");

    rig.cut(true).await;
    let live = rig.vault.inner.live().unwrap();
    live.cache
        .journal_read(rig.secret, claviger_protocol::release::Purpose::Reveal)
        .await
        .unwrap();
    rig.device.server.told().sealing_seed += 1;
    rig.cut(false).await;
    for _ in 0..200 {
        if live.cache.unsent().await.unwrap().is_none() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    assert_eq!(live.cache.unsent().await.unwrap(), None, "the journal is there");
}
