//! A run of tests that must find some: a renamed test would otherwise pass by not being there.

use anyhow::{Context, Result, bail};
use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

/// Runs `cargo test …`, shows what it prints, and fails when nothing ran.
pub fn run_some(command: &mut Command, what: &str) -> Result<()> {
    let mut process = command
        .stdout(Stdio::piped())
        .spawn()
        .context("could not run `cargo`")?;
    let mut passed = 0;
    if let Some(stdout) = process.stdout.take() {
        for line in BufReader::new(stdout).lines() {
            let line = line?;
            passed += passed_in(&line);
            println!("{line}");
        }
    }
    let status = process.wait()?;
    match (status.success(), passed) {
        (false, _) => bail!("{what} failed ({status})"),
        (true, 0) => bail!("no test for {what} was found"),
        (true, _) => Ok(()),
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
}
