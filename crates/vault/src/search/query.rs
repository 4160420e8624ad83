//! What was typed: words that must all be found, in any order.

use frizbee::{CaseMatching, Config, Matcher, Matching, Pattern, PatternConfig};

/// More than anybody types.
const MAX_WORDS: usize = 8;
const MAX_WORD_CHARS: usize = 48;
/// Shorter words must fit as they are.
const FORGIVEN_FROM_CHARS: usize = 4;

/// A matcher for a text, or none where the text has no words.
pub(super) fn matcher(text: &str, typing_errors: u16) -> Option<Matcher> {
    let config = Config::default().casing(CaseMatching::Ignore);
    let words: Vec<Pattern> = text
        .split_whitespace()
        .take(MAX_WORDS)
        .map(|word| {
            let word: String = word.chars().take(MAX_WORD_CHARS).collect();
            let errors = if word.chars().count() >= FORGIVEN_FROM_CHARS {
                typing_errors
            } else {
                0
            };
            Pattern::new(
                &word,
                PatternConfig::default()
                    .matching(Some(Matching::Fuzzy))
                    .max_typos(Some(errors)),
            )
        })
        .collect();
    (!words.is_empty()).then(|| Matcher::from_patterns(&words, &config))
}
