//! One visit of a portal page: who, from where, with which CSRF token and message.

use std::future::{Ready, ready};
use std::net::IpAddr;
use std::ops::Deref;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};

use super::fault::Fault;
use crate::base::ids::{CallId, SessionId};
use crate::base::{Code, Secret};
use crate::domain::actor::Actor;

/// Made by the route's guard before the handler runs; take it as an argument.
#[derive(Clone)]
pub struct Visit(Arc<Facts>);

pub struct Facts {
    pub actor: Option<Actor>,
    pub session: Option<SessionId>,
    /// The name and e-mail address of the user signed in; empty for visitors.
    pub name: String,
    pub email: String,
    /// auto, light or dark.
    pub theme: String,
    pub csrf: String,
    /// Path and query as requested.
    pub path: String,
    /// Where a person who is stuck goes back to: this page, or the one a form was sent from.
    pub back: String,
    /// A message that the page before left: kind (`good`, `bad`, `note`) and text.
    pub flash: Option<(String, String)>,
    pub request_id: CallId,
    pub ip: IpAddr,
    pub agent: String,
    /// The mark of a browser that signed in before, not looked at yet.
    pub device: Option<Secret>,
    /// True where browsers take `__Host-` cookies.
    pub secure: bool,
}

impl Visit {
    pub(super) fn new(facts: Facts) -> Self {
        Self(Arc::new(facts))
    }
}

impl Deref for Visit {
    type Target = Facts;
    fn deref(&self) -> &Facts {
        &self.0
    }
}

impl FromRequest for Visit {
    type Error = Fault;
    type Future = Ready<Result<Self, Fault>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let visit = request.extensions().get::<Self>().cloned();
        ready(visit.ok_or_else(|| Fault(Code::Internal.with("a page without its guard"))))
    }
}

impl FromRequest for Actor {
    type Error = Fault;
    type Future = Ready<Result<Self, Fault>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let actor = request.extensions().get::<Self>().cloned();
        ready(actor.ok_or_else(|| Fault(Code::SignedOut.into())))
    }
}
