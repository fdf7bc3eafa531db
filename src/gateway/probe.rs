//! "Test": asks a vendor for its list of models, with a saved credential or with one just typed.
//! Changes nothing there.

use std::collections::HashSet;
use std::sync::{MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::base::ids::{CredentialId, ProviderId};
use crate::base::{Code, Result, Secret};
use crate::upstream::{Timers, Transport};
use crate::vendors::{self, Destination, Preset, demo};
use crate::wire::{self, Format};

use super::Gateway;
use super::attempt::played;

/// What a test brought.
#[derive(Clone, Debug)]
pub struct Probe {
    pub took: Duration,
    /// The vendor's names of its models, at most 500.
    pub models: Vec<String>,
}

const CAP: usize = 4 << 20;
const NAMES: usize = 500;

/// Tests one credential of a provider, or its first one.
///
/// # Errors
/// What a call would fail with: `vendor_credential`, `vendor_unreachable`, `vendor_tls`, ….
pub async fn run(gateway: &Gateway, provider: ProviderId, credential: Option<CredentialId>) -> Result<Probe> {
    let catalogue = gateway.directory().catalogue();
    let provider = catalogue.provider(provider).ok_or_else(|| Code::NotFound.with(provider))?;
    let mut pool = provider.credentials.iter();
    let chosen = match credential {
        Some(id) => Some(pool.find(|known| known.id == id).ok_or_else(|| {
            Code::VendorCredential.saying("This credential is switched off, or must be typed again.")
        })?),
        None => pool.next(),
    };
    let transport = if provider.is_demo {
        built_in()
    } else {
        let to = Destination {
            base_url: &provider.base_url,
            secret: chosen.map(|credential| &credential.secret),
            auth: provider.auth,
        };
        Transport::Http(vendors::adapter(provider.format).probe(&to))
    };
    let asked = ask(gateway, provider.format, transport).await;
    gateway.tested(provider.id, asked.is_ok());
    let probe = asked?;
    let health = chosen.map_or(provider.id.0, |credential| credential.id.0);
    gateway.upstream().health().forget(health);
    Ok(probe)
}

impl Gateway {
    fn tested(&self, provider: ProviderId, passed: bool) {
        let mut failed = self.failed_tests();
        if passed {
            failed.remove(&provider);
        } else {
            failed.insert(provider);
        }
    }

    pub(super) fn failed_test(&self, provider: ProviderId) -> bool {
        self.failed_tests().contains(&provider)
    }

    fn failed_tests(&self) -> MutexGuard<'_, HashSet<ProviderId>> {
        self.0.failed_tests.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Tests what somebody typed, before any of it is saved.
///
/// # Errors
/// As [`run`].
pub async fn typed(
    gateway: &Gateway,
    preset: &Preset,
    base_url: &str,
    secret: Option<&Secret>,
) -> Result<Probe> {
    let to = Destination { base_url, secret, auth: preset.auth };
    let transport = match preset.is_demo() {
        true => built_in(),
        false => Transport::Http(vendors::adapter(preset.format).probe(&to)),
    };
    ask(gateway, preset.format, transport).await
}

fn built_in() -> Transport {
    Transport::Demo(played(demo::answer("/models", b"")))
}

async fn ask(gateway: &Gateway, format: Format, transport: Transport) -> Result<Probe> {
    let started = Instant::now();
    let tried = gateway.upstream().send(transport, &Timers::probe()).await;
    let mut answer = tried.map_err(|fault| fault.code().saying(sentence(&fault.code(), &fault.cause)))?;
    let body = answer
        .body
        .collect(CAP, |_| Ok(()))
        .await
        .map_err(|fault| fault.code().saying(sentence(&fault.code(), &fault.cause)))?;
    if answer.status == 404 {
        return Err(Code::VendorError.saying(
            "It has nothing at that address (status 404). Check the base address: most end in `/v1`.",
        ));
    }
    if !(200..300).contains(&answer.status) {
        return Err(wire::vendor_fault(format, answer.status, &body).error());
    }
    let models = names(&body)
        .ok_or_else(|| Code::VendorError.saying("It answered, but not with a list of models."))?;
    Ok(Probe { took: started.elapsed(), models })
}

fn sentence(code: &Code, cause: &str) -> String {
    format!("{} {}.", code.message(), cause.trim_end_matches('.'))
}

fn names(body: &[u8]) -> Option<Vec<String>> {
    let value: Value = serde_json::from_slice(body).ok()?;
    let rows = value.get("data").or_else(|| value.get("models"))?.as_array()?;
    let name = |row: &Value| row.get("id").or_else(|| row.get("name"))?.as_str().map(str::to_owned);
    Some(rows.iter().filter_map(name).take(NAMES).collect())
}
