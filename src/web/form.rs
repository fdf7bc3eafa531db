//! What comes in: forms, queries and JSON bodies, each with unknown fields refused where the type
//! says so, and the messages that go back under a form's fields.

use std::collections::BTreeMap;
use std::future::{Future, Ready, ready};
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, web::Bytes};
use serde::de::{DeserializeOwned, IgnoredAny};

use super::fault::Fault;
use super::problem::Problem;
use crate::base::{Code, Error};

/// Bytes of a form at most.
pub const FORM_CAP: usize = 64 * 1024;
/// Bytes of a management API body at most.
pub const BODY_CAP: usize = 1024 * 1024;

/// Messages under fields, by field name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldErrors(BTreeMap<String, String>);

impl FieldErrors {
    pub fn add(&mut self, field: &str, message: impl Into<String>) {
        self.0.entry(field.to_owned()).or_insert_with(|| message.into());
    }

    /// One message over the whole form.
    pub fn over(message: impl Into<String>) -> Self {
        let mut errors = Self::default();
        errors.add("", message);
        errors
    }

    /// The same with the message of one field at another, where a form calls it otherwise than the domain.
    pub fn renamed(mut self, from: &str, to: &str) -> Self {
        if let Some(message) = self.0.remove(from) {
            self.add(to, message);
        }
        self
    }

    /// The message of a field; empty when there is none.
    pub fn of(&self, field: &str) -> &str {
        self.0.get(field).map_or("", String::as_str)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All messages, for a summary above the form.
    pub fn all(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(field, message)| (field.as_str(), message.as_str()))
    }

    /// A mistake that only the domain could see becomes the message of its field, a clash with what is
    /// stored that of its field or the one over the form; any other error stays one.
    ///
    /// # Errors
    /// The error itself, when no change of the form would mend it.
    pub fn from_error(error: Error) -> Result<Self, Error> {
        let field = match (error.code(), error.param()) {
            (Code::FieldInvalid, Some(field)) => whole(field),
            (Code::Conflict, field) => field.unwrap_or_default(),
            _ => return Err(error),
        };
        let mut errors = Self::default();
        errors.add(field, error.message());
        Ok(errors)
    }
}

/// A form has one field for a list of words: `domains` for `domains.2`.
fn whole(field: &str) -> &str {
    match field.rsplit_once('.') {
        Some((list, at)) if at.bytes().all(|b| b.is_ascii_digit()) => list,
        _ => field,
    }
}

/// A url-encoded form. The guard has checked and removed its CSRF token.
#[derive(Clone, Debug)]
pub struct Form<T>(pub T);

impl<T> Form<T> {
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> std::ops::Deref for Form<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for Form<T> {
    type Error = Fault;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Fault>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let bytes = Bytes::from_request(request, payload);
        Box::pin(async move {
            let bytes = bytes.await.map_err(|_| Fault(Code::BodyTooLarge.into()))?;
            serde_html_form::from_bytes(&bytes).map(Self).map_err(|fault| Fault(misread(&fault)))
        })
    }
}

fn misread(fault: &impl std::fmt::Display) -> Error {
    Code::FieldInvalid.saying(format!("The form cannot be read: {fault}."))
}

/// The query of a page or endpoint; what cannot be read is `field_invalid`.
#[derive(Clone, Debug)]
pub struct Query<T>(pub T);

impl<T> Query<T> {
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> std::ops::Deref for Query<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for Query<T> {
    type Error = Fault;
    type Future = Ready<Result<Self, Fault>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let from = serde_html_form::Deserializer::from_bytes(request.query_string().as_bytes());
        ready(serde_path_to_error::deserialize(from).map(Self).map_err(|fault| Fault(unasked(&fault))))
    }
}

/// A query that does not fit, by the parameter at fault.
fn unasked(fault: &serde_path_to_error::Error<serde_html_form::de::Error>) -> Error {
    let text = fault.inner().to_string();
    let error = Code::FieldInvalid.saying(format!("The query cannot be read: {}.", plain(&text)));
    error.on(named(&text, &fault.path().to_string()).unwrap_or_else(|| "query".to_owned()))
}

/// A JSON body of the management API.
#[derive(Clone, Debug)]
pub struct Body<T>(pub T);

impl<T> Body<T> {
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> std::ops::Deref for Body<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for Body<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let is_json = request.headers().get(header::CONTENT_TYPE).is_some_and(|kind| {
            kind.to_str().is_ok_and(|kind| {
                kind.split(';').next().is_some_and(|kind| kind.trim() == "application/json")
            })
        });
        let is_plain =
            request.headers().get(header::CONTENT_ENCODING).is_none_or(|coding| coding == "identity");
        let bytes = Bytes::from_request(request, payload);
        Box::pin(async move {
            if !is_json || !is_plain {
                return Err(Problem(Code::MediaTypeUnsupported.into()));
            }
            let bytes = bytes.await.map_err(|_| Problem(Code::BodyTooLarge.into()))?;
            read(&bytes).map(Self).map_err(Problem)
        })
    }
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Error> {
    if bytes.iter().find(|byte| !byte.is_ascii_whitespace()) != Some(&b'{') {
        return Err(Code::JsonInvalid.saying("The body has to be one JSON object."));
    }
    let mut from = serde_json::Deserializer::from_slice(bytes);
    let whole = serde_path_to_error::deserialize(&mut from).map_err(|fault| unreadable(&fault, bytes))?;
    from.end().map_err(|fault| misplaced(&fault))?;
    Ok(whole)
}

fn misplaced(fault: &serde_json::Error) -> Error {
    let place = format!("line {}, column {}", fault.line(), fault.column());
    Code::JsonInvalid.saying(format!("The body is not one valid JSON object: {place}."))
}

fn unreadable(fault: &serde_path_to_error::Error<serde_json::Error>, bytes: &[u8]) -> Error {
    let told = fault.inner().to_string();
    let (mut text, _) = told.rsplit_once(" at line ").unwrap_or((&told, ""));
    if !fault.inner().is_data() {
        // A number where a word belongs is called bad syntax as well.
        if serde_json::from_slice::<IgnoredAny>(bytes).is_err() {
            return misplaced(fault.inner());
        }
        text = "invalid type, expected a string";
    }
    let error = Code::FieldInvalid.saying(format!("The body cannot be read: {}.", plain(text)));
    match named(text, &fault.path().to_string()) {
        Some(field) => error.on(field),
        None => error,
    }
}

/// The field at fault. Of one that is missing or there twice serde's path is its parent's, and the name is
/// between backticks.
fn named(text: &str, path: &str) -> Option<String> {
    let by_name = ["missing field `", "duplicate field `"].iter().any(|start| text.starts_with(start));
    let name = text.split('`').nth(1).filter(|_| by_name);
    match (name, path) {
        (Some(name), ".") => Some(name.to_owned()),
        (Some(name), path) => Some(format!("{path}.{name}")),
        (None, ".") => None,
        (None, path) => Some(path.to_owned()),
    }
}

/// Longest text of somebody else's that is repeated to them.
const LONGEST: usize = 60;

/// Serde's words for types, in words of JSON.
fn plain(text: &str) -> String {
    if text.starts_with("UUID parsing failed") {
        return "this is no id; one looks like 01a21fbb-4588-7667-9890-14bd1f9820b0".to_owned();
    }
    let types =
        [("a sequence", "a list"), ("sequence", "a list"), ("map", "an object"), ("unit value", "null")];
    let numbers = ["u8", "u16", "u32", "u64", "usize"].map(|name| (name, "a whole number from 0"));
    let signed = ["i8", "i16", "i32", "i64"].map(|name| (name, "a whole number"));
    let (got, wanted) = text.split_once(", expected ").unwrap_or((text, ""));
    let found = types.iter().chain(&numbers).chain(&signed).find(|(name, _)| *name == wanted);
    let wanted = match found {
        Some((_, plain)) => plain,
        None if wanted.starts_with("struct ") => "an object",
        None if wanted == "a formatted UUID string" => "an id",
        None => wanted,
    };
    let got = shortened(got);
    if wanted.is_empty() { got } else { format!("{got}, expected {wanted}") }
}

/// What was sent is between quotes or backticks: of a long one its start is enough to know it again.
fn shortened(text: &str) -> String {
    if text.chars().count() <= 2 * LONGEST {
        return text.to_owned();
    }
    let start: String = text.chars().take(LONGEST).collect();
    let end = text.chars().last().filter(|last| matches!(last, '"' | '`'));
    format!("{start}…{}", end.map(String::from).unwrap_or_default())
}
