//! Entry point of `claviger-demo`.

use anyhow::Context;
use clap::{Parser, Subcommand};
use claviger_server::config::Sources;
use std::path::PathBuf;

/// Makes the demonstration organization.
#[derive(Debug, Parser)]
#[command(name = "claviger-demo", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Fill an empty database with the demonstration organization.
    Seed {
        /// The server's configuration.
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
        /// Where to write the people for the identity provider.
        #[arg(long, value_name = "FILE")]
        provider_people: PathBuf,
    },
}

fn main() -> anyhow::Result<()> {
    let Command::Seed {
        config,
        provider_people,
    } = Arguments::parse().command;
    let config = Sources::of_process(Some(config))
        .load()
        .context("the configuration cannot be used")?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(claviger_demo::seed::run(&config))?;
    claviger_demo::provider::write(&provider_people)
}
