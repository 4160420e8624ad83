//! Long lists come in pages.

use crate::house::{House, grant, name};
use claviger_model::{
    builtin_roles as roles,
    entropy::SystemEntropy,
    ids::{GrantId, PrincipalId},
    principal::{Nature, PrincipalState},
};
use claviger_protocol::{
    grants::{self, GrantsReply},
    principals::{self, PrincipalsReply},
    route,
};
use claviger_storage::principals::{MemberSource, Principal, TeamMember};
use serde_json::Value;
use std::collections::BTreeSet;

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
