//! What comes in: forms, queries and JSON bodies, each with unknown fields refused where the type
//! says so, and the messages that go back under a form's fields.

use std::collections::BTreeMap;
use std::future::{Future, Ready, ready};
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web::Bytes};
use serde::de::DeserializeOwned;

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

    /// A mistake that only the domain could see becomes the message of its field; any other error stays one.
    ///
    /// # Errors
    /// The error itself, when it names no field.
    pub fn from_error(error: Error) -> Result<Self, Error> {
        match error.param() {
            Some(field) if error.code() == Code::FieldInvalid => {
                let mut errors = Self::default();
                errors.add(field, error.message());
                Ok(errors)
            }
            _ => Err(error),
        }
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
        let read = serde_html_form::from_str(request.query_string());
        ready(read.map(Self).map_err(|fault| {
            Fault(Code::FieldInvalid.saying(format!("The query cannot be read: {fault}.")).on("query"))
        }))
    }
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
        let is_json = request.headers().get("content-type").is_some_and(|kind| {
            kind.to_str().is_ok_and(|kind| {
                kind.split(';').next().is_some_and(|kind| kind.trim() == "application/json")
            })
        });
        let bytes = Bytes::from_request(request, payload);
        Box::pin(async move {
            if !is_json {
                return Err(Problem(Code::MediaTypeUnsupported.into()));
            }
            let bytes = bytes.await.map_err(|_| Problem(Code::BodyTooLarge.into()))?;
            serde_json::from_slice(&bytes).map(Self).map_err(|fault| Problem(unreadable(&fault)))
        })
    }
}

fn unreadable(fault: &serde_json::Error) -> Error {
    if !fault.is_data() {
        let place = format!("line {}, column {}", fault.line(), fault.column());
        return Code::JsonInvalid.saying(format!("The body is not one valid JSON object: {place}."));
    }
    let text = fault.to_string();
    // serde names the field between backticks.
    let field = text.split('`').nth(1).unwrap_or_default().to_owned();
    let error = Code::FieldInvalid.saying(format!("The body cannot be read: {text}."));
    if field.is_empty() { error } else { error.on(field) }
}
