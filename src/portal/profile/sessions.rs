//! Ending one's own sessions.

use crate::base::ids::SessionId;
use crate::domain::actor::Actor;
use crate::domain::people::{devices, sessions};
use crate::portal::back::answer;
use crate::portal::sign_in::known;
use crate::store::Db;
use crate::web::{Data, PageResult, Path, Visit, flash};

pub async fn end(visit: Visit, actor: Actor, db: Data<Db>, id: Path<SessionId>) -> PageResult {
    let done = sessions::end(&db, &actor, *id).await;
    answer(&visit, "/profile", "The session is ended.", done)
}

pub async fn end_others(visit: Visit, actor: Actor, db: Data<Db>) -> PageResult {
    sessions::end_others(&db, &actor).await?;
    let mark = devices::renew(&db, &actor, visit.device.as_ref()).await?;
    Ok(known(flash(&visit, "/profile", "good", "All other sessions are ended."), &visit, &mark))
}
