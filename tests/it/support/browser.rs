//! What a browser does, as far as the server can tell: cookies, forms with their token, no redirects
//! followed by themselves.

use std::collections::BTreeMap;
use std::sync::Mutex;

use reqwest::header::{COOKIE, LOCATION, ORIGIN, SET_COOKIE};
use reqwest::{Client, Method, RequestBuilder};

pub struct Browser {
    base: String,
    client: Client,
    cookies: Mutex<BTreeMap<String, String>>,
}

/// An answer, read whole.
pub struct Answer {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Where a redirect leads.
    pub fn location(&self) -> &str {
        self.header(LOCATION.as_str())
    }

    #[track_caller]
    pub fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.text).unwrap_or_else(|fault| panic!("{fault}: {}", self.text))
    }

    /// The error code of a JSON answer, whatever its shape.
    pub fn code(&self) -> String {
        let body = self.json();
        let code = body.pointer("/error/code").or_else(|| body.pointer("/code"));
        code.and_then(|code| code.as_str()).unwrap_or_default().to_owned()
    }

    /// The page without the form token, which no two pages share.
    pub fn words(&self) -> String {
        self.text.lines().filter(|line| !line.contains("name=\"csrf\"")).collect::<Vec<_>>().join("\n")
    }

    /// The value of the first hidden or other input of that name.
    pub fn field(&self, name: &str) -> Option<String> {
        let at = self.text.find(&format!("name=\"{name}\""))?;
        let from = self.text[..at].rfind('<')?;
        let tag = &self.text[from..at + self.text[at..].find('>')?];
        let value = tag.split("value=\"").nth(1)?.split('"').next()?;
        Some(value.replace("&#38;", "&").replace("&amp;", "&"))
    }
}

impl Browser {
    pub fn new(base: &str) -> Self {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let client =
            Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap();
        Self { base: base.to_owned(), client, cookies: Mutex::default() }
    }

    pub fn set_cookie(&self, name: &str, value: &str) {
        self.cookies.lock().unwrap().insert(name.to_owned(), value.to_owned());
    }

    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.lock().unwrap().get(name).cloned()
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let cookies = self.cookies.lock().unwrap();
        let line =
            cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ");
        let request = self.client.request(method, format!("{}{path}", self.base));
        if line.is_empty() { request } else { request.header(COOKIE, line) }
    }

    pub async fn send(&self, request: RequestBuilder) -> Answer {
        let response = request.send().await.unwrap();
        for line in response.headers().get_all(SET_COOKIE) {
            let pair = line.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            let mut cookies = self.cookies.lock().unwrap();
            if value.is_empty() {
                cookies.remove(name);
            } else {
                cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        Answer {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            text: response.text().await.unwrap(),
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    /// Reads the token from the page and sends the form to `action`.
    pub async fn submit(&self, page: &str, action: &str, fields: &[(&str, &str)]) -> Answer {
        let csrf = self.get(page).await.field("csrf").unwrap_or_default();
        self.post_with(&csrf, action, fields).await
    }

    /// Sends a form that cannot be taken as things are: the page it leads back to says why.
    pub async fn refused(&self, page: &str, action: &str, fields: &[(&str, &str)], why: &str) {
        let answer = self.submit(page, action, fields).await.is(303);
        let shown = self.get(answer.location()).await.is(200).text.replace("&#39;", "'");
        let note = shown.split("note--bad").nth(1).unwrap_or_default();
        assert!(note.contains(why), "{} does not say {why:?}: {shown}", answer.location());
    }

    /// Follows the answer of a form to the page that shows a secret once.
    pub async fn shown(&self, answer: Answer) -> Answer {
        let answer = answer.is(303);
        assert!(answer.location().starts_with("/shown/"), "it leads to {}", answer.location());
        self.get(answer.location()).await.is(200)
    }

    /// Sends a form with the given token.
    pub async fn post_with(&self, csrf: &str, action: &str, fields: &[(&str, &str)]) -> Answer {
        let mut all = vec![("csrf", csrf)];
        all.extend_from_slice(fields);
        let body: String = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(all).finish();
        let request = self
            .request(Method::POST, action)
            .header(ORIGIN, &self.base)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body);
        self.send(request).await
    }
}
