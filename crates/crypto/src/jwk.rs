//! Public P-256 keys as JSON Web Keys (RFC 7517) and their thumbprints (RFC 7638).

use crate::bytes::{Base64UrlError, decode_base64url_array, encode_base64url, sha256};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The coordinates of a public P-256 key; the point itself is checked whenever a signature is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DevicePublicKey {
    x: [u8; 32],
    y: [u8; 32],
}

/// The RFC 7638 thumbprint of a device's key.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Jkt([u8; 32]);

/// Why a JSON Web Key is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JwkError {
    /// Not a key of type EC on the curve P-256.
    #[error("the key is not a P-256 key")]
    NotP256,
    /// It carries a private part.
    #[error("the key carries its private part")]
    Private,
    /// The coordinates are not base64url of 32 bytes.
    #[error("the coordinates of the key are malformed")]
    Coordinates,
}

/// The members that a JSON Web Key may have here; others are refused.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawJwk {
    kty: String,
    crv: String,
    x: String,
    y: String,
    #[serde(default, skip_serializing)]
    d: Option<de::IgnoredAny>,
}

impl TryFrom<RawJwk> for DevicePublicKey {
    type Error = JwkError;

    fn try_from(raw: RawJwk) -> Result<Self, JwkError> {
        if raw.d.is_some() {
            return Err(JwkError::Private);
        }
        if raw.kty != "EC" || raw.crv != "P-256" {
            return Err(JwkError::NotP256);
        }
        let coordinate =
            |text: &str| decode_base64url_array(text).map_err(|Base64UrlError| JwkError::Coordinates);
        Ok(Self {
            x: coordinate(&raw.x)?,
            y: coordinate(&raw.y)?,
        })
    }
}

impl From<&DevicePublicKey> for RawJwk {
    fn from(key: &DevicePublicKey) -> Self {
        Self {
            kty: "EC".into(),
            crv: "P-256".into(),
            x: encode_base64url(&key.x),
            y: encode_base64url(&key.y),
            d: None,
        }
    }
}

impl DevicePublicKey {
    /// Reads an uncompressed point, 0x04 ‖ x ‖ y; nothing when it has another form.
    pub fn from_point(point: &[u8]) -> Option<Self> {
        let (&[4], coordinates) = point.split_first_chunk::<1>()? else {
            return None;
        };
        let (x, y) = coordinates.split_first_chunk::<32>()?;
        Some(Self {
            x: *x,
            y: y.try_into().ok()?,
        })
    }

    /// The uncompressed point, 0x04 ‖ x ‖ y.
    pub fn to_point(self) -> [u8; 65] {
        let mut point = [4; 65];
        let coordinates = self.x.into_iter().chain(self.y);
        point
            .iter_mut()
            .skip(1)
            .zip(coordinates)
            .for_each(|(to, from)| *to = from);
        point
    }

    /// The RFC 7638 thumbprint.
    pub fn thumbprint(&self) -> Jkt {
        // The members that RFC 7638 section 3.2 names, in their order, without blanks; base64url needs no escapes.
        let (x, y) = (encode_base64url(&self.x), encode_base64url(&self.y));
        Jkt(sha256(
            format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#).as_bytes(),
        ))
    }
}

impl Serialize for DevicePublicKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RawJwk::from(self).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for DevicePublicKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        RawJwk::deserialize(deserializer)?
            .try_into()
            .map_err(de::Error::custom)
    }
}

digest_text!(Jkt);

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    // RFC 9449 figures 2 and 4: the key of the examples and the `jkt` of its tokens.
    const KEY: &str = r#"{"kty":"EC","x":"l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs","y":"9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA","crv":"P-256"}"#;
    const JKT: &str = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";

    #[test]
    fn the_thumbprint_is_the_one_of_the_rfc() {
        let key: DevicePublicKey = serde_json::from_str(KEY).unwrap();
        assert_eq!(key.thumbprint().to_string(), JKT);
        assert!(JKT.parse::<Jkt>().unwrap().matches(&key.thumbprint()));
        assert_eq!(
            serde_json::from_str::<DevicePublicKey>(&serde_json::to_string(&key).unwrap()).unwrap(),
            key
        );
        assert_eq!(DevicePublicKey::from_point(&key.to_point()), Some(key));
    }

    #[test]
    fn other_and_private_keys_are_refused() {
        for (from, to, why) in [
            ("P-256", "P-384", "P-256"),
            (r#""kty":"EC""#, r#""kty":"OKP""#, "P-256"),
            (r#""crv""#, r#""d":"AA","crv""#, "private"),
            (r#""crv""#, r#""d":1,"crv""#, "private"),
            (r#""crv""#, r#""kid":"a","crv""#, "unknown field"),
            (r#""crv""#, r#""kty":"EC","crv""#, "duplicate"),
            ("l8tFrhx", "AAAAl8tFrhx", "coordinates"),
        ] {
            let error = serde_json::from_str::<DevicePublicKey>(&KEY.replace(from, to)).unwrap_err();
            assert!(error.to_string().contains(why), "{to}: {error}");
        }
    }
}
