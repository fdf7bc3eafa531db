//! Light, dark, or as the system says.

use serde::Deserialize;

use crate::domain::actor::Actor;
use crate::domain::people::profile;
use crate::portal::sign_in;
use crate::store::Db;
use crate::web::{Data, Form, PageResult, see_other};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ThemeForm {
    #[serde(default)]
    theme: String,
    #[serde(default)]
    back: String,
}

pub async fn update(actor: Actor, db: Data<Db>, form: Form<ThemeForm>) -> PageResult {
    profile::set_theme(&db, &actor, &form.theme).await?;
    Ok(see_other(sign_in::local(&form.back)))
}
