#![expect(clippy::unwrap_used, reason = "tests")]
use super::*;
use claviger_crypto::{sealing::SealingKeyPair, secret::Key256, signing::DeviceKey};
use claviger_model::entropy::SystemEntropy;
use serde_json::{Value, json};

const ORIGIN: &str = "https://vault.example";
const PATH: &str = "/v1/service-token";
const NOW: i64 = 1_700_000_000;

struct Rig {
    service: DeviceKey,
    instance: DeviceKey,
    sealing: SealingKeyPair,
    nonces: NonceKey,
}

impl Rig {
    fn new() -> Self {
        Self {
            service: DeviceKey::generate().unwrap(),
            instance: DeviceKey::generate().unwrap(),
            sealing: SealingKeyPair::random(&SystemEntropy),
            nonces: NonceKey::new(Key256::from_bytes(&[1; 32])),
        }
    }

    fn claims(&self) -> Value {
        json!({
            "iss": "00000000-0000-4000-8000-000000000001", "sub": "00000000-0000-4000-8000-000000000001",
            "aud": "https://vault.example/v1/service-token", "iat": NOW, "exp": NOW + 60, "jti": "0123456789abcdef",
            "nonce": self.nonces.issue(now()), "cnf": {"jkt": self.instance.public().thumbprint().to_string()},
            "sealing_key": claviger_crypto::bytes::encode_base64url(self.sealing.public().as_bytes()),
        })
    }

    fn verify(&self, claims: &Value) -> Result<Asserted, AssertionError> {
        self.verify_text(&self.signed(claims))
    }

    fn signed(&self, claims: &Value) -> String {
        jws::encode(ASSERTION_TYPE, &self.service, claims.to_string().as_bytes()).unwrap()
    }

    fn verify_text(&self, text: &str) -> Result<Asserted, AssertionError> {
        let expected = Expected {
            origin: ORIGIN,
            path: PATH,
            jkt: self.instance.public().thumbprint(),
            now: now(),
            nonces: &self.nonces,
        };
        verify(text, &expected)
    }
}

fn now() -> Timestamp {
    Timestamp::from_millis(NOW * 1_000)
}

#[test]
fn a_right_assertion_says_who_signed_and_what_to_seal_to() {
    let rig = Rig::new();
    let asserted = rig.verify(&rig.claims()).unwrap();
    assert_eq!(asserted.key, *rig.service.public());
    assert_eq!(asserted.sealing_key, rig.sealing.public());
    assert!(asserted.useless_at.millis() > (NOW + 60 + LEEWAY_SECONDS) * 1_000);
}

#[test]
fn every_claim_counts() {
    use AssertionError as E;
    let rig = Rig::new();
    let other = DeviceKey::generate().unwrap().public().thumbprint().to_string();
    for (claim, value, error) in [
        ("iss", json!("00000000-0000-4000-8000-000000000002"), E::Subject),
        ("aud", json!("https://vault.example/v1/sign-in"), E::Audience),
        (
            "aud",
            json!("https://other.example/v1/service-token"),
            E::Audience,
        ),
        (
            "aud",
            json!(["https://vault.example/v1/service-token"]),
            E::Claims,
        ),
        ("iat", json!(NOW + LEEWAY_SECONDS + 1), E::Time),
        ("iat", json!(NOW - ASSERTION_SECONDS), E::Time),
        ("exp", json!(NOW), E::Time),
        ("exp", json!(NOW - 1), E::Time),
        ("exp", json!(NOW + ASSERTION_SECONDS + 1), E::Time),
        ("exp", json!(i64::MAX), E::Time),
        ("iat", json!(i64::MIN), E::Time),
        ("jti", json!("short"), E::Id),
        ("jti", json!("x".repeat(65)), E::Id),
        ("cnf", json!({"jkt": other}), E::Key),
        ("cnf", json!({"jkt": ""}), E::Key),
        ("cnf", json!({}), E::Claims),
        ("sealing_key", json!("AAAA"), E::Sealing),
        ("nonce", json!("guessed"), E::Nonce),
        ("nonce", Value::Null, E::Claims),
        ("scope", json!("everything"), E::Claims),
    ] {
        let mut claims = rig.claims();
        claims
            .as_object_mut()
            .unwrap()
            .insert(claim.to_owned(), value.clone());
        assert_eq!(rig.verify(&claims), Err(error), "{claim} {value}");
    }
}

#[test]
fn an_old_assertion_is_useless_from_the_moment_it_says() {
    let rig = Rig::new();
    let claims = rig.claims();
    let useless = rig.verify(&claims).unwrap().useless_at;
    let text = rig.signed(&claims);
    for (at, good) in [
        (useless.minus(std::time::Duration::from_millis(2_001)), true),
        (useless, false),
    ] {
        let expected = Expected {
            origin: ORIGIN,
            path: PATH,
            jkt: rig.instance.public().thumbprint(),
            now: at,
            nonces: &rig.nonces,
        };
        let found = verify(&text, &expected);
        // Its nonce is too old long before; that is looked at last.
        let expected = if good {
            AssertionError::Nonce
        } else {
            AssertionError::Time
        };
        assert_eq!(found, Err(expected), "{at:?}");
    }
}

#[test]
fn a_proof_is_no_assertion_and_a_bent_signature_none_either() {
    let rig = Rig::new();
    let payload = rig.claims().to_string();
    let proof = jws::encode("dpop+jwt", &rig.service, payload.as_bytes()).unwrap();
    assert_eq!(rig.verify_text(&proof), Err(AssertionError::Jws(JwsError::Type)));
    let (mine, theirs) = (rig.signed(&rig.claims()), Rig::new().signed(&rig.claims()));
    let (signed, _) = mine.rsplit_once('.').unwrap();
    let (_, signature) = theirs.rsplit_once('.').unwrap();
    let bent = format!("{signed}.{signature}");
    assert_eq!(
        rig.verify_text(&bent),
        Err(AssertionError::Jws(JwsError::Signature))
    );
    assert!(rig.verify_text("").is_err());
}
