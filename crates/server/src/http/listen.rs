//! Listening, with TLS or on loopback, until the process is told to stop.

use super::router;
use crate::{app::Shared, config::Tls};
use axum_server::{Handle, tls_rustls::RustlsConfig};
use std::{
    io,
    net::{SocketAddr, TcpListener},
    path::PathBuf,
};

/// Why nothing can be served.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// The address is taken or not ours.
    #[error("cannot listen at `{address}`")]
    Bind {
        /// Where.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// The certificate or its key.
    #[error("the certificate `{}` and its key cannot be used", .certificate.display())]
    Tls {
        /// The chain's file.
        certificate: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Serving failed.
    #[error("serving failed")]
    Serve(#[from] io::Error),
}

/// A bound socket; calls wait in it until it is served.
pub struct Listener {
    socket: TcpListener,
    tls: Option<RustlsConfig>,
    address: SocketAddr,
}

impl Listener {
    /// Binds the address and reads the certificate.
    ///
    /// # Errors
    /// When either cannot be had.
    pub async fn bind(address: SocketAddr, tls: Option<&Tls>) -> Result<Self, ListenError> {
        let bind = || {
            let socket = TcpListener::bind(address)?;
            socket.set_nonblocking(true)?;
            let address = socket.local_addr()?;
            Ok((socket, address))
        };
        let (socket, bound) = bind().map_err(|source| ListenError::Bind { address, source })?;
        let tls = match tls {
            Some(Tls { certificate, key }) => Some(
                RustlsConfig::from_pem_file(certificate, key)
                    .await
                    .map_err(|source| ListenError::Tls {
                        certificate: certificate.clone(),
                        source,
                    })?,
            ),
            None => None,
        };
        Ok(Self {
            socket,
            tls,
            address: bound,
        })
    }

    /// Where it listens, with the port that port 0 became.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://address` or `https://address`.
    pub fn url(&self) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.address)
    }

    /// Serves until `stop` is there; running calls have the configured time to end, streams end at once.
    ///
    /// # Errors
    /// When accepting fails for good.
    pub async fn serve(
        self,
        app: Shared,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> Result<(), ListenError> {
        let service = router::build(&app).into_make_service_with_connect_info::<SocketAddr>();
        let handle = Handle::new();
        let stopping = tokio::spawn({
            let (handle, app) = (handle.clone(), app.clone());
            async move {
                stop.await;
                tracing::info!("stopping");
                app.hints.stop();
                handle.graceful_shutdown(Some(app.config.limits.shutdown));
            }
        });
        let served = match self.tls {
            Some(tls) => {
                axum_server::from_tcp_rustls(self.socket, tls)?
                    .handle(handle)
                    .serve(service)
                    .await
            }
            None => {
                axum_server::from_tcp(self.socket)?
                    .handle(handle)
                    .serve(service)
                    .await
            }
        };
        stopping.abort();
        Ok(served?)
    }
}
