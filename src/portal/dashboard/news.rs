//! What lately became of the requests of somebody's teams.

use crate::base::clock::DAY;
use crate::base::ids::{AppId, SubscriptionId};
use crate::base::{Result, Timestamp};
use crate::domain::actor::Actor;
use crate::domain::names::{self, Wanted};
use crate::domain::subscriptions::{self, SubscriptionView};
use crate::store::Db;
use crate::store::entity::states::{SubscriptionState, VersionState};

/// Older ones are no news.
const RECENT: i64 = 14 * DAY;
/// News shown.
const SHOWN: usize = 5;

pub struct News {
    pub id: SubscriptionId,
    pub title: String,
    /// The word of its badge.
    pub word: &'static str,
    pub text: String,
    pub at: Timestamp,
    /// What to do next; empty when there is nothing.
    pub action: String,
    pub href: String,
    /// Its application, when it was approved and calls need a key.
    pub app: Option<AppId>,
}

impl News {
    /// Somebody who has a key for the application needs no other one.
    pub fn with_keys(self, apps: &[AppId]) -> Self {
        match self.app {
            Some(app) if apps.contains(&app) => Self { action: String::new(), ..self },
            _ => self,
        }
    }
}

/// The newest first.
pub async fn of(db: &Db, actor: &Actor) -> Result<Vec<News>> {
    let since = db.now().minus(RECENT);
    let mut views = subscriptions::list_news(db, actor, since).await?;
    views.retain(|view| !view.over);
    views.sort_by_key(|view| std::cmp::Reverse(at(view, since).0));
    views.truncate(SHOWN);
    let successors = views.iter().filter_map(|view| view.successor).collect();
    let names = names::of(db, Wanted { versions: successors, ..Wanted::default() }).await?;
    let news = |view: SubscriptionView| {
        let successor = names.version(view.successor);
        // Its name is `slug/v2`.
        let successor = successor.rsplit('/').next().unwrap_or_default().to_owned();
        news(view, since, &successor)
    };
    Ok(views.into_iter().map(news).collect())
}

/// When it happened, and whether it is the end of the version rather than a decision.
fn at(view: &SubscriptionView, since: Timestamp) -> (Timestamp, bool) {
    // That its calls are refused is told for as long as it is so, whatever was decided since.
    if let Some(at) = view.refused_since() {
        return (at, true);
    }
    let ending =
        view.row.state == SubscriptionState::Approved && view.version_state == Some(VersionState::Deprecated);
    let decided = match view.row.state {
        SubscriptionState::Suspended => view.row.state_at,
        _ => view.row.decided_at.unwrap_or(view.row.state_at),
    };
    match view.deprecated_at {
        Some(at) if ending && at >= since && at >= decided => (at, true),
        _ => (decided, false),
    }
}

fn news(view: SubscriptionView, since: Timestamp, successor: &str) -> News {
    let (at, ends) = at(&view, since);
    let (id, retired) = (view.row.id, view.refused_since());
    let request = format!("/requests/{id}");
    let news = News {
        id,
        title: format!("{} {} for {}", view.api, view.version, view.app),
        word: view.row.state.word(),
        text: view.row.comment.unwrap_or_default(),
        at,
        action: String::new(),
        href: request,
        app: None,
    };
    if ends {
        let (word, text) = match (retired, view.sunset_at) {
            (Some(at), _) => ("retired", format!("Retired {}, calls are refused.", at.day())),
            (None, Some(day)) => ("deprecated", format!("It ends on {}.", day.day())),
            (None, None) => ("deprecated", String::new()),
        };
        let action = if successor.is_empty() { String::new() } else { format!("Move to {successor}") };
        return News { word, text, action, href: format!("/requests/{id}#move"), ..news };
    }
    match view.row.state {
        SubscriptionState::Approved => News {
            action: "Make a key".to_owned(),
            href: format!("/keys/new?app={}", view.row.app_id),
            app: Some(view.row.app_id),
            ..news
        },
        SubscriptionState::Denied => News { action: "Ask again".to_owned(), ..news },
        _ => news,
    }
}
