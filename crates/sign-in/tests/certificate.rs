//! Servers whose certificates do not hold.
#![expect(clippy::unwrap_used, reason = "tests")]

use claviger_model::time::SystemClock;
use claviger_sign_in::{
    http::{self, CertificateFault, Unreachable},
    provider::{Provider, ProviderSettings},
};
use rustls::{
    ServerConfig, ServerConnection,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use std::{net::TcpListener, sync::Arc, thread};

/// Speaks TLS with a certificate, as long as the test runs.
fn speaks(certificate: &[u8]) -> u16 {
    let _again = rustls::crypto::ring::default_provider().install_default();
    let certificate = CertificateDer::from_pem_slice(certificate).unwrap();
    let key = PrivateKeyDer::from_pem_slice(include_bytes!("data/key.pem")).unwrap();
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    let (config, listener) = (Arc::new(config), TcpListener::bind("127.0.0.1:0").unwrap());
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            // The client hangs up when it sees the certificate.
            let _hung_up = connection.complete_io(&mut stream.unwrap());
        }
    });
    port
}

/// For `nobody.example`, signed by itself.
const SELF_SIGNED: &[u8] = include_bytes!("data/certificate.pem");

#[tokio::test]
async fn each_fault_of_a_certificate_is_told_apart_and_a_good_one_passes() {
    let _again = rustls::crypto::ring::default_provider().install_default();
    let authority = reqwest::Certificate::from_pem(include_bytes!("data/authority.pem")).unwrap();
    let client = reqwest::Client::builder()
        .tls_certs_only([authority])
        .no_proxy()
        .build()
        .unwrap();
    for (certificate, fault) in [
        (SELF_SIGNED, Some(CertificateFault::UnknownIssuer)),
        (
            include_bytes!("data/expired.pem"),
            Some(CertificateFault::Expired),
        ),
        (
            include_bytes!("data/not-yet-valid.pem"),
            Some(CertificateFault::NotYetValid),
        ),
        (
            include_bytes!("data/other-name.pem"),
            Some(CertificateFault::OtherName),
        ),
        // The hand shakes; what answers then is no HTTP.
        (include_bytes!("data/good.pem"), None),
    ] {
        let address = format!("https://localhost:{}", speaks(certificate));
        let error = Unreachable::classify(client.get(address).send().await.unwrap_err());
        assert_eq!(error.certificate(), fault, "{error:?}");
    }
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_ends_it() {
    let address = format!("https://localhost:{}", speaks(SELF_SIGNED));
    let client = http::client().unwrap();
    let error = Unreachable::classify(client.get(&address).send().await.unwrap_err());
    assert_eq!(error.server_code(), "server_certificate", "{error:?}");
    assert_eq!(error.certificate(), Some(CertificateFault::UnknownIssuer));
    assert!(error.server_words().contains("Do not go on"));

    let settings = ProviderSettings {
        issuer: address,
        client_id: "claviger".into(),
        scopes: Vec::new(),
    };
    let refused = Provider::discover(settings, client, Arc::new(SystemClock))
        .await
        .unwrap_err();
    assert_eq!(refused.code(), "provider_certificate");
    assert!(refused.words().contains("Do not go on"));
}
