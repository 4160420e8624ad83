//! Looking at one secret and its versions, without values.

use super::locate::records;
use crate::{
    app::Shared,
    caller::Caller,
    http::Refusal,
    operations::{path::Id, view::View},
};
use axum::extract::State;
use claviger_model::ids::{PrincipalId, SecretId};
use claviger_protocol::{
    problem::Code,
    secrets::{SecretRecord, VersionRecord, VersionsReply},
};

/// Who wrote what a program made.
const NOBODY: PrincipalId = PrincipalId::from_bytes([0; 16]);

/// One secret.
pub async fn secret(
    State(app): State<Shared>,
    Id(secret): Id<SecretId>,
    caller: Caller,
) -> Result<axum::Json<SecretRecord>, Refusal> {
    let mut view = View::open(&app, &caller).await?;
    let (secret, _) = view.visible(secret).await?;
    let record = records(view.db(), vec![secret]).await?.into_iter().next();
    Ok(axum::Json(record.ok_or(Code::NotFound)?))
}

/// Its versions, newest first.
pub async fn versions(
    State(app): State<Shared>,
    Id(secret): Id<SecretId>,
    caller: Caller,
) -> Result<axum::Json<VersionsReply>, Refusal> {
    let mut view = View::open(&app, &caller).await?;
    let (secret, _) = view.visible(secret).await?;
    let versions = view.db().versions(secret.id).await?;
    let versions = versions
        .into_iter()
        .map(|version| VersionRecord {
            number: version.version,
            stage: version.stage,
            created_at: version.created_at,
            created_by: version.created_by.unwrap_or(NOBODY),
            size: version.size.into(),
        })
        .collect();
    Ok(axum::Json(VersionsReply { versions }))
}
