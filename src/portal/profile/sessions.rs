//! Ending one's own sessions.

use crate::base::ids::SessionId;
use crate::domain::actor::Actor;
use crate::domain::people::sessions;
use crate::portal::back::answer;
use crate::store::Db;
use crate::web::{Data, PageResult, Path, Visit};

pub async fn end(visit: Visit, actor: Actor, db: Data<Db>, id: Path<SessionId>) -> PageResult {
    let done = sessions::end(&db, &actor, *id).await;
    answer(&visit, "/profile", "The session is ended.", done)
}

pub async fn end_others(visit: Visit, actor: Actor, db: Data<Db>) -> PageResult {
    let done = sessions::end_others(&db, &actor).await;
    answer(&visit, "/profile", "All other sessions are ended.", done)
}
