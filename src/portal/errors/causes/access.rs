//! Codes of what a key may call, and how much.

use super::Chapter::{Access, Limits, Model};
use super::{Doc, doc};
use crate::base::Code;

pub const API_UNKNOWN: Doc = doc(
    Access,
    &["The path names an API that does not exist, or that your team may not see."],
    &["Copy the address from the API's page in the catalogue."],
    &[Code::VersionUnknown, Code::PathUnknown],
);

pub const VERSION_UNKNOWN: Doc = doc(
    Access,
    &["The API exists, but has no such version, or the version is still a draft."],
    &["Use one of the versions that the message names."],
    &[Code::VersionRetired],
);

pub const VERSION_RETIRED: Doc = doc(
    Access,
    &["The version reached its end. Before that, its answers carried `Deprecation` and `Sunset` headers."],
    &[
        "Move the subscription to the successor on the app's page; the key stays the same.",
        "Read the successor's notes for what changed.",
    ],
    &[Code::VersionUnknown],
);

pub const SUBSCRIPTION_MISSING: Doc = doc(
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
);

pub const SUBSCRIPTION_PENDING: Doc = doc(
    Access,
    &["The request was sent and nobody has decided yet."],
    &[
        "The request's page shows who decides and since when it waits.",
        "The key will work within a second of the approval; nothing needs to be changed.",
    ],
    &[Code::SubscriptionDenied],
);

pub const SUBSCRIPTION_DENIED: Doc = doc(
    Access,
    &["An approver said no, with a comment."],
    &["Read the comment on the request's page, change the request, and ask again."],
    &[Code::SubscriptionPending],
);

pub const SUBSCRIPTION_SUSPENDED: Doc = doc(
    Access,
    &["The API's owner or an admin paused this subscription."],
    &["Its page shows the reason and whom to ask. Keys need no change when it is resumed."],
    &[Code::SubscriptionEnded, Code::KeyPaused],
);

pub const SUBSCRIPTION_ENDED: Doc = doc(
    Access,
    &["The end date of the subscription has passed, or it was ended by hand."],
    &["Renew it on the app's page."],
    &[Code::SubscriptionSuspended],
);

pub const SCOPE_MISSING: Doc = doc(
    Access,
    &[
        "The key was made for some classes of endpoints only (`chat`, `embeddings`, `models` …) and this is another one.",
    ],
    &[
        "Add the scope on the key's page.",
        "Or use a key that has it. Small scopes are a good habit: widen one, do not make a key that may do all.",
    ],
    &[Code::ModelNotAllowed],
);

pub const MODEL_NOT_ALLOWED: Doc = doc(
    Model,
    &[
        "The plan of the subscription names its models, and this one is not among them.",
        "The key is bound to some APIs, and this model belongs to another.",
    ],
    &[
        "Use a model of the plan; `GET /v1/models` lists what this key may use.",
        "Or change the plan on the app's page.",
    ],
    &[Code::ModelNotFound, Code::SubscriptionMissing],
);

pub const MODEL_UNPRICED: Doc = doc(
    Model,
    &[
        "A budget in USD applies to the key, the plan or the team, and nobody has told what this model costs: \
         an unknown cost cannot be held against a budget, and is never taken for 0.",
        "One of the vendors behind the model has a price, another has none.",
    ],
    &[
        "Admins set the price on the model's page, one for each vendor that serves it; 0 is a price, too.",
        "Until then use a model that has a price, or a key without a budget.",
    ],
    &[Code::ModelNotAllowed, Code::InsufficientQuota],
);

pub const MODEL_NOT_FOUND: Doc = doc(
    Model,
    &[
        "No API here has a model of that name. Names are exact; a vendor's own name need not be the public one.",
    ],
    &["Copy the name from the API's page, or from `GET /v1/models`."],
    &[Code::ModelNotAllowed],
);

pub const RATE_LIMIT_EXCEEDED: Doc = doc(
    Limits,
    &[
        "The requests or tokens of the last minute reached a limit of the key, the plan or the team. The message names which.",
        "Tokens are reserved before a call: a large `max_tokens` counts in full until the answer is in, and without one the model's own bound does.",
    ],
    &[
        "Wait as `Retry-After` says; the SDKs do so by themselves.",
        "Set a low `max_tokens`, spread the calls, or ask for a higher limit.",
    ],
    &[Code::ConcurrencyLimited, Code::InsufficientQuota, Code::VendorLimit],
);

pub const CONCURRENCY_LIMITED: Doc = doc(
    Limits,
    &[
        "More calls are open at once than the key, the plan or the team allows. A stream counts until it ends.",
    ],
    &["Close streams you no longer read.", "Use a pool of the size of the limit, or ask for a higher one."],
    &[Code::RateLimitExceeded],
);

pub const INSUFFICIENT_QUOTA: Doc = doc(
    Limits,
    &[
        "The budget of this period is used up, or what is left beside the calls in flight does not cover this call.",
    ],
    &[
        "Wait for the reset that the message names, or ask for a larger budget.",
        "Set a low `max_tokens`: the worst case is held while a call is open, and without one that is the model's own bound.",
    ],
    &[Code::RateLimitExceeded],
);
