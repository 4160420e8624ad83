//! A copy of the cache that was taken before a purge yields nothing under the keyring as it is after it, the device's sealing key
//! included: what that key would need stands in memory only (rules 23 and 28).
#![expect(clippy::unwrap_used, reason = "tests")]

use crate::{
    Vault,
    cases::testing::{LEASE_MS, Sample},
    testing::{
        device::Device,
        log::ORGANIZATION,
        server::{DEVICE, SESSION, told::SealedUnder},
    },
};
use claviger_cache::{Cache, Device as CacheDevice, LeaseError, Opening};
use claviger_crypto::{
    bytes::join,
    sealing::{ReleaseInfo, ReleaseReceiver, SealingKeyPair, open_value},
};
use claviger_model::ids::SecretId;
use claviger_protocol::{order::Target, release::Purpose};
use claviger_sign_in::device_keys::DeviceKeys;
use hpke::{Deserializable, Kem, kem::X25519HkdfSha256};
use ring::hmac;
use std::{path::Path, sync::Arc, time::Duration};

const INFO: ReleaseInfo = ReleaseInfo {
    organization: ORGANIZATION,
    device: DEVICE,
    session: SESSION,
};

/// RFC 9180 for DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM in base mode: what the library keeps to itself.
mod key_schedule {
    use super::hmac;

    const SUITE: &[u8] = b"HPKE\x00\x20\x00\x01\x00\x02";

    fn mac(key: &[u8], parts: &[&[u8]]) -> Vec<u8> {
        let key = hmac::Key::new(hmac::HMAC_SHA256, key);
        hmac::sign(&key, &parts.concat()).as_ref().to_vec()
    }

    fn extract(salt: &[u8], label: &[u8], key: &[u8]) -> Vec<u8> {
        mac(salt, &[b"HPKE-v1", SUITE, label, key])
    }

    /// 32 bytes, the first block of HKDF-Expand.
    fn expand(key: &[u8], label: &[u8], info: &[u8]) -> Vec<u8> {
        mac(key, &[&[0, 32], b"HPKE-v1", SUITE, label, info, &[1]])
    }

    pub(super) fn exporter_secret(shared: &[u8], info: &[u8]) -> Vec<u8> {
        let context = [
            &[0],
            extract(b"", b"psk_id_hash", b"").as_slice(),
            &extract(b"", b"info_hash", info),
        ]
        .concat();
        expand(&extract(shared, b"secret", b""), b"exp", &context)
    }

    pub(super) fn export(secret: &[u8], context: &[u8]) -> Vec<u8> {
        expand(secret, b"sec", context)
    }
}

/// The exporter secret of an encapsulation, as whoever has the sealing key reaches it.
fn exporter_secret(sealing: &SealingKeyPair, enc: &[u8]) -> Vec<u8> {
    let private = <X25519HkdfSha256 as Kem>::PrivateKey::from_bytes(sealing.secret().expose()).unwrap();
    let enc = <X25519HkdfSha256 as Kem>::EncappedKey::from_bytes(enc).unwrap();
    let shared = X25519HkdfSha256::decap(&private, None, &enc).unwrap();
    let info = join(&[
        b"claviger-seal-v1",
        INFO.organization.as_bytes(),
        INFO.device.as_bytes(),
        INFO.session.as_bytes(),
    ]);
    key_schedule::exporter_secret(&shared.0, &info)
}

fn files(directory: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push((path.display().to_string(), std::fs::read(&path).unwrap()));
        }
    }
    found
}

fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            std::fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
        }
    }
}

/// What may stand in no file, and what it is.
fn forbidden(sealing: &SealingKeyPair, sessions: &[SealedUnder]) -> Vec<(&'static str, Vec<u8>)> {
    let mut forbidden = vec![("the sealing key", sealing.secret().expose().to_vec())];
    for (encapsulation, under) in sessions {
        let enc = encapsulation.to_bytes().split_off(1);
        let exporter = exporter_secret(sealing, &enc);
        let receiver = ReleaseReceiver::new(sealing, encapsulation, INFO).unwrap();
        for (binding, sealed) in under {
            let key = receiver.release_key(binding.event).unwrap();
            assert_eq!(
                key.expose().as_slice(),
                key_schedule::export(&exporter, binding.event.as_bytes()),
                "this is the exporter secret"
            );
            let opened = open_value(&key, binding, sealed).unwrap();
            assert_eq!(
                opened.expose(),
                b"value",
                "whoever had the encapsulation could open the old copy again"
            );
            forbidden.push(("the key of a release", key.expose().to_vec()));
        }
        forbidden.push(("an encapsulation", enc));
        forbidden.push(("an exporter secret", exporter));
    }
    forbidden
}

fn assert_none(directory: &Path, forbidden: &[(&'static str, Vec<u8>)], when: &str) {
    for (path, bytes) in files(directory) {
        for (what, word) in forbidden {
            let held = memchr::memmem::find(&bytes, word).is_some();
            assert!(!held, "{when}: {path} holds {what}");
            let text = claviger_crypto::bytes::encode_base64url(word);
            let held = memchr::memmem::find(&bytes, text.as_bytes()).is_some();
            assert!(!held, "{when}: {path} holds {what} as text");
        }
    }
}

/// Two values that are kept, and one that was only used, in a session of several encapsulations.
async fn kept(device: &Device) -> (Vault, [SecretId; 2]) {
    device
        .may_keep(Duration::from_millis(LEASE_MS.unsigned_abs()))
        .await;
    let mut sample = Sample::new();
    let secrets = ["ONE", "TWO"].map(|name| sample.secret(name, "shop/prod"));
    let vault = sample.known_to(device).await;
    let place = sample.scope("shop/prod").to_string();
    vault.keep_offline(&place, true).await.unwrap();
    for _ in 0..4 {
        vault.sync_now().await.unwrap();
    }
    let leases = vault.inner.book().unwrap().leases.len();
    assert_eq!(leases, 2, "both are kept");
    (vault, secrets)
}

#[tokio::test]
async fn an_old_copy_opens_with_no_key_that_is_left_the_sealing_key_included() {
    let device = Device::signed_in().await;
    let (vault, secrets) = kept(&device).await;
    let before = tempfile::tempdir().unwrap();
    copy(device.folder(), before.path());
    let names: Vec<_> = files(before.path()).into_iter().map(|(path, _)| path).collect();
    assert!(names.iter().any(|name| name.ends_with(".cache")), "{names:?}");
    assert!(names.iter().any(|name| name.ends_with("-wal")), "{names:?}");

    let targets = secrets.map(|secret| Target::Secret { secret, names: true });
    device.server.order(targets.to_vec());
    for _ in 0..4 {
        vault.sync_now().await.unwrap();
    }
    assert_eq!(device.server.told().acknowledged, 1);

    // The device is still enrolled: its sealing key is in the keyring as before.
    let keys = DeviceKeys::from_secret(&device.device_item().await.unwrap().keys.to_secret()).unwrap();
    let sealing = keys.sealing();
    let sessions = std::mem::take(&mut device.server.told().encapsulations);
    assert!(!sessions.is_empty());
    let forbidden = forbidden(sealing, &sessions);
    assert!(forbidden.len() >= 5, "{}", forbidden.len());
    assert_none(before.path(), &forbidden, "in the copy");
    assert_none(device.folder(), &forbidden, "after the purge");

    let parts = vault.inner.cache_parts();
    let log = vault.inner.live().unwrap().server.log.clone();
    vault.sign_out().await.unwrap();
    drop(vault);
    assert_none(device.folder(), &forbidden, "after it was closed");

    // The keyring as it is now, and the old copy.
    let again = CacheDevice {
        organization: ORGANIZATION,
        id: DEVICE,
        key: Arc::clone(keys.signing()),
        log,
    };
    let opened = Cache::open(before.path(), again, parts).await.unwrap();
    assert!(
        matches!(opened.opening, Opening::RolledBack),
        "{:?}",
        opened.opening
    );
    assert!(opened.cache.leases().await.unwrap().is_empty());
    for secret in secrets {
        let read = opened.cache.journal_read(secret, Purpose::Reveal).await;
        assert!(matches!(read, Err(LeaseError::Missing)), "{read:?}");
    }
}
