//! What a flood of sign-ins does to calls (nothing), and what the time of an answer tells (nothing).

use std::time::{Duration, Instant};

use portico::base::{Secret, key_format};
use portico::domain::actor::Actor;
use portico::domain::people::users::{self, NewUser};
use portico::domain::people::{Email, Password};
use portico::store::entity::states::Role;

use super::support::{TestApp, spawn};

async fn account(app: &TestApp, address: &str) {
    let email = Email::parse(address).unwrap();
    let password = Some(Password::choose(&Secret::new("a long fine passphrase"), &email).unwrap());
    let new = NewUser { name: "Dana".into(), email, role: Role::Member, password };
    users::create(&app.db, &Actor::system("test"), new).await.unwrap();
}

/// A well-formed key that nobody has, whose first half is that of `key`.
fn begins_like(key: &str) -> String {
    let other = key_format::mint();
    let mut made = format!("{}{}", &key[..30], &other.expose()[30..50]);
    let mut sum = crc32fast::hash(made.as_bytes());
    let mut tail = [b'0'; 6];
    for place in tail.iter_mut().rev() {
        *place = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"[(sum % 62) as usize];
        sum /= 62;
    }
    made.push_str(std::str::from_utf8(&tail).unwrap());
    assert!(key_format::shape(&made) == key_format::shape(key), "{made} is well-formed");
    made
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

#[actix_web::test]
async fn p21_a_flood_of_sign_ins_holds_no_call_up() {
    // One worker: a hash that ran on it would stop every call for as long as it takes.
    let app = spawn().await;
    let starter = app.demo_models(&app.admin().await, &["demo-lorem-0-1"]).await;
    let dev = app.developer("dana", &starter).await;
    for n in 0..4 {
        account(&app, &format!("user{n}@example.com")).await;
    }
    let browser = app.visitor();
    let csrf = browser.get("/sign-in").await.field("csrf").unwrap();
    let (over, mut during) = (std::cell::Cell::new(false), Vec::new());
    let begin = Instant::now();
    let flood = (0..9).map(|n| {
        let email = format!("user{}@example.com", n % 4);
        let (browser, csrf) = (&browser, &csrf);
        async move {
            browser.post_with(csrf, "/sign-in", &[("email", &email), ("password", "wrong")]).await.is(422);
            begin.elapsed()
        }
    });
    let flood = async {
        let hashed = futures_util::future::join_all(flood).await;
        over.set(true);
        hashed
    };
    let calling = async {
        while !over.get() {
            let started = Instant::now();
            app.chat(&dev.secret, "demo-lorem-0-1").await.is(200);
            during.push(started.elapsed());
        }
    };
    let (hashed, ()) = tokio::join!(flood, calling);
    let (first, last) = (hashed.iter().min().unwrap(), hashed.iter().max().unwrap());
    // They stand in line: all at once would be faster than one after the other on this many cores.
    let places = (std::thread::available_parallelism().unwrap().get() / 2).max(1) as u32;
    assert!(*last >= *first * 9 / places / 4, "the first took {first:?}, the last {last:?}");
    // Hashes on the worker would let through one call between two of them, each as late as a hash.
    assert!(during.len() > 30, "{} calls while {last:?} of hashing went on", during.len());
    assert!(median(&mut during) < *last / 15, "{:?} beside {last:?} of hashing", median(&mut during));
}

#[actix_web::test]
async fn p20_how_much_of_a_key_is_right_does_not_show_in_the_time() {
    let app = spawn().await;
    let starter = app.demo_models(&app.admin().await, &["demo-lorem-0-1"]).await;
    let dev = app.developer("dana", &starter).await;
    let ask = async |key: &str| {
        let started = Instant::now();
        app.chat(key, "demo-lorem-0-1").await.is(401);
        started.elapsed()
    };
    let (mut unknown, mut near) = (Vec::new(), Vec::new());
    // In turn, so that whatever else happens on the machine happens to both.
    for _ in 0..200 {
        unknown.push(ask(key_format::mint().expose()).await);
        // One that begins as the real one does, with a checksum of its own.
        near.push(ask(&begins_like(&dev.secret)).await);
    }
    let (unknown, near) = (median(&mut unknown), median(&mut near));
    let most = Duration::from_micros(200).max(unknown / 3);
    assert!(unknown.abs_diff(near) <= most, "a key that begins like a real one: {unknown:?}, {near:?}");
}

#[actix_web::test]
async fn p20_who_has_an_account_does_not_show_in_the_time() {
    let app = spawn().await;
    app.admin().await;
    let browser = app.visitor();
    let csrf = browser.get("/sign-in").await.field("csrf").unwrap();
    let ask = async |email: &str| {
        let started = Instant::now();
        browser.post_with(&csrf, "/sign-in", &[("email", email), ("password", "wrong")]).await.is(422);
        started.elapsed()
    };
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for n in 0..4 {
        let email = format!("user{n}@example.com");
        account(&app, &email).await;
        known.push(ask(&email).await);
        unknown.push(ask(&format!("other{n}@example.com")).await);
    }
    // One hash each: without it an answer takes less than a tenth of the time, on a busy machine too. The
    // quickest is the least disturbed.
    let (known, unknown) = (*known.iter().min().unwrap(), *unknown.iter().min().unwrap());
    let is_alike = known.max(unknown) < known.min(unknown) * 4;
    assert!(is_alike, "with an account {known:?}, without one {unknown:?}");
}
