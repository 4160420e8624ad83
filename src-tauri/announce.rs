//! Notifications of the desktop: while the window is not in front, a plain sentence for each new notice, without any name. Clicking one
//! opens the app as a link to the notice does.
//!
//! Nothing is said while the app is locked, since it hears nothing then.

use claviger_model::notice::NoticeKind;
use claviger_vault::{
    HostEvent, Vault,
    view::{
        event::ChangedArea,
        notices::{NoticePreferences, NoticeView},
        state::SessionState,
    },
};
use notify_rust::{Notification, NotificationResponse, Timeout};
use std::{
    collections::{BTreeSet, VecDeque},
    sync::Arc,
};
use tauri::async_runtime::JoinHandle;

/// More than this at once are said in one sentence.
const ONE_BY_ONE: usize = 3;
/// So many that are shown are listened to, the newest.
const LISTENED_TO: usize = 8;

/// Goes where a link leads.
pub type Follow = Arc<dyn Fn(&str) + Send + Sync>;

/// What was announced, or was there before.
pub struct Announcer {
    /// None until it is known what was there when the person came.
    seen: Option<BTreeSet<String>>,
    shown: VecDeque<JoinHandle<()>>,
    follow: Follow,
}

/// What is said.
#[derive(Debug, Clone, PartialEq)]
struct Said {
    sentence: String,
    /// Of which notice: where a click leads.
    of: NoticeView,
}

impl Announcer {
    /// Goes where a clicked one leads by `follow`.
    pub const fn new(follow: Follow) -> Self {
        Self {
            seen: None,
            shown: VecDeque::new(),
            follow,
        }
    }

    /// Says what an event brings; `in_front` tells whether the person looks at the window.
    pub async fn hear(&mut self, vault: &Vault, event: &HostEvent, in_front: impl Fn() -> bool) {
        let concerns = match event {
            HostEvent::StateChanged(state) => match state.session {
                SessionState::SignedIn { .. } => self.seen.is_none(),
                _ => {
                    self.seen = None;
                    false
                }
            },
            HostEvent::Changed(changed) => changed.areas.contains(&ChangedArea::Notices),
            _ => false,
        };
        if !concerns {
            return;
        }
        // Without an answer there is nothing to say; the next event asks again.
        let Ok(page) = vault.notices(None, true).await else {
            return;
        };
        let new = self.new_ones(page.notices);
        if new.is_empty() || in_front() {
            return;
        }
        let Ok(preferences) = vault.notice_preferences().await else {
            return;
        };
        for said in sentences(&new, &preferences) {
            let link = vault.link_to(&said.of);
            self.show(said.sentence, link).await;
        }
    }

    /// Shows a sentence, and waits for a click on it beside.
    async fn show(&mut self, sentence: String, link: Option<String>) {
        let mut notification = Notification::new();
        notification
            .appname("Claviger")
            .summary("Claviger")
            .body(&sentence)
            .action("default", "Open")
            .timeout(Timeout::Default);
        let handle = match notification.show_async().await {
            Ok(handle) => handle,
            Err(error) => {
                tracing::debug!(%error, "this desktop shows no notifications");
                return;
            }
        };
        let Some(link) = link else { return };
        let follow = Arc::clone(&self.follow);
        self.shown.push_back(tauri::async_runtime::spawn(async move {
            let heard = move |response: &NotificationResponse| {
                if is_click(response) {
                    follow(&link);
                }
            };
            handle.wait_for_action_async(heard).await;
        }));
        while self.shown.len() > LISTENED_TO {
            if let Some(oldest) = self.shown.pop_front() {
                oldest.abort();
            }
        }
    }

    /// Those that were not there before; all of them were, when the person has just come.
    fn new_ones(&mut self, unread: Vec<NoticeView>) -> Vec<NoticeView> {
        let ids = unread.iter().map(|notice| notice.id.clone()).collect();
        let Some(seen) = self.seen.replace(ids) else {
            return Vec::new();
        };
        unread
            .into_iter()
            .filter(|notice| !seen.contains(&notice.id))
            .collect()
    }
}

/// What is said of new notices, the oldest first.
fn sentences(new: &[NoticeView], preferences: &NoticePreferences) -> Vec<Said> {
    let wanted = |notice: &&NoticeView| {
        let kind = preferences.kinds.iter().find(|one| one.kind == notice.kind);
        kind.is_some_and(|kind| kind.desktop)
    };
    let said: Vec<_> = new
        .iter()
        .rev()
        .filter(wanted)
        .filter_map(|notice| {
            Some(Said {
                sentence: NoticeKind::from_code(&notice.kind)?.title().to_owned(),
                of: notice.clone(),
            })
        })
        .collect();
    match said.as_slice() {
        [.., newest] if said.len() > ONE_BY_ONE => vec![Said {
            sentence: format!("{} things are new for you", said.len()),
            of: newest.of.clone(),
        }],
        _ => said,
    }
}

/// Whether somebody clicked it; closing it, or letting it go, is none.
fn is_click(response: &NotificationResponse) -> bool {
    matches!(response, NotificationResponse::Default)
}

#[cfg(test)]
mod tests {
    use super::*;
    use claviger_vault::view::notices::NoticePreference;

    fn notice(id: &str, kind: NoticeKind) -> NoticeView {
        NoticeView {
            id: id.to_owned(),
            kind: kind.code().to_owned(),
            at: 0,
            read: false,
            path: Some("payments/production".to_owned()),
            role: Some("Reader".to_owned()),
            secret: Some("DATABASE_URL".to_owned()),
            service: None,
            system: None,
            of: None,
            own: false,
            count: None,
            by: Some("Ada".to_owned()),
            ends_at: None,
            leads: None,
        }
    }

    fn preferences(off: &[NoticeKind]) -> NoticePreferences {
        let kinds = NoticeKind::ALL.iter().map(|kind| NoticePreference {
            kind: kind.code().to_owned(),
            desktop: !off.contains(kind),
            mail: false,
            always: kind.always(),
        });
        NoticePreferences {
            kinds: kinds.collect(),
            address: None,
            mail: false,
        }
    }

    #[test]
    fn what_was_there_before_is_not_said_again() {
        let mut announcer = Announcer::new(Arc::new(|_| ()));
        let first = notice("1", NoticeKind::RequestWaits);
        let second = notice("2", NoticeKind::AccessEnded);
        assert!(announcer.new_ones(vec![first.clone()]).is_empty());
        assert_eq!(
            announcer.new_ones(vec![second.clone(), first.clone()]),
            vec![second.clone()]
        );
        assert!(announcer.new_ones(vec![second, first]).is_empty());
    }

    #[test]
    fn a_sentence_names_nothing_and_nobody_and_only_what_is_wanted() {
        let new = [
            notice("2", NoticeKind::AccessEnded),
            notice("1", NoticeKind::RequestWaits),
        ];
        let said = sentences(&new, &preferences(&[]));
        let sentences_of =
            |said: &[Said]| -> Vec<String> { said.iter().map(|one| one.sentence.clone()).collect() };
        assert_eq!(
            sentences_of(&said),
            ["A request waits for your answer", "Some of your access ended"]
        );
        // Each leads to its own notice.
        assert_eq!(
            said.iter().map(|one| one.of.id.as_str()).collect::<Vec<_>>(),
            ["1", "2"]
        );
        for name in ["payments", "Reader", "DATABASE_URL", "Ada"] {
            assert!(said.iter().all(|one| !one.sentence.contains(name)));
        }
        assert_eq!(
            sentences(&new, &preferences(&[NoticeKind::RequestWaits])).len(),
            1
        );
        assert!(sentences(&new, &preferences(NoticeKind::ALL)).is_empty());
        let many: Vec<_> = ["7", "6", "5", "4"]
            .iter()
            .map(|id| notice(id, NoticeKind::AccessGiven))
            .collect();
        let said = sentences(&many, &preferences(&[]));
        assert_eq!(sentences_of(&said), ["4 things are new for you"]);
        assert_eq!(
            said.first().map(|one| one.of.id.as_str()),
            Some("7"),
            "to the newest of them"
        );
    }

    #[test]
    fn only_a_click_opens_anything() {
        assert!(is_click(&NotificationResponse::Default));
        for other in [
            NotificationResponse::Action("other".to_owned()),
            NotificationResponse::Closed(notify_rust::CloseReason::Expired),
            NotificationResponse::Closed(notify_rust::CloseReason::Dismissed),
        ] {
            assert!(!is_click(&other), "{other:?}");
        }
    }
}
