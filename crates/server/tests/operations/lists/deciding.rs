//! What a list says is what deciding one by one says.

use crate::{
    dice::Dice,
    house::{House, grant},
};
use claviger_model::{
    action::Action,
    builtin_roles as roles,
    entropy::SystemEntropy,
    ids::{PrincipalId, RoleId, ScopeId},
    name::Name,
    principal::{Nature, PrincipalState},
    time::Clock,
};
use claviger_server::entitlement::{Circumstances, Entitlements, Epoch};
use claviger_storage::{
    principals::{MemberSource, Principal, TeamMember},
    scopes::ScopeSettings,
};

/// Random organizations: teams in teams, grants anywhere, some not begun or over.
#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_what_deciding_one_by_one_gives() {
    let house = House::new().await;
    let dice = Dice::random();
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
