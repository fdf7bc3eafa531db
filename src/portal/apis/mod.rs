//! Making APIs (M4, M5): the list, and one page with an API's versions, models, plans and states.

mod callers;
mod deprecate;
mod details;
mod list;
mod new;
mod plan;
mod removal;
mod retire;
mod show;
mod subscribers;
mod teams;
mod version;

use crate::domain::permit::Right;
use crate::web::{Method, Need, Page, page};

pub fn pages() -> Vec<Page> {
    let see = Need::May(Right::SeeApis);
    let publish = Need::May(Right::PublishApis);
    vec![
        page(Method::GET, "/manage/apis", see, list::show),
        page(Method::POST, "/manage/apis", publish, new::create),
        page(Method::GET, "/manage/apis/new", publish, new::show),
        page(Method::GET, "/manage/apis/{id}", see, show::show),
        page(Method::POST, "/manage/apis/{id}", publish, details::save),
        page(Method::GET, "/manage/apis/{id}/details", publish, details::show),
        page(Method::GET, "/manage/apis/{id}/subscribers", see, subscribers::show),
        page(Method::POST, "/manage/apis/{id}/removal", publish, details::remove),
        page(Method::POST, "/manage/apis/{id}/versions", publish, version::create),
        page(Method::GET, "/manage/apis/{id}/plans/new", publish, plan::new),
        page(Method::POST, "/manage/apis/{id}/plans", publish, plan::create),
        page(Method::GET, "/manage/plans/{id}", publish, plan::show),
        page(Method::POST, "/manage/plans/{id}", publish, plan::save),
        page(Method::POST, "/manage/plans/{id}/removal", publish, plan::remove),
        page(Method::GET, "/manage/versions/{id}", publish, version::find),
        page(Method::POST, "/manage/versions/{id}/models", publish, version::set_models),
        page(Method::POST, "/manage/versions/{id}/docs", publish, version::set_docs),
        page(Method::POST, "/manage/versions/{id}/publication", publish, version::publish),
        page(Method::POST, "/manage/versions/{id}/removal", publish, version::discard),
        page(Method::GET, "/manage/versions/{id}/deprecation", publish, deprecate::show),
        page(Method::POST, "/manage/versions/{id}/deprecation", publish, deprecate::create),
        page(Method::GET, "/manage/versions/{id}/retirement", publish, retire::show),
        page(Method::POST, "/manage/versions/{id}/retirement", publish, retire::create),
    ]
}
