//! Why something was refused, in the words of the history.

use claviger_protocol::problem::Code;

/// Words for a stable code; one of a newer server is named as it is.
pub(in crate::cases) fn words(code: &str) -> String {
    let known = Code::ALL.iter().find(|known| known.as_str() == code);
    known.map_or_else(
        || format!("The server refused it (`{code}`)"),
        |code| sentence(*code).to_owned(),
    )
}

const fn sentence(code: Code) -> &'static str {
    match code {
        Code::NotFound => "It did not exist, or was not yours to see",
        Code::Forbidden => "You had no right to it",
        Code::StepUp => "It asked for a fresh multi-factor sign-in",
        Code::SeparationOfDuties => "Nobody can do this for themselves",
        Code::RequestLimit => "Too many of your requests waited for an answer",
        Code::LastOwner => "The organization needs an owner",
        Code::ProofReused => "The proof of this device was used before",
        Code::BadProof | Code::UseNonce | Code::Unauthenticated => "The proof of this device did not hold",
        Code::BadRefresh | Code::SessionEnded | Code::ReassertFirst => "The session had ended",
        Code::DeviceEnded => "The device had been ended",
        Code::CacheRolledBack => "The device's cache was older than the server remembered, or a copy",
        Code::JournalConflict => "The device's journal contradicted what it had sent before",
        Code::Disabled => "The account was disabled",
        Code::BadIdToken | Code::BadChallenge => "The identity provider's answer did not hold",
        Code::BadBootstrap | Code::NoOwner => "The bootstrap code was not valid",
        Code::Conflict | Code::WrongState => "It had been changed meanwhile",
        Code::StalePlan => "What had been shown was out of date",
        Code::SecondOwner => "It would have widened one's own access",
        Code::TeamCycle => "Teams cannot contain each other",
        Code::AlreadyLeft => "The person had left already",
        Code::UnfitHeir => "Whoever should have taken over could not",
        Code::CaseOpen => "The person was being offboarded",
        Code::RoleInUse => "Grants named the role",
        Code::KeyLimit => "The service had as many live keys as it can have",
        Code::KeyKnown => "The key was in use already",
        Code::KeyEnded => "The key had ended",
        Code::WrongNetwork => "The key was not good from that network",
        Code::BadAssertion => "The assertion of the service did not hold",
        Code::NameTaken => "Something there had this name already",
        Code::ValueTooLarge | Code::TooLarge => "It was too large",
        Code::TooMany => "There were too many calls",
        Code::BadRequest | Code::BadSeal => "The request was not well formed",
        Code::ProviderDown
        | Code::ProviderMisconfigured
        | Code::StorageDown
        | Code::StorageFull
        | Code::Unconfirmed
        | Code::Unavailable
        | Code::Internal
        | Code::Unknown => "The server could not do it",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_words_and_an_unknown_one_is_named() {
        for code in Code::ALL {
            assert!(!words(code.as_str()).contains('`'), "{code:?}");
        }
        assert!(words("from_the_future").contains("from_the_future"));
    }
}
