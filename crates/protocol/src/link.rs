//! Links that open the app at the right place and do nothing by themselves: `claviger://open/ORGANIZATION/WHAT/ID`.
//!
//! A link holds ids only. Whoever follows it asks the server, as ever, what they may see there.

use claviger_model::ids::{CaseId, NoticeId, OrganizationId, ProposalId, RequestId, ScopeId, SecretId};
use std::{fmt, str::FromStr};

/// The scheme that the app registers.
pub const SCHEME: &str = "claviger";
const PREFIX: &str = "claviger://open/";
/// Longer texts are no links of ours.
const MAX_LENGTH: usize = 200;

/// What a link opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// A request.
    Request(RequestId),
    /// A secret.
    Secret(SecretId),
    /// A place.
    Place(ScopeId),
    /// A proposed change.
    Proposal(ProposalId),
    /// An offboarding case.
    Case(CaseId),
    /// A notice.
    Notice(NoticeId),
}

/// A link into one organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Link {
    /// Whose.
    pub organization: OrganizationId,
    /// What it opens.
    pub target: Target,
}

/// A text that is no link of ours; it is not repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not a link that Claviger makes")]
pub struct NoLink;

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}{}/", self.organization)?;
        match self.target {
            Target::Request(id) => write!(f, "request/{id}"),
            Target::Secret(id) => write!(f, "secret/{id}"),
            Target::Place(id) => write!(f, "place/{id}"),
            Target::Proposal(id) => write!(f, "proposal/{id}"),
            Target::Case(id) => write!(f, "case/{id}"),
            Target::Notice(id) => write!(f, "notice/{id}"),
        }
    }
}

impl FromStr for Link {
    type Err = NoLink;

    /// Takes the one form in which links are written, and no other one of the same ids.
    fn from_str(text: &str) -> Result<Self, NoLink> {
        if text.len() > MAX_LENGTH {
            return Err(NoLink);
        }
        let mut parts = text.strip_prefix(PREFIX).ok_or(NoLink)?.split('/');
        let (Some(organization), Some(what), Some(id), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(NoLink);
        };
        let target = match what {
            "request" => Target::Request(id.parse().map_err(|_| NoLink)?),
            "secret" => Target::Secret(id.parse().map_err(|_| NoLink)?),
            "place" => Target::Place(id.parse().map_err(|_| NoLink)?),
            "proposal" => Target::Proposal(id.parse().map_err(|_| NoLink)?),
            "case" => Target::Case(id.parse().map_err(|_| NoLink)?),
            "notice" => Target::Notice(id.parse().map_err(|_| NoLink)?),
            _ => return Err(NoLink),
        };
        let link = Self {
            organization: organization.parse().map_err(|_| NoLink)?,
            target,
        };
        // Braces, capitals and missing hyphens read as the same id elsewhere.
        if link.to_string() == text {
            Ok(link)
        } else {
            Err(NoLink)
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use proptest::prelude::*;

    fn links() -> impl Strategy<Value = Link> {
        (any::<[u8; 16]>(), any::<[u8; 16]>(), 0..6_u8).prop_map(|(organization, id, what)| Link {
            organization: OrganizationId::from_bytes(organization),
            target: match what {
                0 => Target::Request(RequestId::from_bytes(id)),
                1 => Target::Secret(SecretId::from_bytes(id)),
                2 => Target::Place(ScopeId::from_bytes(id)),
                3 => Target::Proposal(ProposalId::from_bytes(id)),
                4 => Target::Case(CaseId::from_bytes(id)),
                _ => Target::Notice(NoticeId::from_bytes(id)),
            },
        })
    }

    proptest! {
        #[test]
        fn a_link_reads_back(link in links()) {
            prop_assert_eq!(link.to_string().parse(), Ok(link));
        }

        #[test]
        fn whatever_reads_is_written_just_so(text in "\\PC{0,220}|claviger://open/[0-9a-fA-F/?#%{}@:.-]{0,120}") {
            if let Ok(link) = text.parse::<Link>() {
                prop_assert_eq!(link.to_string(), text);
            }
        }

        #[test]
        fn a_link_with_anything_more_less_or_else_is_none(link in links(), at in 0..110_usize, with in "\\PC|") {
            let text = link.to_string();
            let at = at.min(text.len() - 1);
            let changed = format!("{}{with}{}", &text[..at], &text[at + 1..]);
            if changed != text {
                let read = changed.parse::<Link>();
                prop_assert!(read.is_err() || read != Ok(link), "{}", changed);
            }
            for longer in [format!("{text}{with}x"), format!(" {text}")] {
                prop_assert!(longer.parse::<Link>().is_err(), "{}", longer);
            }
        }
    }

    #[test]
    fn only_the_one_form_is_a_link() {
        let id = "0b7cfe0a-1111-4222-8333-444455556666";
        let good = format!("claviger://open/{id}/request/{id}");
        assert!(good.parse::<Link>().is_ok());
        for bad in [
            good.to_uppercase(),
            good.replace("open/", "do/"),
            good.replace("request", "approve"),
            good.replace("claviger:", "https:"),
            good.replace("//open", "//user@open"),
            format!("{good}/"),
            format!("{good}?approve=1"),
            format!("{good}#now"),
            format!("{good}\n"),
            good.replace('-', ""),
            format!("claviger://open/{id}/request/{{{id}}}"),
            format!("claviger://open//request/{id}"),
            format!("claviger://open/{id}/request"),
            String::new(),
            "claviger://open/".to_owned() + &"a".repeat(100_000),
        ] {
            assert_eq!(bad.parse::<Link>(), Err(NoLink), "{bad:.120}");
        }
        assert_eq!(good.parse::<Link>().unwrap().to_string(), good);
    }
}
