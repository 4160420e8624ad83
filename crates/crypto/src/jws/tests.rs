#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use proptest::prelude::*;
use serde_json::json;

/// RFC 9449 figure 2.
const RFC: &str = "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg";

/// Signs any header, right or wrong.
fn signed(header: &str, payload: &str, key: &DeviceKey) -> String {
    let text = format!(
        "{}.{}",
        encode_base64url(header.as_bytes()),
        encode_base64url(payload.as_bytes())
    );
    let signature = key.sign(text.as_bytes()).unwrap();
    format!("{text}.{}", encode_base64url(&signature))
}

#[test]
fn the_proof_of_the_rfc_is_read() {
    let proof = decode(RFC, "dpop+jwt").unwrap();
    assert_eq!(
        proof.key.thumbprint().to_string(),
        "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"
    );
    let claims: serde_json::Value = serde_json::from_slice(&proof.payload).unwrap();
    assert_eq!(claims.get("jti").unwrap(), "-BwC3ESc6acc2lTc");
}

#[test]
fn what_was_encoded_is_decoded() {
    let key = DeviceKey::generate().unwrap();
    let text = encode("dpop+jwt", &key, br#"{"jti":"a"}"#).unwrap();
    let proof = decode(&text, "dpop+jwt").unwrap();
    assert_eq!(proof.key, *key.public());
    assert_eq!(proof.payload, br#"{"jti":"a"}"#);
    assert_eq!(decode(&text, "other+jwt"), Err(JwsError::Type));
}

#[test]
fn each_wrong_header_is_refused() {
    let key = DeviceKey::generate().unwrap();
    let jwk = serde_json::to_value(key.public()).unwrap();
    let with = |name: &str, value: serde_json::Value| {
        let mut jwk = jwk.clone();
        jwk.as_object_mut().unwrap().insert(name.into(), value);
        jwk
    };
    let cases = [
        (
            json!({"typ": "dpop+jwt", "alg": "none", "jwk": jwk}),
            JwsError::Algorithm,
        ),
        (
            json!({"typ": "dpop+jwt", "alg": "HS256", "jwk": jwk}),
            JwsError::Algorithm,
        ),
        (
            json!({"typ": "dpop+jwt", "alg": "ES384", "jwk": jwk}),
            JwsError::Algorithm,
        ),
        (
            json!({"typ": "dpop+jwt", "alg": "es256", "jwk": jwk}),
            JwsError::Algorithm,
        ),
        (json!({"typ": "JWT", "alg": "ES256", "jwk": jwk}), JwsError::Type),
        (
            json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": jwk, "crit": ["b64"]}),
            JwsError::Critical,
        ),
        (
            json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": jwk, "kid": "a"}),
            JwsError::Malformed,
        ),
        (json!({"typ": "dpop+jwt", "alg": "ES256"}), JwsError::Malformed),
        (json!({"alg": "ES256", "jwk": jwk}), JwsError::Malformed),
        (
            json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": with("d", json!("AA"))}),
            JwsError::Key(JwkError::Private),
        ),
        (
            json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": with("kty", json!("oct"))}),
            JwsError::Key(JwkError::NotP256),
        ),
        (
            json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": with("x", json!("AA"))}),
            JwsError::Key(JwkError::Coordinates),
        ),
    ];
    for (header, expected) in cases {
        assert_eq!(
            decode(&signed(&header.to_string(), "{}", &key), "dpop+jwt"),
            Err(expected),
            "{header}"
        );
    }
    let doubled = format!(r#"{{"typ":"dpop+jwt","alg":"none","alg":"ES256","jwk":{jwk}}}"#);
    assert_eq!(
        decode(&signed(&doubled, "{}", &key), "dpop+jwt"),
        Err(JwsError::Malformed)
    );
}

#[test]
fn another_key_or_content_is_refused() {
    let (key, other) = (DeviceKey::generate().unwrap(), DeviceKey::generate().unwrap());
    let header = json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": other.public()}).to_string();
    assert_eq!(
        decode(&signed(&header, "{}", &key), "dpop+jwt"),
        Err(JwsError::Signature)
    );
    let text = encode("dpop+jwt", &key, b"{}").unwrap();
    let (signed, signature) = text.rsplit_once('.').unwrap();
    let (header, _) = signed.split_once('.').unwrap();
    let swapped = format!("{header}.{}.{signature}", encode_base64url(b"{ }"));
    assert_eq!(decode(&swapped, "dpop+jwt"), Err(JwsError::Signature));
}

#[test]
fn other_forms_are_refused() {
    let key = DeviceKey::generate().unwrap();
    let text = encode("dpop+jwt", &key, b"{}").unwrap();
    for wrong in [
        String::new(),
        "..".into(),
        format!("{text}."),
        format!("{text}="),
        format!(" {text}"),
        format!("{text}.x"),
    ] {
        assert_eq!(decode(&wrong, "dpop+jwt"), Err(JwsError::Malformed), "{wrong}");
    }
    let long = encode("dpop+jwt", &key, &[b' '; MAX_LENGTH]).unwrap();
    assert_eq!(decode(&long, "dpop+jwt"), Err(JwsError::TooLong));
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text: String, parts in prop::collection::vec("[A-Za-z0-9_-]{0,40}", 3)) {
        prop_assert!(decode(&text, "dpop+jwt").is_err());
        prop_assert!(decode(&parts.join("."), "dpop+jwt").is_err());
    }

    #[test]
    fn no_changed_character_passes(place in 0..RFC.len(), to in "[A-Za-z0-9_-]") {
        let mut text = RFC.to_owned();
        text.replace_range(place..=place, &to);
        prop_assert_eq!(decode(&text, "dpop+jwt").is_ok(), text == RFC);
    }
}
