//! What offboarding looks at beforehand, at that size: who reaches one secret of a place that thousands reach, and the rehearsal of
//! somebody who is the only one in a hundred teams, with an heir, beside a thousand service identities.

use crate::{
    company::Company,
    house::{House, description, grant},
    measure,
};
use claviger_model::{
    builtin_roles as roles,
    entropy::SystemEntropy,
    ids::{PrincipalId, SecretId},
    name::Name,
    principal::{Nature, PrincipalState},
    scope::EnvironmentClass,
    time::Clock,
};
use claviger_protocol::route;
use claviger_storage::principals::{MemberSource, Principal, TeamMember};
use serde_json::json;

/// Each of some seventy people.
const REACHING_TEAMS: usize = 30;
const LONELY: usize = 100;
const SERVICES: usize = 1_000;
const GRANTS_OF_A_TEAM: usize = 5;

pub async fn measured(house: &House, company: &Company, part: usize) {
    let owner = house.actor(&[(roles::OWNER, house.places.root)]).await;
    let secret = in_reach_of_many(house, company).await;
    let radius = json!({ "of": { "what": "secret", "id": secret } });
    measure(
        house,
        &owner,
        "radius_of_a_secret",
        &route::BLAST_RADIUS,
        &[],
        &radius,
        Some(1_000.0),
    )
    .await;
    let leaver = alone_in_teams(house, company, part).await;
    let heir = company.people[1];
    let rehearse = json!({ "person": leaver, "heir": heir });
    measure(
        house,
        &owner,
        "rehearsal_with_100_teams_for_an_heir",
        &route::REHEARSE_CASE,
        &[],
        &rehearse,
        Some(1_000.0),
    )
    .await;
}

async fn in_reach_of_many(house: &House, company: &Company) -> SecretId {
    let mut locked = house.app.store.locked().await.unwrap();
    let now = locked.now();
    let secret = SecretId::random(&SystemEntropy);
    let row = (secret, company.wide, description("SECRET_OF_MANY"));
    locked.insert_secrets(&[row], None, now).await.unwrap();
    let given: Vec<_> = company
        .teams
        .iter()
        .take(REACHING_TEAMS)
        .map(|team| grant(*team, roles::READER, company.wide, now))
        .collect();
    locked.insert_grants(&given).await.unwrap();
    locked.commit().await.unwrap();
    secret
}

async fn alone_in_teams(house: &House, company: &Company, part: usize) -> PrincipalId {
    let now = house.clock.now();
    let row = |text: String, nature| Principal {
        id: PrincipalId::random(&SystemEntropy),
        name: Name::parse(&text).unwrap(),
        state: PrincipalState::Active,
        nature,
        email: None,
        created_at: now,
    };
    let mut locked = house.app.store.locked().await.unwrap();
    let leaver = company.people[0];
    let mut lonely = Vec::new();
    let mut given = Vec::new();
    for number in 0..LONELY {
        let team = row(format!("lonely-{number}"), Nature::Team);
        locked.insert_principal(&team).await.unwrap();
        let membership = TeamMember {
            team: team.id,
            member: leaver,
            source: MemberSource::Local,
        };
        locked.add_team_member(membership).await.unwrap();
        for step in 0..GRANTS_OF_A_TEAM {
            let scope = company.environments[(number * 7 + step) % company.environments.len()];
            given.push(grant(team.id, roles::READER, scope, now));
        }
        lonely.push(team.id);
    }
    locked.insert_grants(&given).await.unwrap();
    for number in 0..SERVICES / part.min(10) {
        let owner = if number % 10 == 0 {
            lonely[number / 10 % lonely.len()]
        } else {
            company.teams[number % company.teams.len()]
        };
        let class = EnvironmentClass::Staging;
        let service = row(format!("service-{number}"), Nature::Service { class, owner });
        locked.insert_principal(&service).await.unwrap();
    }
    locked.commit().await.unwrap();
    leaver
}
