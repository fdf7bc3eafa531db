//! What the documentation says of each code: why it happens and what to do. The match names every code, so a new one
//! does not compile until its page is written.

use crate::base::Code;

/// The chapters of the catalogue, in the order in which a call meets them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chapter {
    Address,
    Key,
    Owner,
    Access,
    Limits,
    Request,
    Vendor,
    Gateway,
    Portal,
}

impl Chapter {
    pub const ALL: &[Self] = &[
        Self::Address,
        Self::Key,
        Self::Owner,
        Self::Access,
        Self::Limits,
        Self::Request,
        Self::Vendor,
        Self::Gateway,
        Self::Portal,
    ];

    pub fn title(self) -> &'static str {
        match self {
            Self::Address => "Address and method",
            Self::Key => "The key itself",
            Self::Owner => "The key's owner, app and network",
            Self::Access => "API, version, subscription and model",
            Self::Limits => "Limits and budgets",
            Self::Request => "The request's content",
            Self::Vendor => "The vendor behind the gateway",
            Self::Gateway => "The gateway itself",
            Self::Portal => "Portal and management API",
        }
    }
}

/// The words of one page, beside those of the code's own row.
pub struct Doc {
    pub chapter: Chapter,
    pub causes: &'static [&'static str],
    pub fixes: &'static [&'static str],
    /// Codes that are easily taken for this one.
    pub see: &'static [Code],
}

type Lines = &'static [&'static str];

const fn doc(chapter: Chapter, causes: Lines, fixes: Lines, see: &'static [Code]) -> Doc {
    Doc { chapter, causes, fixes, see }
}

/// The page of a code.
pub fn of(code: Code) -> Doc {
    use Chapter::{Access, Address, Gateway, Key, Limits, Owner, Portal, Request, Vendor};
    match code {
        Code::PathUnknown => doc(
            Address,
            &[
                "The path is misspelled, or a part of it is there twice (`/v1/v1/…`).",
                "The SDK's base address lacks `/v1` at its end.",
            ],
            &[
                "Set the SDK's base address to `{base}/v1`.",
                "Compare the path with the nearest endpoint that the message names.",
            ],
            &[Code::MethodNotAllowed, Code::ApiUnknown],
        ),
        Code::MethodNotAllowed => doc(
            Address,
            &[
                "A `GET` was sent where the endpoint takes `POST`; a redirect by a proxy often turns one into the other.",
            ],
            &[
                "Use a method of the `Allow` header.",
                "Call the address without a redirect: right scheme, no trailing slash.",
            ],
            &[Code::PathUnknown],
        ),
        Code::AuthMissing => doc(
            Key,
            &[
                "No `Authorization`, `x-api-key`, `api-key` or `x-goog-api-key` header arrived.",
                "A proxy on the way took the header out.",
                "The environment variable the SDK reads is empty.",
            ],
            &[
                "Send `Authorization: Bearer <key>`.",
                "Print the first ten characters of the variable where the call is made; never the whole key.",
            ],
            &[Code::AuthScheme, Code::AuthInUrl],
        ),
        Code::AuthScheme => doc(
            Key,
            &[
                "The header says `Basic`, or `Bearer` with nothing behind it.",
                "The key was sent alone, without the word `Bearer`.",
            ],
            &["Send `Authorization: Bearer <key>`."],
            &[Code::AuthMissing],
        ),
        Code::AuthConflict => doc(
            Key,
            &["Two headers carry two different keys, such as one set by the SDK and one set by hand."],
            &["Send the key in one header. The same key twice is accepted."],
            &[Code::AuthScheme],
        ),
        Code::AuthInUrl => doc(
            Key,
            &[
                "The key stands in the query (`?key=…`). Addresses end up in logs, histories and referrers, so it counts as leaked.",
            ],
            &[
                "Rotate the key on its page with no overlap.",
                "Send the new one in the `Authorization` header.",
            ],
            &[Code::AuthMissing],
        ),
        Code::KeyForeign => doc(
            Key,
            &[
                "The key has the form of a vendor's own key. This gateway has keys of its own, which start with `sk-ptc-`.",
            ],
            &[
                "Make a key here and use it in place of the vendor's.",
                "If the vendor's key is now in a log you do not own, rotate it at the vendor.",
            ],
            &[Code::KeyUnknown],
        ),
        Code::KeyMalformed => doc(
            Key,
            &[
                "A character is missing, doubled or mistyped: the last six are a checksum, and it does not fit.",
                "The key was cut when it was pasted, or holds a line break or a quote.",
            ],
            &[
                "Copy the key again, whole: `sk-ptc-` and 49 characters.",
                "Run `portico key check` on it; that needs no network.",
            ],
            &[Code::KeyUnknown],
        ),
        Code::KeyUnknown => doc(
            Key,
            &[
                "The key is whole, but was not made by this gateway: another environment, another installation.",
                "The key was deleted so long ago that its trace is gone.",
            ],
            &["Compare the base address with the one beside the key when it was made.", "Make a new key."],
            &[Code::KeyMalformed, Code::KeyRevoked, Code::OwnerDeleted],
        ),
        Code::KeyExpired => doc(
            Key,
            &["The key's end date has passed. Keys end after 90 days unless somebody chose otherwise."],
            &[
                "Rotate the key on its page: the new secret gets a new end date.",
                "Or make a new key, and put a reminder before its end.",
            ],
            &[Code::KeyRevoked, Code::KeyRotated],
        ),
        Code::KeyRevoked => doc(
            Key,
            &["Its owner or an admin revoked it, or marked it as leaked. That cannot be undone."],
            &["The key's page says who did it, when and why.", "Make a new key."],
            &[Code::KeyRotated, Code::KeyPaused],
        ),
        Code::KeyRotated => doc(
            Key,
            &[
                "The key got a new secret, and the time in which both worked is over. Some caller still sends the older one.",
            ],
            &[
                "Put the newer secret in place. The key's page lists the callers that still use the older one, by address and agent.",
            ],
            &[Code::KeyRevoked],
        ),
        Code::KeyPaused => doc(
            Key,
            &["Its owner or an admin paused it."],
            &["Enable it on its page, or ask the owner to."],
            &[Code::AppSuspended, Code::SubscriptionSuspended],
        ),
        Code::OwnerDeactivated => doc(
            Owner,
            &[
                "The person or service this key belongs to was deactivated, often because they left. Their keys stop at once.",
            ],
            &[
                "An admin can reactivate the user.",
                "An admin can transfer the key to a service owner; its secret stays the same.",
            ],
            &[Code::OwnerDeleted, Code::OwnerNotMember],
        ),
        Code::OwnerDeleted => doc(
            Owner,
            &[
                "The person or service this key belongs to was deleted. The key is kept, without an owner, so that its calls can be explained.",
            ],
            &[
                "An admin can transfer the key to another owner.",
                "Or make a new key under a user who stays, best a service owner.",
            ],
            &[Code::OwnerDeactivated, Code::KeyUnknown],
        ),
        Code::OwnerNotMember => doc(
            Owner,
            &["The key belongs to a team's app, and its owner is no longer in that team."],
            &["A team owner can transfer the key to a member.", "Or add the user to the team again."],
            &[Code::OwnerDeactivated],
        ),
        Code::AppSuspended => doc(
            Owner,
            &["An admin or the team's owner suspended the app, with a reason."],
            &["The app's page shows the reason and whom to ask."],
            &[Code::TeamSuspended, Code::KeyPaused],
        ),
        Code::TeamSuspended => doc(
            Owner,
            &["An admin suspended the whole team: all of its apps and keys stop."],
            &["Ask an admin; the team's page shows the reason."],
            &[Code::AppSuspended],
        ),
        Code::IpNotAllowed => doc(
            Owner,
            &[
                "The key names the addresses it may be used from, and this call came from another one.",
                "A proxy stands in between and is not listed as trusted, so its own address was seen.",
            ],
            &[
                "Add the address on the key's page; the message names the one that was seen.",
                "Behind a proxy: an operator lists it in `server.trusted_proxies`.",
            ],
            &[Code::KeyPaused],
        ),
        Code::ApiUnknown => doc(
            Access,
            &["The path names an API that does not exist, or that your team may not see."],
            &["Copy the address from the API's page in the catalogue."],
            &[Code::VersionUnknown, Code::PathUnknown],
        ),
        Code::VersionUnknown => doc(
            Access,
            &["The API exists, but has no such version, or the version is still a draft."],
            &["Use one of the versions that the message names."],
            &[Code::VersionRetired],
        ),
        Code::VersionRetired => doc(
            Access,
            &[
                "The version reached its end. Before that, its answers carried `Deprecation` and `Sunset` headers.",
            ],
            &[
                "Move the subscription to the successor on the app's page; the key stays the same.",
                "Read the successor's notes for what changed.",
            ],
            &[Code::VersionUnknown],
        ),
        Code::SubscriptionMissing => doc(
            Access,
            &[
                "The key works, but its app never subscribed to an API that has this model.",
                "The key belongs to another app than you think.",
            ],
            &[
                "Subscribe on the API's page; plans that need no approval work at once.",
                "`GET /v1/key/self` tells which app a key belongs to.",
            ],
            &[Code::ModelNotAllowed, Code::SubscriptionPending],
        ),
        Code::SubscriptionPending => doc(
            Access,
            &["The request was sent and nobody has decided yet."],
            &[
                "The request's page shows who decides and since when it waits.",
                "The key will work within a second of the approval; nothing needs to be changed.",
            ],
            &[Code::SubscriptionDenied],
        ),
        Code::SubscriptionDenied => doc(
            Access,
            &["An approver said no, with a comment."],
            &["Read the comment on the request's page, change the request, and ask again."],
            &[Code::SubscriptionPending],
        ),
        Code::SubscriptionSuspended => doc(
            Access,
            &["The API's owner or an admin paused this subscription."],
            &["Its page shows the reason and whom to ask. Keys need no change when it is resumed."],
            &[Code::SubscriptionEnded, Code::KeyPaused],
        ),
        Code::SubscriptionEnded => doc(
            Access,
            &["The end date of the subscription has passed, or it was ended by hand."],
            &["Renew it on the app's page."],
            &[Code::SubscriptionSuspended],
        ),
        Code::ScopeMissing => doc(
            Access,
            &[
                "The key was made for some classes of endpoints only (`chat`, `embeddings`, `models` …) and this is another one.",
            ],
            &[
                "Add the scope on the key's page.",
                "Or use a key that has it. Small scopes are a good habit: widen one, do not make a key that may do all.",
            ],
            &[Code::ModelNotAllowed],
        ),
        Code::ModelNotAllowed => doc(
            Access,
            &[
                "The plan of the subscription names its models, and this one is not among them.",
                "The key is bound to some APIs, and this model belongs to another.",
            ],
            &[
                "Use a model of the plan; `GET /v1/models` lists what this key may use.",
                "Or change the plan on the app's page.",
            ],
            &[Code::ModelNotFound, Code::SubscriptionMissing],
        ),
        Code::ModelNotFound => doc(
            Access,
            &[
                "No API here has a model of that name. Names are exact; a vendor's own name need not be the public one.",
            ],
            &["Copy the name from the API's page, or from `GET /v1/models`."],
            &[Code::ModelNotAllowed],
        ),
        Code::RateLimitExceeded => doc(
            Limits,
            &[
                "The requests or tokens of the last minute reached a limit of the key, the plan or the team. The message names which.",
                "Tokens are reserved before a call: a large `max_tokens` counts in full until the answer is in.",
            ],
            &[
                "Wait as `Retry-After` says; the SDKs do so by themselves.",
                "Lower `max_tokens`, spread the calls, or ask for a higher limit.",
            ],
            &[Code::ConcurrencyLimited, Code::InsufficientQuota, Code::VendorLimit],
        ),
        Code::ConcurrencyLimited => doc(
            Limits,
            &[
                "More calls are open at once than the key, the plan or the team allows. A stream counts until it ends.",
            ],
            &[
                "Close streams you no longer read.",
                "Use a pool of the size of the limit, or ask for a higher one.",
            ],
            &[Code::RateLimitExceeded],
        ),
        Code::InsufficientQuota => doc(
            Limits,
            &[
                "The budget of this period is used up, or what is left does not cover the worst case of this call.",
            ],
            &[
                "Wait for the reset that the message names, or ask for a larger budget.",
                "Lower `max_tokens`: the worst case is reserved before the call.",
            ],
            &[Code::RateLimitExceeded],
        ),
        Code::ContentFilter => doc(
            Request,
            &["A content rule of the API or of the vendor refused the prompt or the answer."],
            &["Change the content. Sending the same again gives the same answer."],
            &[Code::VendorRejected],
        ),
        Code::VendorCredential => doc(
            Vendor,
            &["The vendor refused the secret that this gateway holds for it. Your own key was accepted."],
            &[
                "Nothing to do in your app: tell an operator the request id.",
                "Operators: press Test beside the credential on the vendor's page, and replace it.",
            ],
            &[Code::VendorRejected, Code::NoTarget],
        ),
        Code::VendorLimit => doc(
            Vendor,
            &[
                "The vendor's limit for this gateway's account is reached, on every target that could take the call.",
            ],
            &[
                "Wait as `Retry-After` says.",
                "Operators: add a second credential or target, or raise the limit at the vendor.",
            ],
            &[Code::RateLimitExceeded, Code::VendorOverloaded],
        ),
        Code::VendorOverloaded => doc(
            Vendor,
            &["The vendor says that it is overloaded, on every target that could take the call."],
            &["Wait as `Retry-After` says.", "Operators: add a target at another vendor."],
            &[Code::VendorLimit, Code::Overloaded],
        ),
        Code::AuthUnavailable => doc(
            Gateway,
            &[
                "The key is not in the memory of this node and the database cannot be asked right now. It says nothing about the key.",
            ],
            &[
                "Try again shortly; do not replace the key.",
                "Operators: look at `/readyz` and at the database.",
            ],
            &[Code::KeyUnknown, Code::Overloaded],
        ),
        Code::JsonInvalid => doc(
            Request,
            &[
                "The body is not one JSON object: cut off, a trailing comma, single quotes, a byte order mark, a name twice.",
                "A shell took the quotes away.",
            ],
            &[
                "Mend it at the line and column that the message names.",
                "With curl, put the body in a file and send `--data @body.json`.",
            ],
            &[Code::FieldInvalid, Code::MediaTypeUnsupported],
        ),
        Code::FieldInvalid => doc(
            Request,
            &[
                "A field is missing, has another type, or is out of its range. `param` names it by path, as `messages[3].content[0].type`.",
            ],
            &["Change that field to what the message allows."],
            &[Code::FieldUnsupported, Code::JsonInvalid],
        ),
        Code::FieldUnsupported => doc(
            Request,
            &[
                "The field is valid, but the vendor behind this model cannot do it, and leaving it out would change what you get.",
            ],
            &[
                "Leave the field out, or use a model that supports it.",
                "Fields that are harmless to drop are dropped and named in the `x-portico-dropped` header.",
            ],
            &[Code::FieldInvalid, Code::VendorRejected],
        ),
        Code::ContextLengthExceeded => doc(
            Request,
            &["Prompt and `max_tokens` together are more than the model's window."],
            &["Shorten the conversation, or use a model with a larger window; the API's page lists them."],
            &[Code::BodyTooLarge],
        ),
        Code::RequestTimeout => doc(
            Request,
            &["The body arrived more slowly than the floor, or stopped in the middle."],
            &[
                "Look at the network between your app and the gateway.",
                "Send smaller bodies from slow links.",
            ],
            &[Code::VendorTimeout],
        ),
        Code::BodyTooLarge => doc(
            Request,
            &["The body is over this endpoint's cap; pictures inside the prompt are the usual cause."],
            &["Send less: scale pictures down, or send them by address where the model takes that."],
            &[Code::ContextLengthExceeded],
        ),
        Code::MediaTypeUnsupported => doc(
            Request,
            &["`Content-Type` is not `application/json`, or the body is compressed."],
            &[
                "Send plain JSON with `Content-Type: application/json`; with curl, `-H 'content-type: application/json'`.",
            ],
            &[Code::JsonInvalid],
        ),
        Code::VendorUnreachable => doc(
            Vendor,
            &[
                "No connection to the vendor: name not found, refused, or no answer in time. Every target was tried.",
            ],
            &[
                "Try again later.",
                "Operators: the call's page lists each attempt with its cause; press Test on the vendor's page.",
            ],
            &[Code::VendorTls, Code::VendorTimeout],
        ),
        Code::VendorTls => doc(
            Vendor,
            &[
                "The vendor's certificate is expired, for another name, or signed by somebody unknown. The call was not sent.",
            ],
            &[
                "Operators: check the vendor's address. Inside a company network, add its certificate authority.",
            ],
            &[Code::VendorUnreachable],
        ),
        Code::VendorError => doc(
            Vendor,
            &[
                "The vendor answered with a failure of its own (5xx), or with something that is not its format.",
            ],
            &["Try again later.", "Operators: the call's page lists each attempt with the vendor's status."],
            &[Code::VendorOverloaded, Code::StreamInterrupted],
        ),
        Code::VendorRejected => doc(
            Vendor,
            &[
                "The vendor refused this input. Its own message is passed on, marked as the vendor's; the status is the vendor's too.",
            ],
            &["Read the message and change the request. Another try of the same gives the same."],
            &[Code::FieldUnsupported, Code::ContextLengthExceeded],
        ),
        Code::VendorTimeout => doc(
            Vendor,
            &[
                "One of four timers ran out: `connect`, `first_byte`, `idle` or `total`. The message says which and after how long.",
            ],
            &[
                "Ask for less, or stream, so that the first text comes early.",
                "Operators: timers are set on the target; reasoning models need longer ones.",
            ],
            &[Code::RequestTimeout, Code::StreamInterrupted],
        ),
        Code::StreamInterrupted => doc(
            Vendor,
            &[
                "The vendor broke off or stalled after text had been sent, so the call could not move to another target unseen.",
            ],
            &[
                "Keep what arrived, or ask again. What was delivered is billed as an estimate; the call's page shows it.",
            ],
            &[Code::VendorError, Code::VendorTimeout],
        ),
        Code::NoTarget => doc(
            Gateway,
            &[
                "Every target behind the model is cooling down after failures, disabled, or has no credential.",
            ],
            &["Wait as `Retry-After` says.", "Operators: the model's page shows each target's state."],
            &[Code::VendorCredential, Code::VendorOverloaded],
        ),
        Code::Overloaded => doc(
            Gateway,
            &[
                "The gateway reached its memory or connection budget and refused the call before any work was done. Nothing was billed.",
            ],
            &["Wait as `Retry-After` says.", "Operators: raise the budget, or add a node."],
            &[Code::ShuttingDown, Code::VendorOverloaded],
        ),
        Code::ShuttingDown => doc(
            Gateway,
            &[
                "The gateway is restarting: open calls are finished, new ones are refused for a moment. Nothing was billed.",
            ],
            &["Try again in a moment; the SDKs do so by themselves."],
            &[Code::Overloaded],
        ),
        Code::Internal => doc(
            Gateway,
            &["A fault of ours. The log has its cause under the request id."],
            &["Report the request id to an operator."],
            &[Code::AuthUnavailable],
        ),
        Code::SignedOut => doc(
            Portal,
            &[
                "The session ended, was revoked, or there is none.",
                "On the management API: no token, or one that has ended.",
            ],
            &[
                "Sign in again, or send `Authorization: Bearer <management token>`. API keys are not management tokens.",
            ],
            &[Code::NotPermitted],
        ),
        Code::NotPermitted => doc(
            Portal,
            &["Your role, or the scopes of your token, do not include this act."],
            &["Ask an admin for the role; the message names the right that is missing."],
            &[Code::SignedOut, Code::NotFound],
        ),
        Code::CsrfFailed => doc(
            Portal,
            &["The form was open while the session changed, or the request came from another site."],
            &[
                "Reload the page and send the form again.",
                "Behind a proxy: `server.public_url` must be the address in the browser.",
            ],
            &[Code::SignedOut],
        ),
        Code::NotFound => doc(
            Portal,
            &[
                "There is no such thing, or it belongs to somebody else. Both get this answer, so that nothing can be probed.",
            ],
            &["Check the address. If a colleague sees it and you do not, ask its owner."],
            &[Code::NotPermitted],
        ),
        Code::Conflict => doc(
            Portal,
            &["Somebody else changed or decided the same thing while your page was open."],
            &["Reload, look at what it is now, and decide again."],
            &[Code::NotFound],
        ),
        Code::SetupPending => doc(
            Portal,
            &["This installation has no admin yet. Until then only the set-up link works."],
            &[
                "Open the link that the server printed at its start.",
                "It holds for an hour; `portico setup-link` prints a new one.",
            ],
            &[Code::SignedOut],
        ),
    }
}
