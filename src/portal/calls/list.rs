//! The list of calls, refused ones included.

use actix_web::http::header;
use actix_web::web::Bytes;
use askama::Template;
use futures_util::{StreamExt, TryStreamExt, stream};

use super::filters::{self, Choices, FIELDS, Told, older, without};
use super::more::{self, More};
use super::view::CallLine;
use super::{asked_sight, catch_up};
use crate::domain::actor::Actor;
use crate::domain::names::{self, Names, Wanted};
use crate::domain::permit::{Right, may};
use crate::ledger::asked::Asked;
use crate::ledger::calls::{Filter, Sight};
use crate::ledger::{Ledger, calls, export};
use crate::portal::frame::Frame;
use crate::portal::shell;
use crate::store::Db;
use crate::web::{Data, FieldErrors, HttpResponse, PageResult, Query, Visit};

const PAGE: u64 = 50;

#[derive(Template)]
#[template(path = "calls/list.html")]
struct ListPage {
    frame: Frame,
    asked: Asked,
    unfiltered: bool,
    choices: Choices,
    /// The filters that name a thing, where they were asked for.
    more: Option<More>,
    errors: FieldErrors,
    lines: Vec<CallLine>,
    /// Filters by id, as the person reads them, with the way to take each off.
    chips: Vec<Chip>,
    sees_all: bool,
    all: bool,
    newest: String,
    older: String,
    /// The list stopped looking, and how it says so.
    stopped: bool,
    csv: String,
    /// The same list without the filters that name a thing.
    fewer: String,
}

struct Chip {
    text: String,
    remove: String,
}

pub async fn show(
    actor: Actor,
    visit: Visit,
    db: Data<Db>,
    ledger: Data<Ledger>,
    query: Query<Vec<(String, String)>>,
) -> PageResult {
    let Told { asked, filter, before, more, errors } = filters::read(query.into_inner(), db.now())?;
    catch_up(&ledger, &db).await;
    let sight = asked_sight(&actor, &asked.scope);
    let listing = calls::list(&db, &sight, &filter, before, PAGE).await?;
    let names = names::of(&db, wanted(&filter, CallLine::wanted(&listing.calls))).await?;
    let more = match more {
        true => Some(More::of(&db, &actor, &sight, &asked, &filter, &names).await?),
        false => None,
    };
    let page = ListPage {
        frame: shell::frame(&db, &visit).await?,
        chips: chips(&asked, &filter, &names, more.is_some()),
        more,
        choices: Choices::new(),
        errors,
        lines: listing.calls.iter().map(|call| CallLine::new(call, &names)).collect(),
        sees_all: may(&actor, Right::SeeEverything),
        all: sight == Sight::Everything,
        newest: if before.is_some() { without(&asked, "/calls", "before") } else { String::new() },
        older: listing.next.map(|next| older(&asked, "/calls", next)).unwrap_or_default(),
        stopped: listing.stopped,
        csv: without(&asked, "/calls.csv", "before"),
        fewer: without(&asked, "/calls", "before"),
        unfiltered: filters::is_empty(&asked),
        asked,
    };
    if page.errors.is_empty() { shell::html(&page) } else { shell::html_400(&page) }
}

/// The same list as a file, however long it is. A fault in the middle breaks the connection off, so that
/// nobody takes a part of the file for the whole.
pub async fn csv(actor: Actor, db: Data<Db>, ledger: Data<Ledger>, asked: Query<Asked>) -> PageResult {
    let (filter, _) = asked.read(db.now())?;
    catch_up(&ledger, &db).await;
    let mut pieces = Box::pin(export::csv(Db::clone(&db), asked_sight(&actor, &asked.scope), filter));
    // A fault before the first byte is still a page.
    let first = pieces.try_next().await?.unwrap_or_default();
    let file = stream::iter([Ok(first)]).chain(pieces).map_ok(Bytes::from);
    let file = file.inspect_err(|error| tracing::error!(%error, "an export of calls broke off"));
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header((header::CONTENT_DISPOSITION, "attachment; filename=\"calls.csv\""))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .streaming(file))
}

fn wanted(filter: &Filter, lines: Wanted) -> Wanted {
    let mut wanted = lines;
    wanted.apps.extend(filter.app);
    wanted.apis.extend(filter.api);
    wanted.versions.extend(filter.version);
    wanted.keys.extend(filter.key);
    wanted.teams.extend(filter.team);
    wanted.users.extend(filter.user);
    wanted.providers.extend(filter.provider);
    wanted
}

/// `selected`: what has a select of its own needs none.
fn chips(asked: &Asked, filter: &Filter, names: &Names, selected: bool) -> Vec<Chip> {
    let short = |text: &str| text.chars().take(13).collect::<String>();
    let known = [
        ("app", "App", names.app(filter.app)),
        ("key", "Key", names.key(filter.key)),
        ("version", "Version", names.version(filter.version)),
        ("team", "Team", names.team(filter.team)),
        ("user", "Owner", names.user(filter.user)),
        ("provider", "Vendor", names.provider(filter.provider)),
        ("api", "API", names.api(filter.api)),
        ("subscription", "Subscription", short(&asked.subscription)),
    ];
    let is_told = |field: &str| !selected || !more::FIELDS.contains(&field);
    let given = known.into_iter().filter(|(field, _, name)| !name.is_empty() && is_told(field));
    given
        .map(|(key, label, name)| Chip {
            text: format!("{label}: {name}"),
            remove: without(asked, "/calls", key),
        })
        .collect()
}

impl ListPage {
    /// The filters that have no field of their own travel along hidden.
    fn hidden(&self) -> Vec<(&'static str, &str)> {
        let is_shown =
            |name: &str| FIELDS.contains(&name) || self.more.is_some() && more::FIELDS.contains(&name);
        let pairs = self.asked.pairs().into_iter();
        pairs.filter(|(name, value)| !value.is_empty() && !is_shown(name) && *name != "before").collect()
    }

    fn shown(&self) -> String {
        match (self.lines.len(), self.stopped) {
            (_, true) => "Older calls were not looked at yet".to_owned(),
            (1, _) => "1 call".to_owned(),
            (count, _) => format!("{count} calls"),
        }
    }
}
