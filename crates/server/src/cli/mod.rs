//! The command line: serve, migrate, check, connected, bootstrap, keys, report.

mod bootstrap;
mod check;
mod connected;
mod keys;
mod logging;
mod migrate;
mod report;
mod serve;

use crate::config::Sources;
use anyhow::Context;
use clap::{Parser, Subcommand};
use std::{io::Write, path::PathBuf, process::ExitCode};

/// The server of Claviger, a vault for teams.
#[derive(Debug, Parser)]
#[command(name = "claviger-server", version)]
struct Arguments {
    /// The configuration, `server.toml`; settings are also taken from CLAVIGER_… and systemd credentials.
    #[arg(long, global = true, env = "CLAVIGER_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve until SIGTERM or SIGINT; prints where it listens.
    Serve {
        /// Serve the database that `claviger-demo` made; on loopback only.
        #[arg(long)]
        demonstration: bool,
        /// While there is no Owner, write a new bootstrap code to this new file, readable by its owner only.
        #[arg(long, value_name = "FILE")]
        bootstrap_file: Option<PathBuf>,
    },
    /// Bring the database to this program's version.
    Migrate {
        /// Give this PostgreSQL role what `serve` needs, and no right to change what stands in the log.
        #[arg(long, value_name = "NAME")]
        server_role: Option<String>,
    },
    /// Check configuration, database, keys and identity provider, and say what is wrong.
    Check,
    /// List the accounts in the connected systems, each with whose it is by the rules.
    Connected,
    /// Make a one-time code that makes the first Owner; good for 60 minutes.
    Bootstrap {
        /// Write the code to this new file, readable by its owner only, instead of the terminal.
        #[arg(long, value_name = "FILE")]
        file: Option<PathBuf>,
    },
    /// Show or rotate the keys of the server; on a SQLite file while no server runs.
    Keys {
        #[command(subcommand)]
        command: keys::Command,
    },
    /// Check a report of offboarding; needs no configuration and no connection.
    Report {
        #[command(subcommand)]
        command: report::Command,
    },
}

/// Runs the program.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let sources = Sources::of_process(arguments.config);
    logging::start(sources.log_format());
    match execute(arguments.command, &sources) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // The chain, one cause a line; errors hold no secrets.
            let mut out = std::io::stderr().lock();
            let _ = writeln!(out, "claviger-server: {error}");
            for cause in error.chain().skip(1) {
                let _ = writeln!(out, "  because {cause}");
            }
            match error.is::<report::Unchecked>() {
                true => ExitCode::from(report::Unchecked::CODE),
                false => ExitCode::FAILURE,
            }
        }
    }
}

fn execute(command: Command, sources: &Sources) -> anyhow::Result<()> {
    // Debug builds stay open to debuggers; see the crate's own advice.
    if !cfg!(debug_assertions) {
        secmem_proc::harden_process()
            .map_err(|error| anyhow::anyhow!("{error}"))
            .context("the process could not be hardened")?;
    }
    if let Command::Report { command } = command {
        return report::run(command);
    }
    install_crypto();
    let config = sources.load().context("the configuration cannot be used")?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let done = runtime.block_on(async {
        match command {
            Command::Serve {
                demonstration,
                bootstrap_file,
            } => serve::run(config, demonstration, bootstrap_file).await,
            Command::Migrate { server_role } => migrate::run(config, server_role.as_deref()).await,
            Command::Check => check::run(config).await,
            Command::Connected => connected::run(config).await,
            Command::Bootstrap { file } => bootstrap::run(config, file).await,
            Command::Keys { command } => keys::run(config, command).await,
            Command::Report { command } => report::run(command),
        }
    });
    // A keyring that asks somebody for a password may never answer the thread that waits for it.
    runtime.shutdown_timeout(STRAGGLERS);
    done
}

/// How long what still blocks may take when everything is done.
const STRAGGLERS: std::time::Duration = std::time::Duration::from_secs(1);

/// Makes `ring` the one cryptography of TLS in this process; a second call changes nothing.
pub fn install_crypto() {
    // An error means that one is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// Writes one line for the caller of the program.
fn say(line: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}
