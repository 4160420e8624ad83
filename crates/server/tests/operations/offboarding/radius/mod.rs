//! The blast radius: what is reached and held, of whom or what, in pages.

mod asking;
mod people;
mod things;

use super::{release, write};
use crate::{
    access::team,
    house::{Actor, House, grant, name},
    services::given,
};
use claviger_model::{
    action::Action,
    blast::{Alone, How, Suspect, Waiting},
    builtin_roles as roles,
    entropy::SystemEntropy,
    guardrail::Guardrail,
    ids::{PolicyId, PrincipalId, SecretId},
    principal::PrincipalState,
    scope::EnvironmentClass,
};
use claviger_protocol::{
    offboarding::radius::{After, RadiusReply},
    route,
};
use serde_json::json;
use std::{collections::BTreeSet, time::Duration};

async fn offboarder(house: &House) -> Actor {
    house.actor(&[(roles::OFFBOARDER, house.places.root)]).await
}

async fn radius(house: &House, by: &Actor, of: Suspect) -> RadiusReply {
    let answer = house
        .call(Some(by), &route::BLAST_RADIUS, &[], &json!({ "of": of }))
        .await;
    answer.parse()
}
