//! What lies inside a body, by place. The body was judged before: what does not parse is not there.

use std::ops::Range;

use crate::wire::peek::Member;
use crate::wire::scan::{Cursor, Flaw, Kind};

/// The places of an array's items; none where it is no array.
pub fn items(body: &[u8], place: &Range<usize>) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut cursor = Cursor::new(body.get(place.clone()).unwrap_or_default());
    if !matches!(cursor.kind(), Ok(Kind::Array)) {
        return found;
    }
    let read = cursor.array::<Flaw>(|inner, _| {
        let span = inner.skip()?;
        found.push(span.start + place.start..span.end + place.start);
        Ok(())
    });
    if read.is_ok() { found } else { Vec::new() }
}

/// The members of an object; none where it is no object.
pub fn members(body: &[u8], place: &Range<usize>) -> Vec<Member> {
    let mut found = Vec::new();
    let mut cursor = Cursor::new(body.get(place.clone()).unwrap_or_default());
    if !matches!(cursor.kind(), Ok(Kind::Object)) {
        return found;
    }
    let read = cursor.object::<Flaw>(|inner, name| {
        let (key, value) = (name.span(), inner.skip()?);
        let at = |span: Range<usize>| span.start + place.start..span.end + place.start;
        found.push(Member { key: at(key), value: at(value) });
        Ok(())
    });
    if read.is_ok() { found } else { Vec::new() }
}

/// The member of that name.
pub fn member<'m>(body: &[u8], members: &'m [Member], name: &str) -> Option<&'m Member> {
    members.iter().find(|member| member.name(body) == name)
}

/// The text at a place.
pub fn text(body: &[u8], place: &Range<usize>) -> Option<String> {
    serde_json::from_slice(body.get(place.clone())?).ok()
}

/// What to remove so that the members of these ranks are gone: each goes with the comma after it, the
/// last ones with the comma before them.
pub fn removals(members: &[Member], gone: &[usize]) -> Vec<Range<usize>> {
    let one = |&rank: &usize| {
        let member = members.get(rank)?;
        Some(match members.get(rank + 1) {
            Some(next) => member.key.start..next.key.start,
            None => {
                let kept = members.iter().enumerate().take(rank).rev().find(|(rank, _)| !gone.contains(rank));
                kept.map_or(member.key.start, |(_, kept)| kept.value.end)..member.value.end
            }
        })
    };
    gone.iter().filter_map(one).collect()
}
