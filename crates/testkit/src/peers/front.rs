//! TLS in front of a peer that speaks none.

use super::PeerError;
use crate::certificates;
use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use tokio_rustls::TlsAcceptor;

/// Hands on what comes through TLS, as long as it is held.
pub struct Front {
    port: u16,
    opened: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Front {
    /// Shows a certificate of [`certificates`] and hands on to an address.
    ///
    /// # Errors
    /// When the certificate cannot be shown, or no port is to be had.
    pub async fn start(certificate: &str, to: SocketAddr) -> Result<Self, PeerError> {
        let nonsense = |error: &dyn std::fmt::Display| PeerError::Nonsense(error.to_string());
        let _again = rustls::crypto::ring::default_provider().install_default();
        let chain =
            CertificateDer::from_pem_slice(certificate.as_bytes()).map_err(|error| nonsense(&error))?;
        let key = PrivateKeyDer::from_pem_slice(certificates::SERVER_KEY.as_bytes())
            .map_err(|error| nonsense(&error))?;
        let config = ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(vec![chain], key)
            .map_err(|error| nonsense(&error))?;
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        let opened = Arc::new(AtomicUsize::new(0));
        let task = tokio::spawn({
            let opened = Arc::clone(&opened);
            async move {
                while let Ok((stream, _)) = listener.accept().await {
                    let (acceptor, opened) = (acceptor.clone(), Arc::clone(&opened));
                    tokio::spawn(async move {
                        // Whoever does not like the certificate hangs up.
                        let Ok(mut stream) = acceptor.accept(stream).await else {
                            return;
                        };
                        opened.fetch_add(1, Ordering::SeqCst);
                        if let Ok(mut behind) = TcpStream::connect(to).await {
                            let _ended = copy_bidirectional(&mut stream, &mut behind).await;
                        }
                    });
                }
            }
        });
        Ok(Self { port, opened, task })
    }

    /// `https://localhost:PORT`.
    pub fn origin(&self) -> String {
        format!("https://localhost:{}", self.port)
    }

    /// `https://127.0.0.1:PORT`, a name that no certificate here has.
    pub fn by_address(&self) -> String {
        format!("https://127.0.0.1:{}", self.port)
    }

    /// Connections whose caller accepted the certificate.
    pub fn opened(&self) -> usize {
        self.opened.load(Ordering::SeqCst)
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        self.task.abort();
    }
}
