//! Time that nobody sets: how long this machine has been running.

/// A point on the machine's own time line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct BootTime {
    /// Differs after each start of the machine.
    pub boot: [u8; 16],
    /// Milliseconds since that start, those asleep included.
    pub millis: u64,
}

/// Tells the time since the machine was started (`CLOCK_BOOTTIME`).
pub trait BootClock: Send + Sync {
    /// Now; nothing where the platform does not say.
    fn now(&self) -> Option<BootTime>;
}

/// Reads `/proc`; `/proc/uptime` counts suspended time too (proc_uptime(5)).
#[derive(Debug, Clone, Copy, Default)]
pub struct ProcBootClock;

impl BootClock for ProcBootClock {
    fn now(&self) -> Option<BootTime> {
        let uptime = std::fs::read_to_string("/proc/uptime").ok()?;
        let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
        Some(BootTime {
            boot: parse_boot_id(&boot)?,
            millis: parse_uptime(&uptime)?,
        })
    }
}

/// `350735.47 234388.90`: seconds with hundredths, the first of two numbers.
fn parse_uptime(text: &str) -> Option<u64> {
    let (seconds, rest) = text.split_whitespace().next()?.split_once('.')?;
    let hundredths: u64 = rest.get(..2)?.parse().ok()?;
    seconds
        .parse::<u64>()
        .ok()?
        .checked_mul(1000)?
        .checked_add(hundredths.checked_mul(10)?)
}

fn parse_boot_id(text: &str) -> Option<[u8; 16]> {
    // Any id type reads a UUID.
    text.trim()
        .parse::<claviger_model::ids::KeyId>()
        .ok()
        .map(|id| *id.as_bytes())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn procs_words_are_understood() {
        assert_eq!(parse_uptime("350735.47 234388.90\n"), Some(350_735_470));
        assert_eq!(parse_uptime("0.05 0.00\n"), Some(50));
        for wrong in ["", "12", "x.10 1.0", "1.1"] {
            assert_eq!(parse_uptime(wrong), None, "{wrong:?}");
        }
        assert!(parse_boot_id("6e0a1c1a-3a3c-4a52-9a5a-0a0b0c0d0e0f\n").is_some());
        assert!(parse_boot_id("none").is_none());
    }

    #[test]
    fn the_real_clock_moves_on() {
        let first = ProcBootClock.now().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(30));
        let second = ProcBootClock.now().unwrap();
        assert_eq!(first.boot, second.boot);
        assert!(second.millis > first.millis && second.millis < first.millis + 60_000);
    }
}
