//! Bodies that no SDK sends: each has one answer, the vendor hears nothing, the process lives.

use serde_json::json;

use super::support::spawn;

#[actix_web::test]
async fn b13_to_b24_bad_bodies_are_refused_by_name_and_never_repeated() {
    let app = spawn().await;
    let starter = app.demo_api(&app.admin().await).await;
    let dev = app.developer("dana", &starter).await;
    let caller = app.visitor();
    let ask = |body: Vec<u8>| {
        caller
            .request(reqwest::Method::POST, "/v1/chat/completions")
            .bearer_auth(&dev.secret)
            .header("content-type", "application/json")
            .body(body)
    };
    let messages = r#""messages":[{"role":"user","content":"canary-9137"}]"#;
    let with = |field: &str| format!(r#"{{"model":"demo-echo",{messages},{field}}}"#).into_bytes();
    let deep = format!(r#"{{"model":"demo-echo","messages":{}{}}}"#, "[".repeat(10_000), "]".repeat(10_000));
    let table: Vec<(&str, Vec<u8>)> = vec![
        ("b13", Vec::new()),
        ("b13", b"null".to_vec()),
        ("b13", b"[]".to_vec()),
        ("b13", b"\"x\"".to_vec()),
        ("b14", br#"{"model":"demo-echo""#.to_vec()),
        ("b14", [with(r#""n":1"#), b" x".to_vec()].concat()),
        ("b14", with(r#""temperature":NaN"#)),
        ("b15", deep.into_bytes()),
        ("b16", with(r#""model":"other""#)),
        ("b18", with(r#""max_tokens":-1"#)),
        ("b18", with(r#""max_tokens":3.5"#)),
        ("b18", with(r#""max_tokens":"100""#)),
        ("b18", with(r#""max_tokens":9223372036854775808"#)),
        ("b19", br#"{"model":"demo-echo","messages":[]}"#.to_vec()),
        ("b20", with(r#""n":100000"#)),
        (
            "b21",
            [b"{\"model\":\"demo-echo\",\"messages\":\"".to_vec(), vec![0xff, 0xfe], b"\"}".to_vec()]
                .concat(),
        ),
        ("b23", with(r#""stream":"true""#)),
        ("b24", with(r#""api_base":"http://127.0.0.1:1/""#)),
    ];
    for (id, body) in table {
        let shown = String::from_utf8_lossy(&body).chars().take(80).collect::<String>();
        let answer = caller.send(ask(body)).await;
        assert_eq!(answer.status, 400, "{id}: {shown}: {}", answer.text);
        assert!(matches!(answer.code().as_str(), "json_invalid" | "field_invalid"), "{id}: {}", answer.text);
        assert!(!answer.text.contains("canary-9137"), "{id} repeats the body");
    }
    let metadata = json!({"model": "demo-echo", "messages": [{"role": "user", "content": "hi"}], "metadata": {"api_base": "http://127.0.0.1:1/"}});
    app.call(&dev.secret, "/v1/chat/completions", &metadata).await.is(200);
}

#[actix_web::test]
async fn b17_a_model_name_of_any_kind_is_refused_cleanly() {
    let app = spawn().await;
    let starter = app.demo_api(&app.admin().await).await;
    let dev = app.developer("dana", &starter).await;
    for model in [json!(1), json!(null), json!([]), json!(""), json!("x".repeat(10_000)), json!("a\nb\u{0}c")]
    {
        let body = json!({"model": model, "messages": [{"role": "user", "content": "hi"}]});
        let answer = app.call(&dev.secret, "/v1/chat/completions", &body).await;
        assert!(matches!(answer.status, 400 | 404), "{}", answer.text);
        assert!(answer.text.len() < 2_000 && !answer.text.contains("\\u0000"));
    }
}

#[actix_web::test]
async fn b54_b60_coding_and_identity_headers_change_nothing() {
    let app = spawn().await;
    let starter = app.demo_api(&app.admin().await).await;
    let dev = app.developer("dana", &starter).await;
    let caller = app.visitor();
    let post = || caller.request(reqwest::Method::POST, "/v1/chat/completions").bearer_auth(&dev.secret);
    let gzip = post().header("content-encoding", "gzip").header("content-type", "application/json").body("x");
    assert_eq!(caller.send(gzip).await.is(415).code(), "media_type_unsupported");
    let form = post().header("content-type", "application/x-www-form-urlencoded").body("a=b");
    assert_eq!(caller.send(form).await.is(415).code(), "media_type_unsupported");
    let spoofed = caller
        .request(reqwest::Method::POST, "/v1/chat/completions")
        .json(&super::support::calls::chat("demo-echo"))
        .header("x-user-id", dev.person.user.id.to_string())
        .header("x-role", "admin")
        .header("x-original-url", "/healthz")
        .header("x-http-method-override", "GET");
    assert_eq!(caller.send(spoofed).await.is(401).code(), "auth_missing");
}
