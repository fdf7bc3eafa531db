pub mod sessions {
    use crate::{
        base::Result,
        domain::actor::Actor,
        store::{
            Db,
            entity::{session, user},
        },
    };
    pub async fn find(_: &Db, _: &str, _: &str) -> Result<Option<(Actor, session::Model, user::Model)>> {
        Ok(None)
    }
}
pub mod admin_tokens {
    use crate::{base::Result, domain::actor::Actor, store::Db};
    pub async fn find(_: &Db, _: &str, _: &str) -> Result<Option<Actor>> {
        Ok(None)
    }
}
