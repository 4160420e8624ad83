//! What the server's process takes after the same calls in ever larger organizations: memory must not grow with the number of secrets
//! and grants. The real program, watched from outside.

use super::{
    house::{Actor, House, grant, name},
    lists::{IN_SCOPE, Vault, fill},
    program::{Place, Served, client},
    row::Row,
};
use claviger_model::{
    builtin_roles as roles,
    entropy::SystemEntropy,
    ids::{GrantId, PrincipalId, SecretId},
    principal::{Nature, PrincipalState},
    time::{Clock, SystemClock},
};
use claviger_protocol::{
    route::{self, Route},
    sync::{ScopesReply, SyncReply},
};
use claviger_storage::{
    Database,
    principals::{MemberSource, Principal, TeamMember},
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// Secrets, and as many grants.
const SIZES: [usize; 3] = [100, 10_000, 100_000];
/// Secrets that can be released; the rest has names and rows only.
const READ: usize = 20;
const ROUNDS: usize = 50;
/// People of the team whose grant over everything ends.
const TEAM: usize = 50;

pub async fn measure() {
    let largest = match std::env::var("CLAVIGER_BENCH_MEMORY_MOST") {
        Ok(most) => most.parse().unwrap(),
        Err(_) => usize::MAX,
    };
    let mut first = None;
    for size in SIZES.into_iter().filter(|size| *size <= largest) {
        let measured = at(size).await;
        let smallest = *first.get_or_insert(measured);
        let peer = format!("{} secrets and grants", SIZES[0]);
        let target = "≤ 1.25 × the smallest";
        for (what, ours, theirs) in [
            ("memory of the server", measured.after, smallest.after),
            (
                "its peak, when a team's grant over everything ended",
                measured.peak,
                smallest.peak,
            ),
        ] {
            let name = format!("{what}, {size} secrets and grants");
            Row::new(name, ours, "MB").against(&peer, Some(theirs), target, |ratio| ratio <= 1.25);
        }
    }
}

/// Resident memory in MB.
#[derive(Clone, Copy)]
struct Measured {
    /// After the calls.
    after: f64,
    /// The most there was until the grant had ended.
    peak: f64,
}

async fn at(size: usize) -> Measured {
    let (data, keys) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let file = data.path().join("claviger.db");
    let place = Place {
        database: Database::Sqlite(file.clone()),
        key: keys.path().join("root.key"),
    };
    let mut house = place.house().await;
    house.furnish().await;
    let production = house.places.production;
    let owner = house.actor(&[(roles::OWNER, house.places.root)]).await;
    let person = house.actor(&[(roles::READER, production)]).await;
    let vault = Vault {
        secrets: size,
        grants: size,
        entitled: IN_SCOPE,
    };
    drop(fill(&file, &vault, &person).await);
    let mut secrets = Vec::new();
    for number in 0..READ {
        secrets.push(house.secret(production, &format!("S{number}"), b"a value").await);
    }
    let shared = team(&house).await;
    house.started.take().unwrap().stop().await;

    let server = Client {
        server: place.serve().await,
        http: client(),
        house: &house,
    };
    for _ in 0..ROUNDS {
        server.round(&person, &owner, &secrets).await;
    }
    let after = megabytes(server.server.id(), "VmRSS:");
    let over: Value = json!({"reason": "to measure"});
    server
        .call::<Value>(&owner, &route::END_GRANT, &[&shared], &over)
        .await;
    let peak = megabytes(server.server.id(), "VmHWM:");
    server.server.kill().await;
    Measured { after, peak }
}

/// A team that may read everything.
async fn team(house: &House) -> GrantId {
    let mut locked = house.app.store.locked().await.unwrap();
    let now = locked.now();
    let row = |called: String, nature| Principal {
        id: PrincipalId::random(&SystemEntropy),
        name: name(&called),
        state: PrincipalState::Active,
        nature,
        email: None,
        created_at: now,
    };
    let team = row("Everybody".to_owned(), Nature::Team);
    locked.insert_principal(&team).await.unwrap();
    for number in 0..TEAM {
        let member = row(format!("Member {number}"), Nature::Person { outside: false });
        locked.insert_principal(&member).await.unwrap();
        let membership = TeamMember {
            team: team.id,
            member: member.id,
            source: MemberSource::Local,
        };
        locked.add_team_member(membership).await.unwrap();
    }
    let given = grant(team.id, roles::READER, house.places.root, now);
    locked.insert_grant(&given).await.unwrap();
    locked.commit().await.unwrap();
    given.id
}

struct Client<'a> {
    server: Served,
    http: reqwest::Client,
    house: &'a House,
}

impl Client<'_> {
    /// What a device asks for from the beginning, values, and pages of who is there and who has what.
    async fn round(&self, person: &Actor, owner: &Actor, secrets: &[SecretId]) {
        let sync: SyncReply = self.call(person, &route::SYNC, &[], &json!({"cursor": 0})).await;
        let scopes: Vec<_> = sync
            .entitlement
            .unwrap()
            .rights
            .iter()
            .map(|rights| rights.scope)
            .collect();
        assert_eq!(scopes.len(), 2, "the same rights at every size");
        let body = json!({"scopes": scopes});
        let page: ScopesReply = self.call(person, &route::SYNC_SCOPES, &[], &body).await;
        assert!(page.secrets.len() >= IN_SCOPE + READ);
        for secret in secrets {
            let body = json!({"items": [{"secret": secret, "purpose": "use"}]});
            let reply: Value = self.call(person, &route::RELEASES, &[], &body).await;
            assert!(reply["results"][0]["problem"].is_null(), "{reply}");
        }
        let at = json!({"scope": self.house.places.production});
        let _: Value = self.call(owner, &route::ACCESS_AT, &[], &at).await;
        let _: Value = self.call(owner, &route::PRINCIPALS, &[], &Value::Null).await;
    }

    async fn call<T: DeserializeOwned>(
        &self,
        actor: &Actor,
        route: &Route,
        arguments: &[&dyn std::fmt::Display],
        body: &Value,
    ) -> T {
        let bytes = match body {
            Value::Null => Vec::new(),
            body => serde_json::to_vec(body).unwrap(),
        };
        let path = route.at(arguments);
        self.house.clock.set(SystemClock.now());
        let proof = self.house.proof(actor, route.method, &path, &bytes, true);
        let reply = self
            .http
            .request(
                route.method.parse().unwrap(),
                format!("{}{path}", self.server.url),
            )
            .header("authorization", format!("DPoP {}", actor.token))
            .header("dpop", proof)
            .body(bytes)
            .send()
            .await
            .unwrap();
        let status = reply.status();
        let bytes = reply.bytes().await.unwrap();
        assert!(
            status.is_success(),
            "{route}: {}",
            String::from_utf8_lossy(&bytes)
        );
        let bytes = if bytes.is_empty() {
            b"null".to_vec()
        } else {
            bytes.to_vec()
        };
        serde_json::from_slice(&bytes).unwrap()
    }
}

/// A line of the kernel's account of a process, which also a hardened one gives. Its page tables, from which a share could be told, it
/// does not give.
fn megabytes(process: u32, line: &str) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let found = status.lines().find_map(|text| text.strip_prefix(line)).unwrap();
    let kibibytes: f64 = found.split_whitespace().next().unwrap().parse().unwrap();
    kibibytes * 1_024.0 / 1_000_000.0
}
