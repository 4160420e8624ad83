//! The words of a filter.

use super::parse::FilterError;
use serde_json::Value;

/// One word.
#[derive(Debug, Clone, PartialEq)]
pub enum Token {
    /// A name, an operator, `and`, `or`, `not`, `pr`.
    Word(String),
    /// A constant that is no word: a text or a number.
    Constant(Value),
    /// `(`.
    Open,
    /// `)`.
    Close,
    /// `[`.
    OpenBracket,
    /// `]`.
    CloseBracket,
    /// A dot after a bracket: the part of what was selected.
    Dot,
}

/// Takes a text apart.
pub fn tokens(text: &str) -> Result<Vec<Token>, FilterError> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start_matches(' ');
    while let Some(first) = rest.chars().next() {
        let (token, length) = match first {
            '(' => (Token::Open, 1),
            ')' => (Token::Close, 1),
            '[' => (Token::OpenBracket, 1),
            ']' => (Token::CloseBracket, 1),
            '.' => (Token::Dot, 1),
            '"' => text_constant(rest)?,
            '-' | '0'..='9' => number(rest)?,
            _ if first.is_ascii_alphabetic() || first == '$' => word(rest),
            _ => return Err(FilterError::Form),
        };
        tokens.push(token);
        rest = rest.get(length..).unwrap_or_default().trim_start_matches(' ');
    }
    Ok(tokens)
}

/// A JSON string, whatever is escaped in it.
fn text_constant(rest: &str) -> Result<(Token, usize), FilterError> {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => {
                let length = at + 1;
                let text = rest.get(..length).unwrap_or_default();
                let value = serde_json::from_str(text).map_err(|_| FilterError::Form)?;
                return Ok((Token::Constant(value), length));
            }
            _ => {}
        }
    }
    Err(FilterError::Form)
}

fn number(rest: &str) -> Result<(Token, usize), FilterError> {
    let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "+-.".contains(c)));
    let length = end.unwrap_or(rest.len());
    let text = rest.get(..length).unwrap_or_default();
    let value = serde_json::from_str(text).map_err(|_| FilterError::Form)?;
    Ok((Token::Constant(value), length))
}

/// Names may hold digits, `-` and `_`, a leading `$`, and of a URN colons and dots.
fn word(rest: &str) -> (Token, usize) {
    let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "-_:.$".contains(c)));
    let length = end.unwrap_or(rest.len());
    (
        Token::Word(rest.get(..length).unwrap_or_default().to_owned()),
        length,
    )
}
