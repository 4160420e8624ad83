//! Rights to emergency access and what is drawn by them.

use super::cell::{Cell, Made, made};
use claviger_model::{
    entropy::SystemEntropy,
    ids::{DrawId, EmergencyId},
};
use claviger_protocol::route::{self, Route};
use serde_json::{Value, json};

/// The cases of these routes.
pub async fn make(cell: &Cell<'_>, route: &Route) -> Option<Made> {
    let production = cell.places.production;
    Some(match *route {
        route::EMERGENCY => made(&[], Value::Null),
        route::EMERGENCY_DRAWS | route::EMERGENCY_RIGHTS => made(&[], json!({})),
        route::GIVE_EMERGENCY | route::PLAN_EMERGENCY => {
            let other = cell.other().await.principal;
            made(&[], crate::emergency::right_body(cell.house, other, production))
        }
        route::END_EMERGENCY => {
            let (right, _) = crate::emergency::over(cell.house, production).await;
            made(&[&right], json!({"reason": "moved on"}))
        }
        route::DRAW_EMERGENCY => {
            // Whoever calls holds a right here, and nobody else can draw it.
            let right = match cell.actor {
                Some(actor) => crate::emergency::right_of(cell.house, actor.principal, production).await,
                None => EmergencyId::random(&SystemEntropy),
            };
            made(
                &[&right],
                json!({"id": DrawId::random(&SystemEntropy), "reason": "it burns", "seconds": 600}),
            )
        }
        route::REVIEW_EMERGENCY => {
            let (_, draw) = crate::emergency::over(cell.house, production).await;
            made(&[&draw], json!({"verdict": "justified", "words": "it did burn"}))
        }
        _ => return None,
    })
}
