//! The secrets of providers: written, never read back.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::gone;
use crate::base::Secret;
use crate::base::ids::{CredentialId, ProviderId};
use crate::domain::actor::Actor;
use crate::domain::supply::{self, CredentialChange, CredentialView, NewCredential, Switch};
use crate::store::Db;
use crate::web::{ApiResult, Body, Data, Path, StatusCode, json};

/// What may be seen of a vendor's secret.
#[derive(Serialize, ToSchema)]
pub(super) struct Credential {
    #[schema(value_type = Uuid)]
    id: CredentialId,
    #[schema(value_type = Uuid)]
    provider_id: ProviderId,
    name: String,
    /// The last four characters; empty for short secrets.
    last4: String,
    /// Its share among the provider's credentials.
    weight: i32,
    /// `on` or `off`.
    state: &'static str,
    /// The address changed, so the secret was wiped: write it again.
    void: bool,
    /// RFC 3339.
    #[schema(format = DateTime)]
    created_at: String,
}

impl From<CredentialView> for Credential {
    fn from(view: CredentialView) -> Self {
        Self {
            id: view.id,
            provider_id: view.provider_id,
            name: view.name,
            last4: view.last4,
            weight: view.weight,
            state: view.state.word(),
            void: view.void,
            created_at: view.created_at.rfc3339(),
        }
    }
}

/// A secret of the vendor's.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewCredentialBody {
    name: String,
    /// Sealed at once and never given back.
    secret: String,
    /// Its share among the provider's credentials; none is 1.
    weight: Option<i32>,
}

/// Add a credential to a provider.
///
/// For admins. The credentials of a provider share its calls by weight. The secret is sealed at once and
/// never given back.
#[utoipa::path(post, path = "/api/v1/providers/{id}/credentials", tag = "Providers", params(("id" = Uuid, Path, description = "The provider")), request_body = NewCredentialBody,
    responses((status = 201, description = "added", body = Credential)))]
pub(super) async fn add_credential(
    db: Data<Db>,
    actor: Actor,
    id: Path<ProviderId>,
    body: Body<NewCredentialBody>,
) -> ApiResult {
    let NewCredentialBody { name, secret, weight } = body.into_inner();
    let new = NewCredential { name, secret: Secret::new(secret), weight: weight.unwrap_or(1) };
    let view = supply::add_credential(&db, &actor, *id, new).await?;
    Ok(json(StatusCode::CREATED, &Credential::from(view)))
}

/// What to change; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CredentialPatch {
    name: Option<String>,
    /// Its share among the provider's credentials.
    weight: Option<i32>,
    /// `on` or `off`.
    #[schema(value_type = Option<String>)]
    state: Option<Switch>,
}

/// Rename, weigh or switch a credential.
///
/// For admins. One whose secret was wiped cannot be switched on before its secret is written again.
#[utoipa::path(patch, path = "/api/v1/credentials/{id}", tag = "Providers", params(("id" = Uuid, Path, description = "The credential")), request_body = CredentialPatch,
    responses((status = 200, description = "the credential, changed", body = Credential)))]
pub(super) async fn change_credential(
    db: Data<Db>,
    actor: Actor,
    id: Path<CredentialId>,
    body: Body<CredentialPatch>,
) -> ApiResult {
    let CredentialPatch { name, weight, state } = body.into_inner();
    let view = supply::change_credential(&db, &actor, *id, CredentialChange { name, weight, state }).await?;
    Ok(json(StatusCode::OK, &Credential::from(view)))
}

/// A secret of the vendor's.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SecretBody {
    /// Sealed at once and never given back.
    secret: String,
}

/// Replace the secret of a credential.
///
/// For admins. The next call uses the new secret; a credential that was off or void is on again.
/// Repeating it is harmless.
#[utoipa::path(put, path = "/api/v1/credentials/{id}/secret", tag = "Providers", params(("id" = Uuid, Path, description = "The credential")), request_body = SecretBody,
    responses((status = 200, description = "the new secret is in use", body = Credential)))]
pub(super) async fn replace_secret(
    db: Data<Db>,
    actor: Actor,
    id: Path<CredentialId>,
    body: Body<SecretBody>,
) -> ApiResult {
    let secret = Secret::new(body.into_inner().secret);
    let view = supply::replace_secret(&db, &actor, *id, secret).await?;
    Ok(json(StatusCode::OK, &Credential::from(view)))
}

/// Wipe a credential.
///
/// For admins. The secret is gone for good. Calls that are under way finish.
#[utoipa::path(delete, path = "/api/v1/credentials/{id}", tag = "Providers", params(("id" = Uuid, Path, description = "The credential")),
    responses((status = 204, description = "wiped")))]
pub(super) async fn remove_credential(db: Data<Db>, actor: Actor, id: Path<CredentialId>) -> ApiResult {
    supply::remove_credential(&db, &actor, *id).await?;
    Ok(gone())
}
