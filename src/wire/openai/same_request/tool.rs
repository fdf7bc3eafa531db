//! Tools, as far as vendors differ on them.

use std::ops::Range;

use crate::wire::peek::Member;

use super::inside::{items, member, members, text};
use super::plan::Plan;

/// The functions among the tools: the tool's place and the function's members.
fn functions(plan: &Plan<'_>) -> Vec<(Range<usize>, Vec<Member>)> {
    let Some(tools) = plan.find("tools") else { return Vec::new() };
    let function = |place: Range<usize>| {
        let tool = members(plan.body, &place);
        let function = member(plan.body, &tool, "function")?;
        Some((place, members(plan.body, &function.value)))
    };
    items(plan.body, &tools.value).into_iter().filter_map(function).collect()
}

/// Leaves only the tool of that name; false where there is none.
pub fn keep_one(plan: &mut Plan<'_>, name: &str) -> bool {
    let named = |(_, function): &(Range<usize>, Vec<Member>)| {
        let place = member(plan.body, function, "name").map(|name| name.value.clone());
        place.and_then(|place| text(plan.body, &place)).as_deref() == Some(name)
    };
    let Some((place, _)) = functions(plan).into_iter().find(named) else { return false };
    if let Some(tools) = plan.find("tools") {
        plan.edits.remove(tools.value.start + 1..place.start);
        plan.edits.remove(place.end..tools.value.end - 1);
    }
    true
}

pub fn never_strict(plan: &mut Plan<'_>) {
    let functions = functions(plan);
    take_strict(plan, &functions);
}

/// Strict tools beside others become like the others.
pub fn all_alike(plan: &mut Plan<'_>) {
    let functions = functions(plan);
    let strict = |function: &[Member]| {
        member(plan.body, function, "strict").is_some_and(|strict| strict.bytes(plan.body) == b"true")
    };
    if !functions.iter().all(|(_, function)| strict(function)) {
        take_strict(plan, &functions);
    }
}

fn take_strict(plan: &mut Plan<'_>, functions: &[(Range<usize>, Vec<Member>)]) {
    for (_, function) in functions {
        let rank = function.iter().position(|member| member.name(plan.body) == "strict");
        let Some(member) = rank.and_then(|rank| function.get(rank)) else { continue };
        if member.bytes(plan.body) == b"true" {
            plan.note("tools.strict");
        }
        plan.remove_inside(function, rank.as_slice());
    }
}
