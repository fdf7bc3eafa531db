//! The route tables. A route cannot be made without saying who may use it.

use std::rc::Rc;

use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header;
use actix_web::middleware::{Compress, from_fn};
use actix_web::web::{self, ServiceConfig};
use actix_web::{FromRequest, Handler, HttpRequest, HttpResponse, Responder, Route};

use super::fault::Fault;
use super::guard;
use super::problem::Problem;
use super::reply::see_other;
use crate::base::Code;
use crate::domain::permit::Right;

/// What a portal page asks of its visitor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// The set-up wizard alone: open before set-up is done.
    SetUp,
    /// Everybody, once set-up is done.
    Anyone,
    /// Everybody, once set-up is done, and while the database is away too: who is signed in is a visitor then.
    Always,
    SignedIn,
    /// A role that carries the right.
    May(Right),
}

/// What an endpoint of the management API asks of its token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApiNeed {
    Open,
    Read,
    Write,
    /// To write, by a user whose role carries the right. It is judged before the body is looked at.
    May(Right),
}

/// Which of the two doors a route belongs to, and its need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    Portal(Need),
    Api(ApiNeed),
}

/// One row of a route table.
pub struct Page {
    pub method: Method,
    /// In actix's form: `/keys/{id}`.
    pub path: &'static str,
    pub door: Door,
    route: Box<dyn FnOnce() -> Route>,
}

/// A page or form of the portal. Everything but GET is checked for its origin and CSRF token first.
pub fn page<F, Args>(method: Method, path: &'static str, need: Need, handler: F) -> Page
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    row(method, path, Door::Portal(need), handler)
}

/// An endpoint of the management API, called with a bearer token.
pub fn endpoint<F, Args>(method: Method, path: &'static str, need: ApiNeed, handler: F) -> Page
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    row(method, path, Door::Api(need), handler)
}

fn row<F, Args>(method: Method, path: &'static str, door: Door, handler: F) -> Page
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    let verb = method.clone();
    let route = move || {
        let route = web::method(verb).to(handler);
        match door {
            Door::Portal(need) => {
                route.wrap(from_fn(move |request: ServiceRequest, next| guard::portal(need, request, next)))
            }
            Door::Api(need) => {
                route.wrap(from_fn(move |request: ServiceRequest, next| guard::api(need, request, next)))
            }
        }
    };
    Page { method, path, door, route: Box::new(route) }
}

/// Registers a table. Rows of one path become one resource, whose other methods answer 405, but for
/// the address of a form, which leads those who read it to its page; literal paths come before those with
/// parameters.
pub fn mount(config: &mut ServiceConfig, pages: Vec<Page>) {
    let mut groups: Vec<(&'static str, Vec<Page>)> = Vec::new();
    for page in pages {
        match groups.iter_mut().find(|(path, _)| *path == page.path) {
            Some((_, rows)) => rows.push(page),
            None => groups.push((page.path, vec![page])),
        }
    }
    groups.sort_by_key(|(path, _)| order(path));
    let shown: Vec<&'static str> =
        groups.iter().filter(|(_, rows)| is_shown(rows)).map(|(path, _)| *path).collect();
    for (path, rows) in groups {
        let allow: Rc<str> = rows.iter().map(|row| row.method.as_str()).collect::<Vec<_>>().join(", ").into();
        let is_api = rows.iter().any(|row| matches!(row.door, Door::Api(_)));
        let above = if is_api { None } else { page_above(path, &shown) };
        let mut resource = web::resource(path);
        for row in rows {
            resource = resource.route((row.route)());
        }
        let other = web::to(move |request: HttpRequest| {
            let allow = allow.clone();
            async move {
                match above {
                    Some(depth) if is_read(request.method()) => see_other(first(request.path(), depth)),
                    _ => wrong_method(&request, &allow, is_api).await,
                }
            }
        });
        if is_api {
            config.service(resource.default_service(other));
        } else {
            let resource = resource.default_service(other.wrap(from_fn(guard::outside)));
            // Which pages may be, `headers` decides.
            config.service(resource.wrap(Compress::default()));
        }
    }
}

fn is_shown(rows: &[Page]) -> bool {
    rows.iter().any(|row| row.method == Method::GET && matches!(row.door, Door::Portal(_)))
}

fn is_read(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD)
}

/// The page that the form of an address stands on: the nearest one above it, as a number of its segments.
/// Who asks for the address itself, as by opening it again, is led there; nothing is sent by it.
fn page_above(path: &str, shown: &[&str]) -> Option<usize> {
    let depth = path.split('/').skip(1).count();
    (0..depth).rev().find(|depth| shown.contains(&first(path, *depth).as_str()))
}

/// The first segments of a path.
fn first(path: &str, depth: usize) -> String {
    let segments: Vec<&str> = path.split('/').skip(1).take(depth).collect();
    format!("/{}", segments.join("/"))
}

/// Literal segments before parameters, place by place.
fn order(path: &str) -> Vec<(bool, String)> {
    path.split('/').map(|part| (part.starts_with('{'), part.to_owned())).collect()
}

async fn wrong_method(request: &HttpRequest, allow: &str, is_api: bool) -> HttpResponse {
    let error = Code::MethodNotAllowed.with(request.method());
    let mut answer = if is_api { Problem(error).answer(request) } else { Fault(error).answer(request).await };
    if let Ok(value) = header::HeaderValue::from_str(allow) {
        answer.headers_mut().insert(header::ALLOW, value);
    }
    answer
}

/// The answer type that guards give back.
pub(super) type Served = Result<ServiceResponse<actix_web::body::BoxBody>, actix_web::Error>;

#[cfg(test)]
mod tests;
