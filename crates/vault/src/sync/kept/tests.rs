//! Copies of kept places over time, with clocks that the test moves.
#![expect(clippy::unwrap_used, reason = "tests")]

use crate::{
    Vault,
    cases::testing::{LEASE_MS, Sample},
    testing::device::{Device, until},
    view::state::LogState,
};
use claviger_model::ids::SecretId;
use claviger_protocol::release::Purpose;
use std::time::Duration;

const LEASE: Duration = Duration::from_millis(LEASE_MS.unsigned_abs());

struct Rig {
    device: Device,
    vault: Vault,
    sample: Sample,
}

impl Rig {
    /// Two values in `shop/prod`, one in `shop/dev`, where policy allows no copies.
    async fn start() -> (Self, [SecretId; 2]) {
        let device = Device::signed_in().await;
        device.may_keep(LEASE).await;
        let mut sample = Sample::new();
        let secrets = ["ONE", "TWO"].map(|name| sample.secret(name, "shop/prod"));
        sample.secret("DEV", "shop/dev");
        let vault = sample.known_to(&device).await;
        let rig = Self {
            device,
            vault,
            sample,
        };
        (rig, secrets)
    }

    async fn keep(&self, on: bool) {
        let place = self.sample.scope("shop/prod").to_string();
        self.vault.keep_offline(&place, on).await.unwrap();
    }

    /// What was released since the last look, after a few rounds.
    async fn released(&self) -> Vec<(SecretId, u64)> {
        for _ in 0..4 {
            self.vault.sync_now().await.unwrap();
        }
        let mut released: Vec<_> = self
            .device
            .server
            .told()
            .released
            .drain(..)
            .inspect(|(_, _, purpose)| assert_eq!(*purpose, Purpose::Lease))
            .map(|(secret, version, _)| (secret, version))
            .collect();
        released.sort_unstable();
        released
    }

    /// Tells the device of a secret that is new or was changed.
    fn tell(&self, secret: SecretId) {
        let mut told = self.device.server.told();
        told.secrets = self.sample.told().1;
        let record = told.secrets.secrets.iter().find(|one| one.secret.id == secret);
        let record = record.unwrap().clone();
        told.cursor += 1;
        let cursor = told.cursor;
        told.changed.push((cursor, record));
    }

    fn ends(&self, secret: SecretId) -> i64 {
        let book = self.vault.inner.book().unwrap();
        book.leases
            .get(&secret)
            .map_or(0, |lease| lease.expires_at.millis())
    }
}

fn both(secrets: [SecretId; 2], version: u64) -> Vec<(SecretId, u64)> {
    let mut both = secrets.map(|secret| (secret, version)).to_vec();
    both.sort_unstable();
    both
}

#[tokio::test]
async fn copies_of_a_kept_place_are_fetched_anew_in_the_middle_of_their_life() {
    let (rig, secrets) = Rig::start().await;
    assert!(
        rig.released().await.is_empty(),
        "nothing is fetched that nobody keeps"
    );
    rig.keep(true).await;
    assert_eq!(rig.released().await, both(secrets, 1), "one event for each");
    rig.device.pass(LEASE / 2);
    assert!(rig.released().await.is_empty(), "half of the time is left");
    let before = rig.ends(secrets[0]);
    rig.device.pass(Duration::from_millis(1));
    assert_eq!(rig.released().await, both(secrets, 1));
    assert_eq!(rig.ends(secrets[0]), before + LEASE_MS / 2 + 1);
    // So they outlive any time online.
    rig.device.pass(LEASE / 2 + Duration::from_millis(1));
    assert_eq!(rig.released().await, both(secrets, 1));
    assert_eq!(rig.vault.leases().await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_is_new_or_changed_in_a_kept_place_is_fetched_and_nothing_elsewhere() {
    let (mut rig, secrets) = Rig::start().await;
    rig.keep(true).await;
    rig.released().await;
    let new = rig.sample.secret("NEW", "shop/prod/stripe");
    let elsewhere = rig.sample.secret("ELSEWHERE", "shop/dev");
    rig.sample.change(secrets[1], |record| record.secret.version = 2);
    for secret in [new, elsewhere, secrets[1]] {
        rig.tell(secret);
    }
    let mut expected = vec![(new, 1), (secrets[1], 2)];
    expected.sort_unstable();
    assert_eq!(rig.released().await, expected);
    // The place outlives the program.
    let Rig {
        device,
        vault,
        sample,
    } = rig;
    drop(vault);
    tokio::time::sleep(Duration::from_millis(100)).await;
    let vault = device.start().await;
    let rig = Rig {
        device,
        vault,
        sample,
    };
    until(&rig.vault, |state| state.log == LogState::Whole).await;
    assert!(rig.released().await.is_empty());
    rig.device.pass(LEASE / 2 + Duration::from_millis(1));
    rig.vault.note_activity();
    assert_eq!(rig.released().await.len(), 3);
}

#[tokio::test]
async fn a_place_that_is_let_go_is_not_fetched_any_more() {
    let (rig, secrets) = Rig::start().await;
    rig.keep(true).await;
    rig.released().await;
    rig.keep(false).await;
    assert_eq!(rig.ends(secrets[0]), 0);
    rig.device.pass(LEASE);
    assert!(rig.released().await.is_empty());
}

#[tokio::test]
async fn a_policy_that_forbids_copies_ends_it_for_good() {
    let (rig, _) = Rig::start().await;
    rig.keep(true).await;
    rig.released().await;
    let allowed = rig.device.server.told().entitlement.clone().unwrap();
    let mut forbidden = allowed.clone();
    for rights in &mut forbidden.rights {
        rights.lease_ms = None;
    }
    forbidden.digest = forbidden.computed_digest().unwrap();
    rig.device.server.told().entitlement = Some(forbidden);
    rig.device.pass(LEASE);
    assert!(rig.released().await.is_empty());
    let places = rig.vault.places().await.unwrap().places;
    assert!(places.iter().all(|place| place.kept_offline.is_none()));
    rig.device.server.told().entitlement = Some(allowed);
    assert!(
        rig.released().await.is_empty(),
        "what ended does not begin again unasked"
    );
}

#[tokio::test]
async fn what_the_server_refuses_is_asked_for_once() {
    let (rig, [refused, given]) = Rig::start().await;
    rig.device.server.told().refuse_values.insert(refused);
    rig.keep(true).await;
    assert_eq!(rig.released().await, both([refused, given], 1));
    rig.device.pass(LEASE / 2 + Duration::from_millis(1));
    assert_eq!(rig.released().await, [(given, 1)]);
    let mut changed = rig;
    changed.sample.change(refused, |record| record.secret.version = 2);
    changed.tell(refused);
    assert_eq!(
        changed.released().await,
        [(refused, 2)],
        "another version, another try"
    );
}

#[tokio::test]
async fn copies_that_end_with_the_access_are_not_fetched_over_and_over() {
    let (rig, secrets) = Rig::start().await;
    rig.keep(true).await;
    rig.released().await;
    // As if the grant ended when the copies do: the server gives no more than what is left.
    rig.device.pass(LEASE / 2 + Duration::from_millis(1));
    rig.device.server.told().max_age_ms = u64::try_from(LEASE_MS / 2 - 1).unwrap();
    assert_eq!(rig.released().await, both(secrets, 1));
    rig.device.pass(LEASE / 3);
    assert!(rig.released().await.is_empty());
}

#[tokio::test]
async fn copies_that_cannot_be_stored_are_not_fetched_over_and_over() {
    let (rig, secrets) = Rig::start().await;
    rig.keep(true).await;
    rig.released().await;
    rig.device.pass(LEASE / 2 + Duration::from_millis(1));
    // No release holds on this device any more.
    rig.device.server.told().sealing = Some(
        claviger_crypto::sealing::SealingKeyPair::random(&claviger_model::entropy::SystemEntropy).public(),
    );
    assert_eq!(rig.released().await, both(secrets, 1));
    rig.device.may_keep(LEASE).await;
    assert!(rig.released().await.is_empty());
    rig.device.pass(Duration::from_secs(3600));
    assert_eq!(rig.released().await, both(secrets, 1));
}
