//! What to say of two clocks that differ.

/// Whose clock the one of this computer is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Other {
    Server,
    Provider,
}

/// By how much they differ, in which direction, and what to do. Which of the two is wrong is not known.
pub(super) fn remedy(ahead_seconds: i64, other: Other) -> String {
    let (span, direction) = (
        span(ahead_seconds.unsigned_abs()),
        if ahead_seconds < 0 { "behind" } else { "ahead of" },
    );
    let whose = match other {
        Other::Server => "the server’s",
        Other::Provider => "your identity provider’s",
    };
    format!(
        "This computer’s clock is {span} {direction} {whose}. Set date and time automatically, then try again. If this computer’s \
         clock is right, tell your administrator."
    )
}

/// Rounded down to a unit of which there are at least two.
fn span(seconds: u64) -> String {
    match seconds {
        0..120 => format!("{seconds} seconds"),
        120..7_200 => format!("{} minutes", seconds / 60),
        7_200..172_800 => format!("{} hours", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_difference_and_its_direction_are_named() {
        for (ahead, words) in [
            (61, "61 seconds ahead of the server’s"),
            (-1_020, "17 minutes behind the server’s"),
            (7_200, "2 hours ahead of the server’s"),
            (-400_000_000, "4629 days behind the server’s"),
            (i64::MIN, "behind the server’s"),
        ] {
            let said = remedy(ahead, Other::Server);
            assert!(said.contains(words), "{said}");
        }
        assert!(remedy(300, Other::Provider).contains("5 minutes ahead of your identity provider’s"));
    }
}
