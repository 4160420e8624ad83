//! What every implementation of [`KeyStore`] must do.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::{ItemName, KeyStore};
use claviger_crypto::secret::SecretBytes;
use claviger_model::ids::{DeviceId, OrganizationId};

/// Runs the whole contract on a store that holds none of these items.
pub(crate) async fn check(store: &dyn KeyStore) {
    let organization = OrganizationId::from_bytes([0x51; 16]);
    let [first, second] = [1, 2].map(|n| ItemName::cache(organization, DeviceId::from_bytes([n; 16])));
    let items = [
        first,
        second,
        ItemName::device(organization),
        ItemName::session(organization),
        ItemName::device(OrganizationId::from_bytes([0x52; 16])),
    ];
    for item in &items {
        assert!(
            store.load(item).await.unwrap().is_none(),
            "{item} must not be there yet"
        );
        store.delete(item).await.unwrap();
    }
    // Binary, with zeros and what is no UTF-8; one beyond what most platforms like.
    let secrets: Vec<_> = (0_u8..)
        .zip(&items)
        .map(|(n, _)| SecretBytes::new([vec![0, 0xff, n], vec![n; 900]].concat()))
        .collect();
    for (item, secret) in items.iter().zip(&secrets) {
        store.store(item, secret).await.unwrap();
    }
    for (item, secret) in items.iter().zip(&secrets) {
        assert_eq!(store.load(item).await.unwrap().unwrap(), *secret, "{item}");
    }
    let [first, second, ..] = &items;
    store.store(first, &SecretBytes::copy_from(b"new")).await.unwrap();
    assert_eq!(store.load(first).await.unwrap().unwrap().expose(), b"new");
    assert_eq!(
        store.load(second).await.unwrap().unwrap(),
        *secrets.get(1).unwrap()
    );
    for item in &items {
        store.delete(item).await.unwrap();
        assert!(store.load(item).await.unwrap().is_none(), "{item} must be gone");
    }
}
