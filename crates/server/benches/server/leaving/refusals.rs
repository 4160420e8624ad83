//! Fifty sessions of somebody read without pause while their case is opened, against the real program: what they are answered after it.

use super::millis;
use crate::{
    house::{Actor, House},
    program::{Place, call, client},
    row::Row,
};
use claviger_model::{
    builtin_roles as roles,
    entropy::SystemEntropy,
    ids::{CaseId, SecretId},
};
use claviger_protocol::route;
use claviger_storage::Database;
use futures_util::future::join_all;
use serde_json::json;
use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

const SESSIONS: usize = 50;
/// How long all of them read before.
const BEFORE: Duration = Duration::from_secs(2);

pub async fn measure() {
    let (data, keys) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let place = Place {
        database: Database::Sqlite(data.path().join("claviger.db")),
        key: keys.path().join("root.key"),
    };
    let mut house = place.house().await;
    house.furnish().await;
    let production = house.places.production;
    let admin = house.actor(&[(roles::OFFBOARDER, house.places.root)]).await;
    let mut sessions = vec![house.actor(&[(roles::READER, production)]).await];
    while sessions.len() < SESSIONS {
        sessions.push(house.sign_in(sessions[0].principal).await);
    }
    let secret = house.secret(production, "SHARED", b"a value").await;
    house.started.take().unwrap().stop().await;
    let server = place.serve().await;

    let acted: Mutex<Option<(Instant, Instant)>> = Mutex::new(None);
    let action = async {
        tokio::time::sleep(BEFORE).await;
        let body = json!({"id": CaseId::random(&SystemEntropy), "person": sessions[0].principal, "reason": "to measure"});
        let begin = Instant::now();
        let (status, reply) = call(&client(), &house, &server.url, &admin, &route::OPEN_CASE, &body)
            .await
            .unwrap();
        assert_eq!(status, 200, "{reply}");
        assert!(!reply["case"]["begun"].is_null(), "{reply}");
        let took = millis(begin);
        *acted.lock().unwrap_or_else(PoisonError::into_inner) = Some((begin, Instant::now()));
        took
    };
    let readers = sessions
        .iter()
        .map(|actor| until_refused(&house, &server.url, actor, secret, &acted));
    let (took, read) = tokio::join!(action, join_all(readers));
    server.kill().await;

    assert!(read.iter().all(|one| one.before > 0), "all of them were reading");
    let most = |of: fn(&Read) -> f64| read.iter().map(of).fold(0.0, f64::max);
    Row::new("the action on 50 sessions that read without pause", took, "ms").alone();
    Row::new(
        "values that one of 50 sessions got after the action was answered, most",
        most(|one| f64::from(one.after)),
        "calls",
    )
    .at_most(1.0);
    Row::new(
        "of these, asked for after the action was answered",
        most(|one| f64::from(one.begun_after)),
        "calls",
    )
    .at_most(0.0);
    Row::new(
        "from the click to the last session's refusal",
        most(|one| one.refused_ms),
        "ms",
    )
    .alone();
}

/// What one session got.
struct Read {
    before: u32,
    after: u32,
    begun_after: u32,
    /// After the click.
    refused_ms: f64,
}

async fn until_refused(
    house: &House,
    url: &str,
    actor: &Actor,
    secret: SecretId,
    acted: &Mutex<Option<(Instant, Instant)>>,
) -> Read {
    let http = client();
    let body = json!({"items": [{"secret": secret, "purpose": "use"}]});
    let answered = || {
        acted
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .map(|(_, answered)| answered)
    };
    let (mut read, mut refused) = (
        Read {
            before: 0,
            after: 0,
            begun_after: 0,
            refused_ms: 0.0,
        },
        None,
    );
    // A session that is refused goes on asking until the action was answered, so that a late success would be seen.
    while refused.is_none() || answered().is_none_or(|at| at.elapsed() < BEFORE) {
        let began = Instant::now();
        let (status, reply) = call(&http, house, url, actor, &route::RELEASES, &body)
            .await
            .unwrap();
        if status == 200 && reply["results"][0]["problem"].is_null() {
            match answered() {
                None => read.before += 1,
                Some(at) => {
                    read.after += 1;
                    read.begun_after += u32::from(began > at);
                }
            }
        } else if refused.is_none() {
            refused = Some(Instant::now());
        }
    }
    let click = acted.lock().unwrap_or_else(PoisonError::into_inner).unwrap().0;
    read.refused_ms = refused.unwrap().saturating_duration_since(click).as_secs_f64() * 1_000.0;
    read
}
