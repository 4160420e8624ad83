//! Lower case that keeps the length in bytes, so that a position in the folded text is one in the text.

/// Appends folded text. A letter whose lower case is longer or shorter stays as it is.
pub(super) fn push(to: &mut String, text: &str) {
    if text.is_ascii() {
        let from = to.len();
        to.push_str(text);
        if let Some(new) = to.get_mut(from..) {
            new.make_ascii_lowercase();
        }
        return;
    }
    to.extend(text.chars().map(lower));
}

fn lower(letter: char) -> char {
    let mut lower = letter.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(lower), None) if lower.len_utf8() == letter.len_utf8() => lower,
        _ => letter,
    }
}

/// Whether a byte is part of a letter or digit; what is not ASCII counts as one.
pub(super) const fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || !byte.is_ascii()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn folded(text: &str) -> String {
        let mut to = String::new();
        push(&mut to, text);
        to
    }

    #[test]
    fn letters_become_small_where_that_keeps_their_length() {
        assert_eq!(folded("STRIPE_Key"), "stripe_key");
        assert_eq!(folded("ZÜRICH Ключ"), "zürich ключ");
        assert_eq!(
            folded("İ ẞ \u{212a}"),
            "İ ẞ \u{212a}",
            "these would change their length"
        );
    }

    proptest! {
        #[test]
        fn every_letter_stays_where_it_was(text: String) {
            let folded = folded(&text);
            let places = |text: &str| -> Vec<usize> { text.char_indices().map(|(at, _)| at).collect() };
            prop_assert_eq!(places(&text), places(&folded));
            prop_assert_eq!(text.len(), folded.len());
        }
    }
}
