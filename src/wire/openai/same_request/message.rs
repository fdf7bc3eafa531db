//! Messages, as far as vendors differ on them.

use std::ops::Range;

use sha2::{Digest, Sha256};

use crate::base::{Code, Result};
use crate::wire::Target;
use crate::wire::peek::Member;
use crate::wire::quirk::{MessageIs, Rule};
use crate::wire::splice::quoted;

use super::inside::{items, member, members, text};
use super::plan::Plan;

const SHORT_ID: usize = 9;
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

pub fn heed(plan: &mut Plan<'_>, to: &Target<'_>) -> Result<()> {
    let thinks = |what: &MessageIs| *what != MessageIs::WithThought || to.facts.reasoning;
    let rule = |rule: &Rule| if let Rule::Message(what) = rule { Some(*what) } else { None };
    let rules: Vec<MessageIs> = to.quirks.rules().iter().filter_map(rule).filter(thinks).collect();
    let Some(messages) = plan.find("messages").filter(|_| !rules.is_empty()) else { return Ok(()) };
    for (rank, place) in items(plan.body, &messages.value).into_iter().enumerate() {
        let message = Message::new(plan.body, rank, place);
        for rule in &rules {
            message.heed(plan, *rule)?;
        }
    }
    if rules.contains(&MessageIs::NeverCacheControl)
        && let Some(tools) = plan.find("tools")
    {
        items(plan.body, &tools.value).iter().for_each(|tool| unmark(plan, tool));
    }
    Ok(())
}

struct Message<'a> {
    body: &'a [u8],
    rank: usize,
    place: Range<usize>,
    members: Vec<Member>,
    role: String,
}

impl<'a> Message<'a> {
    fn new(body: &'a [u8], rank: usize, place: Range<usize>) -> Self {
        let members = members(body, &place);
        let role = member(body, &members, "role").and_then(|role| text(body, &role.value));
        Self { body, rank, place, members, role: role.unwrap_or_default() }
    }

    fn find(&self, name: &str) -> Option<&Member> {
        member(self.body, &self.members, name)
    }

    fn heed(&self, plan: &mut Plan<'_>, rule: MessageIs) -> Result<()> {
        match rule {
            MessageIs::NeverNamed if self.role != "function" => self.unname(plan),
            MessageIs::NeverDeveloper if self.role == "developer" => {
                if let Some(role) = self.find("role") {
                    plan.edits.replace(role.value.clone(), *b"\"system\"");
                }
            }
            MessageIs::NeverNull => self.say_something(plan),
            MessageIs::OneText => self.join(plan),
            MessageIs::NeverImageUrl => return self.refuse_addresses(),
            MessageIs::NeverCacheControl => {
                unmark(plan, &self.place);
                self.content().iter().for_each(|part| unmark(plan, part));
            }
            MessageIs::ShortId => self.shorten_ids(plan),
            MessageIs::WithThought
                if !self.calls().is_empty() && self.find("reasoning_content").is_none() =>
            {
                plan.edits.insert(self.place.start + 1, *b"\"reasoning_content\":\" \",");
            }
            _ => {}
        }
        Ok(())
    }

    fn unname(&self, plan: &mut Plan<'_>) {
        if let Some(rank) = self.members.iter().position(|member| member.name(self.body) == "name") {
            plan.remove_inside(&self.members, &[rank]);
            plan.note("messages.name");
        }
    }

    fn say_something(&self, plan: &mut Plan<'_>) {
        match self.find("content") {
            Some(content) if content.bytes(self.body) == b"null" => {
                plan.edits.replace(content.value.clone(), *b"\"\"");
            }
            Some(_) => {}
            None => plan.edits.insert(self.place.start + 1, *b"\"content\":\"\","),
        }
    }

    /// The places of the parts, where there are any.
    fn content(&self) -> Vec<Range<usize>> {
        self.find("content").map(|content| items(self.body, &content.value)).unwrap_or_default()
    }

    fn calls(&self) -> Vec<Range<usize>> {
        self.find("tool_calls").map(|calls| items(self.body, &calls.value)).unwrap_or_default()
    }

    /// Parts that are all texts become one text.
    fn join(&self, plan: &mut Plan<'_>) {
        let parts = self.content();
        let texts: Option<Vec<String>> = parts
            .iter()
            .map(|part| {
                let part = members(self.body, part);
                let of = |name: &str| member(self.body, &part, name).map(|member| member.value.clone());
                let kind = of("type").and_then(|place| text(self.body, &place))?;
                of("text").filter(|_| kind == "text").and_then(|place| text(self.body, &place))
            })
            .collect();
        if let (Some(texts), Some(content)) = (texts.filter(|texts| !texts.is_empty()), self.find("content"))
        {
            plan.edits.replace(content.value.clone(), quoted(&texts.join("\n\n")));
        }
    }

    fn refuse_addresses(&self) -> Result<()> {
        for (rank, part) in self.content().iter().enumerate() {
            let part = members(self.body, part);
            let Some(image) = member(self.body, &part, "image_url") else { continue };
            let inner = members(self.body, &image.value);
            let place = member(self.body, &inner, "url").map_or(&image.value, |url| &url.value);
            if text(self.body, place).is_some_and(|url| !url.starts_with("data:")) {
                let path = format!("messages[{}].content[{rank}].image_url.url", self.rank);
                let what = "The vendor behind this model fetches no images: send it as a data URI.";
                return Err(Code::FieldUnsupported.saying(what).on(path));
            }
        }
        Ok(())
    }

    fn shorten_ids(&self, plan: &mut Plan<'_>) {
        let mut places: Vec<Range<usize>> =
            self.find("tool_call_id").map(|id| id.value.clone()).into_iter().collect();
        for call in self.calls() {
            let call = members(self.body, &call);
            places.extend(member(self.body, &call, "id").map(|id| id.value.clone()));
        }
        for place in places {
            let fits =
                |id: &String| id.len() == SHORT_ID && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
            if let Some(id) = text(self.body, &place).filter(|id| !fits(id)) {
                plan.edits.replace(place, quoted(&short_id(&id)));
            }
        }
    }
}

/// The same id for the same id, so that a call and its result still belong together.
fn short_id(id: &str) -> String {
    let mut number = Sha256::digest(id.as_bytes())
        .iter()
        .take(8)
        .fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    let mut short = String::with_capacity(SHORT_ID);
    for _ in 0..SHORT_ID {
        let digit = DIGITS.get(usize::try_from(number % 62).unwrap_or(0)).copied().unwrap_or(b'0');
        short.push(char::from(digit));
        number /= 62;
    }
    short
}

fn unmark(plan: &mut Plan<'_>, place: &Range<usize>) {
    let members = members(plan.body, place);
    if let Some(rank) = members.iter().position(|member| member.name(plan.body) == "cache_control") {
        plan.remove_inside(&members, &[rank]);
        plan.note("cache_control");
    }
}
