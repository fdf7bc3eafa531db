use actix_web::body::to_bytes;

use super::*;

#[actix_web::test]
async fn p29_the_next_step_is_the_refusals_own_where_it_has_one() {
    let own = Code::NoTarget.saying("Nothing is connected.").then("Connect a vendor.");
    for (error, next) in [(own, "Connect a vendor."), (Code::NoTarget.into(), Code::NoTarget.next())] {
        let body = to_bytes(Problem(error).error_response().into_body()).await.unwrap();
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(body["next"], next, "{body}");
    }
}
