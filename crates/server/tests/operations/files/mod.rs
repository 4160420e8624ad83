//! Roles, guardrails and grants as files: the same bytes for the same state, what differs from them, and who may make things what
//! they say.

mod ahead;
mod applying;
mod delegating;
mod looking;
mod random;
mod rules;

use crate::{
    access::team,
    assigning::put_in,
    house::{Actor, Answer, House, name},
};
use claviger_model::{
    builtin_roles::OWNER,
    entropy::SystemEntropy,
    ids::{GrantId, PrincipalId, ProposalId, RoleId, ScopeId},
    principal::{Nature, PrincipalState},
    scope::EnvironmentClass,
    service::ServiceKind,
    time::Clock,
};
use claviger_protocol::{
    policy_files::{Differs, FileKind, FilesPlan, FilesReply, PolicyFile},
    roles::ProposalsReply,
    route,
};
use claviger_storage::{principals::Principal, services::Service};
use serde_json::{Value, json};
use std::time::Duration;

const DAY: Duration = Duration::from_secs(24 * 3600);

/// Two Owners, a team that answers for a service identity, somebody in it, and the identity's own session.
pub struct Pipeline {
    pub author: Actor,
    pub second: Actor,
    pub keeper: Actor,
    pub team: PrincipalId,
    pub service: Actor,
}

impl Pipeline {
    /// Nothing is delegated yet.
    pub async fn new(house: &House) -> Self {
        let root = house.places.root;
        let author = house.actor(&[(OWNER, root)]).await;
        let second = house.actor(&[(OWNER, root)]).await;
        let keeper = house.actor(&[]).await;
        let team = team(
            house,
            &format!("keepers {}", keeper.principal),
            &[keeper.principal],
        )
        .await;
        let service = service(house, team).await;
        let service = house.sign_in(service).await;
        Self {
            author,
            second,
            keeper,
            team,
            service,
        }
    }

    /// What is to be delegated.
    pub fn form(&self, house: &House, scope: ScopeId, may_grant: &[RoleId]) -> Value {
        json!({
            "grant": GrantId::random(&SystemEntropy), "service": self.service.principal, "scope": scope,
            "may_grant": may_grant, "expires_at": house.clock.now().plus(DAY * 90),
        })
    }

    /// Roles and guardrails, too.
    pub fn whole(&self, house: &House, may_grant: &[RoleId]) -> Value {
        let mut form = self.form(house, house.places.root, may_grant);
        form["roles"] = json!(true);
        form["guardrails"] = json!(true);
        form
    }

    /// With a delegation that both Owners made.
    pub async fn delegated(house: &House, scope: ScopeId, may_grant: &[RoleId]) -> Self {
        let new = Self::new(house).await;
        let form = new.form(house, scope, may_grant);
        assert_eq!(new.delegate(house, &form).await, "ok");
        new
    }

    /// With everything that can be delegated.
    pub async fn of_everything(house: &House, may_grant: &[RoleId]) -> Self {
        let new = Self::new(house).await;
        let form = new.whole(house, may_grant);
        assert_eq!(new.delegate(house, &form).await, "ok");
        new
    }

    /// Proposed by the one and approved by the other; the code of what was refused first.
    pub async fn delegate(&self, house: &House, form: &Value) -> String {
        let (proposal, answer) = propose(house, &self.author, form).await;
        if answer.code() != "ok" {
            return answer.code();
        }
        assert_eq!(answer.json()["outcome"], "proposed", "{:?}", answer.json());
        approve(house, &self.second, proposal).await
    }
}

pub async fn service(house: &House, owner: PrincipalId) -> PrincipalId {
    let id = PrincipalId::random(&SystemEntropy);
    let mut locked = house.app.store.locked().await.unwrap();
    let row = Principal {
        id,
        name: name(&format!("service {id}")),
        state: PrincipalState::Active,
        nature: Nature::Service {
            class: EnvironmentClass::Development,
            owner,
        },
        email: None,
        created_at: locked.now(),
    };
    locked.insert_principal(&row).await.unwrap();
    let service = Service {
        principal: id,
        kind: ServiceKind::CiJob,
        home: house.places.root,
        made_by: None,
        made_at: row.created_at,
    };
    locked.insert_service(&service).await.unwrap();
    locked.commit().await.unwrap();
    id
}

pub async fn propose(house: &House, who: &Actor, form: &Value) -> (ProposalId, Answer) {
    let proposal = ProposalId::random(&SystemEntropy);
    let body =
        json!({"delegation": form, "reason": "the repository says who may what", "proposal": proposal});
    let answer = house.call(Some(who), &route::DELEGATE_FILES, &[], &body).await;
    (proposal, answer)
}

pub async fn approve(house: &House, who: &Actor, proposal: ProposalId) -> String {
    let list = house.call(Some(who), &route::PROPOSALS, &[], &json!({})).await;
    let list: ProposalsReply = list.parse();
    let shown = list.proposals.iter().find(|shown| shown.id == proposal).unwrap();
    let body = json!({"digest": shown.digest});
    let answer = house
        .call(Some(who), &route::APPROVE_PROPOSAL, &[&proposal], &body)
        .await;
    answer.code()
}

pub async fn export(house: &House, who: &Actor) -> Vec<PolicyFile> {
    let (mut files, mut after) = (Vec::new(), None);
    loop {
        let body = json!({ "after": after });
        let reply: FilesReply = house
            .call(Some(who), &route::EXPORT_POLICY_FILES, &[], &body)
            .await
            .parse();
        files.extend(reply.files);
        after = reply.next;
        if after.is_none() {
            return files;
        }
    }
}

pub async fn plan(house: &House, who: &Actor, files: &[PolicyFile]) -> FilesPlan {
    let body = json!({ "files": files });
    house
        .call(Some(who), &route::PLAN_POLICY_FILES, &[], &body)
        .await
        .parse()
}

pub fn edited(files: &[PolicyFile], path: &str, edit: impl Fn(&str) -> String) -> Vec<PolicyFile> {
    let mut files = files.to_vec();
    let file = files.iter_mut().find(|file| file.path.contains(path)).unwrap();
    let text = edit(&file.text);
    assert_ne!(text, file.text, "the edit of {path} does something");
    file.text = text;
    files
}

/// A plan's digest is given back.
pub async fn apply_plan(house: &House, who: &Actor, files: &[PolicyFile], plan: &FilesPlan) -> Answer {
    let body = json!({"files": files, "digest": plan.digest, "reason": "merged as 1f3a"});
    house
        .call(Some(who), &route::APPLY_POLICY_FILES, &[], &body)
        .await
}

/// Planned and applied.
pub async fn applied(house: &House, who: &Actor, files: &[PolicyFile]) -> Answer {
    let plan = plan(house, who, files).await;
    apply_plan(house, who, files, &plan).await
}

/// A grant as files write it.
pub fn entry(id: GrantId, to: PrincipalId, role: RoleId, scope: ScopeId) -> String {
    format!(
        "\n[[grants]]\nid = \"{id}\"\nprincipal = \"{to}\"\nrole = \"{role}\"\nscope = \"{scope}\"\nreason = \"on call\"\n"
    )
}

/// The files with a further grant at the end of one of them.
pub fn with_grant(files: &[PolicyFile], path: &str, entry: &str) -> Vec<PolicyFile> {
    edited(files, path, |text| format!("{text}{entry}"))
}

/// The files without one of their grants.
pub fn without(files: &[PolicyFile], path: &str, id: GrantId) -> Vec<PolicyFile> {
    edited(files, path, |text| {
        let (before, after) = text.split_once(&format!("[[grants]]\nid = \"{id}\"")).unwrap();
        let rest = after.split_once("\n[[grants]]").map(|(_, rest)| rest);
        rest.map_or_else(|| before.to_owned(), |rest| format!("{before}[[grants]]{rest}"))
    })
}

pub async fn grant_of(house: &House, id: GrantId) -> Option<claviger_model::grant::Grant> {
    house.app.store.reader().await.unwrap().grant(id).await.unwrap()
}

pub fn new_grant() -> GrantId {
    GrantId::random(&SystemEntropy)
}

/// How many grants, roles and guardrails there are, as a sum of what may change.
pub async fn state_of(house: &House) -> (usize, usize, u64) {
    let mut reader = house.app.store.reader().await.unwrap();
    (
        reader.roles().await.unwrap().len(),
        reader.guardrails().await.unwrap().len(),
        reader.committed_epoch().await.unwrap(),
    )
}

pub async fn joins(house: &House, team: PrincipalId, member: PrincipalId) {
    put_in(house, team, member).await;
}
