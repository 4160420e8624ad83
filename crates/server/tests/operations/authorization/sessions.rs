//! The server itself, its log, sign-ins, sessions and what a device follows.

use super::cell::{Cell, Made, made};
use claviger_protocol::route::{self, Route};
use serde_json::{Value, json};

/// The cases of these routes.
pub async fn make(cell: &Cell<'_>, route: &Route) -> Option<Made> {
    let production = cell.places.production;
    Some(match *route {
        route::LIVE
        | route::READY
        | route::METRICS
        | route::ENROLMENT
        | route::CHECKPOINT
        | route::ME
        | route::SESSIONS
        | route::STREAM
        | route::SIGN_OUT
        | route::CHALLENGE => made(&[], Value::Null),
        route::TILE => made(&[&0, &"000.p/1"], Value::Null),
        route::CONSISTENCY => made(&[], json!({"from": 1})),
        route::SIGN_IN => made(
            &[],
            json!({
                "challenge": "AAAA", "id_token": "none",
                "device": {"name": "laptop", "platform": "Debian", "sealing_key": "AAAA"},
            }),
        ),
        route::REFRESH => made(&[], json!({"refresh": "none"})),
        route::STEP_UP => made(&[], json!({"challenge": "AAAA", "id_token": "none"})),
        route::REASSERT => made(&[], json!({"id_token": "none"})),
        route::PROVIDER_REFUSED => made(&[], json!({"error": "invalid_grant"})),
        route::END_SESSION => made(&[&cell.other().await.session], Value::Null),
        route::END_DEVICE => made(&[&cell.other().await.device], Value::Null),
        route::SYNC => made(&[], json!({"cursor": 0})),
        route::SYNC_SCOPES => made(&[], json!({"scopes": [production]})),
        route::HISTORY => made(&[], json!({"after": 0, "pinned": 0})),
        _ => return None,
    })
}
