//! Passwords: which are accepted, and argon2id on a bounded pool so that hashing never starves calls.

use std::collections::HashSet;
use std::num::NonZero;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};

use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use super::Email;
use crate::base::{Code, OrCode, Result, Secret};

pub const SHORTEST: usize = 8;
pub const LONGEST: usize = 128;

/// OWASP's figures for argon2id: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// A hash of nothing anybody knows: what is checked where there is no account, so that the work is
/// the same (P20).
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$cG9ydGljby1ub2JvZHkh$SUZ5b3VDYW5SZWFkVGhpc0l0SXNOb3RBUGFzc3dvcmQ";

static COMMON: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| include_str!("common_passwords.txt").lines().collect());

static POOL: LazyLock<Pool> = LazyLock::new(Pool::default);

/// A password that may be used: long enough, not one of the common ones. Kept exactly as typed.
#[derive(Clone)]
pub struct Password(Secret);

impl Password {
    /// Judges a password somebody chose for the account `email`.
    ///
    /// # Errors
    /// `field_invalid` on `password`.
    pub fn choose(text: &Secret, email: &Email) -> Result<Self> {
        let bad = |sentence: &str| Err(Code::FieldInvalid.saying(sentence).on("password"));
        let count = text.expose().chars().count();
        if count < SHORTEST {
            return bad("Use at least 8 characters.");
        }
        if count > LONGEST {
            return bad("Use at most 128 characters.");
        }
        let lower = text.expose().to_lowercase();
        let one_sign = count < 16 && lower.chars().all(|c| lower.starts_with(c));
        if one_sign || COMMON.contains(lower.as_str()) {
            return bad("This password is one of the most common ones. Choose another.");
        }
        if lower == email.as_str() || lower == email.local_part() {
            return bad("Do not use your e-mail address as the password.");
        }
        Ok(Self(text.clone()))
    }

    /// A random one of 20 characters, for a command to print.
    pub fn random() -> Self {
        let key = crate::base::key_format::mint();
        let start = crate::base::key_format::PREFIX.len();
        Self(Secret::new(key.expose().chars().skip(start).take(20).collect::<String>()))
    }

    pub fn secret(&self) -> &Secret {
        &self.0
    }
}

/// Makes the hash that is stored.
///
/// # Errors
/// When hashing itself fails.
pub async fn hash(password: &Password) -> Result<String> {
    POOL.hash(password).await
}

/// Checks what was typed against the stored hash. Where there is none the same work is done and the
/// answer is no.
///
/// # Errors
/// When hashing itself fails.
pub async fn verify(stored: Option<&str>, typed: &Secret) -> Result<bool> {
    POOL.verify(stored, typed).await
}

/// Passwords that wait for each core that hashes: some five seconds of work.
const WAITING: usize = 150;

/// At most half the cores hash at once, behind all other work; the others wait their turn without holding a
/// thread, and who would wait too long is told to come back (P21).
pub(super) struct Pool {
    places: Arc<Semaphore>,
    queue: Arc<Semaphore>,
    runs: AtomicU64,
}

impl Default for Pool {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        Self::with((cores / 2).max(1), WAITING)
    }
}

impl Pool {
    /// One in which so many hash at once, and so many wait for each of them.
    pub fn with(places: usize, waiting: usize) -> Self {
        Self {
            places: Arc::new(Semaphore::new(places)),
            queue: Arc::new(Semaphore::new(places * (1 + waiting))),
            runs: AtomicU64::new(0),
        }
    }

    pub async fn hash(&self, password: &Password) -> Result<String> {
        let password = password.0.clone();
        self.run(move |argon| {
            let made = argon.hash_password(password.expose().as_bytes());
            made.map(|hash| hash.to_string()).or_code(Code::Internal)
        })
        .await
    }

    pub async fn verify(&self, stored: Option<&str>, typed: &Secret) -> Result<bool> {
        let known = stored.is_some();
        let stored = stored.unwrap_or(NOBODY).to_owned();
        let typed = typed.clone();
        self.run(move |argon| {
            let same = argon.verify_password(typed.expose().as_bytes(), stored.as_str());
            match same {
                Ok(()) => Ok(known),
                Err(argon2::password_hash::Error::PasswordInvalid) => Ok(false),
                Err(fault) => Err(fault).or_code(Code::Internal),
            }
        })
        .await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Argon2<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let held = self.place().await?;
        self.runs.fetch_add(1, Ordering::Relaxed);
        let params = Params::new(MEMORY_KIB, PASSES, LANES, None).or_code(Code::Internal)?;
        let (done, result) = oneshot::channel();
        // A thread of its own: its priority cannot be raised again. Its place goes with it, for it hashes to
        // its end also when whoever asked has left.
        let job = move || {
            let _held = held;
            give_way();
            let _ = done.send(work(&Argon2::new(Algorithm::Argon2id, Version::V0x13, params)));
        };
        std::thread::Builder::new().name("password".to_owned()).spawn(job).or_code(Code::Internal)?;
        result.await.or_code(Code::Internal)?
    }

    async fn place(&self) -> Result<(OwnedSemaphorePermit, OwnedSemaphorePermit)> {
        let full = |_| Code::Overloaded.saying("Too many people sign in right now.").after(5);
        let seat = Arc::clone(&self.queue).try_acquire_owned().map_err(full)?;
        let place = Arc::clone(&self.places).acquire_owned().await.or_code(Code::Internal)?;
        Ok((seat, place))
    }

    /// How often it hashed since it was made.
    #[cfg(test)]
    pub fn runs(&self) -> u64 {
        self.runs.load(Ordering::Relaxed)
    }
}

/// Lets calls go first where all cores are busy. On other systems the figure would be the whole process's.
fn give_way() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::setpriority_process(None, 19) {
        tracing::debug!(%error, "hashing keeps its priority");
    }
}
