//! `/manage/apis`: the APIs somebody makes, or may look at, with their state.

use std::collections::HashMap;

use askama::Template;

use crate::base::clock::DAY;
use crate::base::ids::ApiId;
use crate::domain::actor::Actor;
use crate::domain::catalogue::{self, ManagedApi};
use crate::domain::permit::{self, Right};
use crate::ledger::reports::{self, ApiOutcome};
use crate::portal::asking::{Asking, Pairs};
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

pub async fn show(actor: Actor, db: Data<Db>, visit: Visit, query: Pairs) -> PageResult {
    let asking = Asking::of(query);
    let apis = catalogue::list_managed(&db, &actor).await?;
    let week = db.now().minus(7 * DAY);
    asking.html(&ApisPage {
        week: reports::api_outcomes(&db, apis.iter().map(|row| row.api.id), week).await?,
        frame: asking.told(shell::frame(&db, &visit).await?),
        apis,
        can_publish: permit::may(&actor, Right::PublishApis),
    })
}

impl ApisPage {
    /// What share of a week's calls was answered, of how many, and what is not in it; empty texts without a call.
    fn answered(&self, api: &ApiId) -> (String, String) {
        let Some(week) = self.week.get(api) else { return Default::default() };
        let share = match look::answered(week) {
            Some(share) => format!("{share} of {}", look::count(week.served(), "call")),
            None => "—".to_owned(),
        };
        let besides = [(week.refused, "refused"), (week.left, "caller left")];
        let besides: Vec<String> = besides
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, kind)| format!("{} {kind}", look::grouped(count)))
            .collect();
        (share, besides.join(", "))
    }
}
