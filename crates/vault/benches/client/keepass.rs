//! The peer: a search with `keepassxc-cli` in a file of as many entries.

use std::{
    error::Error,
    fmt::Write as _,
    fs,
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
    time::Instant,
};

const PASSWORD: &str = "measured\n";

/// From the password to the hits, in milliseconds: the middle one of three.
pub fn search(entries: usize) -> Result<f64, Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let (xml, file) = (
        folder.path().join("entries.xml"),
        folder.path().join("entries.kdbx"),
    );
    fs::write(&xml, document(entries))?;
    // As cheap a key derivation as it takes: ours is in the keyring.
    let import = ["import", "-q", "-p", "-t", "100"];
    run(&import, &[&xml, &file], &PASSWORD.repeat(2))?;
    let mut times = Vec::new();
    for _ in 0..3 {
        let start = Instant::now();
        let found = run(&["search", "-q"], &[&file, Path::new("stripe secret")], PASSWORD)?;
        times.push(start.elapsed());
        if found.lines().count() == 0 {
            return Err("found nothing".into());
        }
    }
    times.sort_unstable();
    Ok(times[1].as_secs_f64() * 1_000.0)
}

fn run(arguments: &[&str], paths: &[&Path], input: &str) -> Result<String, Box<dyn Error>> {
    let mut process = Command::new("keepassxc-cli")
        .args(arguments)
        .args(paths)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    process.stdin.take().unwrap().write_all(input.as_bytes())?;
    let output = process.wait_with_output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into())
}

fn document(entries: usize) -> String {
    let mut text = String::from(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><KeePassFile><Meta><Generator>bench</Generator></Meta><Root><Group>\
         <UUID>AAAAAAAAAAAAAAAAAAAAAQ==</UUID><Name>Root</Name>",
    );
    for n in 0..entries {
        let record = super::company::secret(n, 1, claviger_model::time::Timestamp::from_millis(0));
        let name = record.secret.description.name;
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "<Entry><UUID>{}</UUID><String><Key>Title</Key><Value>{}</Value></String><String><Key>Password</Key>\
             <Value ProtectInMemory=\"True\">a value of some forty characters, as usual</Value></String></Entry>",
            uuid(n),
            name.as_str()
        );
    }
    text.push_str("</Group></Root></KeePassFile>");
    text
}

/// 16 bytes in base64.
fn uuid(n: usize) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode((n as u128 | 1 << 100).to_be_bytes())
}
