//! Child processes that end when this one does, however it ends: closing their standard input is enough.

use anyhow::{Context, Result, bail};
use std::{
    io::{BufRead, BufReader},
    net::{SocketAddr, TcpStream},
    os::unix::process::CommandExt,
    process::{Child as Process, ChildStdin, Command, ExitStatus, Stdio},
    thread,
    time::Duration,
};

/// Ends a program that does not watch its standard input itself, and ends with the program's own status.
const WATCH: &str = r#"exec 3<&0
"$@" </dev/null 3<&- & child=$!
{ cat >/dev/null; kill "$child" 2>/dev/null; } <&3 & watcher=$!
wait "$child"; status=$?
kill "$watcher" 2>/dev/null
exit "$status""#;

const POLL: Duration = Duration::from_millis(50);

/// A running child.
pub struct Child {
    name: &'static str,
    process: Process,
    stdin: Option<ChildStdin>,
}

impl Child {
    /// Starts a program that ends by itself when its standard input does.
    pub fn start(name: &'static str, command: &mut Command) -> Result<Self> {
        // A group of its own: Ctrl+C is for this process, and the rest follows as it does when this one ends otherwise.
        let mut process = command
            .stdin(Stdio::piped())
            .process_group(0)
            .spawn()
            .with_context(|| format!("could not start the {name}"))?;
        Ok(Self {
            name,
            stdin: process.stdin.take(),
            process,
        })
    }

    /// Starts any other program.
    pub fn watched(name: &'static str, command: &Command) -> Result<Self> {
        let mut shell = Command::new("sh");
        shell
            .args(["-c", WATCH, "claviger-watch"])
            .arg(command.get_program())
            .args(command.get_args());
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => shell.env(name, value),
                None => shell.env_remove(name),
            };
        }
        Self::start(name, &mut shell)
    }

    /// The first line that it prints, when its standard output is piped.
    pub fn first_line(&mut self) -> Result<String> {
        let stdout = self
            .process
            .stdout
            .take()
            .context("its standard output is not piped")?;
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        if line.is_empty() {
            bail!("the {} ended before it was ready", self.name);
        }
        Ok(line.trim_end().to_owned())
    }

    /// Waits until it ends by itself.
    pub fn wait(mut self) -> Result<ExitStatus> {
        let status = self.process.wait();
        status.with_context(|| format!("could not wait for the {}", self.name))
    }

    /// Waits until it accepts connections.
    pub fn wait_for(&mut self, address: SocketAddr, within: Duration) -> Result<()> {
        for _ in 0..within.as_millis() / POLL.as_millis() {
            if let Some(status) = self.process.try_wait()? {
                bail!("the {} ended before it was ready ({status})", self.name);
            }
            if TcpStream::connect_timeout(&address, POLL).is_ok() {
                return Ok(());
            }
            thread::sleep(POLL);
        }
        bail!(
            "the {} did not listen on {address} within {} s",
            self.name,
            within.as_secs()
        );
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        drop(self.stdin.take());
        let _ = self.process.wait();
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use std::path::PathBuf;

    #[test]
    fn a_watched_program_ends_with_its_guard() {
        let note = std::env::temp_dir().join(format!("claviger-watch-{}", std::process::id()));
        let mut command = Command::new("sh");
        command
            .args([
                "-c",
                "trap 'echo ended >\"$0\"; exit' TERM; while :; do sleep 0.05; done",
            ])
            .arg(&note);
        let child = Child::watched("sleeper", &command).unwrap();
        thread::sleep(Duration::from_millis(200));
        drop(child);
        assert_eq!(read_and_remove(note), "ended\n");
    }

    #[test]
    fn one_that_ends_early_is_noticed() {
        let mut child = Child::watched("server", Command::new("false").arg("x")).unwrap();
        let error = child
            .wait_for("127.0.0.1:1".parse().unwrap(), Duration::from_secs(5))
            .unwrap_err();
        assert!(error.to_string().contains("ended before it was ready"), "{error}");
    }

    fn read_and_remove(path: PathBuf) -> String {
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::remove_file(path).unwrap();
        text
    }
}
