//! `POST /v1/sign-in/challenge`.

use crate::{app::Shared, http::Refusal};
use axum::{Json, extract::State};
use claviger_crypto::{bytes::sha256, challenge::Challenge};
use claviger_protocol::sign_in::Challenge as ChallengeReply;
use claviger_storage::sign_in::Challenge as ChallengeRow;
use std::time::Duration;

/// How long a person may take at the provider.
const LIFE: Duration = Duration::from_secs(10 * 60);

/// Hands out 32 random bytes, stored hashed, for one sign-in.
pub async fn challenge(State(app): State<Shared>) -> Result<Json<ChallengeReply>, Refusal> {
    let challenge = Challenge::random(&*app.entropy);
    let expires_at = app.clock.now().plus(LIFE);
    let row = ChallengeRow {
        hash: sha256(challenge.as_bytes()),
        expires_at,
    };
    app.store.put_challenge(&row).await?;
    Ok(Json(ChallengeReply {
        challenge: challenge.as_bytes().to_vec().into(),
        expires_at,
    }))
}
