//! The grammar: `or` binds less than `and`, `and` less than `not`; brackets and parentheses nest to a bounded depth.

use super::{
    Attribute, DEEPEST, Filter, LONGEST, MOST_TERMS, Operator, Path,
    lex::{Token, tokens},
};
use serde_json::Value;

/// Why a filter or path is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FilterError {
    /// Not of the grammar.
    #[error("the filter is not of the grammar of RFC 7644, 3.4.2.2")]
    Form,
    /// Too long.
    #[error("a filter can have {LONGEST} bytes")]
    Long,
    /// Too deep.
    #[error("a filter can be nested {DEEPEST} deep")]
    Deep,
    /// Too many comparisons.
    #[error("a filter can have {MOST_TERMS} comparisons")]
    Terms,
}

struct Parser {
    tokens: std::vec::IntoIter<Token>,
    terms: usize,
}

pub(super) fn filter(text: &str) -> Result<Filter, FilterError> {
    let mut parser = Parser::of(text)?;
    let filter = parser.disjunction(0, true)?;
    parser.end()?;
    Ok(filter)
}

pub(super) fn path(text: &str) -> Result<Path, FilterError> {
    let mut parser = Parser::of(text)?;
    let attribute = parser.attribute()?;
    let mut path = Path {
        attribute,
        filter: None,
        sub: None,
    };
    if parser.peek() == Some(&Token::OpenBracket) {
        parser.tokens.next();
        if path.attribute.sub.is_some() {
            return Err(FilterError::Form);
        }
        path.filter = Some(parser.disjunction(1, false)?);
        parser.expect(&Token::CloseBracket)?;
        if parser.peek() == Some(&Token::Dot) {
            parser.tokens.next();
            let sub = parser.attribute()?;
            if sub.schema.is_some() || sub.sub.is_some() {
                return Err(FilterError::Form);
            }
            path.sub = Some(sub.name);
        }
    }
    parser.end()?;
    Ok(path)
}

impl Parser {
    fn of(text: &str) -> Result<Self, FilterError> {
        if text.len() > LONGEST {
            return Err(FilterError::Long);
        }
        Ok(Self {
            tokens: tokens(text)?.into_iter(),
            terms: 0,
        })
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.as_slice().first()
    }

    fn peek_word(&self, word: &str) -> bool {
        matches!(self.peek(), Some(Token::Word(text)) if text.eq_ignore_ascii_case(word))
    }

    fn expect(&mut self, token: &Token) -> Result<(), FilterError> {
        if self.tokens.next().as_ref() == Some(token) {
            Ok(())
        } else {
            Err(FilterError::Form)
        }
    }

    fn end(&mut self) -> Result<(), FilterError> {
        self.tokens.next().map_or(Ok(()), |_| Err(FilterError::Form))
    }

    fn disjunction(&mut self, depth: usize, values: bool) -> Result<Filter, FilterError> {
        let mut left = self.conjunction(depth, values)?;
        while self.peek_word("or") {
            self.tokens.next();
            let right = self.conjunction(depth, values)?;
            left = Filter::Or(Box::new(left), Box::new(right));
        }
        Ok(left)
    }

    fn conjunction(&mut self, depth: usize, values: bool) -> Result<Filter, FilterError> {
        let mut left = self.term(depth, values)?;
        while self.peek_word("and") {
            self.tokens.next();
            let right = self.term(depth, values)?;
            left = Filter::And(Box::new(left), Box::new(right));
        }
        Ok(left)
    }

    /// `values`: whether brackets may stand here, which they may not within brackets.
    fn term(&mut self, depth: usize, values: bool) -> Result<Filter, FilterError> {
        if depth >= DEEPEST {
            return Err(FilterError::Deep);
        }
        let negated = self.peek_word("not");
        if negated {
            self.tokens.next();
        }
        if self.peek() == Some(&Token::Open) {
            self.tokens.next();
            let inner = self.disjunction(depth + 1, values)?;
            self.expect(&Token::Close)?;
            return Ok(if negated {
                Filter::Not(Box::new(inner))
            } else {
                inner
            });
        }
        if negated {
            return Err(FilterError::Form);
        }
        let attribute = self.attribute()?;
        if values && self.peek() == Some(&Token::OpenBracket) {
            if attribute.sub.is_some() {
                return Err(FilterError::Form);
            }
            self.tokens.next();
            let inner = self.disjunction(depth + 1, false)?;
            self.expect(&Token::CloseBracket)?;
            return Ok(Filter::Within(attribute, Box::new(inner)));
        }
        self.comparison(attribute)
    }

    fn comparison(&mut self, attribute: Attribute) -> Result<Filter, FilterError> {
        self.terms += 1;
        if self.terms > MOST_TERMS {
            return Err(FilterError::Terms);
        }
        let Some(Token::Word(operator)) = self.tokens.next() else {
            return Err(FilterError::Form);
        };
        if operator.eq_ignore_ascii_case("pr") {
            return Ok(Filter::Present(attribute));
        }
        let operator = Operator::parse(&operator).ok_or(FilterError::Form)?;
        let value = match self.tokens.next() {
            Some(Token::Constant(value)) => value,
            // JSON writes these small; Entra ID writes `True`.
            Some(Token::Word(word)) if word.eq_ignore_ascii_case("true") => Value::Bool(true),
            Some(Token::Word(word)) if word.eq_ignore_ascii_case("false") => Value::Bool(false),
            Some(Token::Word(word)) if word == "null" => Value::Null,
            _ => return Err(FilterError::Form),
        };
        let equality = matches!(operator, Operator::Eq | Operator::Ne);
        if !equality && !matches!(value, Value::String(_) | Value::Number(_)) {
            return Err(FilterError::Form);
        }
        Ok(Filter::Compare(attribute, operator, value))
    }

    fn attribute(&mut self) -> Result<Attribute, FilterError> {
        match self.tokens.next() {
            Some(Token::Word(word)) => attribute(&word).ok_or(FilterError::Form),
            _ => Err(FilterError::Form),
        }
    }
}

/// `[URN ":"] name ["." name]`; a URN has dots and colons of its own, and ends at its last colon.
fn attribute(word: &str) -> Option<Attribute> {
    let (schema, rest) = match word.rsplit_once(':') {
        Some((schema, rest)) if is_urn(schema) => (Some(schema.to_owned()), rest),
        Some(_) => return None,
        None => (None, word),
    };
    let (name, sub) = match rest.split_once('.') {
        Some((name, sub)) => (name, Some(sub)),
        None => (rest, None),
    };
    let good = is_name(name) && sub.is_none_or(is_name);
    good.then(|| Attribute {
        schema,
        name: name.to_owned(),
        sub: sub.map(str::to_owned),
    })
}

fn is_urn(text: &str) -> bool {
    text.get(..4)
        .is_some_and(|start| start.eq_ignore_ascii_case("urn:"))
        && !text.ends_with(':')
}

/// A letter, then letters, digits, `-` and `_`; `$ref` is the one exception of RFC 7643.
fn is_name(text: &str) -> bool {
    let plain = text.strip_prefix('$').unwrap_or(text);
    plain.starts_with(|c: char| c.is_ascii_alphabetic())
        && plain
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}
