//! A request to a vendor of the same format: the caller's bytes with a closed list of edits.

mod choice;
pub mod inside;
mod message;
mod plan;
mod shape;
mod tool;

use bytes::Bytes;

use crate::base::Result;
use crate::wire::peek::Peek;
use crate::wire::quirk::Rule;
use crate::wire::{Endpoint, Outgoing, Target};

use plan::Plan;

pub fn outgoing(peek: &Peek, body: &Bytes, to: &Target<'_>) -> Result<Outgoing> {
    let mut plan = Plan::new(peek, body);
    plan.name_model(to.model);
    if shape::goes_unstreamed(&plan, to.quirks) {
        plan.ask_for_a_document();
    } else {
        plan.ask_for_usage(to.quirks.has(&Rule::NoStreamOptions));
    }
    plan.rename_limit(to.quirks.limit_field());
    for rule in to.quirks.rules() {
        heed(&mut plan, rule, to)?;
    }
    if peek.endpoint == Endpoint::Chat {
        choice::heed(&mut plan, to.quirks);
        message::heed(&mut plan, to)?;
    }
    Ok(plan.finish())
}

/// Fields and what a vendor makes of them; refusals come before anything is lost.
fn heed(plan: &mut Plan<'_>, rule: &Rule, to: &Target<'_>) -> Result<()> {
    let is_chat = plan.endpoint() == Endpoint::Chat;
    match rule {
        Rule::Refuse(field) => return plan.refuse(field),
        Rule::Only(fields) if is_chat => return plan.keep_only(fields, to.quirks),
        Rule::Drop(field) => plan.drop_field(field),
        Rule::Rename(from, to) => plan.rename(from, to),
        Rule::UsualWhenReasoning(field) if to.facts.reasoning => plan.drop_unusual(field),
        Rule::AtMost(field, most) => plan.at_most(field, *most),
        Rule::NotZero(field) => plan.not_zero(field),
        Rule::Always(field, json) if is_chat => plan.set(field, json),
        Rule::WhenReasoning(field, json) if is_chat && to.facts.reasoning => plan.set_if_absent(field, json),
        Rule::WhenEmbedding(field, json) if !is_chat => plan.set_if_absent(field, json),
        Rule::Effort(way) => shape::effort(plan, *way),
        Rule::Shape(what) => shape::heed(plan, *what),
        Rule::NoStrictTools => tool::never_strict(plan),
        Rule::StrictAllOrNone => tool::all_alike(plan),
        Rule::FloatsOnly => plan.floats_only(),
        _ => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests;
