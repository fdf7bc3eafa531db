//! Settings of the site that admins change while it runs. Each is a name and a JSON value.

use sea_orm::{ActiveValue::Set, EntityTrait, sea_query::OnConflict};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::json;

use super::actor::Actor;
use super::audit::{self, Act};
use super::changes::{self, Change};
use super::fields;
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

impl SignUpMode {
    pub const ALL: [Self; 4] = [Self::Open, Self::Domain, Self::Invitation, Self::Off];

    pub fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Domain => "domain",
            Self::Invitation => "invitation",
            Self::Off => "off",
        }
    }

    /// The mode of that word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.word() == word)
    }
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
    row.map_or_else(|| Ok(S::default()), |row| parsed(&row))
}

fn parsed<S: Setting>(row: &setting::Model) -> Result<S> {
    serde_json::from_str(&row.value).or_code(Code::Internal)
}

/// A setting, for those who look after the site.
///
/// # Errors
/// `not_permitted` without [`Right::SeeEverything`].
pub async fn read<S: Setting>(db: &Db, actor: &Actor) -> Result<S> {
    permit::need(actor, Right::SeeEverything)?;
    get(db).await
}

/// Changes what the site is called and who to ask.
///
/// # Errors
/// `not_permitted`, or `field_invalid` on `name` or `contact`.
pub async fn change_site(db: &Db, actor: &Actor, site: Site) -> Result<Site> {
    let actor = actor.clone();
    let site = Site {
        name: fields::line("name", &site.name, fields::NAME)?,
        contact: fields::optional_line("contact", &site.contact, fields::LINE)?,
    };
    db.transact(async move |tx| {
        put(&tx, &actor, &site).await?;
        Ok(site)
    })
    .await
}

/// Stores a setting; its audit row holds it as it was and as it is.
///
/// # Errors
/// `not_permitted` without [`Right::ManageSettings`].
pub async fn put<S: Setting>(tx: &Tx, actor: &Actor, value: &S) -> Result<()> {
    permit::write(actor)?;
    permit::need(actor, Right::ManageSettings)?;
    let before = setting::Entity::find_by_id(S::NAME.to_owned()).one(tx).await?;
    let before: S = before.map_or_else(|| Ok(S::default()), |row| parsed(&row))?;
    let text = serde_json::to_string(value).or_code(Code::Internal)?;
    let row =
        setting::ActiveModel { name: Set(S::NAME.to_owned()), value: Set(text), changed_at: Set(tx.now()) };
    let replace = OnConflict::column(setting::Column::Name)
        .update_columns([setting::Column::Value, setting::Column::ChangedAt])
        .to_owned();
    setting::Entity::insert(row).on_conflict(replace).exec_without_returning(tx).await?;
    let act = Act::new("setting_changed").on_the(S::NAME).noting(json!({ "name": S::NAME }));
    audit::record(tx, actor, act.changing(json!(before), json!(value))).await?;
    changes::note(tx, Change::Settings).await
}
