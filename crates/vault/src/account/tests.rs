//! A server whose certificate does not hold, on real TLS.
#![expect(clippy::unwrap_used, reason = "tests")]

use crate::{Vault, VaultParts, testing::device::Device};
use rustls::{
    ServerConfig, ServerConnection,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use std::{net::TcpListener, sync::Arc, thread};

const AUTHORITY: &[u8] = include_bytes!("../../../sign-in/tests/data/authority.pem");
const KEY: &[u8] = include_bytes!("../../../sign-in/tests/data/key.pem");

/// Speaks TLS with a certificate, as long as the test runs.
fn speaks(certificate: &[u8]) -> u16 {
    let certificate = CertificateDer::from_pem_slice(certificate).unwrap();
    let key = PrivateKeyDer::from_pem_slice(KEY).unwrap();
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
async fn a_certificate_that_does_not_hold_ends_it_with_what_is_wrong() {
    let device = Device::signed_in().await;
    // Its client brings the parts of TLS along.
    let parts = device.parts();
    let authority = reqwest::Certificate::from_pem(AUTHORITY).unwrap();
    let trusting = reqwest::Client::builder()
        .tls_certs_only([authority])
        .no_proxy()
        .build()
        .unwrap();
    let directory = tempfile::tempdir().unwrap();
    for (certificate, what) in [
        (
            &include_bytes!("../../../sign-in/tests/data/expired.pem")[..],
            "is over",
        ),
        (
            include_bytes!("../../../sign-in/tests/data/not-yet-valid.pem"),
            "has not come yet",
        ),
        (
            include_bytes!("../../../sign-in/tests/data/other-name.pem"),
            "for another name",
        ),
        (
            include_bytes!("../../../sign-in/tests/data/certificate.pem"),
            "vouches for its certificate",
        ),
    ] {
        let vault = Vault::start(VaultParts {
            http: trusting.clone(),
            directory: directory.path().to_owned(),
            ..parts.clone()
        })
        .await;
        let origin = format!("https://localhost:{}", speaks(certificate));
        let refused = vault.connect_server(&origin).await.unwrap_err();
        assert_eq!(refused.code, "certificateInvalid");
        let remedy = refused.remedy.unwrap();
        assert!(
            remedy.contains(what) && remedy.contains("o not go on"),
            "{remedy}"
        );
    }
}
