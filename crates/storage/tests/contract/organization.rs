use crate::ground::{Ground, name};
use claviger_model::ids::KeyId;
use claviger_storage::{
    Conflict, StorageError,
    organization::{KeyPurpose, ServerKey},
};

contract!(
    is_founded_once,
    keys_read_back_and_retire_once,
    settings_are_overwritten
);

async fn is_founded_once(ground: Ground) {
    let mut reader = ground.store.reader().await.unwrap();
    let organization = reader.organization().await.unwrap().unwrap();
    assert!(organization.demonstration);
    assert_eq!(
        reader.committed_head().await.unwrap().origin,
        "claviger.acme.example/log"
    );
    drop(reader);

    let mut locked = ground.locked().await;
    let error = locked.found(&organization, "other").await.unwrap_err();
    assert!(
        matches!(error, StorageError::Conflict(Conflict::IdTaken)),
        "{error:?}"
    );
    drop(locked);

    let mut locked = ground.locked().await;
    locked
        .set_organization(&name("Acme Corp"), "https://new.example")
        .await
        .unwrap();
    locked.commit().await.unwrap();
    let mut reader = ground.store.reader().await.unwrap();
    let renamed = reader.organization().await.unwrap().unwrap();
    assert_eq!(
        (renamed.id, renamed.origin.as_str()),
        (organization.id, "https://new.example")
    );
    assert_eq!(
        reader.committed_head().await.unwrap().origin,
        "claviger.acme.example/log"
    );
}

async fn keys_read_back_and_retire_once(ground: Ground) {
    let key = ServerKey {
        id: KeyId::random(&ground.entropy),
        purpose: KeyPurpose::Orders,
        generation: 1,
        public: vec![1; 32],
        wrapped: vec![2; 60],
        kek: ground.kek,
        cosignature: None,
        created_at: ground.now(),
        retired_at: None,
    };
    let mut locked = ground.locked().await;
    locked.put_server_key(&key).await.unwrap();
    locked
        .rewrap_server_key(key.id, &[3; 60], ground.kek)
        .await
        .unwrap();
    locked.retire_server_key(key.id, ground.now()).await.unwrap();
    let again = locked.retire_server_key(key.id, ground.now()).await.unwrap_err();
    assert!(matches!(again, StorageError::Conflict(Conflict::Changed)));
    locked.commit().await.unwrap();

    let mut reader = ground.store.reader().await.unwrap();
    let expected = ServerKey {
        wrapped: Vec::new(),
        retired_at: Some(ground.now()),
        ..key.clone()
    };
    assert_eq!(reader.server_keys().await.unwrap(), vec![expected]);
    assert_eq!(reader.kek_generations().await.unwrap().len(), 1);
    drop(reader);

    let mut locked = ground.locked().await;
    let same = ServerKey {
        id: KeyId::random(&ground.entropy),
        ..key
    };
    let error = locked.put_server_key(&same).await.unwrap_err();
    assert!(
        matches!(error, StorageError::Conflict(Conflict::IdTaken)),
        "one key a generation: {error:?}"
    );
}

async fn settings_are_overwritten(ground: Ground) {
    let mut locked = ground.locked().await;
    assert_eq!(locked.setting("retention").await.unwrap(), None);
    locked
        .put_setting("retention", &serde_json::json!({"days": 30}))
        .await
        .unwrap();
    locked
        .put_setting("retention", &serde_json::json!({"days": 60}))
        .await
        .unwrap();
    assert_eq!(
        locked.setting("retention").await.unwrap(),
        Some(serde_json::json!({"days": 60}))
    );
}
