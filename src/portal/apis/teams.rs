//! Teams as the options of a form.

use crate::base::Result;
use crate::base::ids::TeamId;
use crate::domain::actor::Actor;
use crate::domain::permit::{Right, may};
use crate::domain::teams;
use crate::portal::look::Choice;
use crate::store::Db;

/// Teams that may own an API of this actor: all for admins, their own for publishers.
pub async fn owners(db: &Db, actor: &Actor) -> Result<Vec<Choice>> {
    let mut choices = choices(teams::list_own(db, actor).await?);
    if may(actor, Right::ManageAllApis) {
        merge(&mut choices, self::choices(teams::list_all(db, actor, "").await?));
    }
    Ok(choices)
}

/// Teams to show an API to: those the actor knows, and those chosen before.
pub async fn audience(db: &Db, actor: &Actor, chosen: &[TeamId]) -> Result<Vec<Choice>> {
    let mut choices = owners(db, actor).await?;
    let named = teams::list_by_ids(db, chosen.to_vec()).await?;
    merge(&mut choices, named.into_iter().map(|team| Choice::new(team.id.to_string(), team.name)).collect());
    Ok(choices)
}

fn choices(listed: Vec<teams::Listed>) -> Vec<Choice> {
    listed.into_iter().map(|row| Choice::new(row.team.id.to_string(), row.team.name)).collect()
}

fn merge(into: &mut Vec<Choice>, more: Vec<Choice>) {
    for choice in more {
        if !into.iter().any(|known| known.value == choice.value) {
            into.push(choice);
        }
    }
}
