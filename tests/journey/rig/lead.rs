//! A second person, who works through the server's API: signs in, gives and ends grants.

use super::company::Company;
use claviger_crypto::challenge::Challenge;
use claviger_model::{
    entropy::SystemEntropy,
    grant::Grant,
    ids::{GrantId, PrincipalId},
    time::SystemClock,
};
use claviger_protocol::{
    enrolment::Enrolment,
    grants::{EndGrant, GrantsReply},
    proof::NONCE_HEADER,
    route::{self, Route},
    sign_in::{Challenge as ChallengeReply, DeviceDescription, SignIn, SignedIn},
    wire::Token,
};
use claviger_sign_in::{
    cancel::Cancel,
    device_keys::DeviceKeys,
    door::{Door, Visit},
    proof::{ProofFor, ProofMaker},
    provider::{Provider, ProviderSettings},
};
use claviger_testkit::{
    http,
    peers::browser::{self, Answer},
};
use serde::{Serialize, de::DeserializeOwned};
use std::{sync::Arc, time::Duration};

pub struct Lead {
    http: reqwest::Client,
    origin: String,
    proofs: ProofMaker,
    access: Option<Token>,
}

impl Lead {
    /// Signs in by browser, as everybody does.
    pub async fn sign_in(company: &Company, name: &str) -> Self {
        let sub = company.admit(name).await;
        let keys = DeviceKeys::generate(&SystemEntropy).unwrap();
        let mut lead = Self {
            http: http::client().unwrap(),
            origin: company.origin.clone(),
            proofs: ProofMaker::new(keys.clone(), Arc::new(SystemClock), Arc::new(SystemEntropy)),
            access: None,
        };
        let enrolment: Enrolment = lead.call(route::ENROLMENT, &[], None::<()>).await;
        let settings = ProviderSettings {
            issuer: enrolment.issuer,
            client_id: enrolment.client_id,
            scopes: enrolment.scopes,
        };
        let provider = Provider::discover(settings, lead.http.clone(), Arc::new(SystemClock))
            .await
            .unwrap();
        let asked: ChallengeReply = lead.call(route::CHALLENGE, &[], None::<()>).await;
        let challenge = Challenge::from_bytes(asked.challenge.array().unwrap());
        let visit = Visit {
            origin: &company.origin,
            challenge: &challenge,
            keys: &keys,
            patience: Duration::from_secs(30),
        };
        let browse = |url: &url::Url| {
            let url = url.clone();
            tokio::spawn(async move { browser::open(&url, &sub, Answer::Allow).await.unwrap() });
            Ok(())
        };
        let tokens = Door::new()
            .enter(&provider, visit, browse, &Cancel::new())
            .await
            .unwrap();
        let call = SignIn {
            challenge: asked.challenge,
            id_token: tokens.id_token,
            device: DeviceDescription {
                name: "The lead's laptop".to_owned(),
                platform: "Debian 12".to_owned(),
                sealing_key: keys.sealing_public().as_bytes().to_vec().into(),
            },
            bootstrap_code: None,
        };
        let signed: SignedIn = lead.call(route::SIGN_IN, &[], Some(call)).await;
        lead.access = Some(signed.tokens.access);
        lead
    }

    /// Living grants within sight.
    pub async fn grants(&self) -> Vec<Grant> {
        let reply: GrantsReply = self.call(route::GRANTS, &[], None::<()>).await;
        reply.grants
    }

    /// Ends the grants of one person that carry a reason.
    pub async fn end_grants(&self, reason: &str) -> Vec<(GrantId, PrincipalId)> {
        let mut ended = Vec::new();
        for grant in self
            .grants()
            .await
            .into_iter()
            .filter(|grant| grant.reason == reason)
        {
            let call = EndGrant {
                reason: "The week is over".to_owned(),
            };
            let _: serde_json::Value = self.call(route::END_GRANT, &[&grant.id], Some(call)).await;
            ended.push((grant.id, grant.principal));
        }
        ended
    }

    async fn call<R: DeserializeOwned>(
        &self,
        route: Route,
        arguments: &[&dyn std::fmt::Display],
        body: Option<impl Serialize>,
    ) -> R {
        let path = route.at(arguments);
        let body = body.map(|body| serde_json::to_vec(&body).unwrap());
        let mut nonce: Option<String> = None;
        // The first refusal carries the server's nonce (RFC 9449, 8).
        for _ in 0..2 {
            let proof = self.proofs.make(&ProofFor {
                method: route.method,
                origin: &self.origin,
                path: &path,
                access: self.access.as_ref(),
                nonce: nonce.as_deref(),
                body: body.as_deref(),
            });
            let mut request = self
                .http
                .request(route.method.parse().unwrap(), format!("{}{path}", self.origin))
                .header("dpop", proof.unwrap());
            if let Some(access) = &self.access {
                request = request.header("authorization", format!("DPoP {}", access.expose()));
            }
            if let Some(body) = &body {
                request = request
                    .header("content-type", "application/json")
                    .body(body.clone());
            }
            let reply = request.send().await.unwrap();
            let status = reply.status();
            let fresh = reply
                .headers()
                .get(NONCE_HEADER)
                .map(|value| value.to_str().unwrap().to_owned());
            let text = reply.text().await.unwrap();
            if status.is_success() {
                let text = if text.is_empty() { "null" } else { &text };
                return serde_json::from_str(text).unwrap();
            }
            assert!(nonce.is_none() && fresh.is_some(), "{path}: {status} {text}");
            nonce = fresh;
        }
        unreachable!("the second refusal fails the assertion")
    }
}
