//! `/keys/{id}/rotation/meter`: who still uses the secrets that were replaced. A part of the rotation
//! page, which asks for it again while it is open.

use askama::Template;

use crate::base::clock::{DAY, HOUR};
use crate::base::ids::{KeyId, KeySecretId};
use crate::base::{Result, Timestamp};
use crate::domain::actor::Actor;
use crate::domain::keys::{self, KeyView};
use crate::ledger::Ledger;
use crate::ledger::reports::{self, SecretUse};
use crate::portal::calls::catch_up;
use crate::portal::frame::Frame;
use crate::portal::shell;
use crate::store::Db;
use crate::store::entity::key_secret;
use crate::web::{Data, PageResult, Path, Visit};

/// Secrets that ended longer ago are history.
const ENDED: i64 = 7 * DAY;
/// A secret without a call for so long is taken to be out of use.
const QUIET: i64 = 3 * HOUR;
/// Addresses shown.
const SHOWN: usize = 10;

/// What is known of the use of the older secrets.
pub struct Meter {
    pub id: KeyId,
    /// The ones watched, newest first; nothing is shown without one.
    pub secrets: Vec<key_secret::Model>,
    /// When the newest secret was made.
    pub since: Option<Timestamp>,
    /// The overlap's end, while it lasts.
    pub until: Option<Timestamp>,
    pub use_: SecretUse,
    pub can_manage: bool,
}

#[derive(Template)]
#[template(path = "keys/meter.html")]
struct MeterPage {
    frame: Frame,
    meter: Meter,
}

pub async fn show(
    db: Data<Db>,
    ledger: Data<Ledger>,
    visit: Visit,
    actor: Actor,
    id: Path<KeyId>,
) -> PageResult {
    let view = keys::get_visible(&db, &actor, *id).await?;
    let meter = read(&db, &ledger, &actor, &view).await?;
    shell::html(&MeterPage { frame: shell::frame(&db, &visit).await?, meter })
}

/// Reads the meter of a key.
pub async fn read(db: &Db, ledger: &Ledger, actor: &Actor, view: &KeyView) -> Result<Meter> {
    let now = db.now();
    let watched = |secret: &&key_secret::Model| secret.ends_at.is_some_and(|at| at.plus(ENDED) > now);
    let secrets: Vec<key_secret::Model> = view.secrets.iter().filter(watched).cloned().collect();
    let since = view.secrets.iter().find(|secret| secret.ends_at.is_none()).map(|secret| secret.created_at);
    if !secrets.is_empty() {
        catch_up(ledger, db).await;
    }
    let ids: Vec<KeySecretId> = secrets.iter().map(|secret| secret.id).collect();
    Ok(Meter {
        id: view.row.id,
        use_: reports::secret_use(db, view.row.id, &ids, since.unwrap_or(now)).await?,
        secrets,
        since,
        until: view.overlap_until,
        can_manage: keys::may_manage(actor, &view.row),
    })
}

impl Meter {
    /// Nobody has used an older secret for three hours, or since it was replaced that long ago.
    pub fn is_quiet(&self, now: &Timestamp) -> bool {
        self.use_.last.or(self.since).is_none_or(|last| now.since(last) >= QUIET)
    }

    /// The addresses to show.
    pub fn from(&self) -> &[reports::SecretCaller] {
        self.use_.from.get(..SHOWN).unwrap_or(&self.use_.from)
    }
}
