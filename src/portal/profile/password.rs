//! One's own password.

use serde::Deserialize;

use super::show::{self, Typed};
use crate::base::Secret;
use crate::domain::actor::Actor;
use crate::domain::people::devices;
use crate::domain::people::profile::{self, Tokens};
use crate::portal::sign_in::known;
use crate::store::Db;
use crate::web::{Data, FieldErrors, Form, PageResult, Visit, flash};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PasswordForm {
    #[serde(default)]
    current: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    revoke_tokens: bool,
}

pub async fn update(visit: Visit, actor: Actor, db: Data<Db>, form: Form<PasswordForm>) -> PageResult {
    let form = form.into_inner();
    let (current, chosen) = (Secret::new(form.current), Secret::new(form.password));
    let tokens = if form.revoke_tokens { Tokens::Revoke } else { Tokens::Keep };
    match profile::change_password(&db, &actor, &current, &chosen, tokens).await {
        Ok(revoked) => {
            let text = match revoked {
                0 => "Your password is changed. Your other sessions are ended.",
                _ => "Your password is changed. Your other sessions and your management tokens are ended.",
            };
            let mark = devices::renew(&db, &actor, visit.device.as_ref()).await?;
            Ok(known(flash(&visit, "/profile", "good", text), &visit, &mark))
        }
        Err(error) => {
            let errors = FieldErrors::from_error(error)?;
            let typed = Typed { errors, revoke_tokens: form.revoke_tokens, ..Typed::default() };
            show::again(&db, &visit, &actor, typed).await
        }
    }
}
