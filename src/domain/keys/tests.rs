use std::time::Duration;

use super::*;
use crate::base::clock::{DAY, HOUR};
use crate::base::ids::KeyId;
use crate::base::{Code, Result, key_format};
use crate::domain::actor::Actor;
use crate::domain::apps::{self, NewApp};
use crate::domain::plans::Limits;
use crate::domain::subscriptions::scene::{Scene, own, scene};
use crate::domain::subscriptions::{self, NewRequest};
use crate::store::entity::application;
use crate::store::entity::states::{KeyReason, Role, Scope, TeamRole};

fn code<T>(done: Result<T>) -> Code {
    done.err().map(|error| error.code()).expect("it should be refused")
}

struct Cast {
    scene: Scene,
    dana: Actor,
    app: application::Model,
}

async fn cast() -> Cast {
    let scene = scene().await;
    let dana = scene.person("dana@example.org", Role::Member).await;
    let new = NewApp { team: None, name: "Mail".to_owned(), maker: None };
    let app = apps::create(&scene.db, &dana, new).await.unwrap();
    Cast { scene, dana, app }
}

impl Cast {
    async fn key(&self) -> Issued {
        issue(&self.scene.db, &self.dana, NewKey::usual(self.app.id, "ci")).await.unwrap()
    }

    async fn see(&self, id: KeyId) -> KeyView {
        get_visible(&self.scene.db, &self.dana, id).await.unwrap()
    }
}

#[actix_web::test]
async fn p15_a_key_is_stored_as_a_digest_alone() {
    use sea_orm::{ConnectionTrait, EntityTrait};
    let c = cast().await;
    let issued = c.key().await;
    assert_eq!(key_format::shape(issued.secret.expose()), key_format::Shape::WellFormed);
    let view = c.see(issued.key.id).await;
    assert_eq!((view.row.prefix.len(), view.row.last4.as_str()), (11, &issued.secret.expose()[52..]));
    assert_eq!(view.row.expires_at, Some(view.row.created_at.plus(90 * DAY)));
    let secret =
        crate::store::entity::key_secret::Entity::find().one(c.scene.db.read()).await.unwrap().unwrap();
    let digest = c.scene.db.vault().key_digest(&key_format::digest(issued.secret.expose()));
    assert_eq!(secret.digest, digest);
    // Nothing of its body is in any table that was written.
    let middle = &issued.secret.expose()[11..50];
    for table in ["keys", "key_secrets", "audit_events", "changes"] {
        let sql = format!("SELECT * FROM {table}");
        let rows =
            c.scene.db.read().query_all_raw(sea_orm::Statement::from_string(sea_orm::DbBackend::Sqlite, sql));
        for row in rows.await.unwrap() {
            assert!(!format!("{row:?}").contains(middle), "{table}");
        }
    }
}

#[actix_web::test]
async fn what_works_of_an_app_is_counted_whoever_owns_it() {
    let c = cast().await;
    let (first, second) = (c.key().await, c.key().await);
    c.key().await;
    let maker = c.scene.person("pia@example.org", Role::Publisher).await;
    let shop = c.scene.shop(own(&maker)).await;
    let ask = NewRequest {
        app: Some(c.app.id),
        version: shop.v1,
        plan: shop.auto,
        reason: String::new(),
        volume: String::new(),
        ends_at: None,
        requester: None,
    };
    let asked = subscriptions::request(&c.scene.db, &c.dana, ask).await.unwrap().id;
    // Who made the API is not in the app's team and sees none of its keys, but whom the end of it reaches.
    assert!(list_visible(&c.scene.db, &maker, &filter()).await.unwrap().is_empty());
    let working = async || {
        let by_maker = count_working(&c.scene.db, &maker, asked).await.unwrap();
        assert_eq!(count_working(&c.scene.db, &c.dana, asked).await.unwrap(), by_maker);
        by_maker
    };
    for stranger in [Role::Member, Role::Publisher] {
        let stranger = c.scene.person(&format!("{stranger}@example.org"), stranger).await;
        assert_eq!(code(count_working(&c.scene.db, &stranger, asked).await), Code::NotFound);
    }
    assert_eq!(working().await, 3);
    pause(&c.scene.db, &c.dana, first.key.id).await.unwrap();
    revoke(&c.scene.db, &c.dana, second.key.id, KeyReason::Leaked).await.unwrap();
    assert_eq!(working().await, 1);
    let lives = async |life: KeyLife| {
        let filter = KeyFilter { life: Some(life), ..filter() };
        list_visible(&c.scene.db, &c.dana, &filter).await.unwrap().len()
    };
    assert_eq!((lives(KeyLife::Living).await, lives(KeyLife::Expired).await), (2, 0), "a paused one lives");
    c.scene.db.clock().forward(Duration::from_secs(91 * 86_400));
    assert_eq!(working().await, 0);
    assert_eq!((lives(KeyLife::Living).await, lives(KeyLife::Expired).await), (0, 3));
}

#[actix_web::test]
async fn p16_two_secrets_overlap_for_the_chosen_time() {
    let c = cast().await;
    let first = c.key().await;
    let fresh = rotate(&c.scene.db, &c.dana, first.key.id, Rotate::planned(Overlap::Hour)).await.unwrap();
    assert_eq!(fresh.key.id, first.key.id);
    assert_ne!(fresh.secret.expose(), first.secret.expose());
    let view = c.see(first.key.id).await;
    assert_eq!((view.row.last4.clone(), view.secrets.len()), (fresh.secret.last4(), 2));
    let until = view.overlap_until.unwrap();
    assert!(until.since(c.scene.db.now()) <= HOUR && until.since(c.scene.db.now()) > HOUR - 60_000_000);
    end_overlap(&c.scene.db, &c.dana, first.key.id).await.unwrap();
    assert_eq!(c.see(first.key.id).await.overlap_until, None);
    assert_eq!(code(end_overlap(&c.scene.db, &c.dana, first.key.id).await), Code::Conflict);
}

#[actix_web::test]
async fn a_second_rotation_cuts_the_first_overlap_short() {
    let c = cast().await;
    let id = c.key().await.key.id;
    rotate(&c.scene.db, &c.dana, id, Rotate::planned(Overlap::Week)).await.unwrap();
    rotate(&c.scene.db, &c.dana, id, Rotate::planned(Overlap::None)).await.unwrap();
    let view = c.see(id).await;
    assert_eq!((view.overlap_until, view.secrets.len()), (None, 3));
    assert_eq!(view.secrets.iter().filter(|secret| secret.ends_at.is_none()).count(), 1);
}

#[actix_web::test]
async fn the_slower_of_two_who_rotate_is_told() {
    let c = cast().await;
    let id = c.key().await.key.id;
    let expected = Some(c.see(id).await.secrets[0].id);
    let how = Rotate { expected, ..Rotate::planned(Overlap::Hour) };
    rotate(&c.scene.db, &c.dana, id, how).await.unwrap();
    assert_eq!(code(rotate(&c.scene.db, &c.dana, id, how).await), Code::Conflict);
}

#[actix_web::test]
async fn rotating_an_expired_key_lets_it_live_again() {
    let c = cast().await;
    let id = c.key().await.key.id;
    c.scene.clock.forward(Duration::from_secs(91 * 86_400));
    assert_eq!(c.see(id).await.condition, Condition::Expired);
    rotate(&c.scene.db, &c.dana, id, Rotate::planned(Overlap::Day)).await.unwrap();
    let view = c.see(id).await;
    assert_eq!(view.condition, Condition::Active);
    assert_eq!(view.overlap_until, None, "its dead secret stays dead, whatever was asked");
}

#[actix_web::test]
async fn an_older_secret_outlives_neither_the_end_of_its_key_nor_a_second_rotation() {
    let c = cast().await;
    let id = c.key().await.key.id;
    extend(&c.scene.db, &c.dana, id, Expiry::Days(1)).await.unwrap();
    let end = c.see(id).await.row.expires_at;
    rotate(&c.scene.db, &c.dana, id, Rotate::planned(Overlap::Week)).await.unwrap();
    assert_eq!(c.see(id).await.overlap_until, end, "a longer life of the key is the new secret's");
    rotate(&c.scene.db, &c.dana, id, Rotate::planned(Overlap::Hour)).await.unwrap();
    let view = c.see(id).await;
    let now = c.scene.db.now();
    let live = |secret: &&crate::store::entity::key_secret::Model| secret.ends_at.is_none_or(|at| at > now);
    assert_eq!((view.secrets.len(), view.secrets.iter().filter(live).count()), (3, 2), "two live at a time");
    let oldest = view.secrets.last().unwrap().ends_at.unwrap();
    assert!(oldest <= now, "the oldest ends at once");
}

#[actix_web::test]
async fn a_revoked_key_stays_revoked() {
    let c = cast().await;
    let id = c.key().await.key.id;
    pause(&c.scene.db, &c.dana, id).await.unwrap();
    assert_eq!(code(pause(&c.scene.db, &c.dana, id).await), Code::Conflict);
    enable(&c.scene.db, &c.dana, id).await.unwrap();
    revoke(&c.scene.db, &c.dana, id, KeyReason::Leaked).await.unwrap();
    assert_eq!(c.see(id).await.condition, Condition::Leaked);
    assert_eq!(code(enable(&c.scene.db, &c.dana, id).await), Code::Conflict);
    assert_eq!(code(revoke(&c.scene.db, &c.dana, id, KeyReason::Revoked).await), Code::Conflict);
    assert_eq!(code(rotate(&c.scene.db, &c.dana, id, Rotate::planned(Overlap::Day)).await), Code::Conflict);
    assert_eq!(code(extend(&c.scene.db, &c.dana, id, Expiry::Never).await), Code::Conflict);
    let acts = c.scene.acts(id.0).await;
    assert_eq!(acts, ["key_created", "key_paused", "key_enabled", "key_revoked"]);
}

#[actix_web::test]
async fn b45_members_see_their_own_keys_and_owners_the_teams() {
    let c = cast().await;
    let id = c.key().await.key.id;
    let team = own(&c.dana);
    let mate = c.scene.joined("mia@example.org", Role::Member, &[(team, TeamRole::Member)]).await;
    let boss = c.scene.joined("bo@example.org", Role::Member, &[(team, TeamRole::Owner)]).await;
    let eve = c.scene.person("eve@example.org", Role::Member).await;
    let auditor = c.scene.person("aud@example.org", Role::Auditor).await;
    for stranger in [&mate, &eve] {
        assert_eq!(code(get_visible(&c.scene.db, stranger, id).await), Code::NotFound);
        assert_eq!(code(pause(&c.scene.db, stranger, id).await), Code::NotFound);
        assert!(list_visible(&c.scene.db, stranger, &filter()).await.unwrap().is_empty());
        assert!(find_by_prefix(&c.scene.db, stranger, "sk-ptc-").await.unwrap().is_empty());
    }
    assert_eq!(list_visible(&c.scene.db, &boss, &filter()).await.unwrap().len(), 1);
    assert_eq!(code(pause(&c.scene.db, &auditor, id).await), Code::NotPermitted);
    transfer(&c.scene.db, &boss, id, mate.user_id().unwrap()).await.unwrap();
    get_visible(&c.scene.db, &mate, id).await.unwrap();
    assert_eq!(code(transfer(&c.scene.db, &boss, id, eve.user_id().unwrap()).await), Code::FieldInvalid);
}

fn filter() -> KeyFilter {
    KeyFilter { limit: 50, ..KeyFilter::default() }
}

#[actix_web::test]
async fn b48_wildcards_in_a_search_are_letters() {
    let c = cast().await;
    let found = c.key().await.key;
    for (text, hits) in
        [("ci", 1), ("CI", 1), (&*found.prefix, 1), ("%", 0), ("_", 0), (&*"%_".repeat(100), 0)]
    {
        let filter = KeyFilter { text: text.to_owned(), ..filter() };
        assert_eq!(list_visible(&c.scene.db, &c.dana, &filter).await.unwrap().len(), hits, "{text}");
    }
    let long = KeyFilter { text: "%_".repeat(1_000), ..filter() };
    assert_eq!(code(list_visible(&c.scene.db, &c.dana, &long).await), Code::FieldInvalid);
}

#[actix_web::test]
async fn a_key_is_found_by_the_digest_of_any_of_its_secrets() {
    let c = cast().await;
    let first = c.key().await;
    rotate(&c.scene.db, &c.dana, first.key.id, Rotate::planned(Overlap::None)).await.unwrap();
    let sha = key_format::digest(first.secret.expose());
    let (view, secret) = find_by_digest(&c.scene.db, &c.dana, &sha).await.unwrap().unwrap();
    assert_eq!((view.row.id, secret.last4), (first.key.id, first.secret.last4()));
    let eve = c.scene.person("eve@example.org", Role::Member).await;
    assert!(find_by_digest(&c.scene.db, &eve, &sha).await.unwrap().is_none());
}

#[actix_web::test]
async fn what_a_key_may_do_is_stored_as_words() {
    let c = cast().await;
    let new = NewKey {
        scopes: vec![Scope::Models, Scope::Chat, Scope::Chat],
        ips: check_ips("10.1.2.3/8, 192.0.2.7\n2001:db8::/32 10.0.0.0/8").unwrap(),
        limits: Limits { requests_per_minute: Some(60), ..Limits::default() },
        expiry: Expiry::Days(7),
        ..NewKey::usual(c.app.id, "narrow")
    };
    let row = issue(&c.scene.db, &c.dana, new).await.unwrap().key;
    assert_eq!(
        (row.scopes.as_str(), row.ip_list.as_str()),
        ("chat,models", "10.0.0.0/8,192.0.2.7/32,2001:db8::/32")
    );
    assert_eq!(limits_of(&c.scene.db, &c.dana, row.id).await.unwrap().lines(), ["60 requests a minute"]);
    edit(&c.scene.db, &c.dana, row.id, Edit { scopes: Some(Scope::ALL.to_vec()), ..Edit::default() })
        .await
        .unwrap();
    assert_eq!(c.see(row.id).await.row.scopes, "");
}

#[actix_web::test]
async fn mistakes_in_a_new_key_name_their_field() {
    let c = cast().await;
    let usual = || NewKey::usual(c.app.id, "ci");
    let eve = c.scene.person("eve@example.org", Role::Member).await;
    let none = Limits { concurrent_calls: Some(0), ..Limits::default() };
    for (new, field) in [
        (NewKey { name: " ".to_owned(), ..usual() }, "name"),
        (NewKey { name: "x".repeat(81), ..usual() }, "name"),
        (NewKey { owner: eve.user_id(), ..usual() }, "owner"),
        (NewKey { expiry: Expiry::Days(0), ..usual() }, "expires"),
        (NewKey { expiry: Expiry::At(c.scene.db.now()), ..usual() }, "expires"),
        (NewKey { api_ids: Some(vec![]), ..usual() }, "apis"),
        (NewKey { limits: none, ..usual() }, "concurrent_calls"),
    ] {
        let error = issue(&c.scene.db, &c.dana, new).await.err().expect("a mistake");
        assert_eq!((error.code(), error.param()), (Code::FieldInvalid, Some(field)));
    }
    assert_eq!(check_ips("10.0.0.1, nonsense").unwrap_err().param(), Some("ips"));
}
