//! Taking in a value that a device sealed to this server, and sealing it for the tables (rules 28, 32, 33, 38).

use crate::{app::App, http::Refusal, keys::ServerKeys};
use claviger_crypto::{
    keys::{DataKey, SecretVersion},
    secret::SecretBytes,
    to_server::{ToServer, open_from_device},
};
use claviger_model::{
    entropy::Entropy,
    ids::{DeviceId, KeyId, OrganizationId, PrincipalId, SecretId},
    secret::{MAX_VALUE_BYTES, Stage},
    time::Timestamp,
};
use claviger_protocol::{problem::Code, secrets::SealedValue};
use claviger_storage::versions::{SealedVersion, Version};

/// What AES-256-GCM adds to a value.
const TAG: usize = 16;

/// A value as it goes into the tables.
#[derive(Clone)]
pub struct NewValue {
    of: SecretVersion,
    envelope: Vec<u8>,
    data_key: Vec<u8>,
    kek: KeyId,
    fingerprint: [u8; 32],
    size: u32,
    binary: bool,
}

/// Opens what a device sealed for this version, and seals it under a data key of its own.
///
/// # Errors
/// When it is too large or was sealed for another place.
pub fn take(
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
    let value = open_from_device(&app.keys.sealing, &binding, &sealed)
        .map_err(|error| Refusal::new(Code::BadSeal).because(error))?;
    keep(app, SecretVersion { secret, version }, &value)
}

/// Seals a value under a data key of its own.
///
/// # Errors
/// When it is too large, or no key is at hand.
pub fn keep(app: &App, of: SecretVersion, value: &SecretBytes) -> Result<NewValue, Refusal> {
    seal(&app.keys, app.organization, &*app.entropy, of, value)
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
    let generation = keys
        .current_generation()
        .ok_or_else(|| Refusal::internal("no key-encryption key is loaded"))?;
    let data = DataKey::random(entropy);
    Ok(NewValue {
        of,
        envelope: data
            .seal_value(organization, of, value.expose(), entropy)
            .map_err(Refusal::internal)?,
        data_key: generation
            .wrap_data_key(&data, of, entropy)
            .map_err(Refusal::internal)?,
        kek: generation.id(),
        fingerprint: *keys
            .fingerprints
            .fingerprint(organization, value.expose())
            .as_bytes(),
        size: u32::try_from(value.len()).unwrap_or(u32::MAX),
        binary: std::str::from_utf8(value.expose()).is_err(),
    })
}

/// Opens a stored value, to make another version of it.
///
/// # Errors
/// When no key is at hand, or the row was altered.
pub fn open(app: &App, row: &SealedVersion) -> Result<SecretBytes, Refusal> {
    let of = SecretVersion {
        secret: row.version.secret,
        version: row.version.version,
    };
    let generation = app
        .keys
        .generation(row.kek)
        .ok_or_else(|| Refusal::internal(format!("the key-encryption key `{}` is not loaded", row.kek)))?;
    let data = generation
        .unwrap_data_key(&row.data_key, of)
        .map_err(Refusal::internal)?;
    data.open_value(app.organization, of, &row.envelope)
        .map_err(Refusal::internal)
}

impl NewValue {
    /// Whether a stored version has the same value, by their fingerprints.
    pub fn is_same_value(&self, row: &SealedVersion) -> bool {
        claviger_crypto::bytes::constant_time_eq(&self.fingerprint, &row.fingerprint)
    }

    /// The row of the value as its secret's current version.
    pub fn row(self, by: PrincipalId, at: Timestamp) -> SealedVersion {
        SealedVersion {
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
            data_key: self.data_key,
            kek: self.kek,
            fingerprint: self.fingerprint,
        }
    }
}

fn too_large() -> Refusal {
    Refusal::new(Code::ValueTooLarge).detail(format!("A value can have {MAX_VALUE_BYTES} bytes at most."))
}
