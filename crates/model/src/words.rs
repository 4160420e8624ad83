//! Words that people write for each other: notes, reasons, answers. Any Unicode, on several lines.

/// The first character that words cannot have: a control character other than line break and tab. Nobody types one, screens and
/// terminals act on some, and PostgreSQL stores no U+0000.
pub fn control(text: &str) -> Option<char> {
    text.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\t'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_have_every_character_but_controls() {
        let good =
            "zwei\nZeilen\t\u{1F469}\u{200D}\u{1F4BB} \u{5E9}\u{5DC}\u{5D5}\u{5DD} e\u{301} \u{10FFFF}";
        assert_eq!(control(good), None);
        for bad in ['\0', '\r', '\u{1B}', '\u{7F}', '\u{85}'] {
            assert_eq!(control(&format!("a{bad}b")), Some(bad), "{bad:?}");
        }
    }
}
