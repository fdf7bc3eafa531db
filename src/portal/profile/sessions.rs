//! Ending one's own sessions.

use crate::base::ids::SessionId;
use crate::domain::actor::Actor;
use crate::domain::people::sessions;
use crate::store::Db;
use crate::web::{Data, PageResult, Path, Visit, flash};

pub async fn end(visit: Visit, actor: Actor, db: Data<Db>, id: Path<SessionId>) -> PageResult {
    sessions::end(&db, &actor, *id).await?;
    Ok(flash(&visit, "/profile", "good", "The session is ended."))
}

pub async fn end_others(visit: Visit, actor: Actor, db: Data<Db>) -> PageResult {
    sessions::end_others(&db, &actor).await?;
    Ok(flash(&visit, "/profile", "good", "All other sessions are ended."))
}
