//! Models, their targets and prices (M9, light).

mod fitness;
mod list;
mod show;
mod targets;

pub(super) use fitness::{choice, obstacle};
pub(super) use show::number;

use crate::domain::permit::Right;
use crate::web::{Method, Need, Page, page};

pub fn pages() -> Vec<Page> {
    let see = Need::May(Right::SeeSupply);
    let manage = Need::May(Right::ManageSupply);
    vec![
        page(Method::GET, "/manage/models", see, list::show),
        page(Method::POST, "/manage/models", manage, list::create),
        page(Method::GET, "/manage/models/{id}", see, show::show),
        page(Method::POST, "/manage/models/{id}", manage, show::save),
        page(Method::POST, "/manage/models/{id}/removal", manage, show::remove),
        page(Method::POST, "/manage/models/{id}/targets", manage, targets::create),
        page(Method::GET, "/manage/targets/{id}", see, targets::find),
        page(Method::POST, "/manage/targets/{id}", manage, targets::save),
        page(Method::POST, "/manage/targets/{id}/removal", manage, targets::remove),
        page(Method::POST, "/manage/targets/{id}/price", manage, targets::set_price),
    ]
}
