//! A keyring that asks somebody who never answers.

use crate::root_homes::in_a_session;

const SILENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/operations/keyring/silent.py");

#[tokio::test(flavor = "multi_thread")]
async fn a_start_ends_in_words_when_the_keyring_never_answers() {
    let home = tempfile::tempdir().unwrap();
    // Waits for its name, and only so long that a broken test ends.
    let script = format!(
        "exec 3< <(exec python3 \"{SILENT}\"); read -r -t 30 owned <&3; echo \"$owned\"; timeout 120 \"$SERVER\" serve"
    );
    let said = in_a_session(home.path(), &script).await;
    assert!(said.starts_with("owned\n"), "{said}");
    assert!(
        said.contains("the keyring did not answer within 30 seconds; unlock it for the server's user"),
        "{said}"
    );
    assert!(said.contains("exit 1"), "not killed: {said}");
}
