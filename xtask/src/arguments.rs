//! What was asked for.

use anyhow::{Result, bail};

pub const USAGE: &str = "\
cargo xtask <command>

  setup                     system packages, npm packages, the page
  run [--reset] [--release] the demonstration: provider, server, and the app in front
  test [--fast] [filter]    everything that must be green; --fast leaves the journeys out
  bench [--json] [name]     measures, beside its peers, in a release build; with a name only that part, such as `server`
  soak [filter]             the campaigns, at full counts
  bindings                  writes the page's bindings anew
  screenshots               takes the pictures in docs/pictures anew";

#[derive(Debug, PartialEq, Eq)]
pub enum Command {
    Help,
    Setup,
    Run(RunOptions),
    Test(TestOptions),
    Bench(BenchOptions),
    Soak { filter: Option<String> },
    Bindings,
    Screenshots,
}

#[derive(Debug, Default, PartialEq, Eq, Clone, Copy)]
pub struct RunOptions {
    pub reset: bool,
    pub release: bool,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub struct BenchOptions {
    pub json: bool,
    /// The bench target; all of them without one.
    pub name: Option<String>,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub struct TestOptions {
    pub fast: bool,
    pub filter: Option<String>,
}

pub fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Command> {
    let mut arguments = arguments.into_iter();
    let Some(name) = arguments.next() else {
        return Ok(Command::Help);
    };
    let mut rest = Rest(arguments.collect());
    let command = match name.as_str() {
        "help" | "--help" | "-h" => Command::Help,
        "setup" => Command::Setup,
        "run" => Command::Run(RunOptions {
            reset: rest.flag("--reset"),
            release: rest.flag("--release"),
        }),
        "test" => Command::Test(TestOptions {
            fast: rest.flag("--fast"),
            filter: rest.word(),
        }),
        "bench" => Command::Bench(BenchOptions {
            json: rest.flag("--json"),
            name: rest.word(),
        }),
        "soak" => Command::Soak { filter: rest.word() },
        "bindings" => Command::Bindings,
        "screenshots" => Command::Screenshots,
        _ => bail!("there is no command `{name}`\n\n{USAGE}"),
    };
    match rest.0.first() {
        Some(unknown) => bail!("`{name}` does not take `{unknown}`\n\n{USAGE}"),
        None => Ok(command),
    }
}

/// Arguments that nobody has taken yet.
struct Rest(Vec<String>);

impl Rest {
    fn flag(&mut self, name: &str) -> bool {
        let before = self.0.len();
        self.0.retain(|argument| argument != name);
        self.0.len() < before
    }

    fn word(&mut self) -> Option<String> {
        let at = self.0.iter().position(|argument| !argument.starts_with('-'))?;
        Some(self.0.remove(at))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn words(line: &str) -> Result<Command> {
        parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn options_come_in_any_order() {
        let wanted = Command::Test(TestOptions {
            fast: true,
            filter: Some("ledger".to_owned()),
        });
        assert_eq!(words("test ledger --fast").unwrap(), wanted);
        assert_eq!(words("test --fast ledger").unwrap(), wanted);
        assert_eq!(
            words("run --reset").unwrap(),
            Command::Run(RunOptions {
                reset: true,
                release: false
            })
        );
        let server = BenchOptions {
            json: true,
            name: Some("server".to_owned()),
        };
        assert_eq!(words("bench server --json").unwrap(), Command::Bench(server));
        assert_eq!(words("").unwrap(), Command::Help);
    }

    #[test]
    fn what_is_unknown_is_refused() {
        for line in ["tset", "bench --jsno", "test one two", "setup now"] {
            assert!(words(line).is_err(), "`{line}`");
        }
    }
}
