//! Links that the app is opened with: kept until the page asks for them, which it does once somebody is signed in.
//!
//! A link opens a place in the app and does nothing else: it is a text until [`claviger_vault::Vault::follow_link`] has read it.

use std::sync::{Mutex, PoisonError};

/// What a link begins with.
const SCHEME: &str = "claviger:";
/// Longer arguments are no links of ours.
const MAX_LENGTH: usize = 200;

/// The last link that the app was opened with.
#[derive(Debug, Default)]
pub struct Links(Mutex<Option<String>>);

impl Links {
    /// Keeps the link among the arguments of a start; whether there is one.
    pub fn keep<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> bool {
        let mut links = arguments.into_iter().filter(|text| text.starts_with(SCHEME));
        let Some(link) = links.next() else {
            return false;
        };
        let kept = link.chars().take(MAX_LENGTH + 1).collect();
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(kept);
        true
    }

    /// Hands the link out, once.
    pub fn take(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_link_is_handed_out_once_and_other_arguments_are_none() {
        let links = Links::default();
        assert!(!links.keep(["claviger-app", "--flag", "https://example.com"]));
        assert_eq!(links.take(), None);
        assert!(links.keep(["claviger-app", "claviger://open/a"]));
        assert!(links.keep(["claviger-app", "claviger://open/b", "claviger://open/c"]));
        assert!(!links.keep(["claviger-app"]));
        assert_eq!(links.take().as_deref(), Some("claviger://open/b"));
        assert_eq!(links.take(), None);
        let long = format!("claviger:{}", "x".repeat(1_000_000));
        assert!(links.keep([long.as_str()]));
        assert_eq!(
            links.take().map(|kept| kept.len()),
            Some(MAX_LENGTH + 1),
            "too long to be read as one"
        );
    }
}
