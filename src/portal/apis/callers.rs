//! Who called a version lately, subscribed or not.

use crate::base::clock::{DAY, HOUR};
use crate::base::ids::VersionId;
use crate::base::{Result, Timestamp};
use crate::domain::names::{self, Wanted};
use crate::ledger::reports;
use crate::portal::look;
use crate::store::Db;

/// An application with its calls in the last 30 days.
pub struct Caller {
    pub app: String,
    pub team: String,
    pub calls: String,
    /// The end of the newest hour with a call; none while that hour goes on.
    pub last: Option<Timestamp>,
}

/// Callers shown.
const SHOWN: usize = 50;

/// Most calls first. The page that asks has checked that the visitor manages the version.
pub async fn of(db: &Db, version: VersionId) -> Result<Vec<Caller>> {
    let mut callers = reports::version_callers(db, &[version], db.now().minus(30 * DAY)).await?;
    callers.truncate(SHOWN);
    let wanted = Wanted {
        apps: callers.iter().filter_map(|caller| caller.app_id).collect(),
        teams: callers.iter().filter_map(|caller| caller.team_id).collect(),
        ..Wanted::default()
    };
    let names = names::of(db, wanted).await?;
    let now = db.now();
    let caller = |row: reports::VersionCaller| Caller {
        app: names.app(row.app_id),
        team: names.team(row.team_id),
        calls: look::count(row.calls, "call"),
        last: Some(Timestamp((row.last_hour + 1) * HOUR)).filter(|end| *end <= now),
    };
    Ok(callers.into_iter().map(caller).collect())
}

/// Calls of about the last day.
pub async fn of_a_day(db: &Db, version: VersionId) -> Result<i64> {
    let callers = reports::version_callers(db, &[version], db.now().minus(DAY)).await?;
    Ok(callers.iter().map(|caller| caller.calls).sum())
}
