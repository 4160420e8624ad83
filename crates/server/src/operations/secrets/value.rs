//! Taking in a value that a device sealed to this server, and sealing it for the tables (rules 28, 32, 33, 38).

use crate::{app::App, http::Refusal, keys::ServerKeys};
use claviger_crypto::{
    keys::{DataKey, SecretVersion},
    secret::SecretBytes,
    to_server::{ToServer, open_from_device},
};
use claviger_model::{
    entropy::Entropy,
    ids::{DeviceId, OrganizationId, PrincipalId, SecretId},
    secret::{MAX_VALUE_BYTES, Stage},
    time::Timestamp,
};
use claviger_protocol::{problem::Code, secrets::SealedValue};
use claviger_storage::versions::{SealedVersion, Version};
use std::sync::Arc;

/// What AES-256-GCM adds to a value.
const TAG: usize = 16;

/// A value as it goes into the tables.
#[derive(Clone)]
pub struct NewValue {
    of: SecretVersion,
    envelope: Vec<u8>,
    /// Kept open until the lock tells which generation wraps it.
    data: Arc<DataKey>,
    fingerprint: [u8; 32],
    size: u32,
    binary: bool,
}

/// Opens what a device sealed for this version, and seals it under a data key of its own.
///
/// # Errors
/// When it is too large or was sealed for another place.
pub async fn take(
    app: &App,
    device: DeviceId,
    secret: SecretId,
    version: u64,
    value: &SealedValue,
) -> Result<NewValue, Refusal> {
    let SealedValue {
        encapsulated,
        ciphertext,
    } = value;
    if ciphertext.0.len() > MAX_VALUE_BYTES + TAG {
        return Err(too_large());
    }
    let binding = ToServer::Write {
        organization: app.organization,
        device,
        secret,
        version,
    };
    let sealed = [encapsulated.0.as_slice(), ciphertext.0.as_slice()].concat();
    let value = unseal(app, &binding, &sealed).await?;
    keep(app, SecretVersion { secret, version }, &value)
}

/// Opens what a device sealed to this server.
///
/// # Errors
/// When it was sealed for another place, or to a key that was replaced: the device asks who the server is, and seals anew.
pub async fn unseal(app: &App, binding: &ToServer, sealed: &[u8]) -> Result<SecretBytes, Refusal> {
    let known = app.keys.now();
    let refused = match open_from_device(&known.sealing, binding, sealed) {
        Ok(value) => return Ok(value),
        Err(error) => Refusal::new(Code::BadSeal).because(error),
    };
    let keys = app.keys.learn(&app.store).await?;
    if keys.sealing.public() == known.sealing.public() {
        return Err(refused);
    }
    open_from_device(&keys.sealing, binding, sealed)
        .map_err(|error| Refusal::new(Code::BadSeal).because(error))
}

/// Seals a value under a data key of its own.
///
/// # Errors
/// When it is too large, or no key is at hand.
pub fn keep(app: &App, of: SecretVersion, value: &SecretBytes) -> Result<NewValue, Refusal> {
    seal(&app.keys.now(), app.organization, &*app.entropy, of, value)
}

/// As [`keep`], where no server runs.
///
/// # Errors
/// When it is too large, or no key is at hand.
pub fn seal(
    keys: &ServerKeys,
    organization: OrganizationId,
    entropy: &dyn Entropy,
    of: SecretVersion,
    value: &SecretBytes,
) -> Result<NewValue, Refusal> {
    if value.len() > MAX_VALUE_BYTES {
        return Err(too_large());
    }
    let data = DataKey::random(entropy);
    Ok(NewValue {
        of,
        envelope: data
            .seal_value(organization, of, value.expose(), entropy)
            .map_err(Refusal::internal)?,
        data: Arc::new(data),
        fingerprint: *keys
            .fingerprints
            .fingerprint(organization, value.expose())
            .as_bytes(),
        size: u32::try_from(value.len()).unwrap_or(u32::MAX),
        binary: std::str::from_utf8(value.expose()).is_err(),
    })
}

/// Opens a stored value, to make another version of it; none where it is under a generation that is not known here.
///
/// # Errors
/// When the row was altered.
pub fn open(app: &App, keys: &ServerKeys, row: &SealedVersion) -> Result<Option<SecretBytes>, Refusal> {
    let of = SecretVersion {
        secret: row.version.secret,
        version: row.version.version,
    };
    let Some(generation) = keys.generation(row.kek) else {
        return Ok(None);
    };
    let data = generation
        .unwrap_data_key(&row.data_key, of)
        .map_err(Refusal::internal)?;
    data.open_value(app.organization, of, &row.envelope)
        .map(Some)
        .map_err(Refusal::internal)
}

impl NewValue {
    /// Whether a stored version has the same value, by their fingerprints.
    pub fn is_same_value(&self, row: &SealedVersion) -> bool {
        claviger_crypto::bytes::constant_time_eq(&self.fingerprint, &row.fingerprint)
    }

    /// The row of the value as its secret's current version, with its data key under the generation that wraps in this
    /// transaction.
    ///
    /// # Errors
    /// When no key is at hand.
    pub fn row(
        self,
        keys: &ServerKeys,
        (by, at): (PrincipalId, Timestamp),
        entropy: &dyn Entropy,
    ) -> Result<SealedVersion, Refusal> {
        let generation = keys
            .current_generation()
            .ok_or_else(|| Refusal::internal("no key-encryption key is loaded"))?;
        Ok(SealedVersion {
            version: Version {
                secret: self.of.secret,
                version: self.of.version,
                stage: Stage::Current,
                size: self.size,
                binary: self.binary,
                created_at: at,
                created_by: Some(by),
            },
            envelope: self.envelope,
            data_key: generation
                .wrap_data_key(&self.data, self.of, entropy)
                .map_err(Refusal::internal)?,
            kek: generation.id(),
            fingerprint: self.fingerprint,
        })
    }
}

fn too_large() -> Refusal {
    Refusal::new(Code::ValueTooLarge).detail(format!("A value can have {MAX_VALUE_BYTES} bytes at most."))
}
