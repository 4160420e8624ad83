//! In which zone somebody works is told to themselves and to those who may look at grants.

use super::{given, of};
use crate::{assigning::role, house::House};
use claviger_model::{
    action::Action,
    builtin_roles::{LEAD, READER, VIEWER},
};
use claviger_storage::principals::ZoneSource;

#[tokio::test(flavor = "multi_thread")]
async fn a_zone_is_for_those_who_may_see_access_and_a_sign_ins_word_comes_first() {
    let house = House::new().await;
    let staging = house.places.staging;
    let person = house.actor(&[(READER, staging)]).await;
    let lead = house.actor(&[(LEAD, staging)]).await;
    let browses = role(&house, &[Action::PrincipalView, Action::ScopeView]).await;
    let browser = house.actor(&[(VIEWER, staging)]).await;
    given(&house, browser.principal, browses.id, staging).await;
    let said = async |by: ZoneSource, zone: Option<&str>| {
        let mut locked = house.app.store.locked().await.unwrap();
        locked.set_zone(person.principal, by, zone).await.unwrap();
        locked.commit().await.unwrap();
    };
    let told = async |who| of(&house, who, person.principal).await.zone;
    assert_eq!(told(&lead).await, None);
    said(ZoneSource::Scim, Some("Europe/Lisbon")).await;
    assert_eq!(told(&lead).await.as_deref(), Some("Europe/Lisbon"));
    said(ZoneSource::SignIn, Some("Europe/Berlin")).await;
    assert_eq!(told(&lead).await.as_deref(), Some("Europe/Berlin"));
    assert_eq!(told(&person).await.as_deref(), Some("Europe/Berlin"), "one's own");
    assert_eq!(
        told(&browser).await,
        None,
        "who may browse people, and look at no grants"
    );
    said(ZoneSource::SignIn, None).await;
    assert_eq!(told(&lead).await.as_deref(), Some("Europe/Lisbon"));
}
