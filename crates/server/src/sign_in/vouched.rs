//! A session for which the provider vouched anew goes on.

use super::{person, provider::Asserted, teams, tokens};
use crate::{
    app::App,
    events::Event,
    sequencer::{Change, Stop},
};
use claviger_protocol::sign_in::Tokens;
use claviger_storage::sessions::Session;

/// Whether a token is of the same person at the same provider, for the same client.
pub fn is_same_person(session: &Session, asserted: &Asserted) -> bool {
    session.issuer == asserted.issuer
        && session.subject == asserted.subject
        && session.audience == asserted.audience
}

/// Gives the session new tokens, and its person the memberships that the token vouches for.
///
/// # Errors
/// When the tables cannot be read or written.
pub async fn goes_on(
    app: &App,
    change: &mut Change,
    mut session: Session,
    asserted: &Asserted,
    event: Event,
) -> Result<Tokens, Stop> {
    let now = change.now();
    session.asserted_at = now;
    let tokens = tokens::renew(app, &mut session, now);
    change.db().put_session(&session).await?;
    // A token of a renewal may say less than the one of the sign-in (OpenID Connect Core 12.2): what it does not say stays.
    if asserted.zone.is_some() {
        person::works_in(change, session.principal, asserted.zone.as_ref()).await?;
    }
    let groups = teams::take(app, change, session.principal, asserted).await?;
    change.record(teams::told(event, &groups));
    Ok(tokens)
}
