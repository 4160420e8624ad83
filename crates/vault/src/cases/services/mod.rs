//! Service identities: listing, making, disabling; keys are in [`key`]. Asked of the server each time.

mod key;
mod shown;

use super::{
    access::{self, shown::Shown},
    input, names,
};
use crate::{
    Vault,
    view::{
        access::AccessPlace,
        places::EnvironmentClass as ClassView,
        problem::Problem,
        services::{ServiceDraft, ServiceEdit, ServiceView, ServicesView},
    },
};
use claviger_model::{
    action::Action,
    ids::{PrincipalId, ScopeId},
    principal::PrincipalState,
    scope::EnvironmentClass,
};
use claviger_protocol::{
    giving::NamePlace,
    route,
    services::{CreateService, EditService, ServiceReply, ServicesCall, ServicesReply, SetServiceState},
};

impl Vault {
    /// Service identities that this person may know of; `after` as [`ServicesView::next`] said.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn services(&self, after: Option<&str>) -> Result<ServicesView, Problem> {
        let after: Option<NamePlace> = after
            .map(|text| serde_json::from_str(text).map_err(|_| names::not_found()))
            .transpose()?;
        let call = ServicesCall { after, limit: None };
        let reply: ServicesReply = self.inner.call(route::SERVICES, &[], &call).await?;
        let shown = self.shown(&reply.principals, &[]).await?;
        Ok(ServicesView {
            services: reply
                .services
                .iter()
                .map(|record| shown::service(&shown, record))
                .collect(),
            next: reply
                .next
                .as_ref()
                .and_then(|next| serde_json::to_string(next).ok()),
        })
    }

    /// One of them.
    ///
    /// # Errors
    /// When it is not to be known, or the server does not answer.
    pub async fn service(&self, id: &str) -> Result<ServiceView, Problem> {
        let id: PrincipalId = names::id(id)?;
        let reply: ServiceReply = self.inner.ask(route::SERVICE, &[&id]).await?;
        self.shown_service(&reply).await
    }

    /// Places where this person may make service identities, by path.
    ///
    /// # Errors
    /// When nobody is signed in.
    pub async fn service_places(&self) -> Result<Vec<AccessPlace>, Problem> {
        let live = self.inner.live()?;
        let book = live.book();
        let mut places: Vec<_> = book
            .places
            .iter()
            .filter(|node| node.actions.contains(&Action::ServiceManage))
            .map(access::place)
            .collect();
        places.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(places)
    }

    /// Makes a service identity, without any access or key.
    ///
    /// # Errors
    /// When something in the draft cannot be, or the server refuses.
    pub async fn create_service(&self, draft: &ServiceDraft) -> Result<ServiceView, Problem> {
        let call = CreateService {
            id: PrincipalId::random(&*self.inner.parts.entropy),
            name: input::name(&draft.name)?,
            kind: shown::kind_from(draft.kind),
            class: class_from(draft.class)?,
            owner: names::id(&draft.owner)?,
            home: names::id::<ScopeId>(&draft.home)?,
        };
        let reply: ServiceReply = self.inner.call(route::CREATE_SERVICE, &[], &call).await?;
        self.inner.hint_sync();
        self.shown_service(&reply).await
    }

    /// Gives a service identity another name, or another team that answers for it, with which its keys end, just those that
    /// were shown; what is absent stays as it is.
    ///
    /// # Errors
    /// When the name cannot be, it has other keys by now, or the server refuses.
    pub async fn edit_service(&self, id: &str, edit: &ServiceEdit) -> Result<ServiceView, Problem> {
        let id: PrincipalId = names::id(id)?;
        let ends = edit.ends.iter().map(|key| names::id(key));
        let call = EditService {
            name: edit.name.as_deref().map(input::name).transpose()?,
            owner: edit.owner.as_deref().map(names::id).transpose()?,
            ends: ends.collect::<Result<_, _>>()?,
        };
        let reply: ServiceReply = self.inner.call(route::EDIT_SERVICE, &[&id], &call).await?;
        self.inner.hint_sync();
        self.shown_service(&reply).await
    }

    /// Disables a service identity, so that its sessions end at once, or enables it again.
    ///
    /// # Errors
    /// When the reason cannot stand, or the server refuses.
    pub async fn set_service_active(
        &self,
        id: &str,
        active: bool,
        reason: &str,
    ) -> Result<ServiceView, Problem> {
        let id: PrincipalId = names::id(id)?;
        let call = SetServiceState {
            state: if active {
                PrincipalState::Active
            } else {
                PrincipalState::Disabled
            },
            reason: input::words(reason)?,
        };
        let reply: ServiceReply = self.inner.call(route::SET_SERVICE_STATE, &[&id], &call).await?;
        self.inner.hint_sync();
        self.shown_service(&reply).await
    }

    async fn shown_service(&self, reply: &ServiceReply) -> Result<ServiceView, Problem> {
        let shown: Shown<'_> = self.shown(&reply.principals, &[]).await?;
        Ok(shown::service(&shown, &reply.service))
    }
}

fn class_from(class: ClassView) -> Result<EnvironmentClass, Problem> {
    names::class_from(class).ok_or_else(|| {
        names::problem(
            "classMissing",
            "A service identity works in one class of environments.",
            None,
        )
    })
}
