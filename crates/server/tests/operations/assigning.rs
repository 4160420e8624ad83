//! Giving with a preview, roles of one's own, proposals, teams and moved scopes: each refusal, and what each changes.

use crate::house::{Actor, Answer, House, grant, name};
use claviger_crypto::bytes::sha256;
use claviger_model::{
    action::Action,
    builtin_roles::{CONSUMER, EDITOR, LEAD, OWNER, READER, VIEWER},
    entropy::SystemEntropy,
    grant::Grant,
    ids::{GrantId, PrincipalId, ProposalId, RoleId, ScopeId},
    principal::{Nature, PrincipalState},
    role::{MayGrant, Role},
    scope::EnvironmentClass,
};
use claviger_protocol::{
    giving::{ChoicesReply, GrantPlan, ReceiversReply, Warning},
    moving::MovePlan,
    roles::{Changed, ProposalState, ProposalsReply, canonical_role},
    route::{self, Route},
    teams::TeamReply,
    wire::Bytes,
};
use claviger_storage::{principals::Principal, scopes::ScopeSettings};
use serde_json::{Value, json};
use std::time::Duration;

async fn say(house: &House, who: &Actor, route: Route, at: &[&dyn std::fmt::Display], body: Value) -> Answer {
    house.call(Some(who), &route, at, &body).await
}

fn code(answer: &Answer) -> String {
    answer.code()
}

/// Puts a grant into the tables, as if somebody else had given it.
pub async fn given(house: &House, to: PrincipalId, role: RoleId, scope: ScopeId) -> GrantId {
    let mut locked = house.app.store.locked().await.unwrap();
    let grant = grant(to, role, scope, locked.now());
    locked.insert_grant(&grant).await.unwrap();
    locked.commit().await.unwrap();
    grant.id
}

pub async fn principal(house: &House, nature: Nature) -> PrincipalId {
    let id = PrincipalId::random(&SystemEntropy);
    let mut locked = house.app.store.locked().await.unwrap();
    let row = Principal {
        id,
        name: name(&id.to_string()),
        state: PrincipalState::Active,
        nature,
        email: None,
        created_at: locked.now(),
    };
    locked.insert_principal(&row).await.unwrap();
    locked.commit().await.unwrap();
    id
}

async fn role(house: &House, actions: &[Action]) -> Role {
    let id = RoleId::random(&SystemEntropy);
    let made = Role::custom(
        id,
        name(&id.to_string()),
        actions.iter().copied().collect(),
        MayGrant::nothing(),
    );
    let mut locked = house.app.store.locked().await.unwrap();
    locked.put_role(&made.clone().unwrap()).await.unwrap();
    locked.commit().await.unwrap();
    made.unwrap()
}

pub async fn allowed(house: &House, who: PrincipalId, action: Action, scope: ScopeId) -> bool {
    let mut locked = house.app.store.locked().await.unwrap();
    let row = locked.principal(who).await.unwrap().unwrap();
    let now = locked.now();
    let how = claviger_server::entitlement::Circumstances {
        now,
        multi_factor_at: Some(now),
        enrolled_device: true,
        source: None,
    };
    let entitlements = &house.app.entitlements;
    let place = entitlements.place(&mut *locked, scope).await.unwrap().unwrap();
    let answer = entitlements
        .decide(&mut *locked, &row, &how, action, &place)
        .await
        .unwrap();
    answer.decision.allowed
}

fn gift(to: PrincipalId, role: RoleId, scope: ScopeId) -> Value {
    let id = GrantId::random(&SystemEntropy);
    json!({"id": id, "principal": to, "role": role, "scope": scope, "reason": "on call"})
}

fn with(mut body: Value, field: &str, value: impl serde::Serialize) -> Value {
    body[field] = serde_json::to_value(value).unwrap();
    body
}

fn replaces(role: &Role) -> Bytes {
    sha256(&canonical_role(role).unwrap()).into()
}

fn form(role: &Role, actions: &[Action], replaces: Option<Bytes>) -> Value {
    json!({"name": role.name, "actions": actions, "may_grant": {"roles": []}, "replaces": replaces})
}

#[tokio::test(flavor = "multi_thread")]
async fn the_preview_is_what_is_given_and_a_stale_one_is_refused() {
    let house = House::new().await;
    let (production, staging) = (house.places.production, house.places.staging);
    for number in 0..3 {
        house.secret(production, &format!("P{number}"), b"x").await;
    }
    let lead = house.actor(&[(LEAD, house.places.payments)]).await;
    let receiver = house.actor(&[(VIEWER, house.places.payments)]).await;
    let body = gift(receiver.principal, READER, production);

    let plan: GrantPlan = say(&house, &lead, route::PREVIEW_GRANT, &[], body.clone())
        .await
        .parse();
    assert_eq!(
        (plan.effect.people, plan.effect.services, plan.effect.exact),
        (1, 0, true)
    );
    let newly: Vec<_> = plan
        .effect
        .newly
        .iter()
        .map(|n| (n.action, n.scopes, n.secrets, n.receivers))
        .collect();
    let expected = [Action::SecretUse, Action::SecretReveal, Action::RotationRequest];
    assert_eq!(
        newly,
        expected.map(|action| (action, 1, 3, 1)),
        "what a Viewer has is not new"
    );
    assert_eq!(plan.effect.places[0].path, "payments/production");
    assert_eq!(
        plan.effect.warnings,
        [Warning::Production { secrets: 3 }, Warning::Permanent]
    );
    assert!(
        !allowed(&house, receiver.principal, Action::SecretReveal, production).await,
        "a preview gives nothing"
    );

    // Somebody adds a secret meanwhile: what was shown is not what would be given.
    house.secret(production, "P9", b"x").await;
    let planned = with(body.clone(), "plan", &plan.digest);
    assert_eq!(
        code(&say(&house, &lead, route::GIVE_GRANT, &[], planned).await),
        "stale_plan"
    );
    assert!(!allowed(&house, receiver.principal, Action::SecretReveal, production).await);
    let again: GrantPlan = say(&house, &lead, route::PREVIEW_GRANT, &[], body.clone())
        .await
        .parse();
    let planned = with(body, "plan", &again.digest);
    let _: Grant = say(&house, &lead, route::GIVE_GRANT, &[], planned.clone())
        .await
        .parse();
    let _: Grant = say(&house, &lead, route::GIVE_GRANT, &[], planned).await.parse();
    assert!(allowed(&house, receiver.principal, Action::SecretReveal, production).await);
    assert!(!allowed(&house, receiver.principal, Action::SecretReveal, staging).await);

    let nothing = gift(receiver.principal, READER, production);
    let plan: GrantPlan = say(&house, &lead, route::PREVIEW_GRANT, &[], nothing)
        .await
        .parse();
    assert!(plan.effect.newly.is_empty() && plan.effect.warnings.contains(&Warning::NothingNew));
}

#[tokio::test(flavor = "multi_thread")]
async fn warnings_say_what_to_think_of() {
    let house = House::new().await;
    let staging = house.places.staging;
    let owner = house.actor(&[(OWNER, house.places.root)]).await;
    for _ in 0..2 {
        house.actor(&[(READER, staging)]).await;
    }
    let one_more = house.actor(&[]).await.principal;
    let later = house.app.clock.now().plus(Duration::from_secs(60));
    let body = with(gift(one_more, READER, staging), "not_before", later);
    let hours = json!({"hours": {"zone": "Europe/Paris", "days": [], "from": "09:00", "until": "10:00"}});
    let plan: GrantPlan = say(&house, &owner, route::PREVIEW_GRANT, &[], body.clone())
        .await
        .parse();
    let expected = [
        Warning::Permanent,
        Warning::TeamWouldDo { others: 2 },
        Warning::NotYet { from: later },
    ];
    assert_eq!(plan.effect.warnings, expected);
    let nowhere = with(
        body,
        "conditions",
        with(
            hours,
            "hours",
            json!({"zone": "Nowhere/Land", "days": ["monday"], "from": "09:00", "until": "10:00"}),
        ),
    );
    assert_eq!(
        code(&say(&house, &owner, route::PREVIEW_GRANT, &[], nowhere).await),
        "bad_request"
    );

    let team = principal(&house, Nature::Team).await;
    let service = Nature::Service {
        class: EnvironmentClass::Staging,
        owner: team,
    };
    let robot = principal(&house, service).await;
    let body = gift(robot, CONSUMER, house.places.production);
    let plan: GrantPlan = say(&house, &owner, route::PREVIEW_GRANT, &[], body).await.parse();
    assert!(
        matches!(plan.effect.warnings.last(), Some(Warning::HeldBack { .. })),
        "{plan:?}"
    );
    assert_eq!(plan.effect.services, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_may_not_see_grants_learns_nothing_of_what_the_receiver_has() {
    let house = House::new().await;
    let delegator = Role::custom(
        RoleId::random(&SystemEntropy),
        name("Delegator"),
        [Action::GrantAssign, Action::ScopeView].into(),
        MayGrant::Roles([READER].into()),
    );
    let delegator = delegator.unwrap();
    let mut locked = house.app.store.locked().await.unwrap();
    locked.put_role(&delegator).await.unwrap();
    locked.commit().await.unwrap();
    let giver = house.actor(&[(delegator.id, house.places.staging)]).await;
    let (has, lacks) = (
        house.actor(&[(READER, house.places.staging)]).await,
        house.actor(&[]).await,
    );
    let mut seen = Vec::new();
    for to in [has.principal, lacks.principal] {
        let body = gift(to, READER, house.places.staging);
        let plan: GrantPlan = say(&house, &giver, route::PREVIEW_GRANT, &[], body).await.parse();
        assert!(!plan.effect.exact);
        seen.push(plan.effect);
    }
    assert_eq!(seen[0], seen[1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn choices_name_the_least_role_and_receivers_are_those_who_may_receive() {
    let house = House::new().await;
    let production = house.places.production;
    let lead = house.actor(&[(LEAD, production)]).await;
    let body =
        json!({"scope": production, "principal": house.actor(&[]).await.principal, "action": "secret.use"});
    let choices: ChoicesReply = say(&house, &lead, route::GRANT_CHOICES, &[], body).await.parse();
    let roles: Vec<_> = choices
        .choices
        .iter()
        .map(|choice| (choice.role, choice.refused.is_none()))
        .collect();
    assert_eq!(roles, [(CONSUMER, true), (READER, true), (EDITOR, true)]);
    let own = json!({"scope": production, "principal": lead.principal, "action": "secret.use"});
    let choices: ChoicesReply = say(&house, &lead, route::GRANT_CHOICES, &[], own).await.parse();
    for choice in choices.choices {
        assert_eq!(
            choice.refused.unwrap().code,
            claviger_protocol::problem::Code::SeparationOfDuties
        );
    }
    let outside = principal(&house, Nature::Person { outside: true }).await;
    let body = json!({"scope": production, "role": READER, "text": "", "limit": 2});
    let (mut found, mut after) = (Vec::new(), Value::Null);
    loop {
        let page: ReceiversReply = say(
            &house,
            &lead,
            route::GRANT_RECEIVERS,
            &[],
            with(body.clone(), "after", &after),
        )
        .await
        .parse();
        assert!(page.receivers.len() <= 2);
        found.extend(page.receivers);
        let Some(next) = page.next else { break };
        after = serde_json::to_value(next).unwrap();
    }
    assert!(
        !found
            .iter()
            .any(|receiver| receiver.principal.id == lead.principal),
        "not oneself"
    );
    let needing: Vec<_> = found
        .iter()
        .filter(|receiver| receiver.needs_end)
        .map(|r| r.principal.id)
        .collect();
    assert_eq!(needing, [outside]);
    let stranger = house.actor(&[]).await;
    assert_eq!(
        code(&say(&house, &stranger, route::GRANT_RECEIVERS, &[], body).await),
        "forbidden"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_are_made_changed_and_deleted() {
    let house = House::new().await;
    let owner = house.actor(&[(OWNER, house.places.root)]).await;
    let id = RoleId::random(&SystemEntropy);
    let put = |actions: &[&str], replaces: Option<Bytes>| json!({"role": {"name": "Deployer", "actions": actions, "may_grant": {"roles": []}, "replaces": replaces}, "reason": "deploys"});
    let made = say(
        &house,
        &owner,
        route::PUT_ROLE,
        &[&id],
        put(&["secret.view", "secret.use"], None),
    )
    .await;
    assert_eq!(made.parse::<Changed>(), Changed::Made);
    let again = say(
        &house,
        &owner,
        route::PUT_ROLE,
        &[&id],
        put(&["secret.view", "secret.use"], None),
    )
    .await;
    assert_eq!(
        again.parse::<Changed>(),
        Changed::Made,
        "a repeated call has one effect"
    );
    // Another author's picture of it is out of date.
    let blind = put(&["secret.view"], None);
    assert_eq!(
        code(&say(&house, &owner, route::PUT_ROLE, &[&id], blind).await),
        "conflict"
    );
    let mut reader = house.app.store.reader().await.unwrap();
    let role = reader.role(id).await.unwrap().unwrap();
    let holder = house.actor(&[(id, house.places.staging)]).await.principal;
    assert!(allowed(&house, holder, Action::SecretUse, house.places.staging).await);
    let less = put(&["secret.view"], Some(replaces(&role)));
    assert_eq!(
        say(&house, &owner, route::PUT_ROLE, &[&id], less)
            .await
            .parse::<Changed>(),
        Changed::Made
    );
    assert!(
        !allowed(&house, holder, Action::SecretUse, house.places.staging).await,
        "at once"
    );

    let both = put(&["secret.use", "grant.assign"], None);
    let fresh = RoleId::random(&SystemEntropy);
    let mixed = say(&house, &owner, route::PUT_ROLE, &[&fresh], both).await;
    assert_eq!(code(&mixed), "bad_request");
    assert!(
        mixed.json()["detail"].as_str().unwrap().contains("secret.use"),
        "{:?}",
        mixed.json()
    );
    let builtin = put(&["secret.view"], None);
    assert_eq!(
        code(&say(&house, &owner, route::PUT_ROLE, &[&VIEWER], builtin).await),
        "wrong_state"
    );
    let taken = put(&["secret.view"], None);
    assert_eq!(
        code(&say(&house, &owner, route::PUT_ROLE, &[&fresh], taken).await),
        "name_taken"
    );
    let reason = json!({"reason": "not used"});
    assert_eq!(
        code(&say(&house, &owner, route::DELETE_ROLE, &[&id], reason.clone()).await),
        "role_in_use"
    );
    assert_eq!(
        code(&say(&house, &owner, route::DELETE_ROLE, &[&READER], reason.clone()).await),
        "wrong_state"
    );
    let unused = role_id(&house).await;
    assert_eq!(
        code(&say(&house, &owner, route::DELETE_ROLE, &[&unused], reason.clone()).await),
        "ok"
    );
    assert_eq!(
        code(&say(&house, &owner, route::DELETE_ROLE, &[&unused], reason).await),
        "not_found"
    );
}

async fn role_id(house: &House) -> RoleId {
    role(house, &[Action::SecretView]).await.id
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_manages_roles_puts_no_more_into_one_than_they_may_grant() {
    let house = House::new().await;
    let manager = Role::custom(
        RoleId::random(&SystemEntropy),
        name("Role manager"),
        [Action::RoleManage, Action::ScopeView, Action::GrantAssign].into(),
        MayGrant::Roles([VIEWER].into()),
    );
    let manager = manager.unwrap();
    let mut locked = house.app.store.locked().await.unwrap();
    locked.put_role(&manager).await.unwrap();
    locked.commit().await.unwrap();
    let author = house.actor(&[(manager.id, house.places.root)]).await;
    let id = RoleId::random(&SystemEntropy);
    let put = |actions: &[&str], grants: Value| json!({"role": {"name": "Helper", "actions": actions, "may_grant": grants}, "reason": "helps"});
    let none = json!({"roles": []});
    let revealing = say(
        &house,
        &author,
        route::PUT_ROLE,
        &[&id],
        put(&["secret.reveal"], none.clone()),
    )
    .await;
    assert_eq!(code(&revealing), "forbidden");
    let granting = put(&["grant.assign"], json!({"roles": [READER]}));
    assert_eq!(
        code(&say(&house, &author, route::PUT_ROLE, &[&id], granting).await),
        "forbidden"
    );
    let viewing = put(&["secret.view"], none);
    assert_eq!(
        say(&house, &author, route::PUT_ROLE, &[&id], viewing)
            .await
            .parse::<Changed>(),
        Changed::Made
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_widens_its_author_waits_for_a_second_owner() {
    let house = House::new().await;
    let root = house.places.root;
    let (author, second) = (
        house.actor(&[(OWNER, root)]).await,
        house.actor(&[(OWNER, root)]).await,
    );
    let helper = role(&house, &[Action::SecretView]).await;
    given(&house, author.principal, helper.id, root).await;
    let more = form(
        &helper,
        &[Action::SecretView, Action::SecretReveal],
        Some(replaces(&helper)),
    );
    let bare = json!({"role": more, "reason": "on call"});
    assert_eq!(
        code(&say(&house, &author, route::PUT_ROLE, &[&helper.id], bare.clone()).await),
        "second_owner_needed"
    );
    let proposal = ProposalId::random(&SystemEntropy);
    let proposing = with(bare, "proposal", proposal);
    for _ in 0..2 {
        let answer = say(&house, &author, route::PUT_ROLE, &[&helper.id], proposing.clone()).await;
        assert_eq!(answer.parse::<Changed>(), Changed::Proposed { proposal });
    }
    assert!(!allowed(&house, author.principal, Action::SecretReveal, root).await);

    let list: ProposalsReply = say(&house, &second, route::PROPOSALS, &[], json!({}))
        .await
        .parse();
    let shown = &list.proposals[0];
    assert_eq!(
        (list.proposals.len(), shown.state, shown.author),
        (1, ProposalState::Open, author.principal)
    );
    assert_eq!(shown.widens[0].actions, [Action::SecretReveal].into());
    let yes = json!({"digest": shown.digest});
    assert_eq!(
        code(
            &say(
                &house,
                &author,
                route::APPROVE_PROPOSAL,
                &[&proposal],
                yes.clone()
            )
            .await
        ),
        "separation_of_duties"
    );
    let other = json!({"digest": Bytes::from([0; 32])});
    assert_eq!(
        code(&say(&house, &second, route::APPROVE_PROPOSAL, &[&proposal], other).await),
        "stale_plan"
    );
    // Managing roles does not make an Owner.
    let manager = role(&house, &[Action::RoleManage, Action::ScopeView]).await;
    let manager = house.actor(&[(manager.id, root)]).await;
    assert_eq!(
        code(
            &say(
                &house,
                &manager,
                route::APPROVE_PROPOSAL,
                &[&proposal],
                yes.clone()
            )
            .await
        ),
        "forbidden"
    );
    assert!(!allowed(&house, author.principal, Action::SecretReveal, root).await);
    assert_eq!(
        code(
            &say(
                &house,
                &second,
                route::APPROVE_PROPOSAL,
                &[&proposal],
                yes.clone()
            )
            .await
        ),
        "ok"
    );
    assert!(allowed(&house, author.principal, Action::SecretReveal, root).await);
    assert_eq!(
        code(&say(&house, &second, route::APPROVE_PROPOSAL, &[&proposal], yes).await),
        "wrong_state"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proposal_is_refused_taken_back_outlived_and_overtaken() {
    let house = House::new().await;
    let root = house.places.root;
    let (author, second) = (
        house.actor(&[(OWNER, root)]).await,
        house.actor(&[(OWNER, root)]).await,
    );
    let mut made = Vec::new();
    for _ in 0..4 {
        let helper = role(&house, &[Action::SecretView]).await;
        given(&house, author.principal, helper.id, root).await;
        let proposal = ProposalId::random(&SystemEntropy);
        let more = form(
            &helper,
            &[Action::SecretView, Action::SecretUse],
            Some(replaces(&helper)),
        );
        let body = json!({"role": more, "reason": "on call", "proposal": proposal});
        assert_eq!(
            code(&say(&house, &author, route::PUT_ROLE, &[&helper.id], body).await),
            "ok"
        );
        made.push((proposal, helper));
    }
    let list: ProposalsReply = say(&house, &author, route::PROPOSALS, &[], json!({}))
        .await
        .parse();
    let yes = |id: ProposalId| {
        let shown = list.proposals.iter().find(|proposal| proposal.id == id).unwrap();
        json!({"digest": shown.digest})
    };
    let (refused, withdrawn, overtaken, late) = (made[0].0, made[1].0, &made[2], made[3].0);
    let words = json!({"words": "no need"});
    assert_eq!(
        code(
            &say(
                &house,
                &author,
                route::REFUSE_PROPOSAL,
                &[&refused],
                words.clone()
            )
            .await
        ),
        "separation_of_duties"
    );
    assert_eq!(
        code(&say(&house, &second, route::REFUSE_PROPOSAL, &[&refused], words).await),
        "ok"
    );
    assert_eq!(
        code(
            &say(
                &house,
                &second,
                route::APPROVE_PROPOSAL,
                &[&refused],
                yes(refused)
            )
            .await
        ),
        "wrong_state"
    );
    assert_eq!(
        code(
            &say(
                &house,
                &second,
                route::WITHDRAW_PROPOSAL,
                &[&withdrawn],
                Value::Null
            )
            .await
        ),
        "not_found"
    );
    assert_eq!(
        code(
            &say(
                &house,
                &author,
                route::WITHDRAW_PROPOSAL,
                &[&withdrawn],
                Value::Null
            )
            .await
        ),
        "ok"
    );
    assert_eq!(
        code(
            &say(
                &house,
                &second,
                route::APPROVE_PROPOSAL,
                &[&withdrawn],
                yes(withdrawn)
            )
            .await
        ),
        "wrong_state"
    );
    // The role was changed by somebody else in the meantime.
    let other = form(&overtaken.1, &[Action::ScopeView], Some(replaces(&overtaken.1)));
    let changed = json!({"role": other, "reason": "narrower"});
    assert_eq!(
        code(&say(&house, &second, route::PUT_ROLE, &[&overtaken.1.id], changed).await),
        "ok"
    );
    assert_eq!(
        code(
            &say(
                &house,
                &second,
                route::APPROVE_PROPOSAL,
                &[&overtaken.0],
                yes(overtaken.0)
            )
            .await
        ),
        "conflict"
    );
    house.clock.advance(Duration::from_secs(7 * 24 * 3600));
    let (author, second) = (
        house.sign_in(author.principal).await,
        house.sign_in(second.principal).await,
    );
    assert_eq!(
        code(&say(&house, &second, route::APPROVE_PROPOSAL, &[&late], yes(late)).await),
        "wrong_state"
    );
    let list: ProposalsReply = say(&house, &author, route::PROPOSALS, &[], json!({}))
        .await
        .parse();
    let state = |id| {
        list.proposals
            .iter()
            .find(|proposal| proposal.id == id)
            .unwrap()
            .state
    };
    assert_eq!(
        (state(refused), state(withdrawn), state(late)),
        (
            ProposalState::Refused,
            ProposalState::Withdrawn,
            ProposalState::Expired
        )
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_one_answers_for_is_ones_own_access() {
    let house = House::new().await;
    let root = house.places.root;
    let author = house.actor(&[(OWNER, root)]).await;
    let team = principal(&house, Nature::Team).await;
    let robot = principal(
        &house,
        Nature::Service {
            class: EnvironmentClass::Staging,
            owner: team,
        },
    )
    .await;
    let helper = role(&house, &[Action::SecretView]).await;
    given(&house, robot, helper.id, root).await;
    let more = form(
        &helper,
        &[Action::SecretView, Action::SecretUse],
        Some(replaces(&helper)),
    );
    let body = json!({"role": more, "reason": "deploys"});
    put_in(&house, team, author.principal).await;
    assert_eq!(
        code(&say(&house, &author, route::PUT_ROLE, &[&helper.id], body.clone()).await),
        "second_owner_needed"
    );
    let stranger = house.actor(&[(OWNER, root)]).await;
    assert_eq!(
        code(&say(&house, &stranger, route::PUT_ROLE, &[&helper.id], body).await),
        "ok"
    );
}

/// By hand of the tables.
pub async fn put_in(house: &House, team: PrincipalId, member: PrincipalId) {
    let mut locked = house.app.store.locked().await.unwrap();
    let source = claviger_storage::principals::MemberSource::Local;
    let member = claviger_storage::principals::TeamMember { team, member, source };
    locked.add_team_member(member).await.unwrap();
    locked.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn teams_are_made_renamed_nested_and_never_in_a_circle() {
    let house = House::new().await;
    let owner = house.actor(&[(OWNER, house.places.root)]).await;
    let ids: Vec<_> = (0..3).map(|_| PrincipalId::random(&SystemEntropy)).collect();
    for (number, id) in ids.iter().enumerate() {
        let body = json!({"id": id, "name": format!("Team {number}")});
        for _ in 0..2 {
            assert_eq!(
                code(&say(&house, &owner, route::CREATE_TEAM, &[], body.clone()).await),
                "ok"
            );
        }
    }
    let taken = json!({"id": PrincipalId::random(&SystemEntropy), "name": "TEAM 1"});
    assert_eq!(
        code(&say(&house, &owner, route::CREATE_TEAM, &[], taken).await),
        "name_taken"
    );
    let add = async |team: PrincipalId, member: PrincipalId| {
        let body = json!({"member": member});
        say(&house, &owner, route::ADD_MEMBER, &[&team], body).await
    };
    assert_eq!(code(&add(ids[0], ids[1]).await), "ok");
    assert_eq!(code(&add(ids[1], ids[2]).await), "ok");
    assert_eq!(code(&add(ids[1], ids[2]).await), "ok");
    let circle = add(ids[2], ids[0]).await;
    assert_eq!(code(&circle), "team_cycle");
    assert_eq!(circle.json()["detail"], "`Team 2` is in `Team 0` already");
    assert_eq!(code(&add(ids[0], ids[0]).await), "team_cycle");
    let renamed = say(
        &house,
        &owner,
        route::RENAME_TEAM,
        &[&ids[1]],
        json!({"name": "Payments crew"}),
    )
    .await;
    assert_eq!(renamed.json()["name"], "Payments crew");
    let team: TeamReply = say(&house, &owner, route::TEAM, &[&ids[1]], Value::Null)
        .await
        .parse();
    assert_eq!(
        (team.name.as_str(), team.within.as_slice(), team.members.len()),
        ("Payments crew", &ids[..1], 1)
    );
    assert!(team.members[0].by_hand && !team.members[0].by_provider);
    let body = json!({"member": ids[2]});
    assert_eq!(
        code(&say(&house, &owner, route::REMOVE_MEMBER, &[&ids[1]], body.clone()).await),
        "ok"
    );
    assert_eq!(
        code(&say(&house, &owner, route::REMOVE_MEMBER, &[&ids[1]], body).await),
        "wrong_state"
    );
    let stranger = house.actor(&[]).await;
    assert_eq!(
        code(&say(&house, &stranger, route::TEAM, &[&ids[1]], Value::Null).await),
        "not_found"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn coming_into_a_team_is_being_given_what_it_holds() {
    let house = House::new().await;
    let (root, production) = (house.places.root, house.places.production);
    let owner = house.actor(&[(OWNER, root)]).await;
    let (team, above) = (
        principal(&house, Nature::Team).await,
        principal(&house, Nature::Team).await,
    );
    put_in(&house, above, team).await;
    given(&house, above, READER, production).await;
    let add = async |by: &Actor, team: PrincipalId, member: PrincipalId| {
        code(&say(&house, by, route::ADD_MEMBER, &[&team], json!({"member": member})).await)
    };
    let person = house.actor(&[]).await.principal;
    assert_eq!(add(&owner, team, person).await, "ok");
    assert!(allowed(&house, person, Action::SecretReveal, production).await);
    assert_eq!(add(&owner, team, owner.principal).await, "separation_of_duties");
    // Nor through a team that one is in, nor a service that one answers for.
    let mine = principal(&house, Nature::Team).await;
    put_in(&house, mine, owner.principal).await;
    assert_eq!(add(&owner, team, mine).await, "separation_of_duties");
    let robot = principal(
        &house,
        Nature::Service {
            class: EnvironmentClass::Production,
            owner: mine,
        },
    )
    .await;
    assert_eq!(add(&owner, team, robot).await, "separation_of_duties");
    assert!(!allowed(&house, owner.principal, Action::SecretReveal, production).await);
    // Whoever manages teams without the right to grant fills only teams that hold nothing.
    let manager = role(&house, &[Action::TeamManage, Action::ScopeView]).await;
    let manager = house.actor(&[(manager.id, root)]).await;
    let (empty, other) = (
        principal(&house, Nature::Team).await,
        house.actor(&[]).await.principal,
    );
    assert_eq!(add(&manager, empty, other).await, "ok");
    assert_eq!(add(&manager, team, other).await, "forbidden");
    assert_eq!(
        add(&manager, team, empty).await,
        "forbidden",
        "nor with a team in between"
    );
    // Nobody from outside without an end, and nobody who is disabled.
    let outside = principal(&house, Nature::Person { outside: true }).await;
    assert_eq!(add(&owner, team, outside).await, "bad_request");
    let mut locked = house.app.store.locked().await.unwrap();
    let mut gone = locked.principal(other).await.unwrap().unwrap();
    gone.state = PrincipalState::Disabled;
    locked.update_principal(&gone).await.unwrap();
    locked.commit().await.unwrap();
    assert_eq!(add(&owner, team, other).await, "wrong_state");
    let body = gift(other, VIEWER, production);
    assert_eq!(
        code(&say(&house, &owner, route::GIVE_GRANT, &[], body).await),
        "wrong_state"
    );
    // Leaving takes it away at once, with an order for what the device holds.
    let seat = house.sign_in(person).await;
    let body = json!({"member": person});
    assert_eq!(
        code(&say(&house, &owner, route::REMOVE_MEMBER, &[&team], body).await),
        "ok"
    );
    assert!(!allowed(&house, person, Action::SecretReveal, production).await);
    let mut reader = house.app.store.reader().await.unwrap();
    assert_eq!(reader.orders_of(seat.device, 9).await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_team_with_ones_own_service_in_it_is_ones_own() {
    let house = House::new().await;
    let owner = house.actor(&[(OWNER, house.places.root)]).await;
    let (mine, team) = (
        principal(&house, Nature::Team).await,
        principal(&house, Nature::Team).await,
    );
    put_in(&house, mine, owner.principal).await;
    let class = EnvironmentClass::Staging;
    let robot = principal(&house, Nature::Service { class, owner: mine }).await;
    put_in(&house, team, robot).await;
    let body = gift(team, READER, house.places.staging);
    assert_eq!(
        code(&say(&house, &owner, route::GIVE_GRANT, &[], body).await),
        "separation_of_duties"
    );
    assert!(!allowed(&house, robot, Action::SecretUse, house.places.staging).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_stands_for_a_team_by_two_owners_where_the_team_holds_anything() {
    let house = House::new().await;
    let root = house.places.root;
    let (owner, second) = (
        house.actor(&[(OWNER, root)]).await,
        house.actor(&[(OWNER, root)]).await,
    );
    let (empty, team) = (
        principal(&house, Nature::Team).await,
        principal(&house, Nature::Team).await,
    );
    given(&house, team, READER, house.places.production).await;
    let map = |group: &str| json!({"group": group, "reason": "the provider has it"});
    let harmless = say(&house, &owner, route::MAP_GROUP, &[&empty], map("everyone")).await;
    assert_eq!(harmless.parse::<Changed>(), Changed::Made);
    assert_eq!(
        code(&say(&house, &owner, route::MAP_GROUP, &[&team], map("everyone")).await),
        "second_owner_needed"
    );
    let proposal = ProposalId::random(&SystemEntropy);
    let answer = say(
        &house,
        &owner,
        route::MAP_GROUP,
        &[&team],
        with(map("everyone"), "proposal", proposal),
    )
    .await;
    assert_eq!(answer.parse::<Changed>(), Changed::Proposed { proposal });
    let list: ProposalsReply = say(&house, &second, route::PROPOSALS, &[], json!({}))
        .await
        .parse();
    let yes = json!({"digest": list.proposals[0].digest});
    assert_eq!(
        code(&say(&house, &second, route::APPROVE_PROPOSAL, &[&proposal], yes).await),
        "ok"
    );
    let mut reader = house.app.store.reader().await.unwrap();
    let issuer = &house.app.config.oidc.issuer;
    assert_eq!(
        reader.group_mappings(issuer).await.unwrap(),
        [("everyone".to_owned(), team)]
    );
    let shown: TeamReply = say(&house, &owner, route::TEAM, &[&team], Value::Null)
        .await
        .parse();
    assert_eq!(shown.groups, ["everyone"]);
    let unmap = json!({"group": "everyone"});
    assert_eq!(
        code(&say(&house, &owner, route::UNMAP_GROUP, &[&empty], unmap.clone()).await),
        "wrong_state"
    );
    assert_eq!(
        code(&say(&house, &owner, route::UNMAP_GROUP, &[&team], unmap).await),
        "ok"
    );
    assert!(reader.group_mappings(issuer).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scope_moves_with_a_right_at_both_ends_and_says_who_gains_and_loses() {
    let house = House::new().await;
    let places = house.places;
    let other = ScopeId::random(&SystemEntropy);
    let mut locked = house.app.store.locked().await.unwrap();
    let now = locked.now();
    let settings = ScopeSettings::default();
    locked
        .insert_scope(other, Some(places.root), &name("ledger"), &settings, now)
        .await
        .unwrap();
    locked.commit().await.unwrap();
    house.secret(places.production, "DB", b"x").await;
    let owner = house.actor(&[(OWNER, places.root)]).await;
    let (loses, gains) = (
        house.actor(&[(READER, places.payments)]).await,
        house.actor(&[(VIEWER, other)]).await,
    );
    let stays = house.actor(&[(READER, places.production)]).await;
    let body = json!({"parent": other});
    let plan: MovePlan = say(
        &house,
        &owner,
        route::PREVIEW_MOVE_SCOPE,
        &[&places.production],
        body.clone(),
    )
    .await
    .parse();
    assert_eq!(
        (
            plan.effect.path.as_str(),
            plan.effect.scopes,
            plan.effect.secrets,
            plan.effect.changes_class
        ),
        ("ledger/production", 1, 1, false)
    );
    let of = |who: &Actor| {
        plan.effect
            .changes
            .iter()
            .find(|change| change.principal == who.principal)
    };
    assert!(of(&stays).is_none() && of(&owner).is_none());
    assert_eq!(
        of(&gains).unwrap().gains,
        [Action::SecretView, Action::RequestAsk, Action::ScopeView]
    );
    assert!(
        of(&loses).unwrap().loses.contains(&Action::SecretReveal) && of(&loses).unwrap().gains.is_empty()
    );
    assert_eq!(
        code(
            &say(
                &house,
                &loses,
                route::MOVE_SCOPE,
                &[&places.production],
                body.clone()
            )
            .await
        ),
        "forbidden"
    );

    house.secret(places.production, "LATER", b"x").await;
    let planned = with(body.clone(), "plan", &plan.digest);
    assert_eq!(
        code(&say(&house, &owner, route::MOVE_SCOPE, &[&places.production], planned).await),
        "stale_plan"
    );
    let plan: MovePlan = say(
        &house,
        &owner,
        route::PREVIEW_MOVE_SCOPE,
        &[&places.production],
        body.clone(),
    )
    .await
    .parse();
    let planned = with(body, "plan", &plan.digest);
    for _ in 0..2 {
        let moved = say(
            &house,
            &owner,
            route::MOVE_SCOPE,
            &[&places.production],
            planned.clone(),
        )
        .await;
        assert_eq!(moved.json()["path"], "ledger/production", "{:?}", moved.json());
    }
    assert!(!allowed(&house, loses.principal, Action::SecretReveal, places.production).await);
    assert!(allowed(&house, gains.principal, Action::SecretView, places.production).await);
    assert!(allowed(&house, stays.principal, Action::SecretReveal, places.production).await);
    let mut reader = house.app.store.reader().await.unwrap();
    assert_eq!(
        reader.orders_of(loses.device, 9).await.unwrap().len(),
        1,
        "what is lost is ordered away"
    );
    assert_eq!(reader.orders_of(stays.device, 9).await.unwrap().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_gives_nobody_what_the_mover_may_not_give_and_keeps_the_tree_sound() {
    let house = House::new().await;
    let places = house.places;
    let (mine, deep) = (ScopeId::random(&SystemEntropy), ScopeId::random(&SystemEntropy));
    let mut locked = house.app.store.locked().await.unwrap();
    let now = locked.now();
    let settings = ScopeSettings::default();
    locked
        .insert_scope(mine, Some(places.root), &name("mine"), &settings, now)
        .await
        .unwrap();
    locked
        .insert_scope(deep, Some(places.production), &name("stripe"), &settings, now)
        .await
        .unwrap();
    locked.commit().await.unwrap();
    let owner = house.actor(&[(OWNER, places.root), (READER, mine)]).await;
    let attempt = async |scope: ScopeId, parent: ScopeId| {
        let body = json!({"parent": parent});
        let seen = code(&say(&house, &owner, route::PREVIEW_MOVE_SCOPE, &[&scope], body.clone()).await);
        let done = code(&say(&house, &owner, route::MOVE_SCOPE, &[&scope], body).await);
        assert_eq!(seen, done, "the preview answers as the move does");
        done
    };
    assert_eq!(
        attempt(places.staging, mine).await,
        "separation_of_duties",
        "a Reader there would read it"
    );
    assert_eq!(
        attempt(places.production, places.root).await,
        "wrong_state",
        "an environment is two levels down"
    );
    assert_eq!(
        attempt(places.payments, places.production).await,
        "wrong_state",
        "below itself"
    );
    assert_eq!(attempt(places.root, mine).await, "wrong_state");
    assert_eq!(attempt(deep, ScopeId::random(&SystemEntropy)).await, "not_found");
    // A mover without the right to classify does not take a place out of production.
    let mover = role(&house, &[Action::ScopeMove, Action::ScopeView]).await;
    let mover = house.actor(&[(mover.id, places.payments)]).await;
    let body = json!({"parent": places.staging});
    assert_eq!(
        code(&say(&house, &mover, route::MOVE_SCOPE, &[&deep], body.clone()).await),
        "forbidden"
    );
    // A guardrail that asks less of staging widens nobody who holds no values there.
    assert_eq!(
        code(&say(&house, &owner, route::MOVE_SCOPE, &[&deep], body).await),
        "ok"
    );
}
