//! What was typed: words that must all be found, in any order.

use super::{
    fold,
    line::{Line, Place},
};
use claviger_model::name::normalized;
use frizbee::{CaseMatching, Config, Matcher, Matching, Scoring};
use memchr::memmem::Finder;

/// More than anybody types.
const MAX_WORDS: usize = 8;
const MAX_WORD_CHARS: usize = 48;
/// A word in which a typing error is forgiven has as many letters at least.
const FORGIVEN_FROM_CHARS: usize = 5;
/// For one letter; what a gap costs, and the beginning of a word gives, is the matcher's.
const LETTER: u16 = 12;

/// The words that were typed, folded.
pub(super) struct Query {
    pub(super) words: Vec<Word>,
}

/// One of them.
pub(super) struct Word {
    finder: Finder<'static>,
    text: String,
    chars: usize,
}

impl Query {
    /// None where nothing was typed. Names are in normalization form C, whatever the keyboard makes.
    pub(super) fn new(text: &str) -> Option<Self> {
        let text = normalized(text);
        let words = text.split_whitespace().take(MAX_WORDS).map(Word::new);
        let words: Vec<_> = words.collect();
        (!words.is_empty()).then_some(Self { words })
    }

    /// What all words together are worth where each stands as it was typed, and whether each begins a word.
    pub(super) fn literal(&self, line: &Line) -> Option<(u16, bool)> {
        let mut sum = (0_u16, true);
        for word in &self.words {
            let Place { points, begins, .. } = line.place(word)?;
            sum = (sum.0.saturating_add(points), sum.1 && begins);
        }
        Some(sum)
    }
}

impl Word {
    fn new(typed: &str) -> Self {
        let end = typed
            .char_indices()
            .nth(MAX_WORD_CHARS)
            .map_or(typed.len(), |(at, _)| at);
        let mut text = String::with_capacity(end);
        fold::push(&mut text, typed.get(..end).unwrap_or(typed));
        Self {
            finder: Finder::new(text.as_bytes()).into_owned(),
            chars: text.chars().count(),
            text,
        }
    }

    /// Where it stands as it was typed.
    pub(super) fn find<'a>(&'a self, text: &'a [u8]) -> impl Iterator<Item = usize> + 'a {
        self.finder.find_iter(text)
    }

    /// Bytes.
    pub(super) fn length(&self) -> usize {
        self.text.len()
    }

    /// Finds its letters in order, with others between them.
    pub(super) fn loosely(&self, forgiving: bool) -> Loosely {
        let forgiving = forgiving && self.chars >= FORGIVEN_FROM_CHARS;
        let config = Config::default()
            .casing(CaseMatching::Respect)
            .matching(Matching::Fuzzy)
            .max_typos(Some(u16::from(forgiving)))
            .scoring(Scoring {
                match_score: LETTER,
                // All is in small letters.
                matching_case_bonus: 0,
                capitalization_bonus: 0,
                ..Scoring::default()
            });
        let letters = u16::try_from(self.chars).unwrap_or(u16::MAX);
        // Three quarters of what the letters are worth: a gap or two, but not strewn over the line. With an error, a letter less.
        let least = letters
            .saturating_sub(u16::from(forgiving))
            .saturating_mul(LETTER / 4 * 3);
        Loosely {
            matcher: Matcher::new(self.text.as_str(), &config),
            least,
            letters: self.chars - usize::from(forgiving),
        }
    }
}

/// A matcher of one word.
pub(super) struct Loosely {
    matcher: Matcher,
    least: u16,
    letters: usize,
}

impl Loosely {
    /// Those of many texts that fit: their place and score. (Called with one type of text only, since the matcher is compiled anew
    /// for each, which takes its time.)
    pub(super) fn among(&mut self, texts: &[&str]) -> impl Iterator<Item = (usize, u16)> {
        let found = self.matcher.match_list(texts);
        let least = self.least;
        found
            .into_iter()
            .filter(move |found| found.score >= least)
            .map(|found| (found.index as usize, found.score))
    }

    /// The bytes of a text at which its letters stand; none where it does not fit. (The score alone is that of the best part of
    /// a word, whatever became of its other letters.)
    pub(super) fn bytes(&mut self, text: &str) -> Option<Vec<usize>> {
        let found = self.matcher.match_one_indices(text, 0)?;
        let bytes: Vec<usize> = found.indices.iter().map(|byte| *byte as usize).collect();
        (found.score >= self.least && bytes.len() >= self.letters).then_some(bytes)
    }
}
