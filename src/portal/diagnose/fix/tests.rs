use super::*;
use crate::domain::actor::Via;
use crate::store::entity::states::Role;

fn somebody(role: Role) -> Actor {
    let session = Via::Session(crate::base::ids::SessionId::fresh());
    Actor::user(UserId::fresh(), "a@example.com".to_owned(), role, Vec::new(), session, String::new())
}

#[test]
fn each_cause_leads_to_the_page_that_mends_it() {
    let dev = somebody(Role::Member);
    let about = About { key: Some(KeyId::fresh()), app: Some(AppId::fresh()), ..About::default() };
    let href = |code| fix(&dev, code, &about).map(|fix| fix.href);
    let key = about.key.unwrap();
    assert_eq!(href(Code::KeyExpired), Some(format!("/keys/{key}")));
    assert_eq!(href(Code::IpNotAllowed), Some(format!("/keys/{key}/settings")));
    assert_eq!(href(Code::SubscriptionMissing), Some("/catalogue".to_owned()));
    assert_eq!(href(Code::Internal), None);
}

#[test]
fn what_only_an_admin_may_mend_is_offered_to_admins_alone() {
    let (dev, admin) = (somebody(Role::Member), somebody(Role::Admin));
    let about = About { key: Some(KeyId::fresh()), user: Some(UserId::fresh()), ..About::default() };
    assert!(fix(&dev, Code::VendorCredential, &about).is_none());
    assert_eq!(fix(&admin, Code::VendorCredential, &about).unwrap().href, "/manage/vendors");
    assert!(fix(&dev, Code::ModelUnpriced, &about).is_none(), "no plan helps");
    assert_eq!(fix(&admin, Code::ModelUnpriced, &about).unwrap().href, "/manage/models");
    assert!(fix(&dev, Code::OwnerDeactivated, &about).unwrap().href.starts_with("/keys/"));
    assert!(fix(&admin, Code::OwnerDeactivated, &about).unwrap().href.starts_with("/users/"));
}

#[test]
fn a_paused_key_is_enabled_at_once_by_whoever_looks_after_it() {
    let (dev, admin) = (somebody(Role::Member), somebody(Role::Admin));
    let about = About { key: Some(KeyId::fresh()), user: Some(UserId::fresh()), ..About::default() };
    assert_eq!(fix(&admin, Code::KeyPaused, &about).unwrap().way, Way::Act);
    assert_eq!(fix(&dev, Code::KeyPaused, &about).unwrap().way, Way::Open);
    let own = About { user: dev.user_id(), ..about };
    assert_eq!(fix(&dev, Code::KeyPaused, &own).unwrap().way, Way::Act);
}
