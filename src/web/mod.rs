//! The HTTP toolbox of the doors: routes and what they need, visits and sessions, CSRF, headers,
//! forms, and the two faces of an error (page and problem document). It decides nothing about nouns.

pub mod address;
pub mod assets;
pub mod csrf;
pub mod document;
pub mod fault;
pub mod form;
pub mod guard;
pub mod headers;
pub mod health;
mod keep;
pub mod once;
pub mod pace;
mod panicked;
pub mod problem;
mod repeat;
pub mod reply;
pub mod route;
pub mod shown;
mod unread;
pub mod unsent;
pub mod visit;

pub use actix_web::http::{Method, StatusCode};
pub use actix_web::web::{Data, Path};
pub use actix_web::{HttpRequest, HttpResponse};

pub use fault::{Fault, PageResult};
pub use form::{Body, FieldErrors, Form, Query};
pub use problem::{ApiResult, Problem};
pub use reply::{flash, json, json_once, see_other};
pub use route::{ApiNeed, Need, Page, endpoint, mount, page};
pub use visit::Visit;
