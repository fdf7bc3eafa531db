//! Every refusal Portico can give, in one table. A row is all the world sees of it: the JSON
//! body, the HTML page, each vendor-shaped envelope, `docs/errors.md` and the OpenAPI list are made
//! from it. Codes are stable for ever: add, never rename.

/// Who has to act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The caller, with their key, subscription or request.
    Caller,
    /// The vendor behind the gateway.
    Vendor,
    /// This gateway.
    Portico,
}

macro_rules! codes {
    ($($name:ident $word:literal $status:literal $fault:ident $retry:literal $message:literal $next:literal;)+) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code { $($name,)+ }

        impl Code {
            pub const ALL: &[Self] = &[$(Self::$name,)+];
            /// The stable word clients test for.
            pub fn word(self) -> &'static str { match self { $(Self::$name => $word,)+ } }
            /// The HTTP status.
            pub fn status(self) -> u16 { match self { $(Self::$name => $status,)+ } }
            pub fn fault(self) -> Fault { match self { $(Self::$name => Fault::$fault,)+ } }
            /// True when the very same request may succeed later.
            pub fn retry(self) -> bool { match self { $(Self::$name => $retry,)+ } }
            /// What happened, in one sentence.
            pub fn message(self) -> &'static str { match self { $(Self::$name => $message,)+ } }
            /// What to do next.
            pub fn next(self) -> &'static str { match self { $(Self::$name => $next,)+ } }
            pub fn parse(word: &str) -> Option<Self> { match word { $($word => Some(Self::$name),)+ _ => None } }
        }
    };
}

codes! {
    PathUnknown "path_unknown" 404 Caller false "There is no such endpoint." "Check the path; the list of endpoints is in the documentation.";
    MethodNotAllowed "method_not_allowed" 405 Caller false "This endpoint does not take that method." "Use one of the methods in the Allow header.";
    AuthMissing "auth_missing" 401 Caller false "No API key was sent." "Send it as `Authorization: Bearer <key>`.";
    AuthScheme "auth_scheme" 401 Caller false "The Authorization header does not carry a bearer key." "Send `Authorization: Bearer <key>`.";
    AuthConflict "auth_conflict" 400 Caller false "The request carries two different credentials." "Send exactly one.";
    AuthInUrl "auth_in_url" 401 Caller false "A key in the URL is refused, and counts as leaked." "Rotate that key and send the new one in the Authorization header.";
    KeyForeign "key_foreign" 401 Caller false "This looks like a vendor's own key, not a key of this gateway." "Use a key from your keys page.";
    KeyMalformed "key_malformed" 401 Caller false "This key is incomplete or mistyped: its checksum does not fit." "Copy the key again, whole.";
    KeyUnknown "key_unknown" 401 Caller false "This is not a key of this gateway." "Check that the base address and the key belong to the same environment, or make a new key.";
    KeyExpired "key_expired" 401 Caller false "This key has expired." "Rotate it on its page, or make a new one.";
    KeyRevoked "key_revoked" 401 Caller false "This key was revoked." "Make a new key.";
    KeyRotated "key_rotated" 401 Caller false "This key was replaced by a newer one and its overlap has ended." "Use the newer secret of the same key.";
    KeyPaused "key_paused" 403 Caller false "This key is paused." "Its owner or an admin can enable it again.";
    OwnerDeactivated "owner_deactivated" 403 Caller false "The user this key belongs to is deactivated." "Ask an admin to reactivate the user, or to transfer the key if it is one of a shared team.";
    OwnerDeleted "owner_deleted" 403 Caller false "The user this key belongs to was deleted." "Make a new key, or ask an admin to transfer this one if it is one of a shared team.";
    OwnerNotMember "owner_not_member" 403 Caller false "The user this key belongs to has left the key's team." "Ask the team's owner to transfer the key or to add the user again.";
    AppSuspended "app_suspended" 403 Caller false "This app is suspended." "Ask the contact named on its page.";
    TeamSuspended "team_suspended" 403 Caller false "This team is suspended." "Ask an admin.";
    IpNotAllowed "ip_not_allowed" 403 Caller false "This address is not on the key's list." "Add the address on the key's page, or call from a listed one.";
    ApiUnknown "api_unknown" 404 Caller false "There is no API of that name that you may see." "Look it up in the catalogue.";
    VersionUnknown "version_unknown" 404 Caller false "The API has no such version." "Use one of its live versions.";
    VersionRetired "version_retired" 410 Caller false "This version was retired." "Move the subscription to its successor.";
    SubscriptionMissing "subscription_missing" 403 Caller false "This app has no subscription to the API." "Subscribe, then try again.";
    SubscriptionPending "subscription_pending" 403 Caller false "The subscription still waits for approval." "Wait for the decision; the request page shows who decides.";
    SubscriptionDenied "subscription_denied" 403 Caller false "The subscription was denied." "Read the comment on the request page and ask again.";
    SubscriptionSuspended "subscription_suspended" 403 Caller false "The subscription is suspended." "Read the reason on its page and ask the API's owner.";
    SubscriptionEnded "subscription_ended" 403 Caller false "The subscription has ended." "Renew it.";
    ScopeMissing "scope_missing" 403 Caller false "This key lacks the scope for this endpoint." "Add the scope on the key's page, or use another key.";
    ModelNotAllowed "model_not_allowed" 403 Caller false "The subscription's plan does not include this model." "Use a model of the plan, or change the plan.";
    ModelUnpriced "model_unpriced" 403 Portico false "The model has no known price, and a budget applies to this call." "Ask an admin to set the model's price, or use a model that has one.";
    ModelNotFound "model_not_found" 404 Caller false "There is no such model." "List the models with GET /v1/models.";
    RateLimitExceeded "rate_limit_exceeded" 429 Caller true "The rate limit is used up for now." "Wait as Retry-After says, or ask for a higher limit.";
    ConcurrencyLimited "concurrency_limited" 429 Caller true "Too many calls are open at once." "Wait for one to end, or ask for a higher limit.";
    InsufficientQuota "insufficient_quota" 429 Caller false "The budget of this period is used up." "Wait for the reset, or ask for a larger budget.";
    ContentFilter "content_filter" 400 Caller false "The request was refused by a content rule." "Change the content.";
    VendorCredential "vendor_credential" 502 Vendor false "The gateway's own vendor key failed; your key is fine." "Ask an operator to check the vendor credential.";
    VendorLimit "vendor_limit" 429 Vendor true "The vendor's own limit is reached." "Try again as Retry-After says.";
    VendorOverloaded "vendor_overloaded" 503 Vendor true "The vendor is overloaded." "Try again as Retry-After says.";
    AuthUnavailable "auth_unavailable" 503 Portico true "Keys cannot be checked right now; yours may be fine." "Try again shortly.";

    JsonInvalid "json_invalid" 400 Caller false "The body is not one valid JSON object." "Fix the JSON at the place named.";
    FieldInvalid "field_invalid" 400 Caller false "A field has a value that is not allowed." "Change the field named in `param`.";
    FieldUnsupported "field_unsupported" 400 Caller false "The model behind this name cannot honor a field, and leaving it out would change the meaning." "Leave the field out, or use a model that supports it.";
    ContextLengthExceeded "context_length_exceeded" 400 Caller false "The prompt is longer than the model's window." "Shorten the prompt or use a model with a larger window.";
    RequestTimeout "request_timeout" 408 Caller false "The body came too slowly." "Send it faster than the floor named.";
    BodyTooLarge "body_too_large" 413 Caller false "The body is over the limit of this endpoint." "Send less.";
    MediaTypeUnsupported "media_type_unsupported" 415 Caller false "The content type or encoding is not supported here." "Send plain `application/json`.";
    VendorUnreachable "vendor_unreachable" 502 Vendor false "The vendor could not be reached." "Every target was tried; operators see each attempt on the call's page.";
    VendorTls "vendor_tls" 502 Vendor false "The vendor's TLS certificate was not accepted." "Ask an operator to check the vendor's address.";
    VendorError "vendor_error" 502 Vendor false "The vendor failed." "The gateway has tried what it may; operators see each attempt on the call's page.";
    VendorRejected "vendor_rejected" 400 Vendor false "The vendor refused this input." "Read the vendor's message and change the request.";
    VendorTimeout "vendor_timeout" 504 Vendor false "The vendor took too long." "Ask for less at once, or ask an operator for a longer timer on the target.";
    StreamInterrupted "stream_interrupted" 502 Vendor false "The vendor broke off in the middle of the answer." "Use what arrived, or ask again.";
    NoTarget "no_target" 503 Portico true "No vendor behind this model can take the call now." "Try again as Retry-After says.";
    Overloaded "overloaded" 503 Portico true "The gateway is at its limit." "Try again as Retry-After says.";
    ShuttingDown "shutting_down" 503 Portico true "The gateway is restarting." "Try again in a moment.";
    Internal "internal" 500 Portico false "Something broke on our side." "Report the request id.";

    SignedOut "signed_out" 401 Caller false "You are not signed in." "Sign in, or send a management token.";
    NotPermitted "not_permitted" 403 Caller false "Your role does not allow this." "Ask an admin.";
    CsrfFailed "csrf_failed" 403 Caller false "The form did not come from this site, or is too old." "Reload the page and try again.";
    NotFound "not_found" 404 Caller false "This does not exist, or is not yours to see." "Check the address.";
    Conflict "conflict" 409 Caller false "This conflicts with the current state." "Reload, look at what it is now, and decide again.";
    SetupPending "setup_pending" 403 Caller false "Set-up is not finished." "Open the set-up link that the server printed, or run `portico setup-link`.";
}

impl Code {
    /// False for what is answered before there is a call: nothing of it is on record.
    pub fn is_on_record(self) -> bool {
        !matches!(self, Self::PathUnknown | Self::MethodNotAllowed)
    }

    /// The error `type` that OpenAI's SDKs know.
    pub fn kind(self) -> &'static str {
        match (self, self.status()) {
            (Self::InsufficientQuota, _) => "insufficient_quota",
            (_, 401) => "authentication_error",
            (_, 403) => "permission_error",
            (_, 404 | 410) => "not_found_error",
            (_, 429) => "rate_limit_error",
            (_, 400..=499) => "invalid_request_error",
            (_, 503) => "overloaded_error",
            _ => "api_error",
        }
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.word())
    }
}

#[cfg(test)]
mod tests;
