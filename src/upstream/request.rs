//! Makes a client's request of a described call: the address judged, the headers as they are listed.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;

use reqwest::header::{ACCEPT_ENCODING, HeaderName, HeaderValue};
use reqwest::{Method, Request, Url};

use super::addresses::Reach;
use super::fault::Fault;
use crate::base::outgoing::{HeaderText, OutgoingCall};

/// More addresses than this are not remembered: there are a few for each provider.
const KEPT: usize = 256;

thread_local! {
    /// Addresses that were parsed and judged; the same few come with every call.
    static GOOD: RefCell<HashMap<(Reach, String), Url>> = RefCell::default();
}

pub(super) fn build(call: OutgoingCall, reach: Reach) -> Result<Request, Fault> {
    let method = if call.body.is_empty() { Method::GET } else { Method::POST };
    let mut request = Request::new(method, address(call.url, reach)?);
    let headers = request.headers_mut();
    headers.reserve(call.headers.len() + 2);
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    for (name, text) in call.headers {
        let name = HeaderName::from_bytes(name.as_bytes())
            .map_err(|_| Fault::address("a header of this provider has a name that cannot be sent"))?;
        headers.insert(name, value(&text)?);
    }
    if !call.body.is_empty() {
        *request.body_mut() = Some(call.body.into());
    }
    Ok(request)
}

fn value(text: &HeaderText) -> Result<HeaderValue, Fault> {
    if let HeaderText::Plain(Cow::Borrowed(text)) = text {
        return Ok(HeaderValue::from_static(text));
    }
    let mut value = HeaderValue::from_str(text.expose())
        .map_err(|_| Fault::address("a header of this provider holds characters that cannot be sent"))?;
    value.set_sensitive(matches!(text, HeaderText::Secret(_)));
    Ok(value)
}

fn address(text: String, reach: Reach) -> Result<Url, Fault> {
    GOOD.with_borrow_mut(|good| {
        let name = (reach, text);
        if let Some(url) = good.get(&name) {
            return Ok(url.clone());
        }
        let url = judge(&name.1, reach)?;
        if good.len() >= KEPT {
            good.clear();
        }
        good.insert(name, url.clone());
        Ok(url)
    })
}

fn judge(text: &str, reach: Reach) -> Result<Url, Fault> {
    let url = Url::parse(text).map_err(|_| Fault::address("the address is not a URL"))?;
    if !matches!(url.scheme(), "http" | "https") || !url.username().is_empty() || url.password().is_some() {
        return Err(Fault::address("the address must be http or https, without a user name"));
    }
    reach.judge_literal(&url)?;
    Ok(url)
}
