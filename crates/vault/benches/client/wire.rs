//! A wire between device and server that counts what goes over it, both ways.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
};

/// Ends with the runtime.
pub struct Wire {
    pub origin: String,
    bytes: Arc<AtomicU64>,
}

impl Wire {
    /// Leads to an origin such as `http://127.0.0.1:7420`.
    pub async fn to(origin: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let wire = Self {
            origin: format!("http://{}", listener.local_addr().unwrap()),
            bytes: Arc::default(),
        };
        let (server, bytes) = (origin.replace("http://", ""), Arc::clone(&wire.bytes));
        tokio::spawn(async move {
            loop {
                let (device, _) = listener.accept().await.unwrap();
                let server = TcpStream::connect(&server).await.unwrap();
                for stream in [&device, &server] {
                    stream.set_nodelay(true).unwrap();
                }
                let ((from_device, to_device), (from_server, to_server)) =
                    (device.into_split(), server.into_split());
                tokio::spawn(pass(from_device, to_server, Arc::clone(&bytes)));
                tokio::spawn(pass(from_server, to_device, Arc::clone(&bytes)));
            }
        });
        wire
    }

    pub fn reset(&self) {
        self.bytes.store(0, Ordering::SeqCst);
    }

    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::SeqCst)
    }
}

async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, bytes: Arc<AtomicU64>) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        bytes.fetch_add(read as u64, Ordering::SeqCst);
        if to.write_all(&buffer[..read]).await.is_err() {
            return;
        }
    }
}
