//! Importing a `.env` file: what was found in it, never its values.

use super::{problem::Problem, secret::SecretKind};
use serde::{Deserialize, Serialize};
use specta::Type;

/// A file that was read and waits to be imported; its values stay in this process.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct EnvFile {
    /// To be handed back.
    pub id: String,
    /// What the file is called, without where it lies.
    pub name: String,
    /// Variables, in the order of the file.
    pub entries: Vec<EnvEntry>,
    /// Lines that are no variables.
    pub problems: Vec<EnvLineProblem>,
}

/// A variable of the file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct EnvEntry {
    /// Where it begins, counted from 1; names it within the file.
    pub line: u32,
    /// Its name.
    pub name: String,
    /// What its name and form suggest.
    pub kind: SecretKind,
    /// How long the value is, in bytes.
    pub bytes: u32,
    /// A later line has the same name; programs take that one.
    pub overridden: bool,
    /// The secret of this name or variable that stands in the place already.
    pub existing: Option<EnvExisting>,
    /// Set as a variable, it would make many programs run other code (rule 35); a run refuses it.
    pub runs_code: bool,
    /// The value mentions another variable, which is not put in.
    pub refers: bool,
}

/// A secret that a variable of the file would be a new version of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct EnvExisting {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// Whether this person may write a version of it.
    pub may_write: bool,
}

/// A line that is no variable.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct EnvLineProblem {
    /// Where, counted from 1.
    pub line: u32,
    /// What is wrong.
    pub what: EnvLineWrong,
}

/// What is wrong with a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum EnvLineWrong {
    /// No `=`.
    NoValue,
    /// Not the name of a variable.
    Name,
    /// A quote is not closed.
    OpenQuote,
    /// Something stands after the closing quote.
    AfterQuote,
    /// More than 64 KiB.
    TooLarge,
}

/// What a variable shall become. What is left out is not handed in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct EnvChoice {
    /// Its line.
    pub line: u32,
    /// As what.
    pub into: EnvInto,
}

/// As what a variable is taken in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum EnvInto {
    /// A secret of its own.
    New {
        /// What it is called.
        title: String,
        /// What it is.
        kind: SecretKind,
    },
    /// A new version of the one that stands there.
    Version {
        /// Of which.
        secret: String,
    },
}

/// What became of a variable.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct EnvOutcome {
    /// Its line.
    pub line: u32,
    /// The secret that was made or has a new version.
    pub secret: Option<String>,
    /// Why not.
    pub problem: Option<Problem>,
}
