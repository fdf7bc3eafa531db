//! Markdown as people write it in documentation, drawn safely: raw HTML is dropped, links lead to the
//! web or to mail alone, pictures become links (the content security policy would not load them).

use std::fmt;

use askama::filters::HtmlSafe;
use pulldown_cmark::{CowStr, Event, HeadingLevel, LinkType, Options, Parser, Tag, TagEnd, html};

/// Rendered Markdown: the one type that templates print without escaping.
#[derive(Clone, Debug, Default)]
pub struct Markdown(String);

impl Markdown {
    pub fn of(text: &str) -> Self {
        let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
        let mut out = String::with_capacity(text.len() * 2);
        html::push_html(&mut out, Parser::new_ext(text, options).filter_map(tame));
        Self(out)
    }

    pub fn is_empty(&self) -> bool {
        self.0.trim().is_empty()
    }
}

impl fmt::Display for Markdown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Everything in it came through [`tame`] and pulldown-cmark's own escaping.
impl HtmlSafe for Markdown {}

fn tame(event: Event<'_>) -> Option<Event<'_>> {
    Some(match event {
        Event::Html(_) | Event::InlineHtml(_) => return None,
        Event::Start(Tag::HtmlBlock) | Event::End(TagEnd::HtmlBlock) => return None,
        Event::Start(Tag::Heading { level, .. }) => Event::Start(Tag::Heading {
            level: below_title(level),
            id: None,
            classes: Vec::new(),
            attrs: Vec::new(),
        }),
        Event::End(TagEnd::Heading(level)) => Event::End(TagEnd::Heading(below_title(level))),
        Event::Start(Tag::Link { link_type, dest_url, .. }) => link(link_type, dest_url),
        Event::Start(Tag::Image { dest_url, .. }) => link(LinkType::Inline, dest_url),
        Event::End(TagEnd::Image) => Event::End(TagEnd::Link),
        // A long line scrolls sideways: by keyboard that takes a place in the focus order.
        Event::Start(Tag::CodeBlock(_)) => Event::Html(CowStr::Borrowed("<pre tabindex=\"0\"><code>")),
        Event::End(TagEnd::CodeBlock) => Event::Html(CowStr::Borrowed("</code></pre>\n")),
        other => other,
    })
}

/// The page has its one first heading.
fn below_title(level: HeadingLevel) -> HeadingLevel {
    if level == HeadingLevel::H1 { HeadingLevel::H2 } else { level }
}

fn link<'t>(link_type: LinkType, to: CowStr<'t>) -> Event<'t> {
    let dest_url = if link_type == LinkType::Email || is_allowed(&to) { to } else { CowStr::Borrowed("#") };
    Event::Start(Tag::Link { link_type, dest_url, title: CowStr::Borrowed(""), id: CowStr::Borrowed("") })
}

/// Web and mail addresses, places on this site, and places on this page.
fn is_allowed(to: &str) -> bool {
    let lower = to.trim().to_ascii_lowercase();
    let named = ["https://", "http://", "mailto:"].iter().any(|scheme| lower.starts_with(scheme));
    let here = lower.starts_with('#')
        || (lower.starts_with('/') && !lower.starts_with("//") && !lower.contains('\\'));
    named || here
}

#[cfg(test)]
mod tests;
