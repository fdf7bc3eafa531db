//! Connecting vendors in the browser.

use portico::store::entity::states::Role;
use reqwest::Method;
use serde_json::{Value, json};

use crate::keys::call;
use crate::support::spawn;
use crate::support::vendor::Vendor;

#[actix_web::test]
async fn the_built_in_vendor_is_connected_and_tested_at_once() {
    let app = spawn().await;
    let admin = app.admin().await;
    let tiles = admin.browser.get("/manage/vendors").await.is(200);
    assert!(tiles.text.contains("/manage/vendors/new?preset=demo"));
    let form = "/manage/vendors/new?preset=demo";
    let fields =
        [("preset", "demo"), ("name", "Demo"), ("models", "demo-echo"), ("more", "demo-lorem\ndemo-tools")];
    let made = admin.browser.submit(form, "/manage/vendors", &fields).await.is(303);
    let page = admin.browser.get(made.location()).await.is(200);
    assert!(page.text.contains("The vendor answered in"), "{}", page.text);
    let models = admin.browser.get("/manage/models").await.is(200);
    for name in ["demo-echo", "demo-lorem", "demo-tools"] {
        assert!(models.text.contains(name));
    }
}

#[actix_web::test]
async fn p17_a_vendors_secret_goes_in_and_never_out() {
    let app = spawn().await;
    let admin = app.admin().await;
    let form = "/manage/vendors/new?preset=custom";
    let secret = "sk-fake-canary-0123456789-abcdef";
    let fields = [
        ("preset", "custom"),
        ("name", "Own"),
        ("base_url", "http://127.0.0.1:9"),
        ("secret", secret),
        ("more", "own-model"),
    ];
    let made = admin.browser.submit(form, "/manage/vendors", &fields).await.is(303);
    let path = made.location().to_owned();
    let page = admin.browser.get(&path).await.is(200);
    assert!(!page.text.contains("canary") && page.text.contains("…cdef"), "{}", page.text);
    assert!(page.text.contains("Saved, but the test failed"), "nobody listens there: {}", page.text);
    assert!(page.text.contains("Check the address and the key, then test again."), "{}", page.text);
    for file in ["portico.db", "portico.db-wal", "calls.db"] {
        let bytes = std::fs::read(app.folder.path().join("data").join(file)).unwrap_or_default();
        assert!(!bytes.windows(11).any(|window| window == b"fake-canary"), "{file}");
    }
    let moved = [("name", "Own"), ("base_url", "http://127.0.0.1:10"), ("state", "on")];
    admin.browser.submit(&format!("{path}/change"), &path, &moved).await.is(303);
    let page = admin.browser.get(&path).await.is(200);
    assert!(page.text.contains("Wiped"), "t05: {}", page.text);
}

#[actix_web::test]
async fn t06_addresses_that_hand_out_machine_credentials_are_refused() {
    let app = spawn().await;
    let admin = app.admin().await;
    let form = "/manage/vendors/new?preset=custom";
    for bad in [
        "http://169.254.169.254/latest",
        "http://metadata.google.internal/",
        "https://user:pass@example.com",
        "ftp://example.com",
        "https://example.com/?x=1",
        "",
    ] {
        let fields = [
            ("preset", "custom"),
            ("name", "Own"),
            ("base_url", bad),
            ("secret", "sk-fake-0123456789"),
            ("more", "m"),
        ];
        let again = admin.browser.submit(form, "/manage/vendors", &fields).await.is(422);
        assert!(again.text.contains("base_url-error"), "{bad}");
        assert!(!again.text.contains("sk-fake-0123456789"), "a secret is never filled in again");
    }
}

#[actix_web::test]
async fn vendors_are_seen_by_publishers_and_changed_by_admins() {
    let app = spawn().await;
    let admin = app.admin().await;
    let made = app.demo_api(&admin).await;
    let page = format!("/manage/vendors/{}", made.provider.id);
    let publisher = app.somebody("pat", Role::Publisher).await;
    let seen = publisher.browser.get(&page).await.is(200);
    assert!(!seen.text.contains("Disconnect") && !seen.text.contains("Test connection"));
    publisher.browser.get("/manage/vendors/new?preset=demo").await.is(403);
    publisher.browser.submit("/catalogue", &format!("{page}/removal"), &[]).await.is(403);
    app.person("dana").await.browser.get(&page).await.is(403);
    let model = format!("/manage/models/{}", made.models[0].id);
    publisher.browser.get(&model).await.is(200);
    admin.browser.get(&model).await.is(200);
}

#[actix_web::test]
async fn a_dialog_that_is_refused_comes_back_open_with_what_was_typed() {
    let app = spawn().await;
    let admin = app.admin().await;
    let starter = app.vendor_api(&admin, "custom", "http://127.0.0.1:9/v1", &["own-small"]).await;
    let vendor = format!("/manage/vendors/{}", starter.provider.id);
    let opened = |text: &str, id: &str| text.contains(&format!("id=\"{id}\" open data-open"));

    let secret = "sk fake canary with blanks";
    let typed = [("name", "Spare"), ("secret", secret), ("weight", "7")];
    let back = admin.browser.submit(&vendor, &format!("{vendor}/credentials"), &typed).await.is(422);
    assert!(opened(&back.text, "add-credential"), "{}", back.text);
    assert!(back.text.contains("This is not a key") && back.text.contains("value=\"Spare\""));
    assert!(back.text.contains("value=\"7\"") && !back.text.contains("canary"));

    let credential = starter.credential.unwrap().id;
    let provider = starter.provider.id.to_string();
    let typed = [("provider", &*provider), ("name", "Default"), ("weight", "many"), ("state", "off")];
    let back =
        admin.browser.submit(&vendor, &format!("/manage/credentials/{credential}"), &typed).await.is(422);
    assert!(opened(&back.text, &format!("c{credential}-change")) && back.text.contains("value=\"many\""));
    assert!(back.text.contains("A number from 1 to 1000."));
    let typed = [("provider", &*provider), ("secret", " ")];
    let replace = format!("/manage/credentials/{credential}/secret");
    let back = admin.browser.submit(&vendor, &replace, &typed).await.is(422);
    assert!(opened(&back.text, &format!("c{credential}-replace")));

    let typed = [("more", "own|model\nown-large")];
    let back = admin.browser.submit(&vendor, &format!("{vendor}/models"), &typed).await.is(422);
    assert!(back.text.contains("own|model\nown-large"), "{}", back.text);

    let typed = [("name", "no blanks please"), ("kind", "embedding")];
    let back = admin.browser.submit("/manage/models", "/manage/models", &typed).await.is(422);
    assert!(opened(&back.text, "new-model") && back.text.contains("value=\"no blanks please\""));
    assert!(back.text.contains("value=\"embedding\" selected"));

    let model = format!("/manage/models/{}", starter.models[0].id);
    let page = admin.browser.get(&model).await.is(200);
    let at = page.text.find("action=\"/manage/targets/").unwrap();
    let target = page.text[at + 24..].split('"').next().unwrap().to_owned();
    let id = starter.models[0].id.to_string();
    let typed = [
        ("model", &*id),
        ("provider", &*provider),
        ("vendor_model", "own-small"),
        ("input", "1.25"),
        ("output", "cheap"),
        ("effective_at", "soon"),
    ];
    let back = admin.browser.submit(&model, &format!("/manage/targets/{target}/price"), &typed).await.is(422);
    assert!(opened(&back.text, &format!("t{target}-price")), "{}", back.text);
    for part in ["value=\"1.25\"", "value=\"cheap\"", "A day, such as", "value=\"soon\""] {
        assert!(back.text.contains(part), "{part} is gone");
    }
    let typed =
        [("model", &*id), ("position", "first"), ("weight", "2"), ("state", "on"), ("idle_ms", "1.5")];
    let back = admin.browser.submit(&model, &format!("/manage/targets/{target}"), &typed).await.is(422);
    assert!(opened(&back.text, &format!("t{target}-change")) && back.text.contains("value=\"first\""));
    assert!(back.text.contains("A whole number."));
    let typed = [("provider", &*provider), ("vendor_model", "own model")];
    let back = admin.browser.submit(&model, &format!("{model}/targets"), &typed).await.is(422);
    assert!(back.text.contains("value=\"own model\"") && !back.text.contains("data-open"));

    let api = format!("/manage/apis/{}", starter.api.id);
    let typed = [("name", "v1"), ("copy_of", "")];
    let back = admin.browser.submit(&api, &format!("{api}/versions"), &typed).await.is(422);
    assert!(back.text.contains("id=\"version-name\"") && back.text.contains("value=\"v1\""));
}

#[actix_web::test]
async fn the_quirks_of_a_provider_are_set_and_cleared_by_script() {
    let app = spawn().await;
    let admin = app.admin().await;
    let token = app.token(&admin).await;
    let send = async |method: Method, path: &str, body: Value| call(&app, &token, method, path, body).await;
    let new = json!({ "preset": "mistral", "secret": "sk-fake-vendor-secret" });
    let made = send(Method::POST, "/api/v1/providers", new).await.is(201).json();
    let usual = made["quirks"].clone();
    assert!(usual.as_array().is_some_and(|words| !words.is_empty()), "{made}");
    let path = format!("/api/v1/providers/{}", made["id"].as_str().unwrap());
    let patch = async |quirks: Value| send(Method::PATCH, &path, json!({ "quirks": quirks })).await;
    let own = json!(["no_n", "drop:user", "rename:seed=random_seed"]);
    assert_eq!(patch(own.clone()).await.is(200).json()["quirks"], own);
    for bad in [json!(["no_such_word"]), json!(["drop:model"]), json!(["drop:a,no_n"]), json!(["only:"])] {
        let refused = patch(bad.clone()).await.is(400).json();
        assert_eq!(refused["errors"][0]["pointer"], "/quirks", "{bad}: {refused}");
    }
    let same = send(Method::PATCH, &path, json!({ "name": "Other" })).await.is(200).json();
    assert_eq!(same["quirks"], own, "what is left out stays");
    assert_eq!(patch(json!([])).await.is(200).json()["quirks"], json!([]));
    assert_eq!(patch(Value::Null).await.is(200).json()["quirks"], usual, "null: as the preset says");

    let document = portico::api::document::value();
    let field = &document["components"]["schemas"]["ProviderPatch"]["properties"]["quirks"];
    let said = field["description"].as_str().unwrap();
    for word in portico::domain::supply::quirk_words() {
        assert!(said.contains(&format!("`{word}`")), "{word} is not documented");
    }
}

#[actix_web::test]
async fn a_quirk_that_was_set_changes_the_next_request() {
    let vendor = Vendor::start().await;
    let app = spawn().await;
    let admin = app.admin().await;
    let starter = app.vendor_api(&admin, "custom", &vendor.base, &["gpt"]).await;
    let dana = app.developer("dana", &starter).await;
    let token = app.token(&admin).await;
    let path = format!("/api/v1/providers/{}", starter.provider.id);
    let mut body = crate::support::calls::chat("gpt");
    body["user"] = json!("somebody");
    let sent = async || {
        app.call(&dana.secret, "/v1/chat/completions", &body).await.is(200);
        vendor.last().body
    };
    assert_eq!(sent().await["user"], "somebody");
    call(&app, &token, Method::PATCH, &path, json!({ "quirks": ["drop:user"] })).await.is(200);
    assert_eq!(sent().await["user"], Value::Null);
}

#[actix_web::test]
async fn what_is_known_of_a_model_is_taken_back_with_null() {
    let app = spawn().await;
    let admin = app.admin().await;
    let token = app.token(&admin).await;
    let new = json!({ "name": "fast", "context_window": 10, "max_output": 5 });
    let made = call(&app, &token, Method::POST, "/api/v1/models", new).await.is(201).json();
    let path = format!("/api/v1/models/{}", made["id"].as_str().unwrap());
    let patch = async |body: Value| call(&app, &token, Method::PATCH, &path, body).await.is(200).json();
    let changed = patch(json!({ "context_window": null })).await;
    assert_eq!((&changed["context_window"], &changed["max_output"]), (&Value::Null, &json!(5)));
}
