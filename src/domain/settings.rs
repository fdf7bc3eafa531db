//! Settings of the site that admins change while it runs. Each is a name and a JSON value.

use sea_orm::{ActiveValue::Set, EntityTrait, sea_query::OnConflict};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::json;

use super::actor::Actor;
use super::audit::{self, Act};
use super::changes::{self, Change};
use super::permit::{self, Right};
use crate::base::{Code, OrCode, Result};
use crate::store::entity::setting;
use crate::store::{Db, Tx};

/// A setting with its name and the value it has until somebody sets it.
pub trait Setting: Serialize + DeserializeOwned + Default + Send + Sync + 'static {
    const NAME: &'static str;
}

/// Who may make an account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignUp {
    pub mode: SignUpMode,
    /// E-mail domains that may sign up, in the mode `domain`.
    pub domains: Vec<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignUpMode {
    /// Anybody; an admin lets them in from the inbox.
    #[default]
    Open,
    Domain,
    Invitation,
    Off,
}

impl Setting for SignUp {
    const NAME: &'static str = "sign_up";
}

/// True once the first admin exists.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetUp {
    pub done: bool,
}

impl Setting for SetUp {
    const NAME: &'static str = "set_up";
}

/// How the site calls itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Site {
    pub name: String,
    /// Who to ask, shown where nothing else can be offered.
    pub contact: String,
}

impl Default for Site {
    fn default() -> Self {
        Self { name: "Portico".to_owned(), contact: String::new() }
    }
}

impl Setting for Site {
    const NAME: &'static str = "site";
}

/// Reads a setting; its default where none was set.
///
/// # Errors
/// The database's own, or a stored value that this release cannot read.
pub async fn get<S: Setting>(db: &Db) -> Result<S> {
    let row = setting::Entity::find_by_id(S::NAME.to_owned()).one(db.read()).await?;
    row.map_or_else(|| Ok(S::default()), |row| serde_json::from_str(&row.value).or_code(Code::Internal))
}

/// Stores a setting.
///
/// # Errors
/// `not_permitted` without [`Right::ManageSettings`].
pub async fn put<S: Setting>(tx: &Tx, actor: &Actor, value: &S) -> Result<()> {
    permit::write(actor)?;
    permit::need(actor, Right::ManageSettings)?;
    let text = serde_json::to_string(value).or_code(Code::Internal)?;
    let row =
        setting::ActiveModel { name: Set(S::NAME.to_owned()), value: Set(text), changed_at: Set(tx.now()) };
    let replace = OnConflict::column(setting::Column::Name)
        .update_columns([setting::Column::Value, setting::Column::ChangedAt])
        .to_owned();
    setting::Entity::insert(row).on_conflict(replace).exec_without_returning(tx).await?;
    let after = serde_json::to_value(value).or_code(Code::Internal)?;
    audit::record(tx, actor, Act::new("setting_changed").noting(json!({ "name": S::NAME, "value": after })))
        .await?;
    changes::note(tx, Change::Settings).await
}
