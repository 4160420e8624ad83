//! A run of tests that is read while it goes by: how many passed, and which failed with what words.
//!
//! Thousands of lines pass; what failed must stand at the end, and a renamed test must not pass by not being there.

use anyhow::{Context, Result, bail};
use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

/// So many lines of a failed test's words are repeated.
const WORDS: usize = 30;

/// Runs `cargo test …` and shows what it prints; an error names what failed.
pub fn run(command: &mut Command, what: &str) -> Result<()> {
    run_counted(command, what).map(|_| ())
}

/// The same; also an error when nothing ran.
pub fn run_some(command: &mut Command, what: &str) -> Result<()> {
    match run_counted(command, what)? {
        0 => bail!("no test for {what} was found"),
        _ => Ok(()),
    }
}

fn run_counted(command: &mut Command, what: &str) -> Result<u64> {
    let mut process = command
        .stdout(Stdio::piped())
        .spawn()
        .context("could not run `cargo`")?;
    let mut read = Read::default();
    if let Some(stdout) = process.stdout.take() {
        for line in BufReader::new(stdout).split(b'\n') {
            // A program may print anything.
            let line = line?;
            let line = String::from_utf8_lossy(&line);
            read.line(&line);
            println!("{line}");
        }
    }
    let status = process.wait()?;
    if status.success() {
        return Ok(read.passed);
    }
    bail!("{what} failed ({status}){}", read.failures())
}

/// What was read so far.
#[derive(Debug, Default)]
struct Read {
    passed: u64,
    failed: Vec<Failed>,
    /// Inside of the words of the last one that failed.
    inside: bool,
}

#[derive(Debug)]
struct Failed {
    name: String,
    words: Vec<String>,
}

impl Read {
    fn line(&mut self, line: &str) {
        self.passed += passed_in(line);
        let named = line
            .strip_prefix("---- ")
            .and_then(|rest| rest.strip_suffix(" stdout ----"));
        if let Some(name) = named {
            self.inside = true;
            self.failed.push(Failed {
                name: name.to_owned(),
                words: Vec::new(),
            });
        } else if line == "failures:" || line == "stack backtrace:" {
            self.inside = false;
        } else if let (true, Some(failed)) = (self.inside, self.failed.last_mut())
            && !line.trim().is_empty()
            && failed.words.len() < WORDS
        {
            failed.words.push(line.to_owned());
        }
    }

    fn failures(&self) -> String {
        let mut text = String::new();
        for Failed { name, words } in &self.failed {
            text.push_str("\n  ");
            text.push_str(name);
            for line in words {
                text.push_str("\n    ");
                text.push_str(line);
            }
        }
        text
    }
}

fn passed_in(line: &str) -> u64 {
    let Some(rest) = line.strip_prefix("test result: ") else {
        return 0;
    };
    let words: Vec<&str> = rest.split_whitespace().collect();
    let count = words.windows(2).find_map(|pair| match pair {
        [count, "passed;"] => count.parse().ok(),
        _ => None,
    });
    count.unwrap_or(0)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn counts_what_passed() {
        assert_eq!(
            passed_in("test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 3 filtered out"),
            12
        );
        assert_eq!(passed_in("test result: FAILED. 2 passed; 1 failed; 0 ignored"), 2);
        assert_eq!(passed_in("test campaign::kill ... ok"), 0);
    }

    #[test]
    fn what_failed_is_named_with_its_words_and_without_the_stack() {
        const PRINTED: &str = "test a::b ... FAILED\n\nfailures:\n\n---- a::b stdout ----\n\nthread 'a::b' panicked at x.rs:1:1:\nno such button\nstack backtrace:\n   0: core\n\n---- c stdout ----\nError: late\n\nfailures:\n    a::b\n    c\n\ntest result: FAILED. 3 passed; 2 failed;";
        let script = format!("printf '%s\\n' \"{PRINTED}\"; exit 3");
        let error = run(Command::new("sh").args(["-c", &script]), "tests").unwrap_err();
        assert_eq!(
            error.to_string(),
            "tests failed (exit status: 3)\n  a::b\n    thread 'a::b' panicked at x.rs:1:1:\n    no such button\n  c\n    Error: late"
        );
    }

    #[test]
    fn a_run_of_nothing_is_an_error_where_some_is_wanted() {
        let error = run_some(&mut Command::new("true"), "the campaigns").unwrap_err();
        assert_eq!(error.to_string(), "no test for the campaigns was found");
    }
}
