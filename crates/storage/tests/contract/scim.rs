use crate::ground::{Ground, name};
use claviger_model::ids::{KeyId, PrincipalId, ScimId};
use claviger_storage::{
    Conflict, StorageError,
    scim::{ScimGroup, ScimToken, ScimUser, TokenEnded},
};
use serde_json::json;

contract!(
    a_token_reads_back_is_shortened_and_ended_once,
    a_user_is_found_by_everything_that_is_unique,
    a_group_keeps_its_members_and_forgets_them,
    a_claim_is_whose_it_was_first,
);

fn token(ground: &Ground, hash: u8, replaces: Option<KeyId>) -> ScimToken {
    ScimToken {
        id: KeyId::random(&ground.entropy),
        name: name("provider"),
        hash: [hash; 32],
        made_by: ground.ada,
        made_at: ground.now(),
        ends_at: ground.later(3600),
        last_used_at: None,
        replaces,
        ended: None,
    }
}

fn user(ground: &Ground, principal: PrincipalId, user_name: &str, external: Option<&str>) -> ScimUser {
    ScimUser {
        id: ScimId::random(&ground.entropy),
        principal,
        user_name: user_name.to_owned(),
        external_id: external.map(str::to_owned),
        active: true,
        attributes: json!({"displayName": "Ada"}).as_object().unwrap().clone(),
        version: 1,
        made_at: ground.now(),
        changed_at: ground.now(),
    }
}

async fn a_token_reads_back_is_shortened_and_ended_once(ground: Ground) {
    let first = token(&ground, 1, None);
    let second = token(&ground, 2, Some(first.id));
    let mut locked = ground.locked().await;
    locked.insert_scim_token(&first).await.unwrap();
    locked.insert_scim_token(&second).await.unwrap();
    assert_eq!(
        locked.scim_token_by_hash(&[1; 32]).await.unwrap(),
        Some(first.clone())
    );
    assert_eq!(locked.scim_token_by_hash(&[3; 32]).await.unwrap(), None);
    assert_eq!(locked.scim_tokens(10).await.unwrap().len(), 2);
    locked
        .note_scim_token_use(first.id, ground.later(5))
        .await
        .unwrap();
    locked
        .shorten_scim_token(first.id, ground.later(60))
        .await
        .unwrap();
    locked
        .shorten_scim_token(first.id, ground.later(600))
        .await
        .unwrap();
    let read = locked.scim_token(first.id).await.unwrap().unwrap();
    assert_eq!(
        (read.ends_at, read.last_used_at),
        (ground.later(60), Some(ground.later(5)))
    );
    assert!(read.is_live(ground.later(59)) && !read.is_live(ground.later(60)));
    assert!(locked.made_live_token(ground.ada, ground.now()).await.unwrap());
    let ended = TokenEnded {
        at: ground.now(),
        by: ground.ada,
    };
    locked.end_scim_token(first.id, ended).await.unwrap();
    locked.end_scim_token(second.id, ended).await.unwrap();
    assert!(!locked.made_live_token(ground.ada, ground.now()).await.unwrap());
    let again = locked.end_scim_token(first.id, ended).await.unwrap_err();
    assert!(
        matches!(again, StorageError::Conflict(Conflict::Changed)),
        "{again:?}"
    );
}

async fn a_user_is_found_by_everything_that_is_unique(ground: Ground) {
    let ben = ground.person(PrincipalId::random(&ground.entropy), "Ben");
    let ada = user(&ground, ground.ada, "Ada@Example", Some("A-1"));
    let mut locked = ground.locked().await;
    locked.insert_principal(&ben).await.unwrap();
    locked.insert_scim_user(&ada).await.unwrap();
    let other = user(&ground, ben.id, "ben", None);
    locked.insert_scim_user(&other).await.unwrap();
    assert_eq!(locked.scim_user(ada.id).await.unwrap(), Some(ada.clone()));
    assert_eq!(
        locked.scim_user_named("ADA@example").await.unwrap(),
        Some(ada.clone())
    );
    assert_eq!(
        locked.scim_user_by_external("A-1").await.unwrap(),
        Some(ada.clone())
    );
    assert_eq!(locked.scim_user_by_external("a-1").await.unwrap(), None);
    assert_eq!(locked.scim_user_of(ground.ada).await.unwrap(), Some(ada.clone()));
    assert_eq!(
        locked.scim_users_among(&[ada.id, other.id]).await.unwrap().len(),
        2
    );
    assert_eq!(locked.count_scim_users().await.unwrap(), 2);
    assert_eq!(locked.scim_users(1, 5).await.unwrap().len(), 1);
    let changed = ScimUser {
        active: false,
        version: 2,
        external_id: None,
        ..ada.clone()
    };
    locked.update_scim_user(&changed).await.unwrap();
    assert_eq!(locked.scim_user(ada.id).await.unwrap(), Some(changed));
    locked.delete_scim_user(ada.id).await.unwrap();
    assert_eq!(locked.scim_user(ada.id).await.unwrap(), None);
    locked.commit().await.unwrap();
    let mut locked = ground.locked().await;
    let taken = locked
        .insert_scim_user(&user(&ground, ground.ada, "BEN", None))
        .await
        .unwrap_err();
    assert!(
        matches!(taken, StorageError::Conflict(Conflict::NameTaken)),
        "{taken:?}"
    );
}

async fn a_group_keeps_its_members_and_forgets_them(ground: Ground) {
    let group = ScimGroup {
        id: ScimId::random(&ground.entropy),
        display: "Crew".to_owned(),
        external_id: Some("g".to_owned()),
        version: 1,
        made_at: ground.now(),
        changed_at: ground.now(),
    };
    let ada = user(&ground, ground.ada, "ada", None);
    let mut locked = ground.locked().await;
    locked.insert_scim_user(&ada).await.unwrap();
    locked.insert_scim_group(&group).await.unwrap();
    locked
        .change_scim_members(group.id, &[ada.id], &[])
        .await
        .unwrap();
    assert_eq!(
        locked.scim_group_named("CREW").await.unwrap(),
        Some(group.clone())
    );
    assert_eq!(
        locked.scim_group_by_external("g").await.unwrap(),
        Some(group.clone())
    );
    let members = locked.scim_members(&[group.id]).await.unwrap();
    assert_eq!(
        members.iter().map(|member| member.user).collect::<Vec<_>>(),
        [ada.id]
    );
    assert_eq!(
        locked.scim_groups_of(&[ada.id]).await.unwrap(),
        [(ada.id, group.clone())]
    );
    locked
        .change_scim_members(group.id, &[], &[ada.id])
        .await
        .unwrap();
    assert!(locked.scim_members(&[group.id]).await.unwrap().is_empty());
    locked
        .change_scim_members(group.id, &[ada.id], &[])
        .await
        .unwrap();
    locked.clear_scim_memberships(ada.id).await.unwrap();
    assert!(locked.scim_members(&[group.id]).await.unwrap().is_empty());
    locked
        .change_scim_members(group.id, &[ada.id], &[])
        .await
        .unwrap();
    let renamed = ScimGroup {
        display: "Squad".to_owned(),
        version: 2,
        ..group.clone()
    };
    locked.update_scim_group(&renamed).await.unwrap();
    assert_eq!(locked.scim_groups(0, 5).await.unwrap(), [renamed]);
    locked.delete_scim_group(group.id).await.unwrap();
    assert_eq!(locked.count_scim_groups().await.unwrap(), 0);
    assert_eq!(locked.scim_groups_of(&[ada.id]).await.unwrap(), []);
}

async fn a_claim_is_whose_it_was_first(ground: Ground) {
    let ben = ground.person(PrincipalId::random(&ground.entropy), "Ben");
    let mut locked = ground.locked().await;
    locked.insert_principal(&ben).await.unwrap();
    locked.note_claim("i", "oid", "1", ground.ada).await.unwrap();
    locked.note_claim("i", "oid", "1", ben.id).await.unwrap();
    assert_eq!(
        locked.person_by_claim("i", "oid", "1").await.unwrap(),
        Some(ground.ada)
    );
    assert_eq!(locked.person_by_claim("j", "oid", "1").await.unwrap(), None);
}
