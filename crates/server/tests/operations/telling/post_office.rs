//! A mail server of a few lines that is slow or lies, as one that means well cannot be told to.

use claviger_server::config::{Mail, MailTls};
use std::sync::{Arc, Mutex};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// What it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// Takes every message.
    Takes,
    /// Accepts connections and never says a word.
    NeverGreets,
    /// Reads a message to its end and never answers.
    NeverAnswers,
    /// Takes the recipient and refuses the message.
    RefusesMessages,
    /// Reads a message to its end and hangs up.
    HangsUp,
    /// Says that it took a message and hangs up.
    TakesAndHangsUp,
}

/// Ends when dropped.
pub struct PostOffice {
    port: u16,
    counter: Arc<Counter>,
    task: JoinHandle<()>,
}

struct Counter {
    manner: Mutex<Manner>,
    callers: Mutex<usize>,
    read: Mutex<Vec<String>>,
}

impl PostOffice {
    pub async fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let counter = Arc::new(Counter {
            manner: Mutex::new(manner),
            callers: Mutex::default(),
            read: Mutex::default(),
        });
        let behind = Arc::clone(&counter);
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                *behind.callers.lock().unwrap() += 1;
                let counter = Arc::clone(&behind);
                // Whoever calls may hang up at any moment.
                tokio::spawn(async move { drop(serve(stream, &counter).await) });
            }
        });
        Self { port, counter, task }
    }

    pub fn behaves(&self, manner: Manner) {
        *self.counter.manner.lock().unwrap() = manner;
    }

    /// How often somebody connected.
    pub fn callers(&self) -> usize {
        *self.counter.callers.lock().unwrap()
    }

    /// The ids of the messages that it read to their end, whatever it said to them.
    pub fn read(&self) -> Vec<String> {
        self.counter.read.lock().unwrap().clone()
    }

    /// Settings by which it is written to, and waited for as long as it takes.
    pub fn settings(&self) -> Mail {
        Mail {
            host: "localhost".to_owned(),
            port: self.port,
            tls: MailTls::None,
            from: "Claviger <claviger@example.com>".to_owned(),
            credentials: None,
            certificate_authority: None,
            patience: std::time::Duration::from_secs(1_200),
        }
    }
}

impl Drop for PostOffice {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(stream: TcpStream, counter: &Counter) -> std::io::Result<()> {
    let manner = || *counter.manner.lock().unwrap();
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    if manner() == Manner::NeverGreets {
        std::future::pending::<()>().await;
    }
    write.write_all(b"220 localhost\r\n").await?;
    while let Some(line) = lines.next_line().await? {
        let verb = line.split(' ').next().unwrap_or_default().to_ascii_uppercase();
        let answer: &[u8] = match verb.as_str() {
            "DATA" if manner() == Manner::RefusesMessages => b"554 5.7.1 not this one\r\n",
            "DATA" => {
                write.write_all(b"354 go on\r\n").await?;
                let mut id = String::new();
                while let Some(line) = lines.next_line().await? {
                    if line == "." {
                        break;
                    }
                    if let Some(said) = line.strip_prefix("Message-ID: ") {
                        said.clone_into(&mut id);
                    }
                }
                counter.read.lock().unwrap().push(id);
                match manner() {
                    Manner::HangsUp => return Ok(()),
                    Manner::NeverAnswers => std::future::pending().await,
                    Manner::TakesAndHangsUp => return write.write_all(b"250 taken\r\n").await,
                    _ => b"250 taken\r\n",
                }
            }
            "QUIT" => return write.write_all(b"221 bye\r\n").await,
            _ => b"250 localhost\r\n",
        };
        write.write_all(answer).await?;
    }
    Ok(())
}
