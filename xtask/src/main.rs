//! The project's own commands. `cargo xtask` lists them; a command is a file and a line in `dispatch`.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line tool speaks to a terminal"
)]

mod arguments;
mod bench;
mod bindings;
mod cargo;
mod child;
mod counted;
mod places;
mod run;
mod screenshots;
mod setup;
mod soak;
mod steps;
mod table;
mod test;

use anyhow::Result;
use arguments::{Command, USAGE};
use places::Places;
use std::process::ExitCode;

fn main() -> ExitCode {
    match dispatch() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch() -> Result<ExitCode> {
    let command = arguments::parse(std::env::args().skip(1))?;
    let places = Places::find()?;
    match command {
        Command::Help => {
            println!("{USAGE}");
            Ok(())
        }
        Command::Setup => setup::everything(&places),
        Command::Run(options) => return run::run(&places, options),
        Command::Test(options) => test::test(&places, &options),
        Command::Bench(options) => bench::bench(&places, &options),
        Command::Soak { filter } => soak::soak(&places, filter.as_deref()),
        Command::Bindings => bindings::bindings(&places),
        Command::Screenshots => screenshots::screenshots(&places),
    }
    .map(|()| ExitCode::SUCCESS)
}
