//! What this device says of itself when it is enrolled.

use claviger_vault::DeviceName;
use std::fs;

/// The host's name, and the system as it calls itself.
pub fn name() -> DeviceName {
    DeviceName {
        name: gethostname::gethostname().to_string_lossy().into_owned(),
        platform: fs::read_to_string("/etc/os-release")
            .ok()
            .and_then(|text| pretty_name(&text))
            .unwrap_or_else(|| std::env::consts::OS.to_owned()),
    }
}

/// `PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"`, see os-release(5).
fn pretty_name(text: &str) -> Option<String> {
    let value = text.lines().find_map(|line| line.strip_prefix("PRETTY_NAME="))?;
    let bare = value.trim().trim_matches(['"', '\'']);
    (!bare.is_empty()).then(|| bare.to_owned())
}

#[cfg(test)]
mod tests {
    use super::pretty_name;

    #[test]
    fn a_system_is_called_what_it_calls_itself() {
        let text = "ID=debian\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nVERSION=x\n";
        assert_eq!(
            pretty_name(text).as_deref(),
            Some("Debian GNU/Linux 12 (bookworm)")
        );
        assert_eq!(pretty_name("PRETTY_NAME=Plain\n").as_deref(), Some("Plain"));
        assert_eq!(pretty_name("PRETTY_NAME=\"\"\n"), None);
        assert_eq!(pretty_name("ID=debian\n"), None);
    }
}
