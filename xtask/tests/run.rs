//! `cargo xtask run` on a machine without a screen.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::process::Command;

#[test]
fn without_a_display_it_says_what_it_would_open_and_exits_with_2() {
    let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .arg("run")
        .env_remove("DISPLAY")
        .env("WAYLAND_DISPLAY", "")
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    for shown in [
        "http://127.0.0.1:7420",
        "http://127.0.0.1:7421",
        "claviger-app",
        "demo",
    ] {
        assert!(said.contains(shown), "{shown}: {said}");
    }
}
