#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::bytes::decode_base64url;
use crate::testing::unhex;

/// RFC 7515 appendix A.3.
#[test]
fn es256_known_answer() {
    let key: DevicePublicKey = serde_json::from_str(
        r#"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#,
    )
    .unwrap();
    let message = b"eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    let signature = decode_base64url(
        "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
    )
    .unwrap();
    assert_eq!(key.verify(message, &signature), Ok(()));
    assert_eq!(key.verify(b"another message", &signature), Err(InvalidSignature));
}

/// RFC 8032 section 7.1, test 1.
#[test]
fn ed25519_known_answer() {
    let seed = unhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
    let key = ServerKey::from_seed(&Key256::from_slice(&seed).unwrap()).unwrap();
    let public = key.public().unwrap();
    assert_eq!(
        public.as_bytes().as_slice(),
        unhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
    );
    let signature = key.sign(b"");
    assert_eq!(
        signature,
        unhex(
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        )
    );
    assert_eq!(public.verify(b"", &signature), Ok(()));
    assert_eq!(public.verify(b"x", &signature), Err(InvalidSignature));
    assert_eq!(public.to_string().parse::<ServerPublicKey>(), Ok(public));
}

#[test]
fn a_device_key_survives_its_storage() {
    let key = DeviceKey::generate().unwrap();
    let again = DeviceKey::from_pkcs8(key.pkcs8().duplicate()).unwrap();
    assert_eq!(key.public(), again.public());
    let signature = again.sign(b"message").unwrap();
    assert_eq!(signature.len(), 64);
    assert_eq!(key.public().verify(b"message", &signature), Ok(()));
    assert_eq!(
        DeviceKey::generate()
            .unwrap()
            .public()
            .verify(b"message", &signature),
        Err(InvalidSignature)
    );
    assert_eq!(
        DeviceKey::from_pkcs8(SecretBytes::copy_from(b"x")).unwrap_err(),
        SigningError::Malformed
    );
    assert!(!format!("{key:?} {again:?}").contains("pkcs8"));
}

#[test]
fn a_key_off_the_curve_verifies_nothing() {
    let key = DeviceKey::generate().unwrap();
    let signature = key.sign(b"message").unwrap();
    let mut point = key.public().to_point();
    point[64] ^= 1;
    assert_eq!(
        DevicePublicKey::from_point(&point)
            .unwrap()
            .verify(b"message", &signature),
        Err(InvalidSignature)
    );
    let beyond = DevicePublicKey::from_point(&[&[4], [0xff; 64].as_slice()].concat()).unwrap();
    assert_eq!(beyond.verify(b"message", &signature), Err(InvalidSignature));
    assert!(DevicePublicKey::from_point(&[2; 33]).is_none());
}
