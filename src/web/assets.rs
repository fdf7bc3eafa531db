//! The style sheet, the script and the pictures, inside the binary. One bundle of each kind is put together at start;
//! its address carries its hash, so a browser may keep it for ever.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use actix_web::{HttpResponse, web::Path};
use bytes::Bytes;
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};

#[derive(RustEmbed)]
#[folder = "static/"]
struct Folder;

static ASSETS: LazyLock<Assets> = LazyLock::new(Assets::gather);

struct Assets {
    css: String,
    js: String,
    /// Served name (`app.0a1b2c3d4e5f.css`) → type and bytes.
    files: HashMap<String, (&'static str, Bytes)>,
    /// Name in `static/img` → address.
    pictures: HashMap<String, String>,
}

/// The address of the style sheet.
pub fn css() -> &'static str {
    &ASSETS.css
}

/// The address of the script.
pub fn js() -> &'static str {
    &ASSETS.js
}

/// The address of a picture in `static/img`; a name that is not there gives an address that answers 404.
pub fn picture(name: &str) -> &'static str {
    ASSETS.pictures.get(name).map_or("/static/none", String::as_str)
}

/// `GET /static/{name}`: for ever fresh, since another content has another name.
pub async fn serve(name: Path<String>) -> HttpResponse {
    match ASSETS.files.get(name.as_str()) {
        Some((kind, bytes)) => answer(kind, "public, max-age=31536000, immutable", bytes),
        None => HttpResponse::NotFound().insert_header((CACHE_CONTROL, "no-store")).finish(),
    }
}

/// `GET /favicon.ico`: browsers ask for it unbidden; they get the drawing.
pub async fn favicon() -> HttpResponse {
    let name = picture("favicon.svg").trim_start_matches("/static/");
    match ASSETS.files.get(name) {
        Some((kind, bytes)) => answer(kind, "public, max-age=86400", bytes),
        None => HttpResponse::NotFound().finish(),
    }
}

fn answer(kind: &'static str, caching: &'static str, bytes: &Bytes) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, kind))
        .insert_header((CACHE_CONTROL, caching))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .body(bytes.clone())
}

impl Assets {
    fn gather() -> Self {
        let mut names: Vec<Cow<'static, str>> = Folder::iter().collect();
        names.sort_by_key(|name| (rank(name), name.to_string()));
        let (mut sheet, mut script, mut all) = (String::new(), String::new(), Self::empty());
        for name in &names {
            let Some(file) = Folder::get(name) else { continue };
            let text = || String::from_utf8_lossy(&file.data);
            if let Some(css) = name.strip_prefix("css/") {
                sheet.push_str(&layered(css, &text()));
            } else if name.starts_with("js/") {
                script.push_str(&enclosed(&text()));
            } else if let Some(picture) = name.strip_prefix("img/") {
                let url = all.keep(picture, Bytes::copy_from_slice(&file.data));
                all.pictures.insert(picture.to_owned(), url);
            }
        }
        all.css = all.keep("app.css", Bytes::from(sheet));
        all.js = all.keep("app.js", Bytes::from(script));
        all
    }

    fn empty() -> Self {
        Self { css: String::new(), js: String::new(), files: HashMap::new(), pictures: HashMap::new() }
    }

    /// Stores a file under its hashed name and gives its address.
    fn keep(&mut self, name: &str, bytes: Bytes) -> String {
        let digest = Sha256::digest(&bytes);
        let hash: String = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
        let (stem, kind) = name.rsplit_once('.').unwrap_or((name, ""));
        let hashed = format!("{stem}.{hash}.{kind}");
        self.files.insert(hashed.clone(), (media_type(kind), bytes));
        format!("/static/{hashed}")
    }
}

/// Variables and the order of layers come first, then the reset, the base and the parts.
fn rank(name: &str) -> u8 {
    match name {
        "css/layers.css" => 0,
        "css/reset.css" => 1,
        "css/base.css" => 2,
        _ => 3,
    }
}

/// A file of the style sheet inside its layer, without comments and indentation.
fn layered(name: &str, text: &str) -> String {
    let text = squeezed(text);
    match name {
        "layers.css" => text,
        "reset.css" => format!("@layer reset{{\n{text}}}\n"),
        "base.css" => format!("@layer base{{\n{text}}}\n"),
        _ => format!("@layer parts{{\n{text}}}\n"),
    }
}

fn squeezed(css: &str) -> String {
    let mut out = String::with_capacity(css.len());
    let mut rest = css;
    while let Some((before, after)) = rest.split_once("/*") {
        out.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    out.push_str(rest);
    out.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .fold(String::new(), |all, line| all + line + "\n")
}

/// A script in a scope of its own, so that no two behaviors share a name.
fn enclosed(script: &str) -> String {
    format!("(() => {{ 'use strict';\n{script}}})();\n")
}

fn media_type(kind: &str) -> &'static str {
    match kind {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests;
