//! Hands each call on to the vendor and its answer back, by the server and the client that Portico is
//! built on, and does nothing else: what it costs, no gateway on these two can go below.
//! `bare-proxy LISTEN VENDOR`, both as `127.0.0.1:PORT`.

use std::cell::RefCell;

use actix_web::body::SizedStream;
use actix_web::http::StatusCode;
use actix_web::http::header::{AUTHORIZATION, CONTENT_TYPE};
use actix_web::web::{self, Bytes, Data, PayloadConfig};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use reqwest::Client;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

thread_local! {
    static CLIENT: RefCell<Option<Client>> = const { RefCell::new(None) };
}

fn client() -> reqwest::Result<Client> {
    CLIENT.with_borrow_mut(|kept| {
        if let Some(client) = kept {
            return Ok(client.clone());
        }
        let made = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            .http1_only()
            .tcp_nodelay(true)
            .pool_max_idle_per_host(512)
            .build()?;
        *kept = Some(made.clone());
        Ok(made)
    })
}

async fn forward(request: HttpRequest, body: Bytes, vendor: Data<String>) -> HttpResponse {
    let answer = async {
        let mut call = client()?.post(format!("http://{}{}", vendor.as_str(), request.path()));
        for name in [AUTHORIZATION, CONTENT_TYPE] {
            if let Some(value) = request.headers().get(&name) {
                call = call.header(name.as_str(), value.as_bytes());
            }
        }
        call.body(body).send().await
    };
    match answer.await {
        Ok(answer) => {
            let status = StatusCode::from_u16(answer.status().as_u16()).unwrap_or(StatusCode::BAD_GATEWAY);
            let mut reply = HttpResponse::build(status);
            if let Some(kind) = answer.headers().get(CONTENT_TYPE.as_str()) {
                reply.insert_header((CONTENT_TYPE, kind.as_bytes()));
            }
            match answer.content_length() {
                Some(length) => reply.body(SizedStream::new(length, answer.bytes_stream())),
                None => reply.streaming(answer.bytes_stream()),
            }
        }
        Err(fault) => HttpResponse::BadGateway().body(fault.to_string()),
    }
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let mut words = std::env::args().skip(1);
    let (Some(listen), Some(vendor)) = (words.next(), words.next()) else {
        eprintln!("usage: bare-proxy LISTEN VENDOR");
        std::process::exit(64);
    };
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    HttpServer::new(move || {
        App::new()
            .app_data(Data::new(vendor.clone()))
            .app_data(PayloadConfig::new(16 << 20))
            .route("/", web::get().to(HttpResponse::Ok))
            .default_service(web::post().to(forward))
    })
    .tcp_nodelay(true)
    .bind(listen)?
    .run()
    .await
}
