//! What the site is called, and who to ask.

use serde::Deserialize;

use super::{PATH, show};
use crate::domain::actor::Actor;
use crate::domain::settings::{self, Site};
use crate::portal::meanwhile::Seen;
use crate::portal::shell;
use crate::store::Db;
use crate::web::{Data, FieldErrors, Form, PageResult, Visit, flash};

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SiteForm {
    #[serde(default)]
    pub seen: Seen,
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub contact: String,
}

pub async fn save(actor: Actor, db: Data<Db>, visit: Visit, form: Form<SiteForm>) -> PageResult {
    let mut form = form.into_inner();
    let site = Site { name: form.name.clone(), contact: form.contact.clone() };
    match settings::change_site(&db, &form.seen.by(&actor), site).await {
        Ok(_) => Ok(flash(&visit, PATH, "good", "Saved.")),
        Err(error) => {
            let errors = FieldErrors::from_error(form.seen.told(&db, error).await?)?;
            let mut page = show::page(&db, &visit, &actor).await?;
            (page.site, page.site_errors) = (form, errors);
            shell::html_422(&page)
        }
    }
}
