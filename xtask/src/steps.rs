//! Steps that go on after a failure, and what is said at the end.

use anyhow::{Result, bail};
use std::{
    fmt::Write,
    time::{Duration, Instant},
};

/// Steps done so far.
#[derive(Debug, Default)]
pub struct Steps(Vec<Step>);

#[derive(Debug)]
struct Step {
    name: String,
    took: Duration,
    failure: Option<String>,
}

impl Steps {
    /// Runs a step and remembers how it went. Replies whether it went well.
    #[expect(clippy::disallowed_methods, reason = "measures how long a step takes")]
    pub fn run(&mut self, name: &str, step: impl FnOnce() -> Result<()>) -> bool {
        println!("\n==> {name}");
        let start = Instant::now();
        let failure = step().err().map(|error| format!("{error:#}"));
        if let Some(failure) = &failure {
            eprintln!("xtask: {failure}");
        }
        let well = failure.is_none();
        self.0.push(Step {
            name: name.to_owned(),
            took: start.elapsed(),
            failure,
        });
        well
    }

    /// Prints the summary; an error when a step failed.
    pub fn conclude(&self) -> Result<()> {
        println!("\n{}", self.summary());
        for (name, failure) in self
            .0
            .iter()
            .filter_map(|step| Some((&step.name, step.failure.as_ref()?)))
        {
            println!("{name}: {failure}\n");
        }
        match self.0.iter().filter(|step| step.failure.is_some()).count() {
            0 => Ok(()),
            failed => bail!("{failed} of {} steps failed", self.0.len()),
        }
    }

    fn summary(&self) -> String {
        let width = self
            .0
            .iter()
            .map(|step| step.name.chars().count())
            .max()
            .unwrap_or(0);
        let mut text = String::new();
        for Step { name, took, failure } in &self.0 {
            let outcome = if failure.is_some() { "FAILED" } else { "ok" };
            // Writing to a String cannot fail.
            let _ = writeln!(
                text,
                "  {name:<width$}  {outcome:<6}  {:>7.1} s",
                took.as_secs_f64()
            );
        }
        text
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn goes_on_after_a_failure_and_fails_at_the_end() {
        let mut steps = Steps::default();
        assert!(!steps.run("first", || bail!("no")));
        assert!(steps.run("the second", || Ok(())));
        assert_eq!(steps.conclude().unwrap_err().to_string(), "1 of 2 steps failed");
        let summary = steps.summary();
        let lines: Vec<_> = summary
            .lines()
            .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
            .collect();
        assert!(
            lines.first().unwrap().starts_with("first FAILED 0.0 s"),
            "{summary}"
        );
        assert!(
            lines.last().unwrap().starts_with("the second ok 0.0 s"),
            "{summary}"
        );
    }

    #[test]
    fn all_green_is_no_error() {
        let mut steps = Steps::default();
        steps.run("only", || Ok(()));
        assert!(steps.conclude().is_ok());
    }
}
