//! Through the door: the vault of a signed-in device beside a server that says what it is told.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use super::testing::Sample;
use crate::{
    Purpose, Vault,
    testing::{
        device::{Device, until},
        server::PERSON,
    },
    view::{
        history::{ExportFormat, HistoryQuery},
        list::{ListFilter, ListPage, ListQuery},
        secret::SecretKind,
        state::{Connection, LogState},
        value::{SecretDraft, ValueInput},
    },
};
use claviger_model::{ids::SecretId, secret::MAX_VALUE_BYTES};
use claviger_protocol::problem::Code;

const RELEASES: &str = "/v1/releases";

/// A device whose person sees one secret in `shop/prod`, synced.
pub(super) async fn synced() -> (Device, Vault, SecretId, Sample) {
    let device = Device::signed_in().await;
    let mut sample = Sample::new();
    let secret = sample.secret("STRIPE_KEY", "shop/prod");
    let (entitlement, secrets) = sample.told();
    {
        let mut told = device.server.told();
        (told.entitlement, told.secrets) = (Some(entitlement), secrets);
        // The log of the fake begins with one of theirs.
        for _ in 0..2 {
            told.log.record(PERSON);
        }
    }
    let vault = device.start().await;
    until(&vault, |state| {
        state.log == LogState::Whole
            && matches!(
                state.connection,
                Connection::Online {
                    last_sync: Some(_),
                    ..
                }
            )
    })
    .await;
    (device, vault, secret, sample)
}

async fn all(vault: &Vault) -> ListPage {
    let query = ListQuery {
        place: None,
        filter: ListFilter::All,
        owner: None,
        offset: 0,
        limit: 10,
    };
    vault.list(query).await.unwrap()
}

fn everything() -> HistoryQuery {
    HistoryQuery {
        from: 0,
        to: i64::MAX,
        groups: Vec::new(),
        refused_only: false,
        secret: None,
        offset: 0,
        limit: 2,
    }
}

#[tokio::test]
async fn a_refusal_is_final_and_only_a_missing_server_turns_to_the_offline_copy() {
    let (device, vault, secret, _) = synced().await;
    let id = secret.to_string();
    assert_eq!(all(&vault).await.rows[0].reference.id, id);
    device.server.told().refuse.insert(RELEASES, Code::Forbidden);
    assert_eq!(
        vault.value(&id, None, Purpose::Reveal).await.unwrap_err().code,
        "forbidden"
    );
    device.server.told().refuse.insert(RELEASES, Code::Unavailable);
    assert_eq!(
        vault.value(&id, None, Purpose::Reveal).await.unwrap_err().code,
        "notLeased"
    );
    assert_eq!(all(&vault).await.rows[0].last_used_at, None, "nothing was used");
}

#[tokio::test]
async fn what_cannot_stand_never_leaves_the_device() {
    let (device, vault, secret, sample) = synced().await;
    let draft = |title: &str, bytes: usize| SecretDraft {
        place: sample.scope("shop/prod").to_string(),
        title: title.to_owned(),
        env_name: None,
        kind: SecretKind::Generic,
        tags: Vec::new(),
        note: None,
        value: ValueInput::Text {
            text: "x".repeat(bytes),
        },
    };
    let large = vault.create_secret(draft("fine", MAX_VALUE_BYTES + 1)).await;
    assert_eq!(large.unwrap_err().code, "valueTooLarge");
    assert_eq!(
        vault.create_secret(draft("a/b", 1)).await.unwrap_err().code,
        "nameInvalid"
    );
    let reason = vault.request_rotation(&secret.to_string(), " ").await;
    assert_eq!(reason.unwrap_err().code, "reasonMissing");
    assert_eq!(
        (
            device.server.count("/v1/secrets"),
            device.server.count("/v1/requests")
        ),
        (0, 0)
    );
    assert!(
        vault.create_secret(draft("fine", MAX_VALUE_BYTES)).await.is_err(),
        "this server knows no such route"
    );
    assert!(device.server.count("/v1/secrets") > 0);
}

#[tokio::test]
async fn marks_outlive_the_program_and_foreign_secrets_cannot_be_marked() {
    let (device, vault, secret, _) = synced().await;
    vault.set_favourite(&secret.to_string(), true).await.unwrap();
    let foreign = SecretId::from_bytes([0xee; 16]).to_string();
    assert_eq!(
        vault.set_favourite(&foreign, true).await.unwrap_err().code,
        "notFound"
    );
    drop(vault);
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    let vault = device.start().await;
    let view = vault.places().await.unwrap();
    assert_eq!(
        view.favourites
            .iter()
            .map(|one| one.id.clone())
            .collect::<Vec<_>>(),
        [secret.to_string()]
    );
    vault.set_favourite(&secret.to_string(), false).await.unwrap();
    assert!(vault.places().await.unwrap().favourites.is_empty());
}

#[tokio::test]
async fn the_proven_history_is_paged_and_exported_whole() {
    let (_device, vault, _, _) = synced().await;
    let page = vault.history(everything()).await.unwrap();
    assert_eq!((page.total, page.rows.len()), (3, 2));
    let status = vault.proof_status().await.unwrap();
    assert_eq!((status.entries, status.pending), (3, 0));
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("history.csv");
    let reply = vault
        .export_history(ExportFormat::Csv, everything(), &target)
        .await
        .unwrap();
    let text = std::fs::read_to_string(&target).unwrap();
    assert_eq!(
        (reply.rows, text.lines().count()),
        (3, 4),
        "the page does not matter"
    );
    let target = folder.path().join("history.json");
    vault
        .export_history(ExportFormat::Json, everything(), &target)
        .await
        .unwrap();
    let json: serde_json::Value = serde_json::from_slice(&std::fs::read(&target).unwrap()).unwrap();
    assert_eq!(json["entries"].as_array().unwrap().len(), 3);
    assert!(
        json["checkpoint"]
            .as_str()
            .unwrap()
            .starts_with("claviger.test/log/1")
    );
    let nowhere = folder.path().join("missing/history.csv");
    let failed = vault
        .export_history(ExportFormat::Csv, everything(), &nowhere)
        .await;
    assert_eq!(failed.unwrap_err().code, "exportFailed");
}

#[tokio::test]
async fn a_place_is_kept_only_once_the_server_gave_something() {
    let (device, vault, _, sample) = synced().await;
    let place = sample.scope("shop/prod").to_string();
    device.server.told().refuse.insert(RELEASES, Code::Forbidden);
    assert_eq!(
        vault.keep_offline(&place, true).await.unwrap_err().code,
        "forbidden"
    );
    assert!(vault.leases().await.unwrap().is_empty());
    assert_eq!(vault.keep_offline(&place, false).await.unwrap(), None);
    let foreign = SecretId::from_bytes([0xee; 16]).to_string();
    assert_eq!(
        vault.keep_offline(&foreign, true).await.unwrap_err().code,
        "notFound"
    );
    let empty = sample.scope("shop/prod/stripe").to_string();
    let kept = vault.keep_offline(&empty, true).await.unwrap().unwrap();
    assert_eq!(
        (kept.values, kept.readable_until),
        (0, None),
        "nothing is there yet"
    );
}
