//! What is wrong or odd in a guardrail's text, and where.

use miette::Diagnostic;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The text cannot be a guardrail.
    Error,
    /// It can, but probably does not do what was meant.
    Warning,
}

/// Something wrong or odd.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// How bad it is.
    pub severity: Severity,
    /// In words.
    pub message: String,
    /// What helps, where something does.
    pub help: Option<String>,
    /// Offset and length in bytes; none where it is about the whole text.
    pub span: Option<(usize, usize)>,
}

impl Problem {
    pub(crate) fn of(diagnostic: &dyn Diagnostic, severity: Severity) -> Self {
        let first = diagnostic.labels().and_then(|mut labels| labels.next());
        // The id that the text has while it is checked says nothing to people.
        let message = diagnostic.to_string();
        let message = message
            .strip_prefix("for policy `guardrail`, ")
            .unwrap_or(&message)
            .to_owned();
        let label = first.as_ref().and_then(|label| label.label().map(str::to_owned));
        Self {
            severity,
            message,
            help: diagnostic.help().map(|help| help.to_string()).or(label),
            span: first.map(|label| (label.offset(), label.len())),
        }
    }

    pub(crate) const fn plain(message: String) -> Self {
        Self {
            severity: Severity::Error,
            message,
            help: None,
            span: None,
        }
    }

    /// At the first place where a word stands.
    pub(crate) fn at_word(text: &str, word: &str, message: String) -> Self {
        Self {
            span: text.find(word).map(|at| (at, word.len())),
            ..Self::plain(message)
        }
    }

    /// The line of the place, from 1, and the column and the length in UTF-16 units, column from 1, as pages count; nothing for
    /// the whole text.
    pub fn place(&self, text: &str) -> Option<Place> {
        let (at, length) = self.span?;
        let before = text.get(..at)?;
        let marked = text
            .get(at..at.saturating_add(length).min(text.len()))
            .unwrap_or("");
        let units = |text: &str| text.encode_utf16().count();
        let line_start = before.rfind('\n').map_or(0, |newline| newline.saturating_add(1));
        Some(Place {
            start: units(before),
            length: units(marked),
            line: before.matches('\n').count().saturating_add(1),
            column: units(before.get(line_start..).unwrap_or("")).saturating_add(1),
        })
    }
}

/// A place in a text, in UTF-16 units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// From the beginning of the text.
    pub start: usize,
    /// How much is meant.
    pub length: usize,
    /// From 1.
    pub line: usize,
    /// From 1.
    pub column: usize,
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;
    use crate::guardrails::GuardrailChecker;

    fn marked(text: &str) -> Vec<(Severity, String)> {
        let found = GuardrailChecker::new().unwrap().examine(text);
        let units: Vec<u16> = text.encode_utf16().collect();
        let words = found.iter().map(|problem| {
            let place = problem.place(text);
            let word = place.map_or(String::new(), |place| {
                String::from_utf16(&units[place.start..place.start + place.length]).unwrap()
            });
            (problem.severity, word)
        });
        words.collect()
    }

    #[test]
    fn problems_stand_where_they_are() {
        use Severity::{Error, Warning};
        let unknown =
            "// 𝄞 two units\nforbid (principal, action, resource)\nwhen { resource.colour == \"red\" };";
        assert_eq!(marked(unknown), [(Error, "resource.colour".to_owned())]);
        let problem = &GuardrailChecker::new().unwrap().examine(unknown)[0];
        let place = problem.place(unknown).unwrap();
        assert_eq!((place.line, place.column), (3, 8));
        assert!(!problem.message.contains("guardrail"), "{}", problem.message);

        let permits = marked("\npermit (principal, action, resource);");
        assert_eq!(permits, [(Error, "permit".to_owned())]);
        let secret = marked("forbid (principal, action, resource == Secret::\"x\");");
        assert_eq!(secret, [(Error, "Secret::".to_owned())]);
        let unfinished = marked("forbid (principal, action");
        assert_eq!(unfinished.len(), 1);
        let never = marked(
            "forbid (principal, action, resource) when { resource.class == \"x\" && !(resource.class == resource.class) };",
        );
        assert!(
            never.iter().all(|(severity, _)| *severity == Warning),
            "{never:?}"
        );
        assert_eq!(marked("forbid (principal, action, resource);"), []);
    }

    #[test]
    fn what_is_examined_without_an_error_is_taken_and_nothing_else() {
        let checker = GuardrailChecker::new().unwrap();
        for text in [
            "",
            " ",
            "forbid (principal, action, resource);",
            "forbid (principal, action, resource); forbid (principal, action, resource);",
            "forbid (principal == ?principal, action, resource);",
            "permit (principal, action, resource);",
            "forbid (principal, action == Action::\"nothing\", resource);",
            "forbid (principal, action, resource) when { context.multi_factor_age > 3 };",
            "forbid (principal, action, resource) when { context has multi_factor_age && context.multi_factor_age > 3 };",
        ] {
            let examined = checker.examine(text);
            let wrong = examined.iter().any(|problem| problem.severity == Severity::Error);
            assert_eq!(wrong, checker.check(text).is_err(), "{text}: {examined:?}");
        }
    }
}
