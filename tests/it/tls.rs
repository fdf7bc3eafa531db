//! A vendor behind TLS with a certificate that is not to be trusted: nothing is sent to it.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use portico::domain::plans::{self, NewStarter};
use portico::store::entity::states::Approval;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::support::process::{Launch, Process};

/// A vendor of one certificate, and all that was said to it after the handshake.
struct Secure {
    base: String,
    heard: Arc<Mutex<Vec<u8>>>,
}

fn serve(chain: Vec<CertificateDer<'static>>, key: &KeyPair) -> Secure {
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("https://127.0.0.1:{}/v1", listener.local_addr().unwrap().port());
    let heard = Arc::new(Mutex::new(Vec::new()));
    let said = Arc::clone(&heard);
    std::thread::spawn(move || {
        for socket in listener.incoming() {
            let mut socket = socket.unwrap();
            let mut tls = rustls::ServerConnection::new(Arc::clone(&config)).unwrap();
            let mut stream = rustls::Stream::new(&mut tls, &mut socket);
            let mut bytes = [0; 16 << 10];
            let Ok(read) = stream.read(&mut bytes) else { continue };
            said.lock().unwrap().extend_from_slice(&bytes[..read]);
            let body = r#"{"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"secure"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}"#;
            let head = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                body.len()
            );
            let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes()));
            tls.send_close_notify();
            let _ = rustls::Stream::new(&mut tls, &mut socket).flush();
        }
    });
    Secure { base, heard }
}

fn authority(name: &str) -> (Issuer<'static, KeyPair>, String) {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(rcgen::DnType::CommonName, name);
    let key = KeyPair::generate().unwrap();
    let pem = params.self_signed(&key).unwrap().pem();
    (Issuer::new(params, key), pem)
}

fn signed(by: &Issuer<'static, KeyPair>, params: &CertificateParams) -> Secure {
    let key = KeyPair::generate().unwrap();
    let cert = params.signed_by(&key, by).unwrap();
    serve(vec![cert.der().clone()], &key)
}

#[actix_web::test]
async fn f29_a_vendor_with_a_bad_certificate_hears_nothing() {
    let (trusted, pem) = authority("Trusted by the test");
    let (stranger, _) = authority("Trusted by nobody");
    let here = || CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    let mut expired = here();
    expired.not_before = date_time_ymd(2019, 1, 1);
    expired.not_after = date_time_ymd(2020, 1, 1);
    let mut early = here();
    early.not_before = date_time_ymd(2090, 1, 1);
    early.not_after = date_time_ymd(2091, 1, 1);
    let elsewhere = CertificateParams::new(vec!["vendor.example".to_owned()]).unwrap();
    let own = KeyPair::generate().unwrap();
    let self_signed = here().self_signed(&own).unwrap();
    let vendors = [
        ("good", signed(&trusted, &here())),
        ("expired", signed(&trusted, &expired)),
        ("not yet valid", signed(&trusted, &early)),
        ("another name", signed(&trusted, &elsewhere)),
        ("an unknown authority", signed(&stranger, &here())),
        ("self-signed", serve(vec![self_signed.der().clone()], &own)),
    ];
    let roots = tempfile::tempdir().unwrap();
    let file = roots.path().join("roots.pem");
    std::fs::write(&file, pem).unwrap();
    let server = Process::start(Launch::default().set("SSL_CERT_FILE", file.to_str().unwrap())).await;
    let admin = server.admin().await;
    for (n, (name, vendor)) in vendors.iter().enumerate() {
        let secret = portico::base::Secret::new("sk-fake-vendor-secret-of-the-tests");
        let mut new = NewStarter::of_preset("custom", Some(secret), admin.team()).unwrap();
        new.provider.base_url.clone_from(&vendor.base);
        new.provider.name = format!("Vendor {n}");
        new.api.slug = format!("api-{n}");
        new.vendor_models = vec![format!("model-{n}")];
        new.plan.approval = Approval::Auto;
        let starter = plans::publish_starter(&server.db, &admin.actor, new).await.unwrap();
        let dev = server.developer(&format!("dev{n}"), &starter).await;
        let started = Instant::now();
        let answer = loop {
            let answer = server.chat(&dev.secret, &format!("model-{n}")).await;
            if !matches!(answer.status, 401 | 403 | 404) {
                break answer;
            }
            assert!(started.elapsed() < Duration::from_secs(5), "{}", answer.text);
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        let heard = vendor.heard.lock().unwrap().clone();
        if *name == "good" {
            assert!(answer.is(200).text.contains("secure"));
            assert!(
                heard.windows(20).any(|part| part == b"sk-fake-vendor-secre"),
                "the listener hears what is sent"
            );
            continue;
        }
        let answer = answer.is(502);
        assert_eq!(answer.code(), "vendor_tls", "{name}: {}", answer.text);
        assert!(heard.is_empty(), "{name} heard {} bytes", heard.len());
        assert!(!answer.text.contains(&vendor.base), "{}", answer.text);
    }
    let rows = server.posted(6).await;
    assert!(
        rows.iter()
            .filter(|row| row.code.as_deref() == Some("vendor_tls"))
            .all(|row| row.usage_source == "none")
    );
}
