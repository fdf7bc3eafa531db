use super::*;
use crate::base::{Code, Nanos, Secret};
use crate::domain::actor::Actor;
use crate::domain::tests::{fresh, member, publisher};
use crate::store::entity::credential;
use crate::store::entity::states::Switch;
use sea_orm::EntityTrait;

const FAKE: &str = "sk-fake-0123456789-not-a-real-key";

fn admin() -> Actor {
    Actor::system("test")
}

fn openai(address: &str) -> NewProvider {
    NewProvider {
        preset: "openai".to_owned(),
        name: "Main".to_owned(),
        base_url: address.to_owned(),
        secret: Some(Secret::new(FAKE)),
    }
}

#[test]
fn t06_addresses_that_are_not_a_vendors_are_refused() {
    for bad in [
        "",
        "api.example.com",
        "ftp://api.example.com",
        "file:///etc/passwd",
        "demo://local/v1",
        "https://user:pass@api.example.com",
        "https://api.example.com/v1?key=x",
        "https://api.example.com/v1#x",
        "http://169.254.169.254/latest/meta-data",
        "http://2852039166/",
        "http://0xA9FEA9FE/",
        "http://[::ffff:169.254.169.254]/",
        "http://[fd00:ec2::254]/",
        "http://[fe80::1]/",
        "http://metadata.google.internal/computeMetadata/v1",
        "http://METADATA.google.internal./",
        "http://100.100.100.200/",
        "http://0.0.0.0/",
    ] {
        assert!(address::read(bad).is_err(), "{bad}");
    }
    for (good, stored) in [
        ("https://API.Example.com/v1/", "https://api.example.com/v1"),
        ("http://127.0.0.1:11434/v1", "http://127.0.0.1:11434/v1"),
        ("http://10.0.0.5:8000", "http://10.0.0.5:8000"),
    ] {
        assert_eq!(address::read(good).unwrap(), stored);
    }
}

#[test]
fn a_destination_is_scheme_host_port_and_path() {
    assert_eq!(address::destination("https://api.example.com/v1"), "https://api.example.com:443/v1");
    assert_eq!(address::destination("http://h:8080/v1/"), "http://h:8080/v1");
    assert_ne!(address::destination("https://h/v1"), address::destination("https://h/v2"));
}

#[actix_web::test]
async fn t05_a_new_destination_voids_the_secret_until_it_is_typed_again() {
    let (_folder, db) = fresh().await;
    let provider = connect(&db, &admin(), openai("")).await.unwrap();
    let row = credential::Entity::find().one(db.read()).await.unwrap().unwrap();
    assert!(open_secret(db.vault(), &provider, &row).unwrap().expose() == FAKE);

    let moved =
        ProviderChange { base_url: Some("https://evil.example.com/v1".to_owned()), ..Default::default() };
    let changed = change_provider(&db, &admin(), provider.id, moved).await.unwrap();
    assert_eq!(changed.voided, 1);
    assert!(open_secret(db.vault(), &changed.provider, &row).is_err(), "the old blob opens at the new place");
    let view = get_provider(&db, &admin(), provider.id).await.unwrap();
    let credential = view.credentials.first().unwrap();
    assert!(credential.void && credential.state == Switch::Off);
    let on = CredentialChange { state: Some(Switch::On), ..Default::default() };
    assert!(change_credential(&db, &admin(), credential.id, on).await.is_err());

    replace_secret(&db, &admin(), credential.id, Secret::new(FAKE)).await.unwrap();
    let row = credential::Entity::find().one(db.read()).await.unwrap().unwrap();
    assert!(open_secret(db.vault(), &changed.provider, &row).unwrap().expose() == FAKE);
}

#[actix_web::test]
async fn p17_a_stored_secret_is_sealed_to_its_row() {
    let (_folder, db) = fresh().await;
    let provider = connect(&db, &admin(), openai("")).await.unwrap();
    let again = NewCredential { name: "Second".to_owned(), secret: Secret::new(FAKE), weight: 3 };
    add_credential(&db, &admin(), provider.id, again).await.unwrap();
    let rows = credential::Entity::find().all(db.read()).await.unwrap();
    let [one, two] = rows.as_slice() else { panic!("two rows") };
    assert!(!one.sealed.contains("fake") && one.sealed != two.sealed && one.last4 == "-key");
    let swapped = credential::Model { sealed: two.sealed.clone(), ..one.clone() };
    assert_eq!(open_secret(db.vault(), &provider, &swapped).err().unwrap().code(), Code::VendorCredential);
}

#[actix_web::test]
async fn a_rename_keeps_the_secret() {
    let (_folder, db) = fresh().await;
    let provider = connect(&db, &admin(), openai("")).await.unwrap();
    let renamed = ProviderChange { name: Some("Other".to_owned()), ..Default::default() };
    let changed = change_provider(&db, &admin(), provider.id, renamed).await.unwrap();
    assert_eq!((changed.voided, changed.provider.name.as_str()), (0, "Other"));
    let twin = NewProvider { name: "Other".to_owned(), ..openai("") };
    assert_eq!(connect(&db, &admin(), twin).await.unwrap_err().param(), Some("name"));
}

#[actix_web::test]
async fn only_admins_change_the_supply() {
    let (_folder, db) = fresh().await;
    for actor in [publisher(&[]), member(&[])] {
        assert_eq!(connect(&db, &actor, openai("")).await.unwrap_err().code(), Code::NotPermitted);
    }
    assert!(list_providers(&db, &publisher(&[])).await.is_ok());
    assert!(list_providers(&db, &member(&[])).await.is_err());
}

#[actix_web::test]
async fn models_offered_twice_have_one_target_and_one_price() {
    let (_folder, db) = fresh().await;
    let demo = NewProvider {
        preset: "demo".to_owned(),
        name: String::new(),
        base_url: "http://x".to_owned(),
        secret: None,
    };
    let provider = connect(&db, &admin(), demo).await.unwrap();
    assert_eq!(provider.base_url, "demo://local/v1", "the built-in vendor has one address");
    for _ in 0..2 {
        offer(&db, &admin(), provider.id, vec!["demo-echo".to_owned()]).await.unwrap();
    }
    let models = list_models(&db, &admin()).await.unwrap();
    assert_eq!((models.len(), models[0].targets.len()), (1, 1));
    assert_eq!(models[0].targets[0].price.as_ref().unwrap().input, Some(0));
    assert!(remove_provider(&db, &admin(), provider.id).await.is_err(), "it still has a target");
}

#[actix_web::test]
async fn an_unknown_price_is_none_and_a_later_one_waits_for_its_day() {
    let (_folder, db) = fresh().await;
    let provider = connect(&db, &admin(), openai("")).await.unwrap();
    offer(&db, &admin(), provider.id, vec!["my-own-model".to_owned()]).await.unwrap();
    let price = async || list_models(&db, &admin()).await.unwrap()[0].targets[0].price.clone();
    assert!(price().await.is_none());
    let new = |usd, at| NewPrice {
        provider: provider.id,
        vendor_model: "my-own-model".to_owned(),
        input: Some(Nanos::from_usd(usd)),
        cached_read: None,
        cache_write: None,
        output: None,
        reasoning: None,
        effective_at: at,
    };
    set_price(&db, &admin(), new(1, None)).await.unwrap();
    set_price(&db, &admin(), new(2, Some(db.now().plus(crate::base::clock::DAY)))).await.unwrap();
    assert!(set_price(&db, &admin(), new(3, Some(db.now().minus(1_000_000)))).await.is_err());
    assert_eq!(price().await.unwrap().input, Some(Nanos::from_usd(1).0));
    db.clock().forward(std::time::Duration::from_secs(2 * 86_400));
    assert_eq!(price().await.unwrap().input, Some(Nanos::from_usd(2).0));
}
