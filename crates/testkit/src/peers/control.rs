//! The side door of a peer that runs our scripts: tests tell it what to be, and ask it what it was asked.

use super::PeerError;
use crate::http;
use serde_json::Value;
use url::Url;

/// Where it is told.
#[derive(Debug)]
pub struct Control {
    peer: &'static str,
    at: Url,
    http: reqwest::Client,
}

impl Control {
    /// Of a peer that says where its side door is.
    ///
    /// # Errors
    /// When no client can be made.
    pub fn of(peer: &'static str, at: Url) -> Result<Self, PeerError> {
        Ok(Self {
            peer,
            at,
            http: http::client()?,
        })
    }

    /// Asks it something.
    ///
    /// # Errors
    /// When it does not answer, refuses, or answers with no JSON; so for all that follow.
    pub async fn get(&self, path: &str) -> Result<Value, PeerError> {
        self.say(self.http.get(self.to(path)?)).await
    }

    /// Tells it what to be from now on.
    pub async fn put(&self, path: &str, body: Value) -> Result<(), PeerError> {
        let request = self.http.put(self.to(path)?);
        self.say(request.json(&body)).await.map(drop)
    }

    /// Has it do something.
    pub async fn post(&self, path: &str, body: Value) -> Result<Value, PeerError> {
        self.say(self.http.post(self.to(path)?).json(&body)).await
    }

    /// Has it forget something.
    pub async fn delete(&self, path: &str) -> Result<(), PeerError> {
        self.say(self.http.delete(self.to(path)?)).await.map(drop)
    }

    fn to(&self, path: &str) -> Result<Url, PeerError> {
        self.at
            .join(path)
            .map_err(|error| PeerError::Nonsense(error.to_string()))
    }

    async fn say(&self, request: reqwest::RequestBuilder) -> Result<Value, PeerError> {
        let reply = request.send().await?;
        if reply.status().is_success() {
            return Ok(reply.json().await?);
        }
        Err(PeerError::Refused {
            peer: self.peer,
            said: reply.text().await?,
        })
    }
}
