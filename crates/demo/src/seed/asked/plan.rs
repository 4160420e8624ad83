//! Who asks for what, and what becomes of it.

use super::{Ask, End, HOUR, Planned, settings::on_call};
use crate::{company::people::DEVELOPER, seed::DAY};
use claviger_model::{
    builtin_roles::{CONSUMER, EDITOR, READER},
    time::Timestamp,
};

/// The plan.
pub(in crate::seed) fn planned(now: Timestamp) -> Planned {
    let ask = |by, role, at, hours, reason| Ask {
        by,
        role,
        at,
        hours,
        reason,
    };
    let told = [
        (
            DAY * 40,
            ask(
                "Dmitri Volkov",
                EDITOR,
                "ledger/production",
                24,
                "Move the settlement job",
            ),
            End::Refused(
                "Ines Moreau",
                "The Ledger team moves it on Tuesday; Reader would do to look",
            ),
        ),
        (
            DAY * 20,
            ask(
                DEVELOPER,
                EDITOR,
                "payments/production",
                8,
                "Rotate the card scheme keys",
            ),
            End::Waits,
        ),
        (
            DAY * 9,
            ask(
                DEVELOPER,
                READER,
                "ledger/production",
                4,
                "Compare balances after the incident",
            ),
            End::Approved {
                by: "Ines Moreau",
                back: Some(HOUR + HOUR / 2),
                rule: None,
            },
        ),
        (
            DAY * 6,
            ask(
                "Jonas Keller",
                READER,
                "ledger/staging",
                8,
                "Reproduce the rounding difference",
            ),
            End::Approved {
                by: "Ines Moreau",
                back: None,
                rule: Some(on_call()),
            },
        ),
        (
            DAY * 4,
            ask(
                "Rosa Delgado",
                READER,
                "identity/production",
                2,
                "Check the signing key of the test tenant",
            ),
            End::Step("Lin Sato"),
        ),
        (
            DAY * 2,
            ask(
                "Salma Idrissi",
                CONSUMER,
                "ledger/production",
                2,
                "Wrong place, sorry",
            ),
            End::Withdrawn,
        ),
        (
            HOUR * 3,
            ask(
                DEVELOPER,
                READER,
                "identity/staging",
                24,
                "The new sign-in page fails in our tests",
            ),
            End::Approved {
                by: "Lin Sato",
                back: None,
                rule: None,
            },
        ),
        (
            HOUR * 2,
            ask(
                "Jonas Keller",
                READER,
                "payments/production",
                4,
                "The nightly settlement hangs",
            ),
            End::Waits,
        ),
        (
            HOUR,
            ask(
                "Kwame Mensah",
                CONSUMER,
                "payments/staging",
                72,
                "Rehearse the ledger migration against payments",
            ),
            End::Waits,
        ),
    ];
    Planned(
        told.into_iter()
            .map(|(ago, ask, end)| (now.minus(ago), ask, end))
            .collect(),
    )
}
