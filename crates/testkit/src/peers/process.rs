//! A child process in a group of its own that ends when its standard input closes.

use super::PeerError;
use std::{
    io::{BufRead, BufReader, Write},
    os::unix::process::CommandExt,
    process::{Child, ChildStdin, Command, Stdio},
    thread,
    time::Duration,
};
use tokio::{
    sync::mpsc::{UnboundedReceiver, unbounded_channel},
    time::timeout,
};

const READY_WITHIN: Duration = Duration::from_secs(120);
const ENDED_WITHIN: Duration = Duration::from_secs(5);
const POLL: Duration = Duration::from_millis(10);

/// A started peer.
#[derive(Debug)]
pub struct Process {
    peer: &'static str,
    child: Child,
    stdin: Option<ChildStdin>,
    lines: UnboundedReceiver<String>,
}

impl Process {
    /// Starts a command that reads its standard input to the end and then stops. What it prints on standard output is
    /// for [`Self::line`], on standard error for the person who runs the tests.
    ///
    /// # Errors
    /// When the program cannot be run.
    pub fn start(peer: &'static str, command: &mut Command) -> Result<Self, PeerError> {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .process_group(0)
            .spawn()?;
        let (sender, lines) = unbounded_channel();
        if let Some(stdout) = child.stdout.take() {
            thread::spawn(move || {
                BufReader::new(stdout)
                    .lines()
                    .map_while(Result::ok)
                    .all(|line| sender.send(line).is_ok())
            });
        }
        Ok(Self {
            peer,
            stdin: child.stdin.take(),
            child,
            lines,
        })
    }

    /// The next line that it prints.
    ///
    /// # Errors
    /// When it ends or stays silent for two minutes.
    pub async fn line(&mut self) -> Result<String, PeerError> {
        let said = match timeout(READY_WITHIN, self.lines.recv()).await {
            Ok(Some(line)) => return Ok(line),
            Ok(None) => "it ended".to_owned(),
            Err(_) => format!("it was silent for {} s", READY_WITHIN.as_secs()),
        };
        Err(PeerError::NotReady {
            peer: self.peer,
            said,
        })
    }

    /// Sends a line to it.
    ///
    /// # Errors
    /// When it has ended.
    pub fn say(&mut self, line: &str) -> Result<(), PeerError> {
        if let Some(stdin) = &mut self.stdin {
            writeln!(stdin, "{line}")?;
        }
        Ok(())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.stdin.take());
        for _ in 0..ENDED_WITHIN.as_millis() / POLL.as_millis() {
            if !matches!(self.child.try_wait(), Ok(None)) {
                break;
            }
            thread::sleep(POLL);
        }
        // Also when the leader is gone: it may have left others behind.
        if let Some(group) = i32::try_from(self.child.id())
            .ok()
            .and_then(rustix::process::Pid::from_raw)
        {
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
        let _ = self.child.wait();
    }
}
