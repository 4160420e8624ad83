//! The text that stands for a secret in the index.

use super::{fold, query::Word};
use std::ops::Range;
use zeroize::Zeroize;

/// What can be found of a secret.
#[derive(Debug, Clone)]
pub struct Searchable<'a> {
    /// What the list shows: the variable, or the name where there is none.
    pub name: &'a str,
    /// The scope's path.
    pub path: &'a str,
    /// The name behind a variable, tags, the owner.
    pub more: Vec<&'a str>,
}

/// One line of folded text: name, path and the rest, with the lengths of the first two in bytes. Erased when it is dropped.
#[derive(Debug, Clone)]
pub struct Line {
    text: Box<str>,
    name: u32,
    path: u32,
}

/// Where a word stands as it was typed, and what that is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// Byte in the line.
    pub(super) at: usize,
    pub(super) points: u16,
    /// Whether a word of the line begins there.
    pub(super) begins: bool,
}

/// Of a word of the name that is not its first one.
pub(super) const BEGINS_IN_NAME: u16 = 10;

impl Line {
    /// Joins what can be found.
    pub fn new(secret: &Searchable<'_>) -> Self {
        let more: usize = secret.more.iter().map(|more| more.len() + 1).sum();
        // Of the right size at once, so that no copy of a name is left behind.
        let mut text = String::with_capacity(secret.name.len() + 1 + secret.path.len() + more);
        fold::push(&mut text, secret.name);
        text.push(' ');
        fold::push(&mut text, secret.path);
        for more in &secret.more {
            text.push(' ');
            fold::push(&mut text, more);
        }
        Self {
            text: text.into_boxed_str(),
            name: u32::try_from(secret.name.len()).unwrap_or(u32::MAX),
            path: u32::try_from(secret.path.len()).unwrap_or(u32::MAX),
        }
    }

    /// The whole line.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The name alone.
    pub(super) fn name(&self) -> &str {
        self.text.get(self.name_bytes()).unwrap_or_default()
    }

    fn name_bytes(&self) -> Range<usize> {
        0..usize::try_from(self.name).unwrap_or(usize::MAX)
    }

    fn path_bytes(&self) -> Range<usize> {
        let begin = self.name_bytes().end.saturating_add(1);
        begin..begin.saturating_add(usize::try_from(self.path).unwrap_or(usize::MAX))
    }

    /// The best place where a word stands as it was typed. The beginning of a word counts more than what lies within one, and
    /// of the same kind the name more than the path, and that more than the rest.
    pub(super) fn place(&self, word: &Word) -> Option<Place> {
        let text = self.text.as_bytes();
        let mut best: Option<Place> = None;
        for at in word.find(text) {
            let is_letter = |at: usize| text.get(at).copied().is_some_and(fold::is_letter);
            let begins = at == 0 || !is_letter(at) || !is_letter(at - 1);
            let whole = begins && !is_letter(at + word.length());
            let points = match (at, begins) {
                (0, _) => BEGINS_IN_NAME + 2,
                (at, true) if self.name_bytes().contains(&at) => BEGINS_IN_NAME,
                (at, true) if self.path_bytes().contains(&at) => 7,
                (_, true) => 6,
                (at, false) if self.name_bytes().contains(&at) => 5,
                (at, false) if self.path_bytes().contains(&at) => 2,
                (_, false) => 1,
            };
            let place = Place {
                at,
                points: points + u16::from(whole),
                begins,
            };
            if best.is_none_or(|best| best.points < place.points) {
                best = Some(place);
            }
            if points >= BEGINS_IN_NAME {
                // Nothing better follows.
                break;
            }
        }
        best
    }

    /// Splits byte positions in the line into code points of the name and of the path, in order.
    pub(super) fn split_positions(&self, bytes: &[usize]) -> (Vec<u32>, Vec<u32>) {
        (
            self.positions(self.name_bytes(), bytes),
            self.positions(self.path_bytes(), bytes),
        )
    }

    fn positions(&self, part: Range<usize>, bytes: &[usize]) -> Vec<u32> {
        let text = self.text.get(part.clone()).unwrap_or_default();
        let points = text.char_indices().zip(0_u32..);
        points
            .filter(|((byte, _), _)| bytes.contains(&(part.start + byte)))
            .map(|(_, point)| point)
            .collect()
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.text.zeroize();
    }
}
