//! The page's bindings are what the commands say.
#![expect(clippy::unwrap_used, reason = "tests")]

use specta_typescript::Typescript;
use std::{fs, path::Path};

/// Writes them when `CLAVIGER_WRITE_BINDINGS` is set.
#[test]
fn the_bindings_of_the_page_are_what_the_commands_say() {
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui/src/host/bindings.ts");
    let folder = tempfile::tempdir().unwrap();
    let generated = folder.path().join("bindings.ts");
    claviger_app::bindings::builder()
        .export(Typescript::default(), &generated)
        .unwrap();
    let generated = fs::read_to_string(generated).unwrap();
    if std::env::var_os("CLAVIGER_WRITE_BINDINGS").is_some() {
        fs::write(&committed, &generated).unwrap();
    }
    let committed = fs::read_to_string(committed).unwrap();
    assert!(
        generated == committed,
        "the bindings are outdated: run `cargo xtask bindings`"
    );
}
