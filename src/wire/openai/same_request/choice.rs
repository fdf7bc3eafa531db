//! The choice among tools, in the words a vendor has for it.

use serde::Deserialize;

use crate::wire::Quirks;
use crate::wire::quirk::{ChoiceIs, Rule};
use crate::wire::splice::quoted;

use super::plan::Plan;
use super::tool;

const FIELD: &str = "tool_choice";

#[derive(Deserialize)]
#[serde(untagged)]
enum Choice {
    Word(String),
    Named { function: Function },
}

#[derive(Deserialize)]
struct Function {
    name: String,
}

pub fn heed(plan: &mut Plan<'_>, quirks: &Quirks) {
    let is = |what: ChoiceIs| quirks.has(&Rule::Choice(what));
    let Some(choice) = plan.value(FIELD).and_then(|json| serde_json::from_slice(json).ok()) else { return };
    if is(ChoiceIs::Ignored) {
        return ignored(plan, &choice);
    }
    let word = if is(ChoiceIs::Any) { "any" } else { "required" };
    match choice {
        Choice::Word(choice) if choice == "required" => {
            if is(ChoiceIs::NeverRequired) {
                weaken(plan);
            } else if is(ChoiceIs::Any) {
                plan.replace(FIELD, "\"any\"");
            }
        }
        Choice::Named { function } if is(ChoiceIs::NeverNamed) && tool::keep_one(plan, &function.name) => {
            if is(ChoiceIs::NeverRequired) {
                weaken(plan);
            } else {
                plan.replace(FIELD, &String::from_utf8_lossy(&quoted(word)));
            }
        }
        _ => {}
    }
}

fn weaken(plan: &mut Plan<'_>) {
    plan.replace(FIELD, "\"auto\"");
    plan.note(FIELD);
}

/// No tools at all are what `none` means; nothing stands for the others.
fn ignored(plan: &mut Plan<'_>, choice: &Choice) {
    match choice {
        Choice::Word(word) if word == "auto" => {}
        Choice::Word(word) if word == "none" => {
            plan.take_out("tools");
            plan.take_out(FIELD);
        }
        _ => plan.drop_field(FIELD),
    }
}
