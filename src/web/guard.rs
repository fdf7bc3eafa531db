//! What stands before every route: who is this, may they, and does a write come from our own pages.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::body::{BoxBody, MessageBody};
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::{Method, Uri, header};
use actix_web::middleware::Next;
use actix_web::web::{Bytes, BytesMut, Data};
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::address;
use super::csrf;
use super::fault::Fault;
use super::form::{BODY_CAP, FORM_CAP};
use super::headers;
use super::once::{self, Mark, SentForms};
use super::pace::Pace;
use super::panicked;
use super::problem::Problem;
use super::repeat;
use super::reply::{self, FLASH_COOKIE};
use super::route::{ApiNeed, Need, Served};
use super::unsent;
use super::visit::{Facts, Visit};
use crate::base::clock::SECOND;
use crate::base::ids::CallId;
use crate::base::{Code, Error, Result, Secret, secret};
use crate::config::Config;
use crate::domain::actor::Actor;
use crate::domain::people::sessions::Signed;
use crate::domain::people::{admin_tokens, devices, sessions};
use crate::domain::permit;
use crate::store::Db;

/// True once the first admin exists. Shared by all workers.
#[derive(Clone, Default)]
pub struct SetUpDone(pub Arc<AtomicBool>);

const SESSION_COOKIE: &str = "portico";
const FORM_COOKIE: &str = "portico-form";
const DEVICE_COOKIE: &str = "portico-device";

/// The name a cookie has here: `__Host-` binds it to this host where the site is https.
pub fn cookie_name(name: &str, secure: bool) -> String {
    if secure { format!("__Host-{name}") } else { name.to_owned() }
}

/// The session cookie for a fresh sign-in.
pub fn session_cookie(token: &str, secure: bool) -> Cookie<'static> {
    bake(SESSION_COOKIE, token, secure)
}

/// Takes the session cookie away.
pub fn no_session_cookie(secure: bool) -> Cookie<'static> {
    let mut cookie = bake(SESSION_COOKIE, "", secure);
    cookie.make_removal();
    cookie
}

/// The cookie by which a browser that signed in is known at its next sign-in.
pub fn device_cookie(mark: &Secret, secure: bool) -> Cookie<'static> {
    let mut cookie = bake(DEVICE_COOKIE, mark.expose(), secure);
    cookie.set_max_age(Duration::seconds(devices::LIFE / SECOND));
    cookie
}

pub(super) fn bake(name: &str, value: &str, secure: bool) -> Cookie<'static> {
    Cookie::build(cookie_name(name, secure), value.to_owned())
        .path("/")
        .http_only(true)
        .secure(secure)
        .same_site(SameSite::Lax)
        .finish()
}

/// Before each page of the portal.
///
/// # Errors
/// Never: what goes wrong is answered as a page.
pub async fn portal(
    need: Need,
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Served {
    if let Err(error) = admit(need, &mut request).await {
        // A form that has to be sent again is worth keeping where only its session or token was at fault.
        let asks_who = matches!(need, Need::SignedIn | Need::May(_));
        if asks_who && matches!(error.code(), Code::SignedOut | Code::CsrfFailed) {
            let back = back(request.request());
            unsent::keep(&mut request, back).await;
        }
        let (request, _) = request.into_parts();
        let answer = Fault(error).answer(&request).await;
        return Ok(with_cookies(ServiceResponse::new(request, answer)));
    }
    let asked = request.request().clone();
    let response = match panicked::survived(handled(request, next), id_of(&asked)).await {
        Some(served) => as_page(served?).await,
        None => {
            let answer = Fault(Code::Internal.into()).answer(&asked).await;
            ServiceResponse::new(asked, answer)
        }
    };
    Ok(headers::for_compression(with_cookies(response)))
}

async fn handled(request: ServiceRequest, next: Next<impl MessageBody + 'static>) -> Served {
    let mark = request.extensions().get::<Mark>().copied();
    let Some(mark) = mark else { return Ok(next.call(request).await?.map_into_boxed_body()) };
    let (sent, db) = (data::<SentForms>(request.request()), data::<Db>(request.request()));
    let (sent, db) = (sent.map_err(Fault)?, db.map_err(Fault)?);
    once::answer(mark, &sent, db.now(), request, next).await
}

fn id_of(request: &HttpRequest) -> CallId {
    request.extensions().get::<CallId>().copied().unwrap_or_else(CallId::fresh)
}

/// Before what no page takes: an unknown path, a wrong method. Nothing is asked of the visitor, but who is
/// signed in stays so to the eye. A database that is away makes them a stranger.
///
/// # Errors
/// Never: what goes wrong is answered as a page.
pub async fn outside(request: ServiceRequest, next: Next<impl MessageBody + 'static>) -> Served {
    let handles = (data::<Config>(request.request()), data::<Db>(request.request()));
    if let (Ok(config), Ok(db)) = handles
        && let Ok(visit) = visit(request.request(), &config, &db).await
    {
        request.extensions_mut().insert(visit);
    }
    let response = next.call(request).await?.map_into_boxed_body();
    Ok(headers::for_compression(with_cookies(response)))
}

async fn admit(need: Need, request: &mut ServiceRequest) -> Result<()> {
    let config = data::<Config>(request.request())?;
    let db = data::<Db>(request.request())?;
    let done = data::<SetUpDone>(request.request())?;
    if need != Need::SetUp && !done.0.load(Ordering::Acquire) {
        return Err(Code::SetupPending.into());
    }
    let visit = match visit(request.request(), &config, &db).await {
        Err(error) if need == Need::Always && error.status() >= 500 => {
            tracing::warn!(%error, "a page was shown as to a visitor");
            of_signed(request.request(), &config, None)
        }
        read => read?,
    };
    request.extensions_mut().insert(visit.clone());
    if let Some(actor) = &visit.actor {
        request.extensions_mut().insert(actor.clone());
    }
    match (need, &visit.actor) {
        (Need::SetUp | Need::Anyone | Need::Always, _) | (Need::SignedIn, Some(_)) => {}
        (Need::May(right), Some(actor)) => permit::need(actor, right)?,
        (Need::SignedIn | Need::May(_), None) => return Err(Code::SignedOut.into()),
    }
    address::is_legible(request.uri())?;
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    if is_read { Ok(()) } else { check_write(request, &visit, &config).await }
}

async fn visit(request: &HttpRequest, config: &Config, db: &Db) -> Result<Visit> {
    let ip = address::client_ip(request, &config.server.trusted_proxies);
    let signed = match request.cookie(&cookie_name(SESSION_COOKIE, config.is_https())) {
        Some(cookie) => sessions::find(db, cookie.value(), &ip.to_string()).await?,
        None => None,
    };
    Ok(of_signed(request, config, signed))
}

/// The visit of whoever is signed in, or of a visitor.
fn of_signed(request: &HttpRequest, config: &Config, signed: Option<Signed>) -> Visit {
    let secure = config.is_https();
    let ip = address::client_ip(request, &config.server.trusted_proxies);
    let agent =
        request.headers().get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default();
    let (actor, session, user) = match signed {
        Some((actor, session, user)) => (Some(actor), Some(session), Some(user)),
        None => (None, None, None),
    };
    let form = request.cookie(&cookie_name(FORM_COOKIE, secure)).map(|cookie| cookie.value().to_owned());
    let form = form.filter(|token| token.len() == 43);
    let facts = Facts {
        session: session.as_ref().map(|session| session.id),
        name: user.as_ref().map(|user| user.name.clone()).unwrap_or_default(),
        email: user.as_ref().map(|user| user.email.clone()).unwrap_or_default(),
        theme: user.as_ref().map_or_else(|| "auto".to_owned(), |user| user.theme.clone()),
        csrf: session
            .as_ref()
            .map(|session| session.csrf.clone())
            .or(form)
            .unwrap_or_else(|| URL_SAFE_NO_PAD.encode(secret::random::<32>())),
        actor,
        path: request.uri().path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string),
        back: back(request),
        flash: request.cookie(FLASH_COOKIE).and_then(|cookie| reply::read_flash(cookie.value())),
        request_id: id_of(request),
        ip,
        agent: agent.chars().take(200).collect(),
        device: request
            .cookie(&cookie_name(DEVICE_COOKIE, secure))
            .map(|cookie| Secret::new(cookie.value().to_owned())),
        secure,
    };
    Visit::new(facts)
}

/// The address of a page is its own; a form's is that of the page before it, which the browser names.
fn back(request: &HttpRequest) -> String {
    if request.method() == Method::GET {
        return request.uri().path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string);
    }
    let named = request.headers().get(header::REFERER).and_then(|value| value.to_str().ok());
    let page = named.and_then(|text| text.parse::<Uri>().ok());
    let host = request.headers().get(header::HOST).and_then(|value| value.to_str().ok());
    let own = page.filter(|page| page.authority().map(|authority| authority.as_str()) == host);
    own.and_then(|page| page.path_and_query().map(ToString::to_string)).unwrap_or_else(|| "/".to_owned())
}

/// A write needs our own Origin and the token of this very session, in the form or, for scripts
/// that send JSON, in a header. The body is read here, once, and handed on without its token
/// and its mark.
async fn check_write(request: &mut ServiceRequest, visit: &Visit, config: &Config) -> Result<()> {
    let refused = |why: &str| Err(Code::CsrfFailed.with(why));
    if !address::is_own_origin(request.request(), config) {
        return refused("origin");
    }
    let kind =
        request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_owned();
    if kind == "application/json" {
        let sent =
            request.headers().get("x-csrf-token").map(|token| token.as_bytes().to_vec()).unwrap_or_default();
        if !csrf::is(&sent, &visit.csrf) {
            return refused("token");
        }
        let body = read_body(request, BODY_CAP).await?.freeze();
        request.set_payload(Payload::from(body));
        return Ok(());
    }
    if kind != "application/x-www-form-urlencoded" {
        return refused("content type");
    }
    let body = read_body(request, FORM_CAP).await?;
    let (mut sent, mut is_once) = (String::new(), false);
    let mut rest = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in url::form_urlencoded::parse(&body) {
        match &*name {
            "csrf" => sent = value.into_owned(),
            once::FIELD => is_once = true,
            _ => _ = rest.append_pair(&name, &value),
        }
    }
    if !csrf::is(sent.as_bytes(), &visit.csrf) {
        request.set_payload(Payload::from(body.freeze()));
        return refused("token");
    }
    if is_once {
        request.extensions_mut().insert(Mark::of(request.path(), &body));
    }
    request.set_payload(Payload::from(Bytes::from(rest.finish())));
    Ok(())
}

pub(super) async fn read_body(request: &mut ServiceRequest, cap: usize) -> Result<BytesMut> {
    let mut pace = Pace::new(data::<Config>(request.request())?.gateway.body_seconds);
    let mut payload = request.take_payload();
    let mut body = BytesMut::new();
    while let Some(chunk) = pace.next(&mut payload).await? {
        let chunk = chunk.map_err(|fault| Code::FieldInvalid.with(fault))?;
        pace.got(chunk.len());
        if body.len() + chunk.len() > cap {
            return Err(Code::BodyTooLarge.saying(format!("The body may hold {} KiB here.", cap / 1024)));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// Turns an error that a handler or an extractor gave into its page.
async fn as_page(response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    let Some(fault) = response.response().error() else { return response };
    let status = response.status().as_u16();
    let error = match (fault.as_error::<Fault>(), status) {
        (Some(fault), _) => fault.answer(response.request()).await,
        (None, 400 | 404) => Fault(Code::NotFound.with(fault)).answer(response.request()).await,
        (None, 413) => Fault(Code::BodyTooLarge.with(fault)).answer(response.request()).await,
        (None, _) => Fault(Code::Internal.with(fault)).answer(response.request()).await,
    };
    response.into_response(error)
}

/// Gives a visitor their form cookie and takes a shown message away.
fn with_cookies(mut response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    let Some(visit) = response.request().extensions().get::<Visit>().cloned() else { return response };
    let is_page = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    let mut cookies = Vec::new();
    let known = response.request().cookie(&cookie_name(FORM_COOKIE, visit.secure));
    if visit.actor.is_none() && is_page && known.is_none_or(|cookie| cookie.value() != visit.csrf) {
        cookies.push(bake(FORM_COOKIE, &visit.csrf, visit.secure));
    }
    if visit.flash.is_some() && is_page {
        let mut gone = Cookie::build(FLASH_COOKIE, "").path("/").finish();
        gone.make_removal();
        cookies.push(gone);
    }
    cookies.extend(unsent::cookie(response.request(), visit.secure));
    for cookie in cookies {
        if let Err(fault) = response.response_mut().add_cookie(&cookie) {
            tracing::error!(%fault, "a cookie was not set");
        }
    }
    response
}

/// Before each endpoint of the management API.
///
/// # Errors
/// Never: what goes wrong is answered as a problem document.
pub async fn api(
    need: ApiNeed,
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Served {
    let once = match admit_token(need, &mut request).await {
        Ok(body) => repeat::asked(&request, &body),
        Err(error) => Err(error),
    };
    let asked = request.request().clone();
    let done = async {
        match once {
            Ok(None) => Ok(as_problem(next.call(request).await?.map_into_boxed_body())),
            Ok(Some(once)) => repeat::answer(once, request, next).await,
            Err(error) => Ok(refused(request, error)),
        }
    };
    match panicked::survived(done, id_of(&asked)).await {
        Some(served) => served,
        None => {
            let answer = Problem(Code::Internal.into()).answer(&asked);
            Ok(ServiceResponse::new(asked, answer))
        }
    }
}

/// An endpoint's refusal before its handler is reached.
pub(super) fn refused(request: ServiceRequest, error: Error) -> ServiceResponse<BoxBody> {
    let (request, _) = request.into_parts();
    let answer = Problem(error).answer(&request);
    ServiceResponse::new(request, answer)
}

/// Turns an error that a handler or an extractor gave into its problem document.
pub(super) fn as_problem(response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    let Some(fault) = response.response().error() else { return response };
    let status = response.status();
    let problem = match (fault.as_error::<Problem>(), fault.as_error::<Fault>()) {
        (Some(problem), _) => problem.answer(response.request()),
        (None, Some(fault)) => in_problem_form(&fault.0).answer(response.request()),
        _ if status.is_client_error() => Problem(Code::NotFound.with(fault)).answer(response.request()),
        _ => Problem(Code::Internal.with(fault)).answer(response.request()),
    };
    response.into_response(problem)
}

/// Extractors shared with the portal speak in faults; the code and words stay.
fn in_problem_form(error: &Error) -> Problem {
    let same = error.code().saying(error.message()).then(error.next().to_owned());
    Problem(match error.param() {
        Some(param) => same.on(param),
        None => same,
    })
}

/// The token that is sent as a bearer, whatever it is worth.
pub(super) fn bearer(request: &HttpRequest) -> Option<&str> {
    let sent = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let (kind, token) = sent?.split_once(' ')?;
    kind.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Who sends it is known from here on, and the body is read.
async fn admit_token(need: ApiNeed, request: &mut ServiceRequest) -> Result<Bytes> {
    let config = data::<Config>(request.request())?;
    let db = data::<Db>(request.request())?;
    if need == ApiNeed::Open {
        return Ok(Bytes::new());
    }
    let Some(token) = bearer(request.request()) else {
        return Err(Code::SignedOut.saying("Send a management token as a bearer."));
    };
    let ip = address::client_ip(request.request(), &config.server.trusted_proxies);
    let actor: Option<Actor> = admin_tokens::find(&db, token, &ip.to_string()).await?;
    let Some(actor) = actor else {
        return Err(Code::SignedOut.saying("This is no management token of this site, or it has ended."));
    };
    match need {
        ApiNeed::Open | ApiNeed::Read => {}
        ApiNeed::Write => permit::write(&actor)?,
        ApiNeed::May(right) => permit::write(&actor).and_then(|()| permit::need(&actor, right))?,
    }
    address::is_legible(request.uri())?;
    request.extensions_mut().insert(actor);
    let body = read_body(request, BODY_CAP).await?.freeze();
    request.set_payload(Payload::from(body.clone()));
    Ok(body)
}

pub(super) fn data<T: 'static>(request: &HttpRequest) -> Result<Data<T>> {
    let found = request.app_data::<Data<T>>().cloned();
    found.ok_or_else(|| Code::Internal.with(format!("{} is not registered", std::any::type_name::<T>())))
}

/// The 404 of a path that no table has.
pub async fn unknown_page(request: &HttpRequest) -> HttpResponse {
    let is_open = data::<SetUpDone>(request).is_ok_and(|done| done.0.load(Ordering::Acquire));
    let code = if is_open { Code::NotFound } else { Code::SetupPending };
    let error = code.with(request.path());
    if request.path().starts_with("/api/") {
        Problem(error).answer(request)
    } else {
        Fault(error).answer(request).await
    }
}
