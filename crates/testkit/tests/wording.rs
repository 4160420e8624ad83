//! Every problem that the app can name has its words on the page, and the page has no words for what nobody names.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// The page's words for what it has no others for.
const FALLBACK: &str = "internal";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap()
}

/// The text of every file with an ending, below a folder of the workspace.
fn texts(folder: &str, ending: &str) -> Vec<String> {
    fn walk(folder: &Path, ending: &str, found: &mut Vec<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, ending, found);
            } else if path.extension().is_some_and(|found| found == ending) {
                found.push(fs::read_to_string(&path).unwrap());
            }
        }
    }
    let mut found = Vec::new();
    walk(&root().join(folder), ending, &mut found);
    assert!(!found.is_empty(), "{folder}");
    found
}

fn is_code(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase()) && text.chars().all(|c| c.is_ascii_alphabetic())
}

/// What stands for a problem in the sources: `code: "x"`, or `"x"` and then a sentence.
fn named(source: &str) -> BTreeSet<String> {
    let mut codes = BTreeSet::new();
    let parts: Vec<&str> = source.split('"').collect();
    for window in parts.windows(4) {
        let [before, code, between, after] = window else {
            continue;
        };
        let is_sentence = after.starts_with(|c: char| c.is_ascii_uppercase()) && after.ends_with('.');
        let with_sentence = between.trim_start().starts_with(',') && between.trim().len() == 1 && is_sentence;
        if is_code(code) && (before.trim_end().ends_with("code:") || with_sentence) {
            codes.insert((*code).to_owned());
        }
    }
    codes
}

/// The keys of the page's table.
fn worded() -> BTreeSet<String> {
    let entries = texts("ui/src/problems", "ts").into_iter().flat_map(|text| {
        let keys = text.lines().filter_map(|line| line.strip_prefix("  "));
        let keys = keys.filter_map(|line| line.split_once(": entry(").map(|(key, _)| key.to_owned()));
        keys.collect::<Vec<_>>()
    });
    entries.collect()
}

#[test]
fn every_problem_has_its_words_and_no_words_are_for_nothing() {
    let mut sources = texts("crates/vault/src", "rs");
    sources.extend(texts("src-tauri", "rs"));
    let named: BTreeSet<String> = sources.iter().flat_map(|source| named(source)).collect();
    let worded = worded();
    assert!(
        named.len() > 50 && worded.len() > 50,
        "{} {}",
        named.len(),
        worded.len()
    );
    let wordless: Vec<_> = named
        .iter()
        .filter(|code| !worded.contains(*code) && *code != FALLBACK)
        .collect();
    assert!(wordless.is_empty(), "no words in ui/src/problems: {wordless:?}");

    // The page tells one apart itself.
    let all = sources.concat();
    let page = texts("ui/src/views", "svelte").concat();
    let idle: Vec<_> = worded
        .iter()
        .filter(|code| !all.contains(&format!("\"{code}\"")) && !page.contains(&format!("'{code}'")))
        .collect();
    assert!(idle.is_empty(), "nobody names: {idle:?}");
}
