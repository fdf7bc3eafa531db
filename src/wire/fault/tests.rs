use super::*;

fn of(status: u16, body: &str) -> VendorFault {
    read(Format::OpenAi, status, body.as_bytes())
}

#[test]
fn account_ids_keys_and_hosts_never_reach_the_caller() {
    let said = "Rate limit reached for gpt-4 in organization org-AbC123xyz on tokens (TPM): Limit 30000. \
        Key sk-proj-abcdefgh1234, masked sk-ab***xyz, user user_2abc3def, see https://host.example/x?a=b. \
        Mail ops@example.com at 10.0.0.3:8000, 0190b3f2-7c2a-7000-8000-000000000001";
    let shown = clean(said);
    for secret in ["org-", "sk-", "user_2", "host.example", "ops@", "10.0.0.3", "0190b3f2"] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
    assert!(
        shown.starts_with(
            "Rate limit reached for gpt-4 in organization [removed] on tokens (TPM): Limit 30000."
        )
    );
}

#[test]
fn ordinary_words_stay() {
    let said =
        "messages.0: `tool_use` ids, 'max_tokens' > 8192; user_location, project_id: not allowed\n(3/4).";
    assert_eq!(clean(said), said.replace('\n', " "));
}

#[test]
fn a_long_sentence_is_cut() {
    assert_eq!(clean(&"é".repeat(5_000)).chars().count(), 1_001);
}

#[test]
fn each_cause_has_its_own_code() {
    let cases = [
        (
            400,
            r#"{"error":{"message":"bad temperature","type":"invalid_request_error","param":"temperature"}}"#,
            Code::VendorRejected,
            400,
            Retry::Never,
        ),
        (
            400,
            r#"{"error":{"message":"x","code":"context_length_exceeded"}}"#,
            Code::ContextLengthExceeded,
            400,
            Retry::Elsewhere,
        ),
        (
            400,
            r#"{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 9 tokens > 2 maximum"}}"#,
            Code::ContextLengthExceeded,
            400,
            Retry::Elsewhere,
        ),
        (
            400,
            r#"{"code":"invalid-argument","error":"Incorrect API key provided: xa***. Get one."}"#,
            Code::VendorCredential,
            502,
            Retry::Elsewhere,
        ),
        (
            400,
            r#"[{"error":{"code":400,"message":"API key not valid.","status":"INVALID_ARGUMENT","details":[{"reason":"API_KEY_INVALID"}]}}]"#,
            Code::VendorCredential,
            502,
            Retry::Elsewhere,
        ),
        (
            400,
            r#"{"error":{"message":"Your credit balance is too low"}}"#,
            Code::VendorCredential,
            502,
            Retry::Elsewhere,
        ),
        (401, "", Code::VendorCredential, 502, Retry::Elsewhere),
        (402, r#"{"error":{"message":"x"}}"#, Code::VendorCredential, 502, Retry::Elsewhere),
        (
            403,
            r#"{"error":{"message":"flagged","code":403,"metadata":{"reasons":["violence"]}}}"#,
            Code::ContentFilter,
            400,
            Retry::Never,
        ),
        (
            404,
            r#"{"error":{"message":"no model x","code":"model_not_found"}}"#,
            Code::NoTarget,
            503,
            Retry::Elsewhere,
        ),
        (404, r#"{"error":{"message":"No file with that id"}}"#, Code::VendorRejected, 404, Retry::Elsewhere),
        (413, "<html>too large</html>", Code::VendorRejected, 413, Retry::Never),
        (
            422,
            r#"{"detail":[{"loc":["body","seed"],"msg":"Extra inputs are not permitted","type":"extra_forbidden"}]}"#,
            Code::VendorRejected,
            422,
            Retry::Never,
        ),
        (
            429,
            r#"{"error":{"message":"slow","code":"rate_limit_exceeded"}}"#,
            Code::VendorLimit,
            429,
            Retry::Elsewhere,
        ),
        (
            429,
            r#"{"error":{"message":"You exceeded your current quota","code":"insufficient_quota"}}"#,
            Code::VendorCredential,
            502,
            Retry::Elsewhere,
        ),
        (
            429,
            r#"{"error":"Model is overloaded","error_type":"overloaded"}"#,
            Code::VendorOverloaded,
            503,
            Retry::SameOrElsewhere,
        ),
        (498, "", Code::VendorOverloaded, 503, Retry::Elsewhere),
        (500, r#"{"error":{"message":"boom"}}"#, Code::VendorError, 502, Retry::SameOrElsewhere),
        (502, "<html>", Code::VendorError, 502, Retry::SameOrElsewhere),
        (504, "", Code::VendorTimeout, 504, Retry::SameOrElsewhere),
        (
            529,
            r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#,
            Code::VendorOverloaded,
            503,
            Retry::Elsewhere,
        ),
        (302, "", Code::VendorError, 502, Retry::Elsewhere),
    ];
    for (status, body, code, shown, retry) in cases {
        let fault = of(status, body);
        assert_eq!((fault.code, fault.status, fault.retry), (code, shown, retry), "{status} {body}");
    }
}

#[test]
fn what_is_about_the_model_is_told_from_what_is_about_the_credential() {
    for (status, body, about_model) in [
        (403, r#"{"error":{"message":"no access","code":"model_not_found"}}"#, true),
        (403, r#"{"type":"error","error":{"type":"permission_error","message":"no permission"}}"#, true),
        (403, r#"{"error":{"message":"Incorrect API key provided"}}"#, false),
        (403, r#"{"error":{"message":"insufficient credits"}}"#, false),
        (401, r#"{"error":{"message":"no such model for this key"}}"#, false),
        (402, "", false),
        (404, r#"{"type":"error","error":{"type":"not_found_error","message":"model: claude-9"}}"#, true),
        (404, r#"{"error":{"code":"DeploymentNotFound","message":"The API deployment is not there"}}"#, true),
        (404, r#"{"error":{"message":"No file with that id"}}"#, false),
        (404, "<html>", false),
        (
            400,
            r#"{"object":"error","message":"Invalid model: mini-9","type":"invalid_model","code":"1500"}"#,
            true,
        ),
        (400, r#"{"error":{"message":"Model Not Exist","type":"invalid_request_error"}}"#, true),
        (400, r#"{"error":{"message":"a/b is not a valid model ID","code":400}}"#, true),
        (400, r#"{"error":{"message":"Unknown value 'invalid model' of `tool_choice`"}}"#, false),
    ] {
        assert_eq!(of(status, body).about_model, about_model, "{status} {body}");
    }
}

#[test]
fn a_404_about_the_path_is_the_operators_address_and_not_the_callers_input() {
    for body in [
        "404 page not found",
        "<html>",
        r#"{"detail":"Not Found"}"#,
        r#"{"error":{"message":"Invalid URL (POST /v1/v1/chat/completions)","type":"invalid_request_error"}}"#,
        r#"{"error":{"message":"Unknown request URL: POST /models. Please check the URL for typos"}}"#,
    ] {
        let fault = of(404, body);
        assert_eq!((fault.code, fault.status, fault.about_model), (Code::VendorError, 502, false), "{body}");
    }
}

#[test]
fn a_refused_field_is_named() {
    let fault =
        of(422, r#"{"detail":[{"loc":["body","messages",0,"role"],"msg":"Unknown role","type":"enum"}]}"#);
    assert_eq!(fault.param.as_deref(), Some("messages.0.role"));
    assert_eq!(fault.message, "Unknown role");
    assert_eq!(fault.error().message(), "The vendor said: Unknown role");
}

#[test]
fn an_edge_page_is_not_passed_on() {
    let fault = of(502, "<html><h1>nginx at host-7.internal</h1></html>");
    assert!(fault.message.is_empty());
}

#[test]
fn what_is_said_of_the_operators_account_is_for_the_log() {
    let fault = of(401, r#"{"error":{"message":"account of Acme is closed"}}"#);
    assert_eq!(fault.error().message(), Code::VendorCredential.message());
    assert_eq!(fault.error().detail(), Some("account of Acme is closed"));
}

#[test]
fn an_error_under_200_says_its_own_status() {
    for (body, code) in [
        (r#"{"error":{"code":502,"message":"x"}}"#, Code::VendorError),
        (r#"{"error":{"code":429,"message":"x"}}"#, Code::VendorLimit),
        (r#"{"base_resp":{"status_code":1008,"status_msg":"insufficient balance"}}"#, Code::VendorCredential),
        (
            r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#,
            Code::VendorOverloaded,
        ),
        (r#"{"error":"an error was encountered"}"#, Code::VendorError),
    ] {
        let WireFault::VendorSaid(fault) = under_200(body.as_bytes()) else { panic!("{body}") };
        assert_eq!(fault.code, code, "{body}");
    }
}

#[test]
fn what_a_caller_sent_says_nothing_of_the_credential() {
    for echo in
        ["'invalid api key'", "\"insufficient_quota\"", "`authentication_error`", "('credit balance')"]
    {
        for status in [400, 403, 422] {
            let body = serde_json::json!({"error": {"message": format!("Invalid value: {echo}. Supported values are low."), "code": "invalid_value"}});
            let said = of(status, &body.to_string());
            assert!(status == 403 || said.code == Code::VendorRejected, "{status} {echo}: {:?}", said.code);
            assert!(status != 403 || said.about_model, "a 403 is about what was asked for");
        }
    }
    // What vendors say themselves is still understood, an apostrophe in it or not.
    for (status, own) in [
        (400, "API key not valid. Please pass a valid API key."),
        (400, "Your credit balance is too low to access the Anthropic API."),
        (429, "You've exceeded your current quota, please check your plan."),
    ] {
        let body = serde_json::json!({"error": {"message": own}});
        assert_eq!(of(status, &body.to_string()).code, Code::VendorCredential, "{own}");
    }
}

#[test]
fn p18_the_secret_that_was_sent_is_hidden_whatever_its_form() {
    let mut said = of(
        400,
        r#"{"error":{"message":"Bad header: authorization: Bearer VENDORSECRET-abcd-1234","param":"VENDORSECRET-abcd-1234"}}"#,
    );
    said.hide("VENDORSECRET-abcd-1234");
    assert!(said.error().message().contains("Bearer [removed]"), "{}", said.message);
    assert!(!format!("{said:?}").contains("VENDORSECRET"), "{said:?}");
}

#[test]
fn a_request_over_the_limit_by_itself_is_refused_for_its_size() {
    for (status, said, code, retry) in [
        (
            429,
            "Request too large for gpt-4o in organization org-x on tokens per min (TPM): Limit 10000, Requested 20000.",
            Code::VendorRejected,
            Retry::Elsewhere,
        ),
        (
            413,
            "Request too large for model `m` on tokens per minute (TPM): Limit 6000, Requested 7,200.",
            Code::VendorRejected,
            Retry::Elsewhere,
        ),
        (429, "Request too large.", Code::VendorRejected, Retry::Elsewhere),
        (
            429,
            "Rate limit reached on tokens per min (TPM): Limit 30000, Used 29000, Requested 2000.",
            Code::VendorLimit,
            Retry::Elsewhere,
        ),
        (429, "Limit 10000, Requested 10000", Code::VendorLimit, Retry::Elsewhere),
        (413, "The body is over 32 MB", Code::VendorRejected, Retry::Never),
    ] {
        let body =
            serde_json::json!({"error": {"message": said, "type": "tokens", "code": "rate_limit_exceeded"}});
        let fault = of(status, &body.to_string());
        assert_eq!((fault.code, fault.retry), (code, retry), "{said}");
        assert_eq!(fault.status, if code == Code::VendorRejected { 413 } else { 429 }, "{said}");
    }
}

#[test]
fn a_status_without_a_word_is_not_the_callers_fault() {
    for (status, body, code) in [
        (405, "", Code::VendorError),
        (405, r#"{"detail":"Method Not Allowed"}"#, Code::VendorError),
        (405, r#"{"error":{"message":"POST is not allowed here"}}"#, Code::VendorError),
        (410, "<html>gone</html>", Code::VendorError),
        (410, r#"{"error":{"message":"The model x was retired"}}"#, Code::NoTarget),
        (451, "", Code::VendorError),
        (451, r#"{"error":{"message":"Not available in your region"}}"#, Code::VendorRejected),
        (418, "", Code::VendorError),
        (400, "", Code::VendorRejected),
        (422, "", Code::VendorRejected),
    ] {
        let fault = of(status, body);
        assert_eq!(fault.code, code, "{status} {body}");
        assert_eq!(fault.retry == Retry::Never, matches!(status, 400 | 422), "{status} {body}");
    }
}
