//! What is asked of keys, and how its words are read.

use ipnet::IpNet;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::api::given::given;
use crate::api::limits::LimitsBody;
use crate::api::moment::moment;
use crate::api::object::Object;
use crate::api::paging::Limit;
use crate::base::ids::{ApiId, AppId, KeyId, KeySecretId, UserId};
use crate::base::{Code, Result};
use crate::domain::keys::{self, Expiry};
use crate::store::entity::states::Scope;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    #[serde(default)]
    pub(super) q: String,
    pub(super) app: Option<AppId>,
    pub(super) state: Option<String>,
    pub(super) before: Option<KeyId>,
    #[serde(default)]
    pub(super) limit: Limit,
}

/// A new key. What is left out is not narrowed; without an expiry it lives 90 days.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewKeyBody {
    #[schema(value_type = Uuid)]
    pub(super) app_id: AppId,
    pub(super) name: String,
    /// Who answers for it: a member of the app's team. None: you.
    #[schema(value_type = Option<Uuid>)]
    pub(super) owner_id: Option<UserId>,
    /// Of `chat`, `embeddings`, `images`, `audio`, `models`; left out or null: all.
    pub(super) scopes: Option<Vec<String>>,
    /// Left out or null: every API its app is subscribed to.
    #[schema(value_type = Option<Vec<Uuid>>)]
    pub(super) api_ids: Option<Vec<ApiId>>,
    /// Addresses or networks; left out or null: from anywhere.
    pub(super) ips: Option<Vec<String>>,
    /// Days from now.
    pub(super) expires_in_days: Option<u32>,
    /// RFC 3339, or a day.
    #[schema(example = "2027-03-31T12:00:00Z")]
    pub(super) expires_at: Option<String>,
    /// True: it has no end.
    #[serde(default)]
    pub(super) never_expires: bool,
    #[serde(default)]
    #[schema(value_type = LimitsBody)]
    pub(super) limits: Object<LimitsBody>,
}

/// A list that narrows. An empty one would be the opposite of what its writer means.
pub(super) fn some<T>(field: &'static str, list: Option<Vec<T>>) -> Result<Option<Vec<T>>> {
    if list.as_ref().is_some_and(Vec::is_empty) {
        let message = "An empty list would leave nothing; send null to lift the restriction.";
        return Err(Code::FieldInvalid.saying(message).on(field));
    }
    Ok(list)
}

pub(super) fn scopes(words: Option<Vec<String>>) -> Result<Vec<Scope>> {
    let scope = |word: &String| {
        Scope::parse(word).ok_or_else(|| Code::FieldInvalid.saying("There is no such scope.").on("scopes"))
    };
    some("scopes", words)?.unwrap_or_default().iter().map(scope).collect()
}

pub(super) fn ips(list: Option<Vec<String>>) -> Result<Vec<IpNet>> {
    keys::read_ips(&some("ips", list)?.unwrap_or_default())
}

/// What was asked for; none where nothing was.
pub(super) fn expiry(days: Option<u32>, at: Option<&str>, never: bool) -> Result<Option<Expiry>> {
    match (days, moment("expires_at", at)?, never) {
        (None, None, false) => Ok(None),
        (None, None, true) => Ok(Some(Expiry::Never)),
        (Some(days), None, false) if (1..=keys::MAX_DAYS).contains(&days) => Ok(Some(Expiry::Days(days))),
        (Some(_), None, false) => {
            let message = format!("From 1 to {} days.", keys::MAX_DAYS);
            Err(Code::FieldInvalid.saying(message).on("expires_in_days"))
        }
        (None, Some(at), false) => Ok(Some(Expiry::At(at))),
        _ => Err(Code::FieldInvalid.saying("Give one expiry at most.").on("expires_at")),
    }
}

/// What to change; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct KeyChange {
    pub(super) name: Option<String>,
    /// Null: all.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Vec<String>>)]
    pub(super) scopes: Option<Option<Vec<String>>>,
    /// Null: every API its app is subscribed to.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Vec<Uuid>>)]
    pub(super) api_ids: Option<Option<Vec<ApiId>>>,
    /// Null: from anywhere.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Vec<String>>)]
    pub(super) ips: Option<Option<Vec<String>>>,
    /// Replaces all four; null: no limits.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<LimitsBody>)]
    pub(super) limits: Option<Option<Object<LimitsBody>>>,
}

/// How to rotate.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Rotation {
    /// How long the older secret works on: `0`, `1h`, `24h` (when left out) or `7d`. That of an expired key
    /// stays dead.
    pub(super) overlap: Option<String>,
    /// True when it is replaced because it got out.
    #[serde(default)]
    pub(super) leaked: bool,
    /// The `secret_id` you saw last; when another secret is newer by now, the answer is 409.
    #[schema(value_type = Option<Uuid>)]
    pub(super) expected_secret_id: Option<KeySecretId>,
}

/// Why a key is revoked.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Revocation {
    /// `revoked` (when left out) or `leaked`.
    pub(super) reason: Option<String>,
}

/// When a key ends: exactly one of the three.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ExpiryBody {
    /// Days from now, 1 to 3650.
    pub(super) expires_in_days: Option<u32>,
    /// RFC 3339, or a day.
    #[schema(example = "2027-03-31T12:00:00Z")]
    pub(super) expires_at: Option<String>,
    /// True: it has no end.
    #[serde(default)]
    pub(super) never_expires: bool,
}

/// Who answers for a key from now on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewOwner {
    /// An active member of the key's team.
    #[schema(value_type = Uuid)]
    pub(super) owner_id: UserId,
}
