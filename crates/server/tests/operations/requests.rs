//! Asking for access and what comes of it: approved by those who may give it, narrowed, shortened, refused, handed back, over.

use crate::house::{Actor, Answer, House, request_id};
use claviger_model::{
    builtin_roles as roles,
    entropy::SystemEntropy,
    event::EventKind,
    ids::{PolicyId, PrincipalId, RequestId, RoleId, ScopeId, SecretId},
    name::Name,
    principal::{Nature, PrincipalState},
    scope::Discoverable,
};
use claviger_protocol::{
    grants::GrantsReply,
    order::{Order, Target},
    release::ReleaseReply,
    requests::{
        AnswersReply, Evidence, KnownReply, May, OptionsReply, Outcome, RequestRecord, RequestSettingsReply,
        RequestState, RequestsReply,
    },
    route,
};
use claviger_server::jobs;
use claviger_storage::{
    log::LogFilter,
    principals::{MemberSource, Principal, TeamMember},
    scopes::ScopeSettings,
};
use serde_json::{Value, json};
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3600);

impl House {
    async fn ask(&self, by: &Actor, role: RoleId, scope: ScopeId, seconds: u32) -> Answer {
        self.ask_as(
            by,
            request_id(),
            json!({"role": role, "scope": scope, "seconds": seconds}),
        )
        .await
    }

    async fn ask_as(&self, by: &Actor, id: RequestId, mut want: Value) -> Answer {
        want["kind"] = json!("access");
        let body = json!({"id": id, "want": want, "reason": "the payment job hangs"});
        self.call(Some(by), &route::MAKE_REQUEST, &[], &body).await
    }

    async fn approve(&self, by: &Actor, id: RequestId, call: Value) -> Answer {
        self.call(Some(by), &route::APPROVE_REQUEST, &[&id], &call).await
    }

    async fn refuse(&self, by: &Actor, id: RequestId) -> Answer {
        let call = json!({"words": "ask the other team"});
        self.call(Some(by), &route::REFUSE_REQUEST, &[&id], &call).await
    }

    /// The request as somebody sees it.
    async fn seen(&self, by: &Actor, id: RequestId) -> Option<RequestRecord> {
        let reply: RequestsReply = self
            .call(Some(by), &route::REQUESTS, &[], &Value::Null)
            .await
            .parse();
        reply.requests.into_iter().find(|request| request.id == id)
    }

    async fn reveal(&self, by: &Actor, secret: SecretId) -> Result<(), String> {
        let items = json!({"items": [{"secret": secret, "purpose": "reveal"}]});
        let reply = self.call(Some(by), &route::RELEASES, &[], &items).await;
        let json = reply.json();
        match json["results"][0]["problem"]["code"].as_str() {
            Some(code) => Err(code.to_owned()),
            None => {
                let _: ReleaseReply = reply.parse();
                Ok(())
            }
        }
    }

    async fn discoverable(&self, scope: ScopeId, discoverable: Discoverable) {
        let mut locked = self.app.store.locked().await.unwrap();
        let class = locked.scope(scope).await.unwrap().unwrap().class;
        let settings = ScopeSettings {
            class,
            discoverable,
            ..ScopeSettings::default()
        };
        let now = locked.now();
        locked.set_scope(scope, &settings, now).await.unwrap();
        locked.commit().await.unwrap();
    }

    pub async fn team(&self, name: &str, members: &[PrincipalId]) -> PrincipalId {
        let id = PrincipalId::random(&SystemEntropy);
        let mut locked = self.app.store.locked().await.unwrap();
        let row = Principal {
            id,
            name: Name::parse(name).unwrap(),
            state: PrincipalState::Active,
            nature: Nature::Team,
            email: None,
            created_at: locked.now(),
        };
        locked.insert_principal(&row).await.unwrap();
        for member in members {
            let member = TeamMember {
                team: id,
                member: *member,
                source: MemberSource::Local,
            };
            locked.add_team_member(member).await.unwrap();
        }
        locked.commit().await.unwrap();
        id
    }

    async fn set_state(&self, id: PrincipalId, state: PrincipalState) {
        let mut locked = self.app.store.locked().await.unwrap();
        let mut row = locked.principal(id).await.unwrap().unwrap();
        row.state = state;
        locked.update_principal(&row).await.unwrap();
        locked.commit().await.unwrap();
    }

    async fn settings(&self, by: &Actor, scope: ScopeId, after: Value) -> Answer {
        let before: RequestSettingsReply = self
            .call(Some(by), &route::REQUEST_SETTINGS, &[&scope], &Value::Null)
            .await
            .parse();
        let body = json!({"before": before.here, "after": after});
        self.call(Some(by), &route::SET_REQUEST_SETTINGS, &[&scope], &body)
            .await
    }

    async fn count(&self, kind: EventKind) -> usize {
        let filter = LogFilter {
            kinds: vec![kind],
            ..LogFilter::default()
        };
        let mut reader = self.app.store.reader().await.unwrap();
        reader.events_matching(&filter, None, 100).await.unwrap().len()
    }
}

fn id_of(answer: &Answer) -> RequestId {
    answer.parse::<RequestRecord>().id
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_asked_approved_narrower_used_handed_back() {
    let house = House::new().await;
    let (payments, production) = (house.places.payments, house.places.production);
    let secret = house.secret(production, "DATABASE_URL", b"value").await;
    let viewer = house.actor(&[(roles::VIEWER, payments)]).await;
    let lead = house.actor(&[(roles::LEAD, payments)]).await;
    assert_eq!(house.reveal(&viewer, secret).await, Err("forbidden".to_owned()));

    let options = house
        .call(
            Some(&viewer),
            &route::REQUEST_OPTIONS,
            &[],
            &json!({"secret": secret}),
        )
        .await;
    let options: OptionsReply = options.parse();
    let least = &options.roles[0];
    assert_eq!((options.scope, least.role), (production, roles::CONSUMER));
    assert_eq!(least.approvers, [lead.principal]);
    assert_eq!(options.reaches, Some(1));
    assert!(
        options.roles.iter().all(|role| role.role != roles::OWNER),
        "nobody here may give it: {options:?}"
    );

    let asked = house.ask(&viewer, roles::EDITOR, payments, 8 * 3600).await;
    let asked: RequestRecord = asked.parse();
    assert_eq!(asked.state, RequestState::Open);
    assert_eq!(asked.course.approvers, [lead.principal]);
    assert_eq!(asked.course.may, [May::Withdraw]);
    let waiting = house.seen(&lead, asked.id).await.unwrap();
    assert_eq!(waiting.course.may, [May::Approve, May::Refuse]);
    assert!(waiting.course.approvers.is_empty());

    let less =
        json!({"role": roles::READER, "scope": production, "seconds": 7200, "words": "production will do"});
    let done: RequestRecord = house.approve(&lead, asked.id, less.clone()).await.parse();
    assert!(matches!(done.state, RequestState::Approved { by, .. } if by == lead.principal));
    let given = house.seen(&viewer, asked.id).await.unwrap().course.given.unwrap();
    assert_eq!((given.role, given.scope), (roles::READER, production));
    assert_eq!(given.ends_at, done_at(&done).plus(HOUR * 2));
    assert_eq!(house.reveal(&viewer, secret).await, Ok(()));
    // Saying it again changes nothing.
    let grants = house.count(EventKind::GrantGiven).await;
    assert_eq!(house.approve(&lead, asked.id, less).await.code(), "ok");
    assert_eq!(house.count(EventKind::GrantGiven).await, grants);

    let mine = house.seen(&viewer, asked.id).await.unwrap();
    assert_eq!(mine.course.may, [May::HandBack]);
    assert_eq!(mine.course.steps[0].words, "production will do");
    let back = json!({"reason": "handed back"});
    let ended = house
        .call(Some(&viewer), &route::END_GRANT, &[&given.grant], &back)
        .await;
    assert_eq!(ended.code(), "ok");
    assert_eq!(house.reveal(&viewer, secret).await, Err("forbidden".to_owned()));
    let over = house.seen(&viewer, asked.id).await.unwrap();
    assert!(over.course.may.is_empty());
    assert_eq!(over.course.given.unwrap().ended_by, Some(viewer.principal));
}

fn done_at(record: &RequestRecord) -> claviger_model::time::Timestamp {
    match record.state {
        RequestState::Approved { at, .. } => at,
        _ => panic!("{record:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_never_gives_more_than_was_asked_for() {
    let house = House::new().await;
    let places = house.places;
    let viewer = house.actor(&[(roles::VIEWER, places.payments)]).await;
    let owner = house.actor(&[(roles::OWNER, places.root)]).await;
    let id = id_of(&house.ask(&viewer, roles::CONSUMER, places.production, 3600).await);
    for wider in [
        json!({"role": roles::READER}),
        json!({"role": roles::LEAD}),
        json!({"role": roles::OWNER}),
        json!({"scope": places.payments}),
        json!({"scope": places.staging}),
        json!({"seconds": 3601}),
        json!({"seconds": 0}),
        json!({"role": RoleId::random(&SystemEntropy)}),
    ] {
        assert_eq!(
            house.approve(&owner, id, wider.clone()).await.code(),
            "bad_request",
            "{wider}"
        );
    }
    assert_eq!(house.seen(&viewer, id).await.unwrap().state, RequestState::Open);
    assert_eq!(house.count(EventKind::GrantGiven).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_those_who_may_give_it_approve_it_and_nobody_their_own() {
    let house = House::new().await;
    let places = house.places;
    let viewer = house.actor(&[(roles::VIEWER, places.production)]).await;
    let elsewhere = house.actor(&[(roles::LEAD, places.staging)]).await;
    let reader = house.actor(&[(roles::READER, places.production)]).await;
    let lead = house.actor(&[(roles::LEAD, places.production)]).await;
    let owner = house.actor(&[(roles::OWNER, places.root)]).await;
    let id = id_of(&house.ask(&viewer, roles::AUDITOR, places.production, 3600).await);
    for other in [&elsewhere, &reader] {
        assert_eq!(house.approve(other, id, json!({})).await.code(), "not_found");
        assert_eq!(house.refuse(other, id).await.code(), "not_found");
        assert!(house.seen(other, id).await.is_none());
    }
    // A Lead answers requests, but may not give this role.
    assert_eq!(house.approve(&lead, id, json!({})).await.code(), "forbidden");
    assert_eq!(house.seen(&lead, id).await.unwrap().course.may, [May::Refuse]);
    assert_eq!(
        house.approve(&viewer, id, json!({})).await.code(),
        "separation_of_duties"
    );
    assert_eq!(house.approve(&owner, id, json!({})).await.code(), "ok");

    let own = id_of(&house.ask(&lead, roles::READER, places.production, 3600).await);
    assert_eq!(
        house.approve(&lead, own, json!({})).await.code(),
        "separation_of_duties"
    );
    assert_eq!(house.refuse(&lead, own).await.code(), "separation_of_duties");
    let mine = house.seen(&lead, own).await.unwrap();
    assert_eq!(mine.course.approvers, [owner.principal], "not oneself");
    // Nor by a second right through a team.
    let team = house.team("leads", &[lead.principal]).await;
    give(&house, team, roles::LEAD, places.production).await;
    assert_eq!(
        house.approve(&lead, own, json!({})).await.code(),
        "separation_of_duties"
    );
}

async fn give(house: &House, to: PrincipalId, role: RoleId, scope: ScopeId) {
    let mut locked = house.app.store.locked().await.unwrap();
    let now = locked.now();
    locked
        .insert_grant(&crate::house::grant(to, role, scope, now))
        .await
        .unwrap();
    locked.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn several_people_approve_where_the_scope_says_so() {
    let house = House::new().await;
    let places = house.places;
    let secret = house.secret(places.production, "KEY", b"x").await;
    let owner = house.actor(&[(roles::OWNER, places.root)]).await;
    let (one, two) = (
        house.actor(&[(roles::LEAD, places.payments)]).await,
        house.actor(&[(roles::LEAD, places.payments)]).await,
    );
    let viewer = house.actor(&[(roles::VIEWER, places.payments)]).await;
    assert_eq!(
        house
            .settings(&owner, places.payments, json!({"steps": 2}))
            .await
            .code(),
        "ok"
    );
    // A scope below cannot ask for fewer.
    let below: RequestSettingsReply = house
        .settings(&one, places.production, json!({"steps": 1}))
        .await
        .parse();
    assert_eq!(below.steps, 2);

    let id = id_of(&house.ask(&viewer, roles::READER, places.production, 3600).await);
    let half: RequestRecord = house
        .approve(&one, id, json!({"role": roles::CONSUMER}))
        .await
        .parse();
    assert_eq!((half.state, half.course.needed), (RequestState::Open, 2));
    assert_eq!(house.approve(&one, id, json!({})).await.code(), "ok");
    assert_eq!(
        house.seen(&viewer, id).await.unwrap().state,
        RequestState::Open,
        "one is one"
    );
    // The second cannot give more than the first left.
    let wider = house.approve(&two, id, json!({"role": roles::READER})).await;
    assert_eq!(wider.code(), "bad_request");
    // The first loses the right meanwhile: it does not count.
    let mut reader = house.app.store.reader().await.unwrap();
    let grant = reader.grant_history(one.principal, 1).await.unwrap()[0].id;
    let ended = house
        .call(
            Some(&owner),
            &route::END_GRANT,
            &[&grant],
            &json!({"reason": "moved on"}),
        )
        .await;
    assert_eq!(ended.code(), "ok");
    let still: RequestRecord = house.approve(&two, id, json!({})).await.parse();
    assert_eq!(still.state, RequestState::Open);
    let done: RequestRecord = house.approve(&owner, id, json!({})).await.parse();
    assert_eq!(done.course.given.unwrap().role, roles::CONSUMER);
    assert_eq!(house.reveal(&viewer, secret).await, Err("forbidden".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_that_come_too_late_say_so_and_do_nothing() {
    let house = House::new().await;
    let places = house.places;
    let viewer = house.actor(&[(roles::VIEWER, places.production)]).await;
    let lead = house.actor(&[(roles::LEAD, places.production)]).await;
    let other = house.actor(&[(roles::LEAD, places.production)]).await;
    let ask = || house.ask(&viewer, roles::READER, places.production, 3600);

    // Two at once: one of them is told.
    let id = id_of(&ask().await);
    let (yes, no) = tokio::join!(house.approve(&lead, id, json!({})), house.refuse(&other, id));
    let mut codes = [yes.code(), no.code()];
    codes.sort();
    assert_eq!(codes, ["ok", "wrong_state"]);

    let refused = id_of(&ask().await);
    assert_eq!(house.refuse(&lead, refused).await.code(), "ok");
    let told = house.seen(&viewer, refused).await.unwrap();
    assert!(matches!(&told.state, RequestState::Refused { words, .. } if words == "ask the other team"));
    assert_eq!(
        house.approve(&other, refused, json!({})).await.code(),
        "wrong_state"
    );

    let withdrawn = id_of(&ask().await);
    let back = house
        .call(
            Some(&viewer),
            &route::WITHDRAW_REQUEST,
            &[&withdrawn],
            &Value::Null,
        )
        .await;
    assert_eq!(back.code(), "ok");
    assert_eq!(
        house.approve(&lead, withdrawn, json!({})).await.code(),
        "wrong_state"
    );

    let disabled = id_of(&ask().await);
    house.set_state(viewer.principal, PrincipalState::Disabled).await;
    let answer = house.approve(&lead, disabled, json!({})).await;
    assert_eq!(answer.code(), "wrong_state");
    assert_eq!(answer.json()["detail"], "the receiver is not active");
    house.set_state(viewer.principal, PrincipalState::Active).await;

    house.clock.advance(HOUR * 24 * 14);
    let (viewer, lead) = (
        house.sign_in(viewer.principal).await,
        house.sign_in(lead.principal).await,
    );
    let late = house.approve(&lead, disabled, json!({})).await;
    assert_eq!(late.code(), "wrong_state");
    assert!(matches!(
        house.seen(&viewer, disabled).await.unwrap().state,
        RequestState::Lapsed { .. }
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn it_ends_by_itself_takes_the_leases_with_it_and_stays_in_the_history() {
    let house = House::new().await;
    let places = house.places;
    let secret = house.secret(places.production, "KEY", b"x").await;
    let stranger = house.actor(&[]).await;
    house
        .discoverable(places.production, Discoverable::Everyone)
        .await;
    let lead = house.actor(&[(roles::LEAD, places.production)]).await;
    let id = id_of(&house.ask(&stranger, roles::READER, places.production, 1800).await);
    assert_eq!(house.approve(&lead, id, json!({})).await.code(), "ok");
    let items = json!({"items": [{"secret": secret, "purpose": "lease"}]});
    let leased = house.call(Some(&stranger), &route::RELEASES, &[], &items).await;
    assert!(
        leased.json()["results"][0]["problem"].is_null(),
        "{:?}",
        leased.json()
    );

    let almost = HOUR / 2 - Duration::from_millis(1);
    house.clock.advance(almost);
    jobs::sweep(&house.app).await;
    assert_eq!(house.reveal(&stranger, secret).await, Ok(()));
    assert_eq!(house.count(EventKind::OrderIssued).await, 0);
    house.clock.advance(Duration::from_millis(1));
    assert_eq!(house.reveal(&stranger, secret).await, Err("not_found".to_owned()));
    jobs::sweep(&house.app).await;
    jobs::sweep(&house.app).await;
    assert_eq!(house.count(EventKind::GrantEnded).await, 1, "once");
    let orders = house
        .call(Some(&stranger), &route::ORDERS, &[], &json!({"after": 0}))
        .await
        .json();
    let body = orders["orders"][0]["body"].as_str().unwrap();
    let body = claviger_crypto::bytes::decode_base64url(body).unwrap();
    let order: Order = serde_json::from_slice(&body).unwrap();
    assert!(
        order.targets.contains(&Target::Scope {
            scope: places.production,
            names: true
        }),
        "{order:?}"
    );
    let told = house.seen(&stranger, id).await.unwrap();
    assert!(matches!(told.state, RequestState::Approved { .. }) && told.course.may.is_empty());

    // Kept by the setting, and gone after it.
    house.clock.advance(HOUR * 24 * 99);
    jobs::sweep(&house.app).await;
    let again = house.sign_in(stranger.principal).await;
    assert!(house.seen(&again, id).await.is_some());
    house.clock.advance(HOUR * 24 * 2);
    jobs::sweep(&house.app).await;
    let again = house.sign_in(stranger.principal).await;
    assert!(house.seen(&again, id).await.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_extension_needs_a_new_approval_and_begins_at_the_end() {
    let house = House::new().await;
    let places = house.places;
    let secret = house.secret(places.production, "KEY", b"x").await;
    let viewer = house.actor(&[(roles::VIEWER, places.production)]).await;
    let other = house.actor(&[(roles::VIEWER, places.production)]).await;
    let lead = house.actor(&[(roles::LEAD, places.production)]).await;
    let first = id_of(&house.ask(&viewer, roles::READER, places.production, 1200).await);
    let want = |role| json!({"role": role, "scope": places.production, "seconds": 1200, "extends": first});
    let early = house.ask_as(&viewer, request_id(), want(roles::READER)).await;
    assert_eq!(early.code(), "bad_request", "nothing was given yet");
    house.approve(&lead, first, json!({})).await;
    for (by, role) in [(&other, roles::READER), (&viewer, roles::EDITOR)] {
        assert_eq!(
            house.ask_as(by, request_id(), want(role)).await.code(),
            "bad_request"
        );
    }
    let second = id_of(&house.ask_as(&viewer, request_id(), want(roles::READER)).await);
    house.clock.advance(HOUR / 6);
    let done: RequestRecord = house.approve(&lead, second, json!({})).await.parse();
    assert_eq!(
        done.course.given.clone().unwrap().ends_at,
        done_at(&done).plus(HOUR / 6 + HOUR / 3)
    );
    house.clock.advance(HOUR / 3);
    jobs::sweep(&house.app).await;
    assert_eq!(house.reveal(&viewer, secret).await, Ok(()));
    assert_eq!(house.count(EventKind::OrderIssued).await, 0, "nothing was lost");
    house.clock.advance(HOUR / 3);
    assert_eq!(house.reveal(&viewer, secret).await, Err("forbidden".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_person_has_so_many_open_requests_and_no_more() {
    let house = House::new().await;
    let places = house.places;
    let viewer = house.actor(&[(roles::VIEWER, places.production)]).await;
    let other = house.actor(&[(roles::VIEWER, places.production)]).await;
    let mut first = None;
    for _ in 0..20 {
        let answer = house.ask(&viewer, roles::READER, places.production, 3600).await;
        first.get_or_insert(id_of(&answer));
    }
    let full = house.ask(&viewer, roles::READER, places.production, 3600).await;
    assert_eq!((full.status, full.code()), (409, "request_limit".to_owned()));
    let want = json!({"role": roles::READER, "scope": places.production, "seconds": 3600});
    let again = house.ask_as(&viewer, first.unwrap(), want).await;
    assert_eq!(again.code(), "ok", "a repeated call");
    assert_eq!(
        house
            .ask(&other, roles::READER, places.production, 3600)
            .await
            .code(),
        "ok"
    );
    house
        .call(
            Some(&viewer),
            &route::WITHDRAW_REQUEST,
            &[&first.unwrap()],
            &Value::Null,
        )
        .await;
    assert_eq!(
        house
            .ask(&viewer, roles::READER, places.production, 3600)
            .await
            .code(),
        "ok"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_open_shows_its_name_owner_and_who_can_grant_and_nothing_else() {
    let house = House::new().await;
    let places = house.places;
    let secret = house.secret(places.production, "STRIPE_KEY", b"x").await;
    let hidden = house.secret(places.staging, "OTHER", b"x").await;
    let (stranger, member) = (house.actor(&[]).await, house.actor(&[]).await);
    let lead = house.actor(&[(roles::LEAD, places.production)]).await;
    let team = house.team("support", &[member.principal]).await;
    let known = async |by| house.call(by, &route::KNOWN, &[], &json!({})).await;
    let ask = |by, scope| house.ask(by, roles::CONSUMER, scope, 3600);
    let nothing: KnownReply = known(Some(&member)).await.parse();
    assert!(nothing.secrets.is_empty() && nothing.scopes.is_empty());
    let closed = ask(&member, places.production).await;
    let nowhere = ask(&member, ScopeId::random(&SystemEntropy)).await;
    assert_eq!(closed.status, 404);
    assert_eq!(closed.without_call(), nowhere.without_call());

    house
        .discoverable(places.production, Discoverable::Teams(vec![team]))
        .await;
    let reply = known(Some(&member)).await;
    let found: KnownReply = reply.parse();
    assert_eq!(found.secrets.len(), 1);
    assert_eq!(
        (found.secrets[0].secret, found.secrets[0].name.as_str()),
        (secret, "STRIPE_KEY")
    );
    assert_eq!(found.scopes[0].can_grant, [lead.principal]);
    let keys: Vec<_> = reply.json()["secrets"][0]
        .as_object()
        .unwrap()
        .keys()
        .cloned()
        .collect();
    assert_eq!(keys.len(), 3, "{keys:?}");
    let none: KnownReply = known(Some(&stranger)).await.parse();
    assert!(none.secrets.is_empty());
    assert_eq!(ask(&stranger, places.production).await.code(), "not_found");
    // Still nothing of it but that it is there.
    let look = house
        .call(Some(&member), &route::SECRET, &[&secret], &Value::Null)
        .await;
    assert_eq!(look.code(), "not_found");
    let options = async |secret: Value| {
        house
            .call(Some(&member), &route::REQUEST_OPTIONS, &[], &secret)
            .await
    };
    let offered: OptionsReply = options(json!({"secret": secret})).await.parse();
    assert_eq!(offered.reaches, None);
    assert_eq!(options(json!({"secret": hidden})).await.code(), "not_found");
    assert_eq!(ask(&member, places.production).await.code(), "ok");
    // For its sake only what is there can be named.
    let want = |secret| json!({"role": roles::CONSUMER, "scope": places.production, "seconds": 3600, "secret": secret});
    assert_eq!(
        house.ask_as(&member, request_id(), want(secret)).await.code(),
        "ok"
    );
    assert_eq!(
        house.ask_as(&member, request_id(), want(hidden)).await.code(),
        "not_found"
    );
    // Whoever sees it by right needs no hint.
    let seeing: KnownReply = known(Some(&lead)).await.parse();
    assert!(seeing.secrets.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn each_answer_among_many_has_its_own_outcome() {
    let house = House::new().await;
    let places = house.places;
    let viewer = house.actor(&[(roles::VIEWER, places.payments)]).await;
    let lead = house
        .actor(&[(roles::LEAD, places.production), (roles::VIEWER, places.staging)])
        .await;
    let good = id_of(&house.ask(&viewer, roles::READER, places.production, 3600).await);
    let bad = id_of(&house.ask(&viewer, roles::LEAD, places.production, 3600).await);
    let hidden = id_of(&house.ask(&viewer, roles::READER, places.staging, 3600).await);
    let refused = id_of(&house.ask(&viewer, roles::EDITOR, places.production, 3600).await);
    let body = json!({"answers": [
        {"request": good, "answer": {"approve": {"seconds": 600}}},
        {"request": bad, "answer": {"approve": {}}},
        {"request": hidden, "answer": {"approve": {}}},
        {"request": refused, "answer": {"refuse": {"words": "Reader is enough"}}},
    ]});
    let reply: AnswersReply = house
        .call(Some(&lead), &route::ANSWER_REQUESTS, &[], &body)
        .await
        .parse();
    let codes: Vec<_> = reply
        .outcomes
        .iter()
        .map(|outcome| match outcome {
            Outcome::Done(_) => "ok",
            Outcome::Problem(problem) => problem.code.as_str(),
        })
        .collect();
    assert_eq!(codes, ["ok", "forbidden", "not_found", "ok"]);
    assert!(matches!(
        house.seen(&viewer, good).await.unwrap().state,
        RequestState::Approved { .. }
    ));
    assert_eq!(house.seen(&viewer, bad).await.unwrap().state, RequestState::Open);
    let twice = json!({"answers": [
        {"request": bad, "answer": {"refuse": {"words": "no"}}},
        {"request": bad, "answer": {"approve": {}}},
    ]});
    let reply = house
        .call(Some(&lead), &route::ANSWER_REQUESTS, &[], &twice)
        .await;
    assert_eq!(reply.code(), "bad_request");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_approver_sees_what_it_would_newly_allow() {
    let house = House::new().await;
    let places = house.places;
    let secret = house.secret(places.production, "ONE", b"x").await;
    house.secret(places.production, "TWO", b"x").await;
    house.secret(places.staging, "THREE", b"x").await;
    let viewer = house
        .actor(&[(roles::VIEWER, places.payments), (roles::READER, places.staging)])
        .await;
    let reader = house.actor(&[(roles::READER, places.production)]).await;
    let lead = house.actor(&[(roles::LEAD, places.payments)]).await;
    house.reveal(&reader, secret).await.unwrap();
    let earlier = id_of(&house.ask(&viewer, roles::CONSUMER, places.production, 3600).await);
    house.refuse(&lead, earlier).await;
    let id = id_of(&house.ask(&viewer, roles::READER, places.payments, 3600).await);
    let evidence = async |by| {
        house
            .call(by, &route::REQUEST_EVIDENCE, &[&id], &Value::Null)
            .await
    };
    let found: Evidence = evidence(Some(&lead)).await.parse();
    let reveal = found
        .newly
        .iter()
        .find(|newly| newly.action == claviger_model::action::Action::SecretReveal)
        .unwrap();
    assert_eq!(
        (reveal.scopes, reveal.secrets),
        (2, 2),
        "staging is theirs already"
    );
    assert!(
        found
            .newly
            .iter()
            .all(|newly| newly.action != claviger_model::action::Action::SecretView)
    );
    assert_eq!((found.same_person.asked, found.same_person.refused), (1, 1));
    assert_eq!(found.last_read, None);
    assert!(found.last_read_by_anyone.is_some());
    assert_eq!(evidence(Some(&reader)).await.code(), "not_found");
    assert_eq!(evidence(Some(&viewer)).await.code(), "not_found");
}

fn rule(teams: &[PrincipalId], role: RoleId, most: u32) -> Value {
    json!({
        "id": PolicyId::random(&SystemEntropy), "name": "on call", "teams": teams,
        "approves": {"what": "access", "role": role, "most_seconds": most},
        "author": PrincipalId::random(&SystemEntropy),
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_approves_at_once_in_its_authors_name() {
    let house = House::new().await;
    let places = house.places;
    let secret = house.secret(places.staging, "KEY", b"x").await;
    let viewer = house.actor(&[(roles::VIEWER, places.payments)]).await;
    let outsider = house.actor(&[(roles::VIEWER, places.payments)]).await;
    let lead = house.actor(&[(roles::LEAD, places.payments)]).await;
    let inner = house.team("developers", &[viewer.principal]).await;
    let outer = house.team("engineering", &[inner]).await;
    let mut one = rule(&[outer], roles::READER, 7200);
    one["classes"] = json!(["staging"]);
    let set = house
        .settings(&lead, places.payments, json!({"rules": [one]}))
        .await;
    let set: RequestSettingsReply = set.parse();
    assert_eq!(set.here.rules[0].author, lead.principal, "whatever was sent");

    let at_once: RequestRecord = house
        .ask(&viewer, roles::READER, places.staging, 7200)
        .await
        .parse();
    assert!(matches!(at_once.state, RequestState::Approved { by, .. } if by == lead.principal));
    let given = at_once.course.given.unwrap();
    assert_eq!(given.rule, Some(set.here.rules[0].id));
    assert_eq!(house.reveal(&viewer, secret).await, Ok(()));
    let options = house
        .call(
            Some(&viewer),
            &route::REQUEST_OPTIONS,
            &[],
            &json!({"scope": places.staging}),
        )
        .await;
    let editor: OptionsReply = options.parse();
    assert!(
        editor.roles.iter().all(|role| role.at_once_seconds.is_none()),
        "Reader is theirs"
    );

    for (by, role, scope, seconds) in [
        (&viewer, roles::READER, places.staging, 7201),
        (&viewer, roles::EDITOR, places.staging, 3600),
        (&viewer, roles::READER, places.production, 3600),
        (&outsider, roles::READER, places.staging, 3600),
    ] {
        let waits: RequestRecord = house.ask(by, role, scope, seconds).await.parse();
        assert_eq!(waits.state, RequestState::Open);
    }
    // Where several have to approve, no rule stands for them.
    let owner = house.actor(&[(roles::OWNER, places.root)]).await;
    house.settings(&owner, places.root, json!({"steps": 2})).await;
    let waits: RequestRecord = house
        .ask(&viewer, roles::READER, places.staging, 60 * 60)
        .await
        .parse();
    assert_eq!(waits.state, RequestState::Open);
    house.settings(&owner, places.root, json!({})).await;
    // Nor does it for an author who may not give it any more.
    let mut reader = house.app.store.reader().await.unwrap();
    let grant = reader.grant_history(lead.principal, 1).await.unwrap()[0].id;
    house
        .call(
            Some(&owner),
            &route::END_GRANT,
            &[&grant],
            &json!({"reason": "left"}),
        )
        .await;
    let waits: RequestRecord = house
        .ask(&viewer, roles::READER, places.staging, 60 * 60)
        .await
        .parse();
    assert_eq!(waits.state, RequestState::Open);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_writes_a_rule_for_themselves_or_beyond_what_they_may_give() {
    let house = House::new().await;
    let places = house.places;
    let lead = house.actor(&[(roles::LEAD, places.payments)]).await;
    let viewer = house.actor(&[(roles::VIEWER, places.payments)]).await;
    let inner = house.team("leads", &[lead.principal]).await;
    let outer = house.team("payments people", &[inner, viewer.principal]).await;
    let others = house.team("others", &[viewer.principal]).await;
    for (teams, role, code) in [
        (vec![inner], roles::READER, "separation_of_duties"),
        (vec![outer], roles::READER, "separation_of_duties"),
        (vec![others, outer], roles::READER, "separation_of_duties"),
        (vec![others], roles::LEAD, "forbidden"),
        (vec![others], roles::OWNER, "wrong_state"),
        (vec![viewer.principal], roles::READER, "not_found"),
        (vec![], roles::READER, "bad_request"),
        (vec![others], roles::READER, "ok"),
    ] {
        let set = house
            .settings(
                &lead,
                places.payments,
                json!({"rules": [rule(&teams, role, 3600)]}),
            )
            .await;
        assert_eq!(set.code(), code, "{teams:?}");
    }
    let read = house
        .call(
            Some(&viewer),
            &route::REQUEST_SETTINGS,
            &[&places.payments],
            &Value::Null,
        )
        .await;
    assert_eq!(read.code(), "forbidden");
    // Who joins the rule's team later profits as little.
    let mut locked = house.app.store.locked().await.unwrap();
    let member = TeamMember {
        team: others,
        member: lead.principal,
        source: MemberSource::Local,
    };
    locked.add_team_member(member).await.unwrap();
    locked.commit().await.unwrap();
    for by in [&lead, &viewer] {
        let waits: RequestRecord = house.ask(by, roles::READER, places.payments, 3600).await.parse();
        assert_eq!(waits.state, RequestState::Open);
    }
    // Somebody else's newer settings are not overwritten.
    let stale = json!({"before": {}, "after": {"steps": 3}});
    let stale = house
        .call(
            Some(&lead),
            &route::SET_REQUEST_SETTINGS,
            &[&places.payments],
            &stale,
        )
        .await;
    assert_eq!(stale.code(), "conflict");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_waits_for_a_lead_where_the_scope_says_so() {
    let house = House::new().await;
    let places = house.places;
    let secret = house.secret(places.production, "KEY", b"x").await;
    let editor = house.actor(&[(roles::EDITOR, places.production)]).await;
    let consumer = house.actor(&[(roles::CONSUMER, places.production)]).await;
    let lead = house.actor(&[(roles::LEAD, places.production)]).await;
    let set = json!({"rotations_need_approval": true});
    assert_eq!(
        house.settings(&lead, places.production, set.clone()).await.code(),
        "ok"
    );
    let ask = |by| {
        let body =
            json!({"id": request_id(), "want": {"kind": "rotation", "secret": secret}, "reason": "leaked"});
        let house = &house;
        async move { id_of(&house.call(by, &route::MAKE_REQUEST, &[], &body).await) }
    };
    let fulfil = |id: RequestId, version| {
        let value = house.sealed(&editor, secret, version, b"new");
        let body = json!({"version": version, "value": value, "fulfils": id});
        let (house, editor) = (&house, &editor);
        async move {
            house
                .call(Some(editor), &route::WRITE_VERSION, &[&secret], &body)
                .await
                .code()
        }
    };
    let id = ask(Some(&consumer)).await;
    assert_eq!(house.seen(&editor, id).await.unwrap().course.may, [May::Refuse]);
    assert_eq!(
        house.seen(&lead, id).await.unwrap().course.may,
        [May::Approve, May::Refuse]
    );
    assert_eq!(fulfil(id, 2).await, "wrong_state");
    assert_eq!(house.approve(&editor, id, json!({})).await.code(), "forbidden");
    assert_eq!(
        house.approve(&lead, id, json!({"seconds": 5})).await.code(),
        "bad_request"
    );
    assert_eq!(house.approve(&lead, id, json!({})).await.code(), "ok");
    assert_eq!(
        house.seen(&editor, id).await.unwrap().course.may,
        [May::Refuse, May::Fulfil]
    );
    assert_eq!(fulfil(id, 2).await, "ok");
    assert_eq!(house.refuse(&lead, ask(Some(&consumer)).await).await.code(), "ok");

    let team = house.team("users", &[consumer.principal]).await;
    let rule = json!({
        "id": PolicyId::random(&SystemEntropy), "name": "leaks", "teams": [team],
        "approves": {"what": "rotation"}, "author": lead.principal,
    });
    let set = json!({"rotations_need_approval": true, "rules": [rule]});
    assert_eq!(house.settings(&lead, places.production, set).await.code(), "ok");
    assert_eq!(fulfil(ask(Some(&consumer)).await, 3).await, "ok");
}

#[tokio::test(flavor = "multi_thread")]
async fn sync_brings_requests_to_those_who_ask_and_those_who_answer() {
    let house = House::new().await;
    let places = house.places;
    let viewer = house.actor(&[(roles::VIEWER, places.production)]).await;
    let lead = house.actor(&[(roles::LEAD, places.production)]).await;
    let reader = house.actor(&[(roles::READER, places.production)]).await;
    let sync = |by, cursor: u64| {
        let house = &house;
        async move {
            house
                .call(Some(by), &route::SYNC, &[], &json!({"cursor": cursor}))
                .await
                .json()
        }
    };
    let start = sync(&viewer, 0).await["cursor"].as_u64().unwrap();
    let id = id_of(&house.ask(&viewer, roles::READER, places.production, 3600).await);
    for (by, count) in [(&viewer, 1), (&lead, 1), (&reader, 0)] {
        let reply = sync(by, start).await;
        assert_eq!(reply["requests"].as_array().unwrap().len(), count);
    }
    let asked = sync(&viewer, start).await["cursor"].as_u64().unwrap();
    house.approve(&lead, id, json!({})).await;
    let news = sync(&viewer, asked).await;
    assert_eq!(news["requests"][0]["state"], "approved");
    let approved = news["cursor"].as_u64().unwrap();
    let grant = news["requests"][0]["course"]["given"]["grant"]
        .as_str()
        .unwrap()
        .to_owned();
    let back = json!({"reason": "done"});
    house
        .call(Some(&viewer), &route::END_GRANT, &[&grant], &back)
        .await;
    for by in [&viewer, &lead] {
        let news = sync(by, approved).await;
        assert!(
            news["requests"][0]["course"]["given"]["ended_at"].is_number(),
            "{news}"
        );
    }
    let _: GrantsReply = house
        .call(Some(&viewer), &route::GRANTS, &[], &Value::Null)
        .await
        .parse();
}
