//! One's own notices: listed, read, and what one wants of them by which way.

use super::view::View;
use crate::{
    app::Shared,
    caller::{Caller, body::Json},
    http::{Handled, Refusal, handle},
    telling::channels::wants,
};
use axum::extract::State;
use claviger_model::{
    action::Action,
    ids::{PrincipalId, RoleId, ScopeId},
    notice::{NoticeKind, Way},
};
use claviger_protocol::{
    notices::{
        MOST_READ, NoticeRecord, NoticesCall, NoticesReply, PAGE, PreferenceRecord, PreferencesReply,
        ReadNotices, SetPreferences, UnreadReply,
    },
    problem::Code,
    route,
};
use claviger_storage::notices::{Notice, Preference};
use std::collections::BTreeMap;

/// The routes of this module.
pub fn routes() -> Vec<Handled> {
    vec![
        handle(route::NOTICES, list),
        handle(route::READ_NOTICES, read),
        handle(route::NOTICE_PREFERENCES, preferences),
        handle(route::SET_NOTICE_PREFERENCES, prefer),
    ]
}

async fn list(
    State(app): State<Shared>,
    caller: Caller,
    Json(call): Json<NoticesCall>,
) -> Result<axum::Json<NoticesReply>, Refusal> {
    let mut view = View::open(&app, &caller).await?;
    let person = view.principal.id;
    let before = match call.before {
        Some(id) => {
            let own = view
                .db()
                .notice(id)
                .await?
                .filter(|notice| notice.person == person);
            let notice = own.ok_or(Code::NotFound)?;
            Some((notice.at, notice.id))
        }
        None => None,
    };
    // One more than a page, which tells whether another one follows.
    let limit = u32::try_from(PAGE).unwrap_or(u32::MAX).saturating_add(1);
    let mut rows = view.db().notices_of(person, before, call.unread, limit).await?;
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let unread = view.db().unread_notices(person).await?;
    let mut names = Names::of(&mut view, &rows).await?;
    let mut notices = Vec::with_capacity(rows.len());
    for row in rows {
        notices.push(names.record(&mut view, row).await?);
    }
    Ok(axum::Json(NoticesReply {
        notices,
        unread,
        more,
    }))
}

/// Names of what notices are about, as far as their reader may know them.
struct Names {
    people: BTreeMap<PrincipalId, String>,
    paths: BTreeMap<ScopeId, Option<String>>,
    roles: BTreeMap<RoleId, String>,
}

impl Names {
    async fn of(view: &mut View<'_>, rows: &[Notice]) -> Result<Self, Refusal> {
        let named = rows.iter().flat_map(|row| {
            [row.about.by, row.about.of, row.about.service]
                .into_iter()
                .flatten()
        });
        let people = super::principals::named(view.db(), named).await?;
        let engine = view.engine().await?;
        Ok(Self {
            people: people.into_iter().map(|one| (one.id, one.name)).collect(),
            paths: BTreeMap::new(),
            roles: engine
                .roles()
                .map(|role| (role.id, role.name.to_string()))
                .collect(),
        })
    }

    async fn record(&mut self, view: &mut View<'_>, mut row: Notice) -> Result<NoticeRecord, Refusal> {
        if row.kind.is_of_a_case() && !super::offboarding::may_conduct(view).await? {
            // Who conducted offboarding once and does not any more is not told who leaves.
            (row.about.case, row.about.of, row.about.by) = (None, None, None);
            row.about.system = None;
        }
        let about = &row.about;
        let secret = match about.secret {
            // Only its name, and only to those who may know of it now.
            Some(id) => view
                .visible(id)
                .await
                .ok()
                .map(|(secret, _)| secret.description.name.to_string()),
            None => None,
        };
        let path = match about.scope {
            Some(scope) => self.path(view, scope, own(&row)).await?,
            None => None,
        };
        Ok(NoticeRecord {
            id: row.id,
            kind: row.kind.code().to_owned(),
            at: row.at,
            read_at: row.read_at,
            path,
            role: about.role.and_then(|role| self.roles.get(&role).cloned()),
            secret,
            service: about.service.and_then(|id| self.people.get(&id).cloned()),
            of: about.of.and_then(|id| self.people.get(&id).cloned()),
            by: about.by.and_then(|id| self.people.get(&id).cloned()),
            about: row.about,
        })
    }

    async fn path(
        &mut self,
        view: &mut View<'_>,
        scope: ScopeId,
        own: bool,
    ) -> Result<Option<String>, Refusal> {
        if let Some(Some(known)) = self.paths.get(&scope) {
            return Ok(Some(known.clone()));
        }
        let Some(place) = view.place(scope).await? else {
            return Ok(None);
        };
        let seen = own || view.decide(Action::ScopeView, &place).await?.decision.allowed;
        let path = seen.then(|| place.scope.path.to_string());
        self.paths.insert(scope, path.clone());
        Ok(path)
    }
}

/// What one asked for, had or may draw oneself is named by its path, as in one's own requests, even when one may not go there any more.
fn own(notice: &Notice) -> bool {
    let emergency = matches!(
        notice.kind,
        NoticeKind::EmergencyGiven | NoticeKind::EmergencyWithdrawn | NoticeKind::EmergencyReviewed
    );
    if emergency {
        return notice.about.of == Some(notice.person);
    }
    matches!(
        notice.kind,
        NoticeKind::RequestApproved
            | NoticeKind::RequestNarrowed
            | NoticeKind::RequestRefused
            | NoticeKind::RequestLapsed
            | NoticeKind::AccessGiven
            | NoticeKind::AccessEndsSoon
            | NoticeKind::AccessEnded
            | NoticeKind::AccessRevoked
            | NoticeKind::AccessShortened
            | NoticeKind::AccessNarrowed
    )
}

async fn read(
    State(app): State<Shared>,
    caller: Caller,
    Json(call): Json<ReadNotices>,
) -> Result<axum::Json<UnreadReply>, Refusal> {
    let (person, now) = (caller.principal, app.clock.now());
    let mut desk = app.store.notice_desk().await?;
    match call {
        ReadNotices::These(ids) if ids.len() > MOST_READ => {
            return Err(
                Refusal::new(Code::BadRequest).detail(format!("{MOST_READ} notices at most in one call"))
            );
        }
        ReadNotices::These(ids) => desk.read_notices(person, &ids, now).await?,
        ReadNotices::Until(until) => desk.read_notices_until(person, until, now).await?,
    };
    desk.commit().await?;
    let unread = app.store.reader().await?.unread_notices(person).await?;
    Ok(axum::Json(UnreadReply { unread }))
}

async fn preferences(
    State(app): State<Shared>,
    caller: Caller,
) -> Result<axum::Json<PreferencesReply>, Refusal> {
    let mut reader = app.store.reader().await?;
    let person = caller.principal;
    let said = reader.notice_preferences(&[person]).await?;
    let address = reader.mail_addresses(&[person]).await?.into_iter().next();
    let mut preferences = Vec::new();
    for kind in NoticeKind::ALL {
        for way in Way::ALL {
            preferences.push(PreferenceRecord {
                kind: kind.code().to_owned(),
                way,
                wanted: wants(&said, person, *kind, way),
                always: kind.always(),
            });
        }
    }
    Ok(axum::Json(PreferencesReply {
        preferences,
        address: address.map(|(_, address)| address),
        mail: app.config.mail.is_some(),
    }))
}

async fn prefer(
    State(app): State<Shared>,
    caller: Caller,
    Json(call): Json<SetPreferences>,
) -> Result<axum::Json<PreferencesReply>, Refusal> {
    let person = caller.principal;
    if call
        .preferences
        .iter()
        .any(|one| one.kind.always() && !one.wanted)
    {
        return Err(Refusal::new(Code::BadRequest).detail("this kind of notice cannot be switched off"));
    }
    if call.preferences.len() > NoticeKind::ALL.len().saturating_mul(Way::ALL.len()) {
        return Err(Code::BadRequest.into());
    }
    let mut desk = app.store.notice_desk().await?;
    for one in call.preferences {
        desk.prefer(Preference {
            person,
            kind: one.kind,
            way: one.way,
            wanted: one.wanted,
        })
        .await?;
    }
    desk.commit().await?;
    preferences(State(app), caller).await
}
