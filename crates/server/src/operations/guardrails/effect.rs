//! What a change of guardrails does to everybody: a function of the state that is read.
//!
//! The cost follows the people and the places that their grants reach; those who are alike are asked about once
//! (`policy::survey`).

use super::changing::{Changing, at_best, somebody_keeps_the_key, unusable};
use crate::{
    entitlement::best::favourable,
    http::Refusal,
    operations::{
        access::people::{Crowd, Where},
        orders::Lost,
    },
};
use claviger_crypto::bytes::sha256;
use claviger_model::{
    action::Action,
    guardrail::Guardrail,
    ids::{PolicyId, PrincipalId, ScopeId},
    principal::PrincipalKind,
    time::Timestamp,
};
use claviger_policy::{
    effect::{Comparison, Effect, Engines},
    entitled::{Entitlements as Rights, Rights as Allowed},
    gain::Reach,
    places::Places,
    tree::{ScopeNode, ScopeTree},
};
use claviger_protocol::{
    guardrails::GuardrailChange,
    problem::Code,
    signed::{Signable, canonical},
    wire::Bytes,
};
use claviger_storage::{
    Reader,
    principals::{Principal, PrincipalFilter},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

const PAGE: u32 = 1_000;
const PEOPLE: u32 = 500;

/// What devices hold because of.
const KEPT: [Action; 3] = [Action::SecretView, Action::SecretUse, Action::SecretReveal];

/// What a change does.
pub struct Simulation {
    /// To whom, in the order of names; those for whom nothing changes are left out.
    pub effects: Vec<(Principal, Effect)>,
    /// What their devices must destroy.
    pub lost: Vec<(PrincipalId, Lost)>,
    /// Says which simulation it is.
    pub digest: [u8; 32],
    /// Somebody's grant begins or ends then, and another simulation holds; none where none does.
    pub valid_until: Option<Timestamp>,
}

/// The tree as policies see it, with what purges need.
pub struct Tree {
    /// For questions.
    pub places: Places,
    /// Of every scope.
    pub parents: BTreeMap<ScopeId, Option<ScopeId>>,
}

/// All that a simulation found, in the form that is hashed.
#[derive(Serialize, Deserialize)]
struct Found {
    id: PolicyId,
    what: GuardrailChange,
    current: Option<Guardrail>,
    effects: Bytes,
}

impl Signable for Found {
    const TYPE: &'static str = "claviger-guardrail-plan-v1";
}

/// Reads the tree.
///
/// # Errors
/// When the tables cannot be read.
pub async fn tree(db: &mut dyn Reader) -> Result<Tree, Refusal> {
    let root = db.root_scope().await?.ok_or(Code::NotFound)?;
    let (mut scopes, mut after) = (Vec::new(), None);
    loop {
        let page = db.scopes_under(&[root.id], after, PAGE).await?;
        let full = page.len() >= PAGE as usize;
        after = page.last().map(|scope| scope.id);
        scopes.extend(page);
        if !full {
            break;
        }
    }
    let tree: ScopeTree = scopes
        .iter()
        .map(|scope| {
            let (parent, class) = (scope.parent, scope.class);
            (scope.id, ScopeNode { parent, class })
        })
        .collect();
    Ok(Tree {
        places: Places::of(tree),
        parents: scopes.iter().map(|scope| (scope.id, scope.parent)).collect(),
    })
}

/// Simulates a change for everybody.
///
/// # Errors
/// When its text is not usable, it would lock every Owner out, or the tables cannot be read.
pub async fn simulate(
    db: &mut dyn Reader,
    changing: &Changing,
    now: Timestamp,
) -> Result<Simulation, Refusal> {
    let engines = Engines::of(&changing.roles, &changing.before, &changing.after).map_err(unusable)?;
    somebody_keeps_the_key(db, changing, now).await?;
    let tree = tree(db).await?;
    let mut comparison = Comparison::new(&engines, &tree.places, favourable(now));
    let kept = KEPT.iter().any(|action| engines.actions().contains(action));
    let (mut effects, mut lost, mut after) = (Vec::new(), Vec::new(), None);
    let mut valid_until: Option<Timestamp> = None;
    let mut crowd = Crowd::default();
    loop {
        if engines.actions().is_empty() {
            break;
        }
        let rows = db
            .principals_page(PrincipalFilter::default(), after, PEOPLE)
            .await?;
        let full = rows.len() >= PEOPLE as usize;
        after = rows.last().map(|row| row.id);
        let rows = rows
            .into_iter()
            .filter(|row| row.kind() != PrincipalKind::Team)
            .collect();
        for person in crowd.people(db, rows, Where::Anywhere, now).await? {
            let grants = at_best(&person);
            let moments = grants
                .iter()
                .flat_map(|grant| [grant.not_before, grant.expires_at]);
            let next = moments.flatten().filter(|moment| *moment > now).min();
            valid_until = [valid_until, next].into_iter().flatten().min();
            let effect = comparison.effect(&person.caller, &grants);
            if effect.is_nothing() {
                continue;
            }
            if kept && !effect.lost.is_empty() {
                let (before, after) = comparison.reach(&person.caller, &grants, &KEPT);
                let gone = Lost::of(&rights(before), &rights(after), &tree.parents);
                if !gone.is_nothing() {
                    lost.push((person.row.id, gone));
                }
            }
            effects.push((person.row, effect));
        }
        if !full {
            break;
        }
        // The present state is one snapshot; others go on meanwhile.
        tokio::task::yield_now().await;
    }
    effects.sort_by_cached_key(|(row, _)| (row.name.folded(), row.id));
    let digest = digest(changing, &effects)?;
    Ok(Simulation {
        effects,
        lost,
        digest,
        valid_until,
    })
}

fn rights(reach: Reach) -> Rights {
    let rights = |actions| Allowed {
        actions,
        ..Allowed::default()
    };
    Rights {
        scopes: reach
            .into_iter()
            .map(|(scope, actions)| (scope, rights(actions)))
            .collect(),
        ..Rights::default()
    }
}

/// Every effect in a fixed form of bytes, hashed with the change itself.
fn digest(changing: &Changing, effects: &[(Principal, Effect)]) -> Result<[u8; 32], Refusal> {
    let mut bytes = Vec::new();
    for (row, effect) in effects {
        bytes.extend_from_slice(row.id.as_bytes());
        let reaches = [
            &effect.lost,
            &effect.gained,
            &effect.hindered,
            &effect.eased,
            &effect.fails,
        ];
        for (kind, reach) in (0_u8..).zip(reaches) {
            for (scope, actions) in reach {
                bytes.push(kind);
                bytes.extend_from_slice(scope.as_bytes());
                for action in actions {
                    bytes.extend_from_slice(action.code().as_bytes());
                    bytes.push(0);
                }
            }
        }
        bytes.push(u8::MAX);
    }
    let found = Found {
        id: changing.id,
        what: changing.what.clone(),
        current: changing.current().cloned(),
        effects: Bytes::from(sha256(&bytes)),
    };
    Ok(sha256(&canonical(&found).map_err(Refusal::internal)?))
}
