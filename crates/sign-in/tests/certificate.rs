//! A server whose certificate nobody vouches for.
#![expect(clippy::unwrap_used, reason = "tests")]

use claviger_model::time::SystemClock;
use claviger_sign_in::{
    http::{self, Unreachable},
    provider::{Provider, ProviderSettings},
};
use rustls::{
    ServerConfig, ServerConnection,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use std::{net::TcpListener, sync::Arc, thread};

/// Speaks TLS with a self-signed certificate for another name, as long as the test runs.
fn stranger() -> u16 {
    let _again = rustls::crypto::ring::default_provider().install_default();
    let certificate = CertificateDer::from_pem_slice(include_bytes!("data/certificate.pem")).unwrap();
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

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_ends_it() {
    let address = format!("https://localhost:{}", stranger());
    let client = http::client().unwrap();
    let error = Unreachable::classify(client.get(&address).send().await.unwrap_err());
    assert_eq!(error.server_code(), "server_certificate", "{error:?}");
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
