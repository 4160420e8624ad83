//! What hangs on a person beside grants: teams, requests, approvals, proposals, and what they own.

use super::{always::with_tables, open, opened, record, settle_steps};
use crate::{
    access::team,
    house::{Actor, House, request_id},
};
use claviger_model::{
    builtin_roles as roles,
    entropy::SystemEntropy,
    ids::{PrincipalId, ProposalId, RequestId, SecretId},
    offboarding::{CaseState, EffectKind, StepState},
};
use claviger_protocol::route;
use claviger_storage::{
    approvals::{Step, Terms},
    principals::{MemberSource, TeamMember},
    proposals::{Proposal, ProposalState},
    requests::RequestState,
};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, SqliteConnection};
use std::{collections::BTreeMap, time::Duration};

async fn ask(house: &House, by: &Actor, want: Value) -> RequestId {
    let id = request_id();
    let body = json!({"id": id, "want": want, "reason": "why not"});
    let answer = house.call(Some(by), &route::MAKE_REQUEST, &[], &body).await;
    assert_eq!(answer.code(), "ok", "{:?}", answer.json());
    id
}

async fn own(house: &House, person: PrincipalId, secret: SecretId) {
    let mut locked = house.app.store.locked().await.unwrap();
    let mut description = locked.secret(secret).await.unwrap().unwrap().description;
    description.owner = Some(person);
    let now = locked.now();
    locked.describe_secret(secret, &description, now).await.unwrap();
    locked.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn teams_requests_approvals_and_proposals_are_taken_back() {
    let house = House::new().await;
    let production = house.places.production;
    let admin = house.actor(&[(roles::OFFBOARDER, house.places.root)]).await;
    let leaver = house.actor(&[(roles::CONSUMER, production)]).await;
    let asker = house.actor(&[(roles::CONSUMER, production)]).await;
    let secret = house.secret(production, "DB", b"1").await;
    let reader = || json!({"kind": "access", "role": roles::READER, "scope": production, "seconds": 3600});
    let own_access = ask(&house, &leaver, reader()).await;
    let rotation = ask(&house, &leaver, json!({"kind": "rotation", "secret": secret})).await;
    let of_other = ask(&house, &asker, reader()).await;
    let here = team(&house, "here", &[leaver.principal, asker.principal]).await;
    let there = team(&house, "there", &[]).await;
    let proposal = ProposalId::random(&SystemEntropy);
    let mut locked = house.app.store.locked().await.unwrap();
    let now = locked.now();
    let membership = TeamMember {
        team: there,
        member: leaver.principal,
        source: MemberSource::Provider,
    };
    locked.add_team_member(membership).await.unwrap();
    let step = Step {
        request: of_other,
        by: leaver.principal,
        at: now,
        terms: Some(Terms {
            role: roles::READER,
            scope: production,
            seconds: 60,
        }),
        word: String::new(),
    };
    locked.insert_step(&step).await.unwrap();
    let proposed = Proposal {
        id: proposal,
        kind: "role".to_owned(),
        content: "{}".to_owned(),
        widens: json!({}),
        reason: "for me".to_owned(),
        author: leaver.principal,
        proposed_at: now,
        expires_at: now.plus(Duration::from_secs(3600)),
        state: ProposalState::Open,
        answer: None,
    };
    locked.insert_proposal(&proposed).await.unwrap();
    locked.commit().await.unwrap();

    let case = opened(&house, &admin, leaver.principal, json!({})).await;
    settle_steps(&house).await;
    let after = record(&house, &admin, case.id).await;
    let effects: BTreeMap<_, _> = after.effects.iter().map(|of| (of.kind, of.all)).collect();
    for kind in [
        EffectKind::LocalTeam,
        EffectKind::ProviderTeam,
        EffectKind::Request,
        EffectKind::Approval,
        EffectKind::Proposal,
    ] {
        assert_eq!(effects.get(&kind), Some(&1), "{kind:?}");
    }
    let mut reader = house.app.store.reader().await.unwrap();
    assert_eq!(reader.teams_of(leaver.principal).await.unwrap(), []);
    let left: Vec<_> = reader.team_members(here).await.unwrap();
    assert_eq!(left.len(), 1, "the others stay");
    let mut state = async |id| reader.request(id).await.unwrap().unwrap().state;
    assert_eq!(state(own_access).await, RequestState::Withdrawn);
    assert_eq!(state(rotation).await, RequestState::Open, "that stays asked for");
    assert_eq!(state(of_other).await, RequestState::Open);
    assert_eq!(reader.steps_of(&[of_other]).await.unwrap(), []);
    let proposal = reader.proposal(proposal).await.unwrap().unwrap();
    assert_eq!(proposal.state, ProposalState::Withdrawn);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_heir_gets_what_they_may_know_of_and_only_while_they_are_fit() {
    let house = House::new().await;
    let (production, staging) = (house.places.production, house.places.staging);
    let admin = house.actor(&[(roles::OFFBOARDER, house.places.root)]).await;
    let heir = house.actor(&[(roles::VIEWER, staging)]).await;
    let leaver = house.actor(&[]).await;
    let (seen, unseen) = (
        house.secret(staging, "SEEN", b"1").await,
        house.secret(production, "UNSEEN", b"2").await,
    );
    for secret in [seen, unseen] {
        own(&house, leaver.principal, secret).await;
    }
    let owner = async |secret| {
        let mut reader = house.app.store.reader().await.unwrap();
        reader.secret(secret).await.unwrap().unwrap().description.owner
    };
    opened(&house, &admin, leaver.principal, json!({"heir": heir.principal})).await;
    settle_steps(&house).await;
    assert_eq!(owner(seen).await, Some(heir.principal));
    assert_eq!(owner(unseen).await, None, "the heir may not know of it");
    // Whoever was fit when the case was opened leaves too before the step: nobody gets it.
    let second = house.actor(&[]).await;
    own(&house, second.principal, seen).await;
    opened(&house, &admin, second.principal, json!({"heir": heir.principal})).await;
    opened(&house, &admin, heir.principal, json!({})).await;
    settle_steps(&house).await;
    assert_eq!(owner(seen).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_noted_is_not_done() {
    let (house, mut tables) = with_tables().await;
    let production = house.places.production;
    let admin = house.actor(&[(roles::OFFBOARDER, house.places.root)]).await;
    let leaver = house.actor(&[(roles::CONSUMER, production)]).await;
    let secret = house.secret(production, "DB", b"1").await;
    own(&house, leaver.principal, secret).await;
    let want = json!({"kind": "access", "role": roles::READER, "scope": production, "seconds": 3600});
    let asked = ask(&house, &leaver, want).await;
    let team = team(&house, "here", &[leaver.principal]).await;
    let refuse = async |tables: &mut SqliteConnection, kinds: &str| {
        let full = format!(
            "CREATE TRIGGER full BEFORE INSERT ON offboarding_effects WHEN NEW.kind IN ({kinds}) \
             BEGIN SELECT RAISE(ABORT, 'full'); END"
        );
        sqlx::query("DROP TRIGGER IF EXISTS full")
            .execute(&mut *tables)
            .await
            .unwrap();
        sqlx::query(AssertSqlSafe(full)).execute(tables).await.unwrap();
    };
    // The transaction that begins: nothing of it stays, and the call says so.
    refuse(&mut tables, "'session'").await;
    let failed = open(&house, &admin, leaver.principal, json!({})).await;
    assert_eq!(failed.code(), "internal");
    let me = house.call(Some(&leaver), &route::ME, &[], &Value::Null).await;
    assert_eq!(me.code(), "ok");

    refuse(&mut tables, "'grant', 'local-team', 'request', 'secret-owner'").await;
    let case = opened(&house, &admin, leaver.principal, json!({})).await;
    settle_steps(&house).await;
    let stands = async || {
        let mut reader = house.app.store.reader().await.unwrap();
        let now = claviger_model::time::Clock::now(&house.clock);
        let grants = reader.scope_index(&[leaver.principal], now).await.unwrap().len();
        let members = reader.team_members(team).await.unwrap().len();
        let open = reader.request(asked).await.unwrap().unwrap().state == RequestState::Open;
        let owner = reader.secret(secret).await.unwrap().unwrap().description.owner;
        (grants, members, open, owner)
    };
    assert_eq!(stands().await, (1, 1, true, Some(leaver.principal)));
    let shown = record(&house, &admin, case.id).await;
    let failing = shown.steps.iter().filter(|step| step.state == StepState::Failing);
    assert_eq!(failing.count(), 4, "{:?}", shown.steps);
    sqlx::query("DROP TRIGGER full")
        .execute(&mut tables)
        .await
        .unwrap();
    house.clock.advance(Duration::from_secs(2));
    settle_steps(&house).await;
    assert_eq!(stands().await, (0, 0, false, None));
    assert_eq!(
        record(&house, &admin, case.id).await.state,
        CaseState::Waiting,
        "for the device"
    );
}
