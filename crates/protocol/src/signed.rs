//! Signed objects: RFC 8785 (JCS) JSON with a `type`, and a detached signature over exactly those bytes.

use crate::wire::Bytes;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// An object that is signed.
pub trait Signable: Serialize + DeserializeOwned {
    /// Stands in the object's `type`; no other object of ours has it.
    const TYPE: &'static str;
}

/// The canonical bytes and a signature over them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signed {
    /// Canonical JSON, verbatim.
    pub body: Bytes,
    /// Ed25519 by the server, ES256 (raw r ‖ s) by a device.
    pub signature: Bytes,
}

/// Why a signed object cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum SignedError {
    /// Not JSON of the expected form.
    #[error("a signed object does not parse")]
    Form(#[source] serde_json::Error),
    /// Another `type`, or not the canonical form of what it says.
    #[error("a signed object is not a canonical `{0}`")]
    Type(&'static str),
}

#[derive(Serialize, Deserialize)]
struct Typed<T> {
    #[serde(rename = "type")]
    kind: String,
    #[serde(flatten)]
    object: T,
}

/// The canonical bytes of an object, to be signed.
///
/// # Errors
/// When the object cannot be written as JSON.
pub fn canonical<T: Signable>(object: &T) -> Result<Vec<u8>, SignedError> {
    serde_json_canonicalizer::to_vec(&Typed {
        kind: T::TYPE.to_owned(),
        object,
    })
    .map_err(SignedError::Form)
}

/// Reads an object whose signature was verified over these bytes.
///
/// # Errors
/// When the bytes are no canonical form of such an object.
pub fn parse<T: Signable>(body: &[u8]) -> Result<T, SignedError> {
    let typed: Typed<T> = serde_json::from_slice(body).map_err(SignedError::Form)?;
    if typed.kind != T::TYPE || canonical(&typed.object)? != body {
        return Err(SignedError::Type(T::TYPE));
    }
    Ok(typed.object)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::order::{Acknowledgement, Order, Target};
    use claviger_model::{
        entropy::Sequence,
        ids::{DeviceId, OrderId, OrganizationId, SecretId},
        time::Timestamp,
    };
    use proptest::prelude::*;

    fn order(seq: u64) -> Order {
        let entropy = Sequence::new(seq);
        Order {
            organization: OrganizationId::random(&entropy),
            device: DeviceId::random(&entropy),
            order: OrderId::random(&entropy),
            seq,
            issued_at: Timestamp::from_millis(1_700_000_000_000),
            targets: vec![
                Target::Secret {
                    secret: SecretId::random(&entropy),
                    names: true,
                },
                Target::Everything,
            ],
        }
    }

    #[test]
    fn an_order_is_no_acknowledgement_and_only_the_canonical_form_counts() {
        let bytes = canonical(&order(1)).unwrap();
        assert_eq!(parse::<Order>(&bytes).unwrap(), order(1));
        assert!(parse::<Acknowledgement>(&bytes).is_err());
        let spaced = String::from_utf8(bytes).unwrap().replacen(':', ": ", 1);
        assert!(matches!(
            parse::<Order>(spaced.as_bytes()),
            Err(SignedError::Type(_))
        ));
        let extra = String::from_utf8(canonical(&order(1)).unwrap())
            .unwrap()
            .replacen('{', "{\"a\":1,", 1);
        assert!(
            parse::<Order>(extra.as_bytes()).is_err(),
            "an unknown field is not canonical"
        );
    }

    proptest! {
        #[test]
        fn parsing_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(parse::<Order>(&bytes).is_err());
        }

        #[test]
        fn every_order_survives(seq in 1u64..1 << 53) {
            prop_assert_eq!(parse::<Order>(&canonical(&order(seq)).unwrap()).unwrap(), order(seq));
        }
    }
}
