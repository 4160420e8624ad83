//! Reading a `.env` file: strict, without substitution, so that nothing of this computer's own environment comes in.
//!
//! A line is blank, a comment, or `NAME=value`, with `export ` before it or not. A value in single quotes is taken as it
//! stands; in double quotes `\n`, `\r`, `\t`, `\"`, `\\` and `\$` are read; both may go over several lines. Without quotes a value ends
//! at the line's end or before ` #`. `$NAME` stays as it is written, and is told.

use claviger_crypto::secret::SecretBytes;
use claviger_model::secret::{MAX_VALUE_BYTES, Variable};
use zeroize::Zeroizing;

/// The largest file that is read, in bytes.
pub(crate) const MAX_FILE_BYTES: usize = 4 * 1024 * 1024;

/// One variable.
pub(crate) struct Entry {
    /// Where it begins, counted from 1.
    pub(crate) line: u32,
    /// Its name.
    pub(crate) name: Variable,
    /// Its value.
    pub(crate) value: SecretBytes,
    /// Whether a program that reads such files might put another variable in for a part of the value.
    pub(crate) refers: bool,
}

/// A line that is none of these; the value is never quoted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wrong {
    /// Where, counted from 1.
    pub(crate) line: u32,
    /// What.
    pub(crate) what: What,
}

/// What is wrong with a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
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

/// Why nothing was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FileError {
    /// More than [`MAX_FILE_BYTES`].
    #[error("the file has more than {MAX_FILE_BYTES} bytes")]
    TooLarge,
    /// Not text.
    #[error("the file is not UTF-8 text")]
    NotText,
}

/// Reads a file.
///
/// # Errors
/// When it is too large or no text; a bad line is told beside the good ones.
pub(crate) fn read(file: &[u8]) -> Result<(Vec<Entry>, Vec<Wrong>), FileError> {
    if file.len() > MAX_FILE_BYTES {
        return Err(FileError::TooLarge);
    }
    let text = std::str::from_utf8(file).map_err(|_| FileError::NotText)?;
    let mut rest = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let (mut line, mut entries, mut wrong) = (1, Vec::new(), Vec::new());
    while !rest.is_empty() {
        let (this, next) = split_line(rest);
        let trimmed = this.trim();
        let mut after = next;
        if !trimmed.is_empty() && !trimmed.starts_with('#') {
            match assignment(rest, line) {
                Ok((entry, left)) => {
                    entries.push(entry);
                    after = left;
                }
                Err(what) => wrong.push(Wrong { line, what }),
            }
        }
        let taken = rest.len() - after.len();
        line += lines(rest.get(..taken).unwrap_or_default());
        rest = after;
    }
    Ok((entries, wrong))
}

fn assignment(text: &str, line: u32) -> Result<(Entry, &str), What> {
    let (this, _) = split_line(text);
    let at = this.find('=').ok_or(What::NoValue)?;
    let (name, value) = (
        text.get(..at).unwrap_or_default(),
        text.get(at + 1..).unwrap_or_default(),
    );
    let name = name.trim();
    let name = name
        .strip_prefix("export")
        .filter(|rest| rest.starts_with([' ', '\t']))
        .unwrap_or(name);
    let name = Variable::parse(name.trim()).map_err(|_| What::Name)?;
    let value = value.trim_start_matches([' ', '\t']);
    let (value, refers, left) = match value.chars().next() {
        Some('\'') => {
            let (value, left) = single(value.get(1..).unwrap_or_default())?;
            (value, false, left)
        }
        Some('"') => double(value.get(1..).unwrap_or_default())?,
        _ => bare(value),
    };
    if value.len() > MAX_VALUE_BYTES {
        return Err(What::TooLarge);
    }
    let entry = Entry {
        line,
        name,
        value: SecretBytes::copy_from(value.as_bytes()),
        refers,
    };
    Ok((entry, left))
}

fn single(text: &str) -> Result<(Zeroizing<String>, &str), What> {
    let end = text.find('\'').ok_or(What::OpenQuote)?;
    let value = Zeroizing::new(text.get(..end).unwrap_or_default().to_owned());
    Ok((value, closed(text.get(end + 1..).unwrap_or_default())?))
}

fn double(text: &str) -> Result<(Zeroizing<String>, bool, &str), What> {
    // As long as the text at most, so that it never grows and leaves a copy behind.
    let mut value = Zeroizing::new(String::with_capacity(text.len().min(MAX_VALUE_BYTES + 4)));
    let (mut refers, mut chars) = (false, text.char_indices());
    while let Some((at, c)) = chars.next() {
        if value.len() > MAX_VALUE_BYTES {
            return Err(What::TooLarge);
        }
        match c {
            '"' => return Ok((value, refers, closed(text.get(at + 1..).unwrap_or_default())?)),
            '\\' => match chars.next() {
                Some((_, 'n')) => value.push('\n'),
                Some((_, 'r')) => value.push('\r'),
                Some((_, 't')) => value.push('\t'),
                Some((_, escaped @ ('"' | '\\' | '$'))) => value.push(escaped),
                Some((_, other)) => {
                    value.push('\\');
                    value.push(other);
                }
                None => return Err(What::OpenQuote),
            },
            other => {
                refers |= other == '$';
                value.push(other);
            }
        }
    }
    Err(What::OpenQuote)
}

fn bare(text: &str) -> (Zeroizing<String>, bool, &str) {
    let (this, left) = split_line(text);
    let comment = this
        .char_indices()
        .find(|(at, c)| {
            *c == '#'
                && (*at == 0
                    || this
                        .get(..*at)
                        .is_some_and(|before| before.ends_with([' ', '\t'])))
        })
        .map_or(this.len(), |(at, _)| at);
    let value = this.get(..comment).unwrap_or_default().trim_end();
    (Zeroizing::new(value.to_owned()), value.contains('$'), left)
}

/// What follows a closing quote: nothing but white space and a comment.
fn closed(text: &str) -> Result<&str, What> {
    let (this, left) = split_line(text);
    let this = this.trim();
    if this.is_empty() || this.starts_with('#') {
        Ok(left)
    } else {
        Err(What::AfterQuote)
    }
}

/// A line without its end, and what comes after it.
fn split_line(text: &str) -> (&str, &str) {
    let (this, left) = text.split_once('\n').unwrap_or((text, ""));
    (this.strip_suffix('\r').unwrap_or(this), left)
}

fn lines(text: &str) -> u32 {
    u32::try_from(text.matches('\n').count()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
