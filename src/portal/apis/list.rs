//! `/manage/apis`: the APIs somebody makes, or may look at, with their state.

use std::collections::HashMap;

use askama::Template;

use crate::base::clock::DAY;
use crate::base::ids::ApiId;
use crate::domain::actor::Actor;
use crate::domain::catalogue::{self, ManagedApi};
use crate::domain::permit::{self, Right};
use crate::ledger::reports::{self, ApiOutcome};
use crate::portal::frame::Frame;
use crate::portal::look;
use crate::portal::shell;
use crate::store::Db;
use crate::store::entity::states::Visibility;
use crate::web::{Data, PageResult, Visit};

#[derive(Template)]
#[template(path = "apis/list.html")]
struct ApisPage {
    frame: Frame,
    apis: Vec<ManagedApi>,
    /// How the calls of a week came out.
    week: HashMap<ApiId, ApiOutcome>,
    can_publish: bool,
}

pub async fn show(actor: Actor, db: Data<Db>, visit: Visit) -> PageResult {
    let apis = catalogue::list_managed(&db, &actor).await?;
    let week = db.now().minus(7 * DAY);
    shell::html(&ApisPage {
        week: reports::api_outcomes(&db, apis.iter().map(|row| row.api.id), week).await?,
        frame: shell::frame(&db, &visit).await?,
        apis,
        can_publish: permit::may(&actor, Right::PublishApis),
    })
}

impl ApisPage {
    /// Errors of a week with their share, and of which kind they were; empty texts without a call.
    fn errors(&self, api: &ApiId) -> (String, String) {
        let Some(week) = self.week.get(api) else { return Default::default() };
        let share = look::share(week.errors(), week.calls());
        let kinds = [(week.refused, "refused"), (week.failed, "failed"), (week.left, "caller left")];
        let kinds = kinds.into_iter().filter(|(count, _)| *count > 0);
        let kinds: Vec<String> =
            kinds.map(|(count, kind)| format!("{} {kind}", look::grouped(count))).collect();
        let all = look::grouped(week.calls());
        (format!("{} of {all} ({share})", look::grouped(week.errors())), kinds.join(", "))
    }
}
