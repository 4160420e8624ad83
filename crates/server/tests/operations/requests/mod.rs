//! Asking for access and what comes of it: approved by those who may give it, narrowed, shortened, refused, handed back, over.

mod answering;
mod approving;
mod asking;
mod ending;
mod history;
mod looking;
mod rules;

use crate::{
    access::team,
    house::{Actor, Answer, House, request_id},
};
use claviger_model::{
    event::EventKind,
    ids::{PrincipalId, RequestId, RoleId, ScopeId, SecretId},
    principal::PrincipalState,
    scope::Discoverable,
};
use claviger_protocol::{
    release::ReleaseReply,
    requests::{RequestRecord, RequestSettingsReply, RequestState, RequestsReply},
    route,
};
use claviger_storage::{log::LogFilter, scopes::ScopeSettings};
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
        team(self, name, members).await
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

fn done_at(record: &RequestRecord) -> claviger_model::time::Timestamp {
    match record.state {
        RequestState::Approved { at, .. } => at,
        _ => panic!("{record:?}"),
    }
}
