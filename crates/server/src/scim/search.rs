//! A search over every type of resource (RFC 7644, 3.4.3, at the root): the users first, then the groups.

use super::{
    groups::Groups,
    listing,
    query::Query,
    reply,
    schema::{GROUP, Schema, USER},
    users::Users,
};
use crate::{
    app::{App, Shared},
    http::{Handled, Refusal, handle},
};
use axum::{body::Bytes, extract::State, response::Response};
use claviger_protocol::route;
use serde_json::Value;

pub(super) fn routes() -> Vec<Handled> {
    vec![handle(route::SEARCH_SCIM, search)]
}

async fn search(State(app): State<Shared>, body: Bytes) -> Result<Response, Refusal> {
    let body = reply::parsed(&body)?;
    let of_users = Query::of_search(&USER, &body);
    let of_groups = Query::of_search(&GROUP, &body);
    let served = app.config.scim.groups;
    let (start, count) = match (&of_users, &of_groups) {
        (Ok(query), _) => (query.start, query.count),
        (_, Ok(query)) if served => (query.start, query.count),
        // Neither type has what the filter looks at.
        _ => return Err(of_users.map_or_else(Refusal::from, |_| Refusal::internal("no type is searched"))),
    };
    let mut found = Found {
        total: 0,
        start,
        count,
        page: Vec::new(),
    };
    if let Ok(query) = of_users {
        found.add(&app, &USER, query).await?;
    }
    if let Ok(query) = of_groups
        && served
    {
        found.add(&app, &GROUP, query).await?;
    }
    Ok(reply::list(found.total, start, found.page))
}

/// What was found so far.
struct Found {
    total: u64,
    start: u64,
    count: u64,
    page: Vec<Value>,
}

impl Found {
    /// Goes on with the next type where the page goes on.
    async fn add(&mut self, app: &App, schema: &Schema, query: Query) -> Result<(), Refusal> {
        let have = u64::try_from(self.page.len()).unwrap_or(u64::MAX);
        let query = Query {
            start: self.start.saturating_sub(self.total).max(1),
            count: self.count.saturating_sub(have),
            ..query
        };
        let (total, page) = if schema.urn == USER.urn {
            listing::page::<Users>(app, &query).await?
        } else {
            listing::page::<Groups>(app, &query).await?
        };
        self.total = self.total.saturating_add(total);
        self.page.extend(page);
        Ok(())
    }
}
