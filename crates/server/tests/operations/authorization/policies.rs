//! Guardrails, and policy files with their delegations.

use super::cell::{Cell, Made, made};
use claviger_crypto::bytes::sha256;
use claviger_model::{
    builtin_roles as roles,
    entropy::SystemEntropy,
    ids::{GrantId, ProposalId, SecretId},
};
use claviger_protocol::{
    route::{self, Route},
    wire::Bytes,
};
use serde_json::{Value, json};

/// The cases of these routes.
pub async fn make(cell: &Cell<'_>, route: &Route) -> Option<Made> {
    let unique = SecretId::random(&SystemEntropy).to_string();
    Some(match *route {
        route::GUARDRAILS | route::GUARDRAIL_LANGUAGE => made(&[], Value::Null),
        route::CHECK_GUARDRAIL | route::PAST_GUARDRAIL => {
            made(&[], json!({"text": crate::guardrails::NO_PRODUCTION}))
        }
        route::PLAN_GUARDRAIL | route::CHANGE_GUARDRAIL => cell.guardrail(*route, &unique).await,
        route::EXPORT_POLICY_FILES => made(&[], json!({})),
        route::PLAN_POLICY_FILES => made(&[], json!({"files": []})),
        route::APPLY_POLICY_FILES => {
            // No roles of one's own, of which no file ever had any: nothing is to be done.
            let digest: Bytes = sha256(b"[]").into();
            let files = json!([{"path": "roles.toml", "text": ""}]);
            made(&[], json!({"files": files, "digest": digest, "reason": "merged"}))
        }
        route::FILE_DELEGATIONS => made(&[], Value::Null),
        route::DELEGATE_FILES => made(&[], cell.delegation().await),
        _ => return None,
    })
}

impl Cell<'_> {
    /// A new guardrail that is off, as an Owner has planned it.
    pub async fn guardrail(&self, route: Route, unique: &str) -> Made {
        let (id, text) = (crate::guardrails::new_id(), crate::guardrails::NO_PRODUCTION);
        let change = json!({"change": "put", "name": unique, "text": text, "enabled": false});
        if route == route::PLAN_GUARDRAIL {
            return made(&[&id], json!({ "change": change }));
        }
        let owner = self.house.actor(&[(roles::OWNER, self.places.root)]).await;
        let plan = crate::guardrails::plan(self.house, &owner, id, &change).await;
        made(
            &[&id],
            json!({"change": change, "digest": plan.digest, "reason": "first planned, then made"}),
        )
    }

    /// Of a service that holds nothing.
    pub async fn delegation(&self) -> Value {
        let now = self.house.app.store.locked().await.unwrap().now();
        json!({
            "delegation": {
                "grant": GrantId::random(&SystemEntropy), "service": self.service(false).await,
                "scope": self.places.root, "may_grant": [roles::VIEWER],
                "expires_at": now.plus(std::time::Duration::from_secs(3600)),
            },
            "reason": "the repository says who may what", "proposal": ProposalId::random(&SystemEntropy),
        })
    }
}
