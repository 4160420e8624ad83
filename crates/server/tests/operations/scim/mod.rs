//! The identity provider's SCIM client, through the router, on SQLite and on a real PostgreSQL.

/// Makes a test of each, on each database.
macro_rules! on_both {
    ($($test:ident),* $(,)?) => {
        mod on_sqlite {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $test() {
                super::$test(crate::scim::On::Sqlite).await;
            })*
        }
        mod on_postgres {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $test() {
                super::$test(crate::scim::On::Postgres).await;
            })*
        }
    };
}

mod groups;
mod leaving;
mod tokens;
mod users;

use crate::house::{Actor, House};
use axum::{
    body::Body,
    extract::ConnectInfo,
    http::{HeaderMap, Request, header::AUTHORIZATION},
};
use claviger_model::{
    builtin_roles::OWNER,
    entropy::SystemEntropy,
    ids::{KeyId, PrincipalId},
};
use claviger_protocol::{provisioning::MadeToken, route};
use claviger_server::config::Config;
use claviger_storage::{Database, principals::Identity};
use claviger_testkit::peers::postgres::Postgres;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use std::net::SocketAddr;
use tower::ServiceExt;

pub const PATCH: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
pub const ISSUER: &str = "https://id.example";

/// A database of a test's own.
#[derive(Debug, Clone, Copy)]
pub enum On {
    Sqlite,
    Postgres,
}

impl On {
    /// A house on it.
    pub async fn house(self, set: impl FnOnce(&mut Config)) -> House {
        match self {
            Self::Sqlite => House::with(set).await,
            Self::Postgres => {
                let url = Postgres::shared().await.unwrap().fresh_database().await.unwrap();
                House::with_database(Database::Postgres(url), set).await
            }
        }
    }
}

/// A token of the provider's client, made by an Owner.
pub async fn token(house: &House, owner: &Actor) -> (KeyId, String) {
    let body = json!({"id": KeyId::random(&SystemEntropy), "name": "provider", "days": 30});
    let made: MadeToken = house
        .call(Some(owner), &route::MAKE_SCIM_TOKEN, &[], &body)
        .await
        .parse();
    (made.id, made.token.expose().to_owned())
}

/// The provider's client.
pub struct Client<'a> {
    pub house: &'a House,
    pub token: String,
}

/// A reply.
#[derive(Debug, Clone)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub json: Value,
}

impl Reply {
    /// What SCIM calls the fault.
    pub fn kind(&self) -> &str {
        self.json["scimType"].as_str().unwrap_or("none")
    }

    pub fn id(&self) -> String {
        assert!(self.status < 300, "{self:?}");
        self.json["id"].as_str().unwrap().to_owned()
    }

    pub fn tag(&self) -> String {
        self.headers["etag"].to_str().unwrap().to_owned()
    }
}

impl<'a> Client<'a> {
    /// With a token of somebody who has nothing to do with the test.
    pub async fn new(house: &'a House) -> Self {
        let owner = house.actor(&[(OWNER, house.places.root)]).await;
        let (_, token) = token(house, &owner).await;
        Self { house, token }
    }

    pub async fn call(&self, method: &str, path: &str, body: Value) -> Reply {
        self.call_with(method, path, body, &[]).await
    }

    pub async fn call_with(&self, method: &str, path: &str, body: Value, headers: &[(&str, &str)]) -> Reply {
        let peer: SocketAddr = ([127, 0, 0, 1], 4_001).into();
        let body = if body.is_null() {
            Vec::new()
        } else {
            body.to_string().into_bytes()
        };
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/scim/v2{path}"))
            .header(AUTHORIZATION, format!("Bearer {}", self.token))
            .header("content-type", "application/scim+json")
            .extension(ConnectInfo(peer));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body)).unwrap();
        let response = self.house.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.into_body().collect().await.unwrap().to_bytes();
        if !body.is_empty() {
            assert_eq!(headers["content-type"], "application/scim+json");
        }
        let json = serde_json::from_slice(&body).unwrap_or(Value::Null);
        if status >= 400 {
            assert_eq!(json["status"], status.to_string(), "{json}");
        }
        Reply {
            status,
            headers,
            json,
        }
    }

    /// A user comes.
    pub async fn user(&self, name: &str, more: Value) -> Reply {
        let mut body = json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": name});
        for (name, value) in more.as_object().unwrap() {
            body[name] = value.clone();
        }
        self.call("POST", "/Users", body).await
    }

    /// A group comes.
    pub async fn group(&self, name: &str, members: &[&str]) -> Reply {
        let members: Vec<Value> = members.iter().map(|id| json!({"value": id})).collect();
        let body = json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": name, "members": members,
        });
        self.call("POST", "/Groups", body).await
    }

    pub async fn patch(&self, path: &str, operations: Value) -> Reply {
        let body = json!({"schemas": [PATCH], "Operations": operations});
        self.call("PATCH", path, body).await
    }

    pub async fn set_active(&self, user: &str, active: bool) -> Reply {
        let operations = json!([{"op": "replace", "path": "active", "value": active}]);
        self.patch(&format!("/Users/{user}"), operations).await
    }
}

/// Lets somebody be who the provider calls so, as after a sign-in.
pub async fn linked(house: &House, person: PrincipalId, subject: &str) {
    let mut locked = house.app.store.locked().await.unwrap();
    let identity = Identity {
        issuer: ISSUER.to_owned(),
        subject: subject.to_owned(),
    };
    locked.link_identity(person, &identity).await.unwrap();
    locked.commit().await.unwrap();
}

/// Whether somebody's next call is answered.
pub async fn acts(house: &House, actor: &Actor) -> bool {
    let answer = house.call(Some(actor), &route::ME, &[], &Value::Null).await;
    answer.status < 300
}
