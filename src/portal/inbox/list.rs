//! `/inbox`: requests and sign-ups that wait, the oldest first, and the last decisions.

use askama::Template;

use crate::base::ids::UserId;
use crate::domain::actor::Actor;
use crate::domain::people::users;
use crate::domain::permit::{self, Right};
use crate::domain::subscriptions::{self, SubscriptionView};
use crate::portal::back::answer;
use crate::portal::frame::Frame;
use crate::portal::shell;
use crate::portal::users::inbox::{self, People, Waiting};
use crate::store::Db;
use crate::web::{Data, PageResult, Path, Visit};

#[derive(Template)]
#[template(path = "inbox/list.html")]
struct InboxPage {
    frame: Frame,
    requests: Vec<SubscriptionView>,
    people: Vec<Waiting>,
    resets: Vec<Waiting>,
    decided: Vec<SubscriptionView>,
    can_decide: bool,
    /// Lets people in, and helps them to a new password.
    can_admit: bool,
}

pub async fn show(db: Data<Db>, visit: Visit, actor: Actor) -> PageResult {
    let people = match permit::may(&actor, Right::SeeEverything) {
        true => inbox::all(&db, &actor).await?,
        false => People::default(),
    };
    shell::html(&InboxPage {
        frame: shell::frame(&db, &visit).await?,
        requests: subscriptions::list_inbox(&db, &actor, None, 200).await?,
        people: people.sign_ups,
        resets: people.resets,
        can_decide: permit::may(&actor, Right::PublishApis),
        can_admit: permit::may(&actor, Right::ManagePeople),
        decided: subscriptions::list_decided(&db, &actor, 10).await?,
    })
}

pub async fn let_in(db: Data<Db>, visit: Visit, actor: Actor, id: Path<UserId>) -> PageResult {
    let done = users::let_in(&db, &actor, *id).await;
    answer(&visit, "/inbox", "Let in: they can sign in now.", done)
}

pub async fn turn_away(db: Data<Db>, visit: Visit, actor: Actor, id: Path<UserId>) -> PageResult {
    let done = users::turn_away(&db, &actor, *id).await;
    answer(&visit, "/inbox", "Turned away.", done)
}
