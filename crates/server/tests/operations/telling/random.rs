//! Random organizations, random calls, and tellers that die at any moment: nobody is told of what they may not know of, nothing is told
//! twice, and what must be told is told exactly once. What is expected is written down here when it happens, without the teller.

use crate::{
    dice::Dice,
    emergency::body_of,
    house::{Actor, House, grant, request_id},
};
use claviger_model::{
    builtin_roles as roles,
    entropy::SystemEntropy,
    ids::{DrawId, GrantId, PrincipalId, RequestId, RoleId, ScopeId},
    notice::NoticeKind,
};
use claviger_protocol::route;
use claviger_server::telling;
use claviger_storage::notices::Notice;
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

const STEPS: usize = 60;

/// What must be told: a kind, of which thing, to whom.
type Due = (NoticeKind, [u8; 16], PrincipalId);

struct World {
    house: House,
    people: Vec<PrincipalId>,
    members: BTreeMap<PrincipalId, BTreeSet<PrincipalId>>,
    /// Everything that anybody was ever given, by whatever way: who may have known what.
    held: Vec<(PrincipalId, RoleId, ScopeId)>,
    grants: Vec<(GrantId, PrincipalId, ScopeId)>,
    requests: Vec<(RequestId, PrincipalId)>,
    rights: Vec<(String, PrincipalId, ScopeId)>,
    draws: Vec<(DrawId, PrincipalId, ScopeId)>,
    due: Vec<Due>,
}

impl World {
    async fn new(dice: &Dice) -> Self {
        let house = House::new().await;
        let places = house.places;
        let scopes = [places.payments, places.production, places.staging];
        let (mut people, mut held) = (Vec::new(), Vec::new());
        for number in 0..6 {
            let mut roles_held = Vec::new();
            if number == 0 {
                roles_held.push((roles::OWNER, places.root));
            } else if dice.below(2) == 0 {
                roles_held.push((*dice.pick(&[roles::VIEWER, roles::LEAD]), *dice.pick(&scopes)));
            }
            let who = house.actor(&roles_held).await.principal;
            held.extend(roles_held.into_iter().map(|(role, scope)| (who, role, scope)));
            people.push(who);
        }
        let some: BTreeSet<_> = (0..2).map(|_| *dice.pick(&people[1..])).collect();
        let team = house
            .team("some", &some.iter().copied().collect::<Vec<_>>())
            .await;
        let mut locked = house.app.store.locked().await.unwrap();
        let scope = *dice.pick(&scopes);
        let given = grant(team, roles::LEAD, scope, locked.now());
        locked.insert_grant(&given).await.unwrap();
        locked.commit().await.unwrap();
        held.push((team, roles::LEAD, scope));
        Self {
            house,
            people,
            members: BTreeMap::from([(team, some)]),
            held,
            grants: vec![(given.id, team, scope)],
            requests: Vec::new(),
            rights: Vec::new(),
            draws: Vec::new(),
            due: Vec::new(),
        }
    }

    fn holders(&self, of: PrincipalId) -> BTreeSet<PrincipalId> {
        self.members.get(&of).cloned().unwrap_or_else(|| [of].into())
    }

    /// Must be told to all of these but to whoever did it.
    fn must(&mut self, kind: NoticeKind, about: [u8; 16], to: BTreeSet<PrincipalId>, by: PrincipalId) {
        let others = to.into_iter().filter(|who| *who != by);
        self.due.extend(others.map(|who| (kind, about, who)));
    }

    fn chain(&self, scope: ScopeId) -> Vec<ScopeId> {
        let places = self.house.places;
        match scope {
            scope if scope == places.root => vec![scope],
            scope if scope == places.payments => vec![scope, places.root],
            scope => vec![scope, places.payments, places.root],
        }
    }

    /// Whether somebody ever had power over access at a place.
    fn had_power(&self, who: PrincipalId, scope: ScopeId) -> bool {
        let chain = self.chain(scope);
        self.held.iter().any(|(holder, role, at)| {
            [roles::LEAD, roles::OWNER].contains(role)
                && chain.contains(at)
                && self.holders(*holder).contains(&who)
        })
    }

    async fn call(&self, by: PrincipalId, route: &route::Route, argument: &str, body: &Value) -> bool {
        let by: Actor = self.house.sign_in(by).await;
        let arguments: &[&dyn std::fmt::Display] = if argument.is_empty() { &[] } else { &[&argument] };
        self.house.call(Some(&by), route, arguments, body).await.code() == "ok"
    }

    async fn act(&mut self, dice: &Dice) {
        let places = self.house.places;
        let scopes = [places.payments, places.production, places.staging];
        let (by, to, scope) = (
            *dice.pick(&self.people),
            *dice.pick(&self.people),
            *dice.pick(&scopes),
        );
        match dice.below(12) {
            0 | 1 => {
                let (id, role) = (
                    GrantId::random(&SystemEntropy),
                    *dice.pick(&[roles::READER, roles::EDITOR]),
                );
                let body = json!({"id": id, "principal": to, "role": role, "scope": scope, "reason": "for the work"});
                if self.call(by, &route::GIVE_GRANT, "", &body).await {
                    self.held.push((to, role, scope));
                    self.grants.push((id, to, scope));
                    self.must(NoticeKind::AccessGiven, *id.as_bytes(), [to].into(), by);
                }
            }
            2 => {
                let (id, holder, _) = *dice.pick(&self.grants);
                if self
                    .call(by, &route::END_GRANT, &id.to_string(), &json!({"reason": "over"}))
                    .await
                {
                    let holders = self.holders(holder);
                    self.must(NoticeKind::AccessRevoked, *id.as_bytes(), holders, by);
                }
            }
            3 => {
                let (id, holder, at) = *dice.pick(&self.grants);
                let change = json!({"do": "narrow", "role": roles::VIEWER});
                let by_actor = self.house.sign_in(by).await;
                let plan = self
                    .house
                    .call(
                        Some(&by_actor),
                        &route::PLAN_GRANT_CHANGE,
                        &[&id],
                        &json!({"change": change}),
                    )
                    .await
                    .json();
                let new = GrantId::random(&SystemEntropy);
                let body = json!({"change": change, "digest": plan["digest"], "reason": "less will do", "new_grant": new});
                if self.call(by, &route::CHANGE_GRANT, &id.to_string(), &body).await {
                    self.grants.push((new, holder, at));
                    let holders = self.holders(holder);
                    self.must(NoticeKind::AccessNarrowed, *new.as_bytes(), holders, by);
                }
            }
            4 => {
                let id = request_id();
                let want = json!({"kind": "access", "role": roles::READER, "scope": scope, "seconds": 3600});
                if self
                    .call(
                        by,
                        &route::MAKE_REQUEST,
                        "",
                        &json!({"id": id, "want": want, "reason": "needed"}),
                    )
                    .await
                {
                    self.requests.push((id, by));
                }
            }
            5 if !self.requests.is_empty() => {
                let (id, asker) = *dice.pick(&self.requests);
                if self
                    .call(
                        by,
                        &route::REFUSE_REQUEST,
                        &id.to_string(),
                        &json!({"words": "no"}),
                    )
                    .await
                {
                    self.must(NoticeKind::RequestRefused, *id.as_bytes(), [asker].into(), by);
                }
            }
            6 if !self.requests.is_empty() => {
                let (id, asker) = *dice.pick(&self.requests);
                if self
                    .call(by, &route::APPROVE_REQUEST, &id.to_string(), &json!({}))
                    .await
                {
                    self.must(NoticeKind::RequestApproved, *id.as_bytes(), [asker].into(), by);
                }
            }
            7 => {
                let body = body_of(roles::READER, to, scope, &self.house);
                let id = body["id"].as_str().unwrap().to_owned();
                if self.call(by, &route::GIVE_EMERGENCY, "", &body).await {
                    let right: claviger_model::ids::EmergencyId = id.parse().unwrap();
                    self.rights.push((id, to, scope));
                    self.must(NoticeKind::EmergencyGiven, *right.as_bytes(), [to].into(), by);
                }
            }
            8 if !self.rights.is_empty() => {
                let (right, holder, at) = dice.pick(&self.rights).clone();
                let id = DrawId::random(&SystemEntropy);
                let body = json!({"id": id, "reason": "it burns", "seconds": 60});
                if self.call(holder, &route::DRAW_EMERGENCY, &right, &body).await {
                    self.draws.push((id, holder, at));
                }
            }
            9 if !self.draws.is_empty() => {
                let (id, drawer, _) = *dice.pick(&self.draws);
                let body = json!({"verdict": "justified", "words": "it did burn"});
                if self
                    .call(by, &route::REVIEW_EMERGENCY, &id.to_string(), &body)
                    .await
                {
                    let told = self
                        .due
                        .contains(&(NoticeKind::EmergencyReviewed, *id.as_bytes(), drawer));
                    if !told {
                        self.must(NoticeKind::EmergencyReviewed, *id.as_bytes(), [drawer].into(), by);
                    }
                }
            }
            10 if !self.rights.is_empty() => {
                let (right, holder, _) = dice.pick(&self.rights).clone();
                let ended = json!({"reason": "over"});
                if self.call(by, &route::END_EMERGENCY, &right, &ended).await {
                    let id: claviger_model::ids::EmergencyId = right.parse().unwrap();
                    self.must(
                        NoticeKind::EmergencyWithdrawn,
                        *id.as_bytes(),
                        [holder].into(),
                        by,
                    );
                }
            }
            _ => self.house.clock.advance(Duration::from_secs(600)),
        }
        self.house.clock.advance(Duration::from_millis(1));
    }

    /// Tells, by one or two processes at once, some of which die on the way.
    async fn tell(&self, dice: &Dice) {
        for _ in 0..=dice.below(2) {
            let app = self.house.app.clone();
            let teller = tokio::spawn(async move { telling::catch_up(&app).await });
            for _ in 0..dice.below(400) {
                tokio::task::yield_now().await;
            }
            if dice.below(3) > 0 {
                teller.abort();
                let _ = teller.await;
            }
        }
    }

    async fn check(&self) -> usize {
        telling::catch_up(&self.house.app).await.unwrap();
        let mut reader = self.house.app.store.reader().await.unwrap();
        let mut told: BTreeMap<Due, usize> = BTreeMap::new();
        for who in &self.people {
            for notice in reader.notices_of(*who, None, false, 1_000).await.unwrap() {
                self.may_know(&notice);
                *told.entry((notice.kind, about(&notice), *who)).or_default() += 1;
            }
        }
        for (what, times) in &told {
            assert_eq!(*times, 1, "{what:?} was told more than once");
        }
        for due in &self.due {
            assert!(told.contains_key(due), "{due:?} was not told");
        }
        // Of what is told for certain, nothing else is.
        for (kind, about, who) in told.keys() {
            let certain = self.due.iter().any(|(known, ..)| known == kind)
                && !matches!(
                    kind,
                    NoticeKind::EmergencyGiven | NoticeKind::EmergencyWithdrawn | NoticeKind::AccessRevoked
                );
            assert!(
                !certain || self.due.contains(&(*kind, *about, *who)),
                "{kind} was told {who}, whom it does not concern"
            );
        }
        told.len()
    }

    fn may_know(&self, notice: &Notice) {
        let (who, about) = (notice.person, &notice.about);
        assert_ne!(about.by, Some(who), "nobody is told of what they did");
        let scope = about.scope;
        let power = || self.had_power(who, scope.unwrap());
        let allowed = match notice.kind {
            NoticeKind::AccessGiven
            | NoticeKind::AccessNarrowed
            | NoticeKind::AccessRevoked
            | NoticeKind::AccessEnded => {
                let mut of = self.grants.iter().filter(|(id, ..)| Some(*id) == about.grant);
                // Drawn or asked for: theirs.
                of.next()
                    .is_none_or(|(_, holder, _)| self.holders(*holder).contains(&who))
            }
            NoticeKind::RequestWaits => power(),
            NoticeKind::RequestApproved | NoticeKind::RequestRefused | NoticeKind::RequestNarrowed => self
                .requests
                .iter()
                .any(|(id, asker)| Some(*id) == about.request && *asker == who),
            NoticeKind::EmergencyGiven | NoticeKind::EmergencyWithdrawn => about.of == Some(who) || power(),
            NoticeKind::Emergency | NoticeKind::EmergencyAgain => about.of != Some(who) && power(),
            NoticeKind::EmergencyReviewDue | NoticeKind::EmergencyReviewOverdue => {
                about.of != Some(who) && power()
            }
            NoticeKind::EmergencyReviewed => about.of == Some(who),
            NoticeKind::AccessEndsSoon => true,
            other => panic!("{other} is not expected here"),
        };
        assert!(allowed, "{} was told of {:?}", who, notice);
    }
}

/// What a notice is about, by which it is told once.
fn about(notice: &Notice) -> [u8; 16] {
    let about = &notice.about;
    let kind = notice.kind;
    let bytes = match kind {
        NoticeKind::EmergencyGiven | NoticeKind::EmergencyWithdrawn => about.right.map(|id| *id.as_bytes()),
        NoticeKind::Emergency
        | NoticeKind::EmergencyAgain
        | NoticeKind::EmergencyReviewed
        | NoticeKind::EmergencyReviewDue => about.draw.map(|id| *id.as_bytes()),
        _ => about
            .request
            .map(|id| *id.as_bytes())
            .or_else(|| about.grant.map(|id| *id.as_bytes())),
    };
    bytes.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_must_be_told_is_told_once_to_whom_it_concerns_whichever_teller_dies() {
    let (mut told, mut due) = (0, 0);
    for seed in 1..=6 {
        let dice = Dice::new(seed);
        let mut world = World::new(&dice).await;
        world.tell(&dice).await;
        for step in 0..STEPS {
            world.act(&dice).await;
            if dice.below(3) == 0 {
                world.tell(&dice).await;
            }
            if step % 20 == 19 {
                world.check().await;
            }
        }
        told += world.check().await;
        due += world.due.len();
    }
    assert!(told > 60 && due > 30, "{told} told, {due} certain");
}
