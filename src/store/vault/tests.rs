use super::*;

fn place(row: u128, destination: &str) -> Place<'_> {
    Place { table: "credentials", row: uuid::Uuid::from_u128(row), column: "sealed", destination }
}

#[test]
fn p17_a_secret_opens_only_at_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let vault = Vault::open(folder.path()).unwrap();
    let sealed = vault.seal(place(1, "https://a"), &Secret::new("sk-fake-vendor")).unwrap();
    assert_eq!(vault.unseal(place(1, "https://a"), &sealed).ok().unwrap().expose(), "sk-fake-vendor");
    assert!(vault.unseal(place(2, "https://a"), &sealed).is_err(), "another row");
    assert!(vault.unseal(place(1, "https://b"), &sealed).is_err(), "another destination");
    assert!(!sealed.contains("fake"));
}

#[test]
fn p17_another_key_file_opens_nothing() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let sealed = Vault::open(one.path()).unwrap().seal(place(1, "x"), &Secret::new("s")).unwrap();
    assert!(Vault::open(two.path()).unwrap().unseal(place(1, "x"), &sealed).is_err());
    assert!(
        Vault::open(one.path()).unwrap().unseal(place(1, "x"), &sealed).is_ok(),
        "read back after a restart"
    );
}

#[test]
fn p15_a_key_digest_needs_the_pepper() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let digest = crate::base::key_format::digest("sk-ptc-x");
    let (a, b) = (Vault::open(one.path()).unwrap(), Vault::open(two.path()).unwrap());
    assert_ne!(a.key_digest(&digest), b.key_digest(&digest));
}
