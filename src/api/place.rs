//! The domain names a field as its forms do; a problem document names it by its place in the body.

use crate::base::Error;
use crate::base::limit::LimitKind;

/// The domain's word for a field, and its place in the body. An empty place is none: the body has no such
/// field, and the sentence alone says what is wrong.
pub(super) type Places = &'static [(&'static str, &'static str)];

/// The error with its field named by its place. Words that are no row of the table are places already.
pub(super) fn placed(places: Places) -> impl Fn(Error) -> Error {
    move |error| match places.iter().find(|(word, _)| error.param() == Some(word)) {
        Some((_, "")) => error.on_nothing(),
        Some((_, place)) => error.on(*place),
        None => error,
    }
}

/// The same for a body that holds limits in an object of their own.
pub(super) fn with_limits(places: Places) -> impl Fn(Error) -> Error {
    let placed = placed(places);
    move |error| match error.param() {
        Some(word) if LimitKind::ALL.iter().any(|kind| kind.word() == word) => {
            let place = format!("limits.{word}");
            error.on(place)
        }
        _ => placed(error),
    }
}
