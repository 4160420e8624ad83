//! Webhooks: signed posts of ids, in the form of Standard Webhooks 1.0 with an Ed25519 key of the server (`v1a`).
//!
//! The receiver needs the public half only, so that there is no secret to be shown, kept or lost. The reply counts by its status; its
//! body is not read. Nothing is followed anywhere, and the address is that which was looked up and judged.

use super::{
    address::{NotAllowed, Resolver, listed, pinned},
    outbox::Failed,
    words::{link, rfc3339},
};
use crate::{app::Shared, config::WebhookRules, http::refusal::Chain};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use claviger_crypto::signing::ServerKey;
use claviger_model::{
    ids::{NoticeId, OrganizationId, WebhookId},
    notice::About,
    time::Timestamp,
};
use claviger_storage::notices::Notice;
use reqwest::{Certificate, Client, StatusCode, redirect};
use serde::Serialize;
use std::{sync::Arc, time::Duration};
use url::Url;

/// How long connecting may take.
const CONNECT: Duration = Duration::from_secs(5);
/// The kind of a post that only tries the way.
pub const TEST: &str = "test";

/// Posts to webhooks.
pub struct Poster {
    rules: WebhookRules,
    resolver: Arc<dyn Resolver>,
}

/// What is posted: ids only.
#[derive(Serialize)]
struct Body<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    timestamp: String,
    data: Data,
}

#[derive(Serialize)]
struct Data {
    organization: OrganizationId,
    #[serde(skip_serializing_if = "Option::is_none")]
    notice: Option<NoticeId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    person: Option<claviger_model::ids::PrincipalId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    about: Option<About>,
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<String>,
}

/// Something to post, with its id and the moment that is signed.
pub struct Post {
    /// The id by which doublets are known.
    pub id: String,
    /// When it is posted.
    pub at: Timestamp,
    /// The JSON.
    pub body: Vec<u8>,
}

impl Post {
    /// A notice.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn of(
        organization: OrganizationId,
        notice: &Notice,
        at: Timestamp,
    ) -> Result<Self, serde_json::Error> {
        let body = Body {
            kind: notice.kind.code(),
            timestamp: rfc3339(notice.at),
            data: Data {
                organization,
                notice: Some(notice.id),
                person: Some(notice.person),
                // Ids only: what the configuration calls a system is a name.
                about: Some(About {
                    system: None,
                    ..notice.about.clone()
                }),
                link: Some(link(organization, notice).to_string()),
            },
        };
        Ok(Self {
            id: notice.id.to_string(),
            at,
            body: serde_json::to_vec(&body)?,
        })
    }

    /// One that only tries the way.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn test(organization: OrganizationId, id: String, at: Timestamp) -> Result<Self, serde_json::Error> {
        let body = Body {
            kind: TEST,
            timestamp: rfc3339(at),
            data: Data {
                organization,
                notice: None,
                person: None,
                about: None,
                link: None,
            },
        };
        Ok(Self {
            id,
            at,
            body: serde_json::to_vec(&body)?,
        })
    }

    /// A signature by each key, as the header says them.
    pub fn signatures(&self, keys: &[&ServerKey]) -> String {
        let mut signed = format!("{}.{}.", self.id, self.at.seconds()).into_bytes();
        signed.extend_from_slice(&self.body);
        let by = |key: &&ServerKey| format!("v1a,{}", STANDARD.encode(key.sign(&signed)));
        keys.iter().map(by).collect::<Vec<_>>().join(" ")
    }
}

/// The public half of the key, as receivers take it.
pub fn public_key(key: &ServerKey) -> Option<String> {
    let public = key.public().ok()?;
    Some(format!("whpk_{}", STANDARD.encode(public.as_bytes())))
}

impl Poster {
    /// Posts by these rules.
    pub fn new(rules: WebhookRules, resolver: Arc<dyn Resolver>) -> Self {
        Self { rules, resolver }
    }

    /// The same with another patience.
    #[must_use]
    pub const fn patient_for(mut self, patience: Duration) -> Self {
        self.rules.patience = patience;
        self
    }

    /// The hosts that may be posted to.
    pub fn allowed(&self) -> &[String] {
        &self.rules.allow
    }

    /// Whether a URL is on the list.
    ///
    /// # Errors
    /// Says what is wrong with it.
    pub fn listed(&self, url: &str) -> Result<Url, NotAllowed> {
        listed(&self.rules, url)
    }

    /// Posts, and says how it was taken.
    ///
    /// # Errors
    /// Says whether another attempt may succeed.
    pub async fn post(&self, url: &str, keys: &[&ServerKey], post: Post) -> Result<String, Failed> {
        let for_now = |error: NotAllowed| Failed::ForNow(error.to_string());
        let url = self.listed(url).map_err(for_now)?;
        let found = pinned(&self.rules, &*self.resolver, &url);
        let addresses = tokio::time::timeout(self.rules.patience, found)
            .await
            .map_err(|_| Failed::ForNow("the host's name was not found in time".to_owned()))?
            .map_err(for_now)?;
        let client = self.client(&url, &addresses).await?;
        let signatures = post.signatures(keys);
        let sent = client
            .post(url)
            .header("content-type", "application/json")
            .header("webhook-id", &post.id)
            .header("webhook-timestamp", post.at.seconds().to_string())
            .header("webhook-signature", signatures)
            .body(post.body)
            .send()
            .await;
        match sent {
            // The reply's body is dropped with its connection.
            Ok(reply) => taken(reply.status()),
            Err(error) => {
                let said = reason(&error);
                // A receiver's URL may itself be what lets one post there.
                tracing::debug!(error = %Chain(&error.without_url()), "a webhook was not taken");
                Err(Failed::ForNow(said))
            }
        }
    }

    /// One client a post: nothing of one receiver is there for the next, and the name is not looked up again.
    async fn client(&self, url: &Url, addresses: &[std::net::SocketAddr]) -> Result<Client, Failed> {
        let mut builder = Client::builder()
            .no_proxy()
            .redirect(redirect::Policy::none())
            .https_only(true)
            .referer(false)
            .pool_max_idle_per_host(0)
            .connect_timeout(CONNECT.min(self.rules.patience))
            .timeout(self.rules.patience)
            .user_agent(concat!("Claviger/", env!("CARGO_PKG_VERSION")));
        if let Some(host) = url.domain() {
            builder = builder.resolve_to_addrs(host, addresses);
        }
        let unusable = || Failed::ForNow("`webhooks.certificate_authority` cannot be used".to_owned());
        if let Some(file) = &self.rules.certificate_authority {
            let pem = tokio::fs::read(file).await.map_err(|_| unusable())?;
            let authorities = Certificate::from_pem_bundle(&pem).map_err(|_| unusable())?;
            builder = builder.tls_certs_merge(authorities);
        }
        builder
            .build()
            .map_err(|_| Failed::ForNow("TLS cannot be used".to_owned()))
    }
}

fn taken(status: StatusCode) -> Result<String, Failed> {
    let said = format!("answered with {}", status.as_u16());
    if status.is_success() {
        Ok(said)
    } else if status == StatusCode::GONE {
        Err(Failed::ForGood(said))
    } else if status.is_redirection() {
        Err(Failed::ForNow(format!(
            "{said}, a redirection, which is not followed"
        )))
    } else {
        Err(Failed::ForNow(said))
    }
}

/// In words of ours; what the other side said is not repeated.
fn reason(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        "did not answer in time".to_owned()
    } else if error.is_connect() {
        "cannot be reached, or its certificate does not hold".to_owned()
    } else {
        "broke off".to_owned()
    }
}

/// Posts a notice to a webhook of the organization.
///
/// # Errors
/// Says whether another attempt may succeed.
pub async fn deliver(app: &Shared, id: WebhookId, notice: &Notice) -> Result<String, Failed> {
    let read = async { app.store.reader().await?.webhook(id).await };
    let found = read
        .await
        .map_err(|_| Failed::ForNow("the webhook could not be read".to_owned()))?;
    let Some(webhook) = found.filter(|webhook| webhook.ended.is_none()) else {
        return Err(Failed::ForGood("the webhook was ended".to_owned()));
    };
    let keys = app.keys.learn(&app.store).await;
    let keys = keys.map_err(|_| Failed::ForNow("the signing key could not be read".to_owned()))?;
    let signing = keys.webhooks.signing(app.clock.now());
    if signing.is_empty() {
        return Err(Failed::ForNow("there is no signing key".to_owned()));
    }
    let post = Post::of(app.organization, notice, app.clock.now())
        .map_err(|_| Failed::ForGood("the notice could not be written".to_owned()))?;
    app.outbox.poster.post(&webhook.url, &signing, post).await
}
