//! Everything that must be green.

use crate::{
    arguments::TestOptions,
    cargo::{cargo, finish},
    counted,
    places::Places,
    setup,
    steps::Steps,
};
use anyhow::Result;
use std::{
    path::Path,
    process::{Command, Stdio},
};

/// What `--fast` leaves out: tests with this word in their path.
const JOURNEY: &str = "journey";

pub fn test(places: &Places, options: &TestOptions) -> Result<()> {
    let mut steps = Steps::default();
    setup::steps_of(places, &mut steps);
    steps.run("format", || {
        finish(&mut cargo(places, &["fmt", "--all", "--check"]))
    });
    for script in ["lint", "check", "test"] {
        steps.run(&format!("page: {script}"), || {
            finish(
                Command::new("npm")
                    .args(["run", "--silent", script])
                    .current_dir(places.page()),
            )
        });
    }
    let clippy = ["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"];
    steps.run("clippy", || finish(&mut cargo(places, &clippy)));
    // Programs and tests in one go, so that both stand on the same features.
    let built = steps.run("build", || {
        finish(&mut cargo(places, &["build", "--workspace", "--bins", "--tests"]))
    });
    let mut openbao = None;
    steps.run("openbao", || {
        openbao = Some(setup::openbao(places)?);
        Ok(())
    });
    if built {
        steps.run("tests", || {
            let mut tests = tests(places, options);
            if let Some(program) = &openbao {
                tests.env("CLAVIGER_OPENBAO_BIN", program);
            }
            counted::run(&mut tests, "the tests")
        });
    }
    match setup::cargo_deny(places) {
        Ok(program) => dependencies(places, &program, &mut steps),
        Err(error) => {
            println!("\ncargo-deny is not to be had ({error:#}): the dependencies were not checked")
        }
    }
    steps.conclude()
}

/// Licences, bans and sources by `deny.toml`; known vulnerabilities only where their database can be fetched.
fn dependencies(places: &Places, program: &Path, steps: &mut Steps) {
    let deny = |words: &[&str]| {
        let mut command = Command::new(program);
        command.args(words).current_dir(&places.root);
        command
    };
    steps.run("licences, bans, sources", || {
        finish(&mut deny(&[
            "check",
            "--hide-inclusion-graph",
            "licenses",
            "bans",
            "sources",
        ]))
    });
    let fetched = deny(&["fetch", "db"]).stderr(Stdio::null()).status();
    if fetched.is_ok_and(|status| status.success()) {
        // What is known of others' code changes without this tree: it is said, and turns no green tree red.
        println!("\n==> advisories");
        if let Err(error) = finish(&mut deny(&["check", "--disable-fetch", "advisories"])) {
            println!("somebody has to look at these ({error:#})");
        }
    } else {
        println!("\nthe database of advisories is out of reach: known vulnerabilities were not checked");
    }
}

fn tests(places: &Places, options: &TestOptions) -> Command {
    let mut command = cargo(places, &["test", "--workspace", "--no-fail-fast"]);
    command.args(&options.filter);
    if options.fast {
        command.args(["--", "--skip", JOURNEY]);
    }
    command
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn fast_skips_journeys_and_nothing_else() {
        let places = Places::find().unwrap();
        let arguments = |options: &TestOptions| {
            let command = super::tests(&places, options);
            command
                .get_args()
                .map(|argument| argument.to_string_lossy().into_owned())
                .collect::<Vec<_>>()
                .join(" ")
        };
        assert_eq!(
            arguments(&TestOptions::default()),
            "test --workspace --no-fail-fast"
        );
        let fast = TestOptions {
            fast: true,
            filter: Some("lease".to_owned()),
        };
        assert_eq!(
            arguments(&fast),
            "test --workspace --no-fail-fast lease -- --skip journey"
        );
    }
}
