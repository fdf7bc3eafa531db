//! The door for AI calls: HTTP in, gateway, HTTP out. It knows requests and answers; what they
//! mean is decided in `gateway`, what they look like in `wire`.

mod arrive;
mod body;
mod paths;
mod send;
mod taken;

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::Method;
use actix_web::web::{self, Data, Payload, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use ipnet::IpNet;

use crate::gateway::arrival::Door;
use crate::gateway::{Gateway, about, models, whoami};
use crate::wire::Endpoint;

use body::Upload;

/// What this room is told once, at start.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Bytes of a call's body at most.
    pub body_cap: usize,
    /// Seconds in which a body must have arrived whole, and a piece of the answer must be taken.
    pub body_seconds: u64,
    /// Peers whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
}

/// What the handlers share.
pub struct Ingress {
    gateway: Gateway,
    settings: Settings,
}

impl Ingress {
    /// To be made once and given to every worker's [`mount`].
    pub fn new(gateway: Gateway, settings: Settings) -> Data<Self> {
        Data::from(Arc::new(Self { gateway, settings }))
    }
}

/// Registers the AI endpoints. A path below `/v1` or `/apis/…` that is none of them is answered here
/// as well, so it is a JSON 404 for everybody, with or without a key.
pub fn mount(config: &mut ServiceConfig, ingress: Data<Ingress>) {
    config.app_data(ingress);
    for (prefix, bound) in paths::PREFIXES {
        for (path, what) in paths::ENDPOINTS {
            let full = format!("{prefix}{path}");
            let resource = match what {
                paths::What::Call(endpoint) => {
                    let endpoint = *endpoint;
                    web::resource(&full).route(
                        web::post().to(move |request, ingress, body| call(endpoint, request, ingress, body)),
                    )
                }
                paths::What::Models => web::resource(&full).route(web::get().to(list_models)),
                paths::What::Model => web::resource(&full).route(web::get().to(show_model)),
                paths::What::KeySelf if *bound => continue,
                paths::What::KeySelf => web::resource(&full).route(web::get().to(show_key)),
            };
            let allow = what.method();
            config.service(resource.default_service(web::to(move |request, ingress| {
                wrong_method(request, ingress, allow.clone())
            })));
        }
    }
    for base in paths::BASES {
        let resource = web::resource(*base).route(web::get().to(show_version));
        config.service(resource.default_service(web::to(unknown_path)));
    }
    for catch in paths::CATCH_ALL {
        config.service(web::resource(*catch).default_service(web::to(unknown_path)));
    }
}

async fn call(
    endpoint: Endpoint,
    request: HttpRequest,
    ingress: Data<Ingress>,
    payload: Payload,
) -> HttpResponse {
    let mut upload = Upload::new(&request, payload, &ingress.settings);
    let arrival = arrive::call(&request, endpoint, &ingress.settings.trusted_proxies);
    // On the heap once, or the server moves all that a call holds from one layer to the next.
    let reply = Box::pin(ingress.gateway.run(arrival, &mut upload)).await;
    // A body that nobody read would be taken for the next request, or kept coming for nothing.
    let keep = upload.drain().await;
    send::answer(reply, keep, Duration::from_secs(ingress.settings.body_seconds))
}

async fn list_models(request: HttpRequest, ingress: Data<Ingress>) -> HttpResponse {
    let look = arrive::look(&request, &ingress.settings.trusted_proxies);
    send::reply(models::list(&ingress.gateway, &look, None).await, true)
}

async fn show_model(request: HttpRequest, ingress: Data<Ingress>) -> HttpResponse {
    let look = arrive::look(&request, &ingress.settings.trusted_proxies);
    let name = request.match_info().query("model");
    let name = percent_encoding::percent_decode_str(name).decode_utf8_lossy();
    send::reply(models::list(&ingress.gateway, &look, Some(&name)).await, true)
}

async fn show_version(request: HttpRequest, ingress: Data<Ingress>) -> HttpResponse {
    let look = arrive::look(&request, &ingress.settings.trusted_proxies);
    send::reply(about::answer(&ingress.gateway, &look, &paths::offered()).await, true)
}

async fn show_key(request: HttpRequest, ingress: Data<Ingress>) -> HttpResponse {
    let look = arrive::look(&request, &ingress.settings.trusted_proxies);
    debug_assert!(look.door == Door::Unified, "there is one place to ask about a key");
    send::reply(whoami::answer(&ingress.gateway, &look).await, true)
}

async fn wrong_method(request: HttpRequest, ingress: Data<Ingress>, allow: Method) -> HttpResponse {
    let mut answer = paths::wrong_method(&request, &ingress.gateway, &allow);
    answer.head_mut().set_connection_type(actix_web::http::ConnectionType::Close);
    answer
}

/// Does a program ask for a path that no table has? Then [`unknown_path`] is its answer.
pub fn is_programs(request: &HttpRequest) -> bool {
    paths::is_programs(request)
}

/// The answer for a path that is no endpoint, with the nearest that is.
pub async fn unknown_path(request: HttpRequest, ingress: Data<Ingress>) -> HttpResponse {
    let mut answer = paths::unknown(&request, &ingress.gateway);
    answer.head_mut().set_connection_type(actix_web::http::ConnectionType::Close);
    answer
}
