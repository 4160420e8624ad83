//! The company that is measured: 10,000 people, 3,060 places, 100,000 grants, 1,000,000 secrets, 90 days of use.

use crate::house::{House, description, grant};
use claviger_model::{
    builtin_roles as roles,
    entropy::{Sequence, SystemEntropy},
    event::EventKind,
    ids::{GrantId, PrincipalId, ScopeId, SecretId},
    name::Name,
    principal::{Nature, PrincipalState},
    time::{Clock, Timestamp},
};
use claviger_storage::{
    deeds::{Deed, Deeds},
    principals::{MemberSource, Principal, TeamMember},
    scopes::ScopeSettings,
    usage::{Day, Tally, Used},
};

pub struct Company {
    pub people: Vec<PrincipalId>,
    /// Of the whole company; each has three environments.
    pub projects: Vec<ScopeId>,
    pub environments: Vec<ScopeId>,
    /// A project with sixty environments that two hundred people reach.
    pub wide: ScopeId,
    pub teams: Vec<PrincipalId>,
    /// Of a team, at one project.
    pub shared: GrantId,
}

/// Places, people in two teams each, grants and secrets; a hundredth of them with `part` 100.
pub async fn build(house: &House, part: usize) -> Company {
    let entropy = Sequence::new(7);
    let now = house.clock.now();
    let name = |text: String| Name::parse(&text).unwrap();
    let mut locked = house.app.store.locked().await.unwrap();
    let mut company = Company {
        people: Vec::new(),
        projects: Vec::new(),
        environments: Vec::new(),
        wide: ScopeId::random(&entropy),
        teams: Vec::new(),
        shared: GrantId::random(&entropy),
    };
    let none = ScopeSettings::default();
    for number in 0..1_000 / part.min(50) {
        let id = ScopeId::random(&entropy);
        let root = house.places.root;
        locked
            .insert_scope(id, Some(root), &name(format!("project-{number}")), &none, now)
            .await
            .unwrap();
        company.projects.push(id);
        for environment in ["production", "staging", "development"] {
            let inner = ScopeId::random(&entropy);
            locked
                .insert_scope(inner, Some(id), &name(environment.to_owned()), &none, now)
                .await
                .unwrap();
            company.environments.push(inner);
        }
    }
    locked
        .insert_scope(
            company.wide,
            Some(house.places.root),
            &name("wide".to_owned()),
            &none,
            now,
        )
        .await
        .unwrap();
    let mut columns = vec![company.wide];
    for number in 0..59 {
        let id = ScopeId::random(&entropy);
        locked
            .insert_scope(id, Some(company.wide), &name(format!("e{number:02}")), &none, now)
            .await
            .unwrap();
        columns.push(id);
    }
    let row = |text: String, nature| Principal {
        id: PrincipalId::random(&entropy),
        name: name(text),
        state: PrincipalState::Active,
        nature,
        email: None,
        created_at: now,
    };
    for number in 0..300 / part.min(10) {
        let team = row(format!("team-{number}"), Nature::Team);
        locked.insert_principal(&team).await.unwrap();
        company.teams.push(team.id);
    }
    for number in 0..10_000 / part {
        let person = row(format!("person-{number}"), Nature::Person { outside: false });
        locked.insert_principal(&person).await.unwrap();
        for at in [
            number % company.teams.len(),
            (number * 7 + 3) % company.teams.len(),
        ] {
            let (team, member, source) = (company.teams[at], person.id, MemberSource::Local);
            locked
                .add_team_member(TeamMember { team, member, source })
                .await
                .unwrap();
        }
        company.people.push(person.id);
    }
    let ordinary = [roles::VIEWER, roles::CONSUMER, roles::READER, roles::EDITOR];
    let mut grants = Vec::new();
    for number in 0..100_000 / part {
        let holder = if number % 10 == 0 {
            company.teams[number / 10 % company.teams.len()]
        } else {
            company.people[number * 31 % company.people.len()]
        };
        let scope = company.environments[number * 17 % company.environments.len()];
        grants.push(grant(holder, ordinary[number % 4], scope, now));
    }
    for (number, person) in company.people.iter().take(195).enumerate() {
        for step in 0..8 {
            let scope = columns[(number * 3 + step * 7) % columns.len()];
            grants.push(grant(*person, ordinary[step % 4], scope, now));
        }
    }
    let mut shared = grant(company.teams[0], roles::READER, company.projects[0], now);
    shared.id = company.shared;
    grants.push(shared);
    locked.insert_grants(&grants).await.unwrap();
    locked.commit().await.unwrap();
    secrets(house, &company, part).await;
    company
}

async fn secrets(house: &House, company: &Company, part: usize) {
    let total = 1_000_000 / part;
    let mut done = 0;
    while done < total {
        let mut locked = house.app.store.locked().await.unwrap();
        let now = locked.now();
        let some: Vec<_> = (done..(done + 20_000).min(total))
            .map(|number| {
                let scope = company.environments[number % company.environments.len()];
                (
                    SecretId::random(&SystemEntropy),
                    scope,
                    description(&format!("SECRET_{number}")),
                )
            })
            .collect();
        done += some.len();
        locked.insert_secrets(&some, None, now).await.unwrap();
        locked.commit().await.unwrap();
    }
}

/// Ten million events of ninety days, as the job leaves them: counted by grant, place and day.
pub async fn used(house: &House, company: &Company, part: usize) {
    let now = house.clock.now();
    let mut reader = house.app.store.reader().await.unwrap();
    let grants = reader
        .grants_under(house.places.root, now, None, u32::MAX)
        .await
        .unwrap();
    let chains = reader.scope_chains(&company.environments).await.unwrap();
    let mut from = reader.usage_mark().await.unwrap();
    drop(reader);
    let mut above = std::collections::HashMap::<ScopeId, Vec<ScopeId>>::new();
    for (scope, ancestor, _) in chains {
        above.entry(scope).or_default().push(ancestor);
    }
    let today = Day::of(now);
    let events = 10_000_000 / part as u64;
    let days = 90;
    let each = events / days / 4;
    for day in 0..days {
        let at = Day(today.0 - day as i64);
        let last_at = Timestamp::from_millis(now.millis() - day as i64 * 86_400_000);
        let mut tally = Tally {
            from,
            to: from,
            ..Tally::default()
        };
        let mut deeds = Deeds::default();
        // Four uses of one grant a day on average.
        for number in 0..each {
            let grant = &grants[(number * 13 + day * 101) as usize % grants.len()];
            let used = Used { last_at, recent: 4 };
            tally.grants.insert((grant.id, at), used);
            for scope in above.get(&grant.scope).into_iter().flatten() {
                tally.places.insert((*scope, grant.principal, at), used);
            }
            // Grants of teams are used by people.
            let person = company.people[(number * 17) as usize % company.people.len()];
            let deed = Deed {
                scope: grant.scope,
                principal: if number % 10 == 0 { person } else { grant.principal },
                kind: [EventKind::SecretUsed, EventKind::SecretRevealed][number as usize % 2],
            };
            deeds.counts.insert((deed, at), used);
        }
        assert!(house.app.store.roll_usage(&tally).await.unwrap());
        assert!(house.app.store.roll_deeds(&deeds).await.unwrap());
        from = tally.to;
    }
}
