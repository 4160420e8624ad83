//! The person's notices, what they want of them, and where links lead.

use super::names;
use crate::{
    Vault,
    view::{
        notices::{
            LinkTarget, LinkView, NoticePreference, NoticePreferences, NoticeView, NoticeWay, NoticesView,
        },
        problem::Problem,
    },
};
use claviger_model::{
    ids::{NoticeId, PrincipalId},
    notice::{About, NoticeKind, Way},
    time::Timestamp,
};
use claviger_protocol::{
    link::{Link, Target},
    notices::{
        NoticeRecord, NoticesCall, NoticesReply, PreferencesReply, ReadNotices, SetPreference,
        SetPreferences, UnreadReply,
    },
    route,
};

impl Vault {
    /// A page of notices, newest first.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn notices(&self, before: Option<&str>, unread: bool) -> Result<NoticesView, Problem> {
        let call = NoticesCall {
            before: before.map(names::id).transpose()?,
            unread,
        };
        let reply: NoticesReply = self.inner.call(route::NOTICES, &[], &call).await?;
        let me = self.inner.live()?.principal;
        Ok(NoticesView {
            notices: reply.notices.into_iter().map(|one| view(one, me)).collect(),
            unread: names::number(reply.unread),
            more: reply.more,
        })
    }

    /// Marks some as read; how many are left unread.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn read_notices(&self, ids: &[String]) -> Result<u32, Problem> {
        let ids: Vec<NoticeId> = ids.iter().map(|id| names::id(id)).collect::<Result<_, _>>()?;
        self.mark(&ReadNotices::These(ids)).await
    }

    /// Marks all as read that are not newer than a moment; how many are left unread.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn read_notices_until(&self, until: i64) -> Result<u32, Problem> {
        self.mark(&ReadNotices::Until(Timestamp::from_millis(until)))
            .await
    }

    async fn mark(&self, call: &ReadNotices) -> Result<u32, Problem> {
        let reply: UnreadReply = self.inner.call(route::READ_NOTICES, &[], call).await?;
        Ok(names::number(reply.unread))
    }

    /// What the person wants to be told by which way.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn notice_preferences(&self) -> Result<NoticePreferences, Problem> {
        let reply = self.inner.ask(route::NOTICE_PREFERENCES, &[]).await?;
        Ok(preferences(&reply))
    }

    /// Chooses a way for a kind.
    ///
    /// # Errors
    /// When the kind cannot be switched off, or the server does not answer.
    pub async fn set_notice_preference(
        &self,
        kind: &str,
        way: NoticeWay,
        wanted: bool,
    ) -> Result<NoticePreferences, Problem> {
        let call = SetPreferences {
            preferences: vec![SetPreference {
                kind: NoticeKind::from_code(kind).ok_or_else(names::not_found)?,
                way: match way {
                    NoticeWay::Desktop => Way::Desktop,
                    NoticeWay::Mail => Way::Mail,
                },
                wanted,
            }],
        };
        let reply = self.inner.call(route::SET_NOTICE_PREFERENCES, &[], &call).await?;
        Ok(preferences(&reply))
    }

    /// Where a link leads. Nothing is asked of the server, and nothing changes.
    ///
    /// # Errors
    /// When it is no link of ours, or leads into another organization.
    pub fn follow_link(&self, text: &str) -> Result<LinkView, Problem> {
        let link: Link = text
            .parse()
            .map_err(|_| names::problem("linkUnknown", "This is not a link that Claviger makes.", None))?;
        let organization = self.inner.live()?.server.organization;
        if link.organization != organization {
            return Err(names::problem(
                "linkForeign",
                "This link leads to another organization than the one that you are signed in to.",
                None,
            ));
        }
        Ok(leads_to(link.target))
    }
}

impl Vault {
    /// A link to what a notice waits for, else to the notice itself, as mail has it; none while nobody is signed in.
    pub fn link_to(&self, notice: &NoticeView) -> Option<String> {
        let organization = self.inner.live().ok()?.server.organization;
        let target = target(notice)?;
        Some(Link { organization, target }.to_string())
    }
}

fn target(notice: &NoticeView) -> Option<Target> {
    match &notice.leads {
        Some(LinkView {
            what: LinkTarget::Request,
            id,
        }) => id.parse().ok().map(Target::Request),
        Some(LinkView {
            what: LinkTarget::Proposal,
            id,
        }) => id.parse().ok().map(Target::Proposal),
        Some(LinkView {
            what: LinkTarget::Case,
            id,
        }) => id.parse().ok().map(Target::Case),
        _ => notice.id.parse().ok().map(Target::Notice),
    }
}

fn leads_to(target: Target) -> LinkView {
    let (what, id) = match target {
        Target::Request(id) => (LinkTarget::Request, id.to_string()),
        Target::Secret(id) => (LinkTarget::Secret, id.to_string()),
        Target::Place(id) => (LinkTarget::Place, id.to_string()),
        Target::Proposal(id) => (LinkTarget::Proposal, id.to_string()),
        Target::Case(id) => (LinkTarget::Case, id.to_string()),
        Target::Notice(id) => (LinkTarget::Notice, id.to_string()),
    };
    LinkView { what, id }
}

/// To what has to be answered, else to the secret, the service or the place that it is about.
fn leads(about: &About) -> Option<LinkView> {
    let link = |what, id: String| LinkView { what, id };
    None.or_else(|| about.request.map(|id| link(LinkTarget::Request, id.to_string())))
        .or_else(|| {
            about
                .proposal
                .map(|id| link(LinkTarget::Proposal, id.to_string()))
        })
        .or_else(|| about.case.map(|id| link(LinkTarget::Case, id.to_string())))
        .or_else(|| about.draw.map(|id| link(LinkTarget::Emergency, id.to_string())))
        .or_else(|| about.right.map(|id| link(LinkTarget::Emergency, id.to_string())))
        .or_else(|| about.service.map(|id| link(LinkTarget::Service, id.to_string())))
        .or_else(|| about.secret.map(|id| link(LinkTarget::Secret, id.to_string())))
        .or_else(|| about.scope.map(|id| link(LinkTarget::Place, id.to_string())))
}

fn view(record: NoticeRecord, me: PrincipalId) -> NoticeView {
    let leads = leads(&record.about);
    NoticeView {
        id: record.id.to_string(),
        kind: record.kind,
        at: record.at.millis(),
        read: record.read_at.is_some(),
        path: record.path,
        role: record.role,
        secret: record.secret,
        service: record.service,
        of: record.of,
        own: record.about.of == Some(me),
        count: record.about.count,
        by: record.by,
        system: record.about.system.map(String::from),
        ends_at: record.about.ends_at.map(Timestamp::millis),
        leads,
    }
}

fn preferences(reply: &PreferencesReply) -> NoticePreferences {
    let mut kinds: Vec<NoticePreference> = Vec::new();
    for one in &reply.preferences {
        if kinds.last().is_none_or(|last| last.kind != one.kind) {
            kinds.push(NoticePreference {
                kind: one.kind.clone(),
                desktop: false,
                mail: false,
                always: one.always,
            });
        }
        if let Some(kind) = kinds.last_mut() {
            match one.way {
                Way::Desktop => kind.desktop = one.wanted,
                Way::Mail => kind.mail = one.wanted,
            }
        }
    }
    NoticePreferences {
        kinds,
        address: reply.address.clone(),
        mail: reply.mail,
    }
}
