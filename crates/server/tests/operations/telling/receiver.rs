//! Receivers of webhooks on loopback, honest and not.

use claviger_server::config::{Config, WebhookRules};
use claviger_testkit::certificates;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    io::Write,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use tokio_rustls::TlsAcceptor;

/// What it does with a post that it has read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Manner {
    /// Answers with a status.
    Answers(u16),
    /// Sends elsewhere.
    Redirects(String),
    /// Says yes and resets the connection.
    Resets,
    /// Says yes and never ends its reply.
    Endless,
    /// Never says anything.
    Silent,
}

/// One post.
#[derive(Debug, Clone)]
pub struct Posted {
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
}

impl Posted {
    pub fn id(&self) -> &str {
        &self.headers["webhook-id"]
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// Ends when dropped.
pub struct Receiver {
    pub port: u16,
    posted: Arc<Mutex<Vec<Posted>>>,
    manner: Arc<Mutex<Manner>>,
    authority: tempfile::NamedTempFile,
    task: JoinHandle<()>,
}

impl Receiver {
    pub async fn start(manner: Manner) -> Self {
        claviger_server::cli::install_crypto();
        let certificate = CertificateDer::from_pem_slice(certificates::SERVER.as_bytes()).unwrap();
        let key = PrivateKeyDer::from_pem_slice(certificates::SERVER_KEY.as_bytes()).unwrap();
        let tls = rustls::ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(tls));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let posted = Arc::<Mutex<Vec<Posted>>>::default();
        let manner = Arc::new(Mutex::new(manner));
        let task = tokio::spawn({
            let (posted, manner) = (Arc::clone(&posted), Arc::clone(&manner));
            async move {
                loop {
                    let (stream, _) = listener.accept().await.unwrap();
                    let (acceptor, posted, manner) =
                        (acceptor.clone(), Arc::clone(&posted), Arc::clone(&manner));
                    tokio::spawn(async move { serve(stream, acceptor, posted, manner).await });
                }
            }
        });
        let mut authority = tempfile::NamedTempFile::new().unwrap();
        authority.write_all(certificates::AUTHORITY.as_bytes()).unwrap();
        Self {
            port,
            posted,
            manner,
            authority,
            task,
        }
    }

    pub fn url(&self) -> String {
        format!("https://localhost:{}/hook", self.port)
    }

    pub fn behaves(&self, manner: Manner) {
        *self.manner.lock().unwrap() = manner;
    }

    pub fn posted(&self) -> Vec<Posted> {
        self.posted.lock().unwrap().clone()
    }

    /// Rules by which it may be posted to.
    pub fn rules(&self) -> WebhookRules {
        WebhookRules {
            allow: vec![format!("localhost:{}", self.port)],
            networks: ["127.0.0.0/8", "::1/128"]
                .map(|network| network.parse().unwrap())
                .to_vec(),
            certificate_authority: Some(self.authority.path().to_owned()),
            ..WebhookRules::default()
        }
    }

    /// The same as settings of a server.
    pub fn listed(&self, config: &mut Config) {
        config.webhooks = self.rules();
    }

    /// The same as variables of a server's process.
    pub fn variables(&self) -> [(&'static str, String); 3] {
        [
            (
                "CLAVIGER_WEBHOOKS__ALLOW",
                format!("[\"localhost:{}\"]", self.port),
            ),
            (
                "CLAVIGER_WEBHOOKS__NETWORKS",
                "[\"127.0.0.0/8\", \"::1/128\"]".to_owned(),
            ),
            (
                "CLAVIGER_WEBHOOKS__CERTIFICATE_AUTHORITY",
                self.authority.path().display().to_string(),
            ),
        ]
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(
    stream: TcpStream,
    acceptor: TlsAcceptor,
    posted: Arc<Mutex<Vec<Posted>>>,
    manner: Arc<Mutex<Manner>>,
) {
    let Ok(mut stream) = acceptor.accept(stream).await else {
        return;
    };
    let Some(post) = read(&mut stream).await else {
        return;
    };
    posted.lock().unwrap().push(post);
    let manner = manner.lock().unwrap().clone();
    let reply = match &manner {
        Manner::Answers(status) => format!("HTTP/1.1 {status} x\r\ncontent-length: 2\r\n\r\nok"),
        Manner::Redirects(to) => {
            format!("HTTP/1.1 307 x\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n")
        }
        Manner::Resets => "HTTP/1.1 200 x\r\ncontent-length: 1000000\r\n\r\nok".to_owned(),
        Manner::Endless => "HTTP/1.1 200 x\r\n\r\n".to_owned(),
        Manner::Silent => String::new(),
    };
    let _ = stream.write_all(reply.as_bytes()).await;
    let _ = stream.flush().await;
    match manner {
        Manner::Resets => {
            let socket = stream.get_ref().0;
            let _ = socket.set_zero_linger();
        }
        Manner::Endless => while stream.write_all(&[b'x'; 65_536]).await.is_ok() {},
        Manner::Silent => tokio::time::sleep(Duration::from_secs(600)).await,
        _ => {
            let _ = stream.shutdown().await;
        }
    }
}

async fn read(stream: &mut (impl AsyncReadExt + Unpin)) -> Option<Posted> {
    let mut bytes = Vec::new();
    loop {
        let mut some = [0; 4096];
        let read = stream.read(&mut some).await.ok().filter(|read| *read > 0)?;
        bytes.extend_from_slice(&some[..read]);
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
            continue;
        };
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
        let headers: BTreeMap<String, String> = head
            .lines()
            .skip(1)
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
            .collect();
        let length: usize = headers.get("content-length")?.parse().ok()?;
        if bytes.len() >= end + 4 + length {
            return Some(Posted {
                headers,
                body: bytes[end + 4..end + 4 + length].to_vec(),
            });
        }
    }
}
