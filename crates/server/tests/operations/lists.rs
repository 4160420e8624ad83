//! Sync and lists: what changed, and that a list is what deciding one by one would give.

use crate::house::{House, description, grant, name};
use claviger_model::{
    action::Action,
    builtin_roles as roles,
    entropy::{Entropy, SystemEntropy},
    ids::{GrantId, PrincipalId, RoleId, ScopeId, SecretId},
    name::Name,
    principal::{Nature, PrincipalState},
    time::Clock,
};
use claviger_protocol::{
    grants::{self, GrantsReply},
    principals::{self, PrincipalsReply},
    route,
    sync::{self, ScopesReply, SyncReply},
};
use claviger_server::{
    entitlement::{Circumstances, Entitlements, Epoch},
    operations::secrets::locate::record_with,
};
use claviger_storage::{
    principals::{MemberSource, Principal, TeamMember},
    scopes::ScopeSettings,
};
use serde_json::{Value, json};
use std::collections::BTreeSet;

#[tokio::test(flavor = "multi_thread")]
async fn a_device_follows_by_cursor() {
    let house = House::new().await;
    let (production, staging) = (house.places.production, house.places.staging);
    let owner = house.actor(&[(roles::OWNER, house.places.root)]).await;
    let editor = house.actor(&[(roles::EDITOR, production)]).await;
    let a = house.secret(production, "A", b"a").await;
    let hidden = house.secret(staging, "HIDDEN", b"h").await;

    let sync = async |cursor: u64, digest: Option<Value>| -> SyncReply {
        let mut body = json!({"cursor": cursor});
        if let Some(digest) = digest {
            body["entitlement"] = digest;
        }
        house.call(Some(&editor), &route::SYNC, &[], &body).await.parse()
    };
    let first = sync(0, None).await;
    let entitlement = first.entitlement.unwrap();
    assert_eq!(entitlement.digest, entitlement.computed_digest().unwrap());
    let scopes: Vec<_> = entitlement
        .scopes
        .iter()
        .map(|scope| scope.path.to_string())
        .collect();
    assert_eq!(scopes, ["", "payments", "payments/production"]);
    let rights: Vec<_> = entitlement
        .rights
        .iter()
        .map(|rights| (rights.scope, rights.lease_ms))
        .collect();
    assert_eq!(rights, [(production, Some(8 * 3600 * 1000))]);
    let digest = Some(serde_json::to_value(&entitlement.digest).unwrap());

    let body = json!({"scopes": [production, staging]});
    let page: ScopesReply = house
        .call(Some(&editor), &route::SYNC_SCOPES, &[], &body)
        .await
        .parse();
    assert_eq!(
        page.secrets
            .iter()
            .map(|record| record.secret.id)
            .collect::<Vec<_>>(),
        [a]
    );

    let quiet = sync(first.cursor, digest.clone()).await;
    assert!(quiet.entitlement.is_none() && quiet.secrets.is_empty() && quiet.removed.is_empty());
    assert_eq!(quiet.cursor, first.cursor);

    let b = house.secret(production, "B", b"b").await;
    house.secret(staging, "C", b"c").await;
    let news = sync(quiet.cursor, digest.clone()).await;
    assert_eq!(
        news.secrets
            .iter()
            .map(|record| record.secret.id)
            .collect::<Vec<_>>(),
        [b]
    );

    // Moved out of sight, and deleted.
    let mover = house.actor(&[(roles::EDITOR, house.places.payments)]).await;
    let moved = house
        .call(
            Some(&mover),
            &route::MOVE_SECRET,
            &[&a],
            &json!({"scope": staging}),
        )
        .await;
    assert_eq!(moved.code(), "ok");
    assert_eq!(
        house
            .call(Some(&mover), &route::DELETE_SECRET, &[&b], &Value::Null)
            .await
            .code(),
        "ok"
    );
    let mut gone = sync(news.cursor, digest.clone()).await;
    gone.removed.sort();
    let mut expected = vec![a, b];
    expected.sort();
    assert_eq!((gone.secrets.len(), gone.removed), (0, expected));
    assert!(
        gone.orders > 0,
        "the device is ordered to forget what moved out of sight"
    );

    // A grant more shows as another entitlement.
    let wider = json!({
        "id": claviger_model::ids::GrantId::random(&SystemEntropy), "principal": editor.principal,
        "role": roles::VIEWER, "scope": staging, "reason": "also looks after staging",
    });
    assert_eq!(
        house
            .call(Some(&owner), &route::GIVE_GRANT, &[], &wider)
            .await
            .code(),
        "ok"
    );
    let more = sync(gone.cursor, digest).await.entitlement.unwrap();
    assert!(more.scopes.iter().any(|scope| scope.id == staging));
    let page: ScopesReply = house
        .call(Some(&editor), &route::SYNC_SCOPES, &[], &body)
        .await
        .parse();
    assert!(page.secrets.iter().any(|record| record.secret.id == hidden));

    // Whoever stands before the beginning of the feed, or after its end, is told to begin anew; others are not.
    let current = sync(gone.cursor, None).await;
    assert!(first.anew && !quiet.anew && !gone.anew && !current.anew);
    let mut locked = house.app.store.locked().await.unwrap();
    locked.cut_changes(current.cursor).await.unwrap();
    locked.commit().await.unwrap();
    let digest = |reply: &SyncReply| {
        let entitlement = reply.entitlement.as_ref().unwrap();
        Some(serde_json::to_value(&entitlement.digest).unwrap())
    };
    for cursor in [gone.cursor, current.cursor + 1_000] {
        let late = sync(cursor, digest(&current)).await;
        assert!(late.anew && late.entitlement.is_some(), "{cursor}");
        assert_eq!((late.secrets.len(), late.cursor), (0, current.cursor));
    }
    let here = sync(current.cursor, digest(&current)).await;
    assert!(!here.anew && here.entitlement.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn long_lists_come_in_pages() {
    let house = House::new().await;
    let owner = house.actor(&[(roles::OWNER, house.places.root)]).await;
    let holder = house.actor(&[]).await;
    let team = PrincipalId::random(&SystemEntropy);
    let mut locked = house.app.store.locked().await.unwrap();
    let now = locked.now();
    let principal = |id, text: &str, nature| Principal {
        id,
        name: name(text),
        state: PrincipalState::Active,
        nature,
        email: None,
        created_at: now,
    };
    locked
        .insert_principal(&principal(team, "Platform", Nature::Team))
        .await
        .unwrap();
    for _ in 0..principals::PAGE {
        let id = PrincipalId::random(&SystemEntropy);
        let person = Nature::Person { outside: false };
        locked
            .insert_principal(&principal(id, "Somebody", person))
            .await
            .unwrap();
    }
    let source = MemberSource::Local;
    let member = holder.principal;
    locked
        .add_team_member(TeamMember { team, member, source })
        .await
        .unwrap();
    let many: Vec<_> = (0..2 * grants::PAGE)
        .map(|_| grant(holder.principal, roles::VIEWER, house.places.staging, now))
        .collect();
    for some in many.chunks(500) {
        locked.insert_grants(some).await.unwrap();
    }
    locked.commit().await.unwrap();

    let (mut people, mut after, mut pages) = (Vec::new(), None, 0);
    loop {
        let answer = match after {
            None => {
                house
                    .call(Some(&owner), &route::PRINCIPALS, &[], &Value::Null)
                    .await
            }
            Some(after) => {
                let after: &PrincipalId = &after;
                house
                    .call(Some(&owner), &route::PRINCIPALS_AFTER, &[after], &Value::Null)
                    .await
            }
        };
        let reply: PrincipalsReply = answer.parse();
        assert!(reply.principals.len() <= principals::PAGE);
        people.extend(reply.principals);
        pages += 1;
        after = reply.next;
        if after.is_none() {
            break;
        }
    }
    let ids: BTreeSet<_> = people.iter().map(|person| person.id).collect();
    assert_eq!(
        (pages, people.len(), ids.len()),
        (2, principals::PAGE + 3, principals::PAGE + 3)
    );
    let found = people
        .iter()
        .find(|person| person.id == holder.principal)
        .unwrap();
    assert_eq!(found.teams, [team], "wherever the team itself stands");

    // Own grants and those that one may look at, each once: the owner's own one, and all of the holder's.
    for (who, expected) in [(&holder, 2 * grants::PAGE), (&owner, 2 * grants::PAGE + 1)] {
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let answer = match after {
                None => house.call(Some(who), &route::GRANTS, &[], &Value::Null).await,
                Some(after) => {
                    let after: &GrantId = &after;
                    house
                        .call(Some(who), &route::GRANTS_AFTER, &[after], &Value::Null)
                        .await
                }
            };
            let reply: GrantsReply = answer.parse();
            assert!(reply.grants.len() <= grants::PAGE);
            found.extend(reply.grants.iter().map(|grant| grant.id));
            after = reply.next;
            if after.is_none() {
                break;
            }
        }
        let unique: BTreeSet<_> = found.iter().copied().collect();
        assert_eq!((found.len(), unique.len()), (expected, expected));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn scopes_are_told_as_they_stand_however_often() {
    let house = &House::new().await;
    let places = house.places;
    let viewer = house.actor(&[(roles::VIEWER, places.payments)]).await;
    let mut scopes = [places.payments, places.production, places.staging];
    scopes.sort();
    let mut locked = house.app.store.locked().await.unwrap();
    let at = locked.now();
    for (prefix, scope, count) in [
        ("P", places.payments, 5),
        ("Q", places.production, 2 * sync::PAGE - 300),
        // More than is kept of one scope.
        ("S", places.staging, 2 * sync::PAGE + 100),
    ] {
        let secrets: Vec<_> = (0..count)
            .map(|number| {
                let id = SecretId::random(&SystemEntropy);
                (id, scope, description(&format!("{prefix}{number}")))
            })
            .collect();
        for some in secrets.chunks(500) {
            locked.insert_secrets(some, None, at).await.unwrap();
        }
    }
    locked.commit().await.unwrap();
    let ordinary = |scope| async move {
        let mut reader = house.app.store.reader().await.unwrap();
        let found = reader.secrets_in(&[scope], None, 1).await.unwrap();
        found.into_iter().next().unwrap().id
    };
    let changed = ordinary(places.production).await;
    let moved = ordinary(places.payments).await;
    let large = ordinary(places.staging).await;

    for step in 0..7 {
        let mut locked = house.app.store.locked().await.unwrap();
        let done = match step {
            // The second time around nothing has changed.
            0 | 1 => Ok(true),
            2 => locked.describe_secret(changed, &description("OTHER"), at).await,
            3 => locked.delete_secret(changed, viewer.principal, at).await,
            4 => locked.restore_secret(changed, at).await,
            5 => locked.move_secret(moved, places.production, at).await,
            _ => locked.describe_secret(large, &description("OTHER"), at).await,
        };
        assert!(done.unwrap(), "{step}");
        locked.commit().await.unwrap();

        let mut reader = house.app.store.reader().await.unwrap();
        let expected = reader.secrets_with_facts_in(&scopes, None, 10_000).await.unwrap();
        let expected: Vec<_> = expected.into_iter().map(record_with).collect();
        let (mut told, mut after) = (Vec::new(), None);
        loop {
            let body = json!({"scopes": scopes, "after": after});
            let answer = house.call(Some(&viewer), &route::SYNC_SCOPES, &[], &body).await;
            let page: ScopesReply = answer.parse();
            assert!(page.secrets.len() == sync::PAGE || !page.more);
            after = page.secrets.last().map(|record| record.secret.id);
            told.extend(page.secrets);
            if !page.more {
                break;
            }
        }
        assert!(told == expected, "{step}: {} of {}", told.len(), expected.len());
    }
}

/// Random organizations: teams in teams, grants anywhere, some not begun or over.
#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_what_deciding_one_by_one_gives() {
    let house = House::new().await;
    let mut dice = Dice;
    let now = house.clock.now();
    let (mut scopes, mut people) = (vec![house.places.root], Vec::new());
    let mut locked = house.app.store.locked().await.unwrap();
    for number in 0..40 {
        let parent = *dice.pick(&scopes);
        let id = ScopeId::random(&SystemEntropy);
        let name = Name::parse(&format!("s{number}")).unwrap();
        if locked
            .insert_scope(id, Some(parent), &name, &ScopeSettings::default(), now)
            .await
            .is_ok()
        {
            scopes.push(id);
        }
    }
    for number in 0..24 {
        let nature = if number % 3 == 0 {
            Nature::Team
        } else {
            Nature::Person {
                outside: number % 7 == 0,
            }
        };
        let row = Principal {
            id: PrincipalId::random(&SystemEntropy),
            name: Name::parse(&format!("p{number}")).unwrap(),
            state: PrincipalState::Active,
            nature,
            email: None,
            created_at: now,
        };
        locked.insert_principal(&row).await.unwrap();
        people.push(row);
    }
    let teams: Vec<_> = people
        .iter()
        .filter(|row| row.nature == Nature::Team)
        .map(|row| row.id)
        .collect();
    for row in &people {
        for _ in 0..dice.below(3) {
            let team = *dice.pick(&teams);
            if team != row.id {
                let member = TeamMember {
                    team,
                    member: row.id,
                    source: MemberSource::Local,
                };
                locked.add_team_member(member).await.unwrap();
            }
        }
    }
    let all_roles: Vec<RoleId> = roles::all().iter().map(|role| role.id).collect();
    for _ in 0..60 {
        let mut given = grant(
            dice.pick(&people).id,
            *dice.pick(&all_roles),
            *dice.pick(&scopes),
            now,
        );
        let hour = std::time::Duration::from_secs(3600);
        match dice.below(4) {
            0 => given.not_before = Some(now.plus(hour)),
            1 => given.expires_at = Some(now.plus(hour)),
            _ => {}
        }
        locked.insert_grant(&given).await.unwrap();
    }
    locked.commit().await.unwrap();

    let mut reader = house.app.store.snapshot().await.unwrap();
    let epoch = Epoch::Committed(reader.committed_epoch().await.unwrap());
    let mut allowed = 0;
    for (at, row) in (0_i64..).zip(people.iter().filter(|row| row.nature != Nature::Team)) {
        let moment = now.plus(std::time::Duration::from_secs(u64::try_from(at).unwrap() * 600));
        let circumstances = Circumstances {
            now: moment,
            multi_factor_at: None,
            enrolled_device: true,
            source: None,
        };
        // Another instance for each, so that nothing kept by the one helps the other.
        let (lists, singles) = (Entitlements::default(), Entitlements::default());
        let listed = lists
            .listed_at(&mut *reader, epoch, row, &circumstances)
            .await
            .unwrap();
        for scope in &scopes {
            let place = singles
                .place_at(&mut *reader, epoch, *scope)
                .await
                .unwrap()
                .unwrap();
            for action in Action::ALL {
                let answer = singles
                    .decide_at(&mut *reader, epoch, row, &circumstances, *action, &place)
                    .await
                    .unwrap();
                assert_eq!(
                    listed.allows(*scope, *action),
                    answer.decision.allowed,
                    "{action} at {scope}"
                );
                allowed += u32::from(answer.decision.allowed);
            }
        }
    }
    assert!(allowed > 100, "the organization gives somebody something");
}

struct Dice;

impl Dice {
    fn below(&mut self, sides: usize) -> usize {
        let mut bytes = [0; 8];
        SystemEntropy.fill(&mut bytes);
        usize::try_from(u64::from_le_bytes(bytes) % sides as u64).unwrap()
    }

    fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}
