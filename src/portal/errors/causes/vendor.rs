//! Codes of what lies behind the caller: the vendors and the gateway itself.

use super::Chapter::{Gateway, Vendor};
use super::{Doc, doc};
use crate::base::Code;

pub const VENDOR_CREDENTIAL: Doc = doc(
    Vendor,
    &[
        "The vendor refused the secret that this gateway holds for it. Your own key was accepted.",
        "Or it keeps this one model from that secret, as the message then says; other models go on.",
    ],
    &[
        "Nothing to do in your app: tell an operator the request id.",
        "Operators: press Test beside the credential on the vendor's page, and replace it; for one model, ask the vendor for access.",
    ],
    &[Code::VendorRejected, Code::NoTarget],
);

pub const VENDOR_LIMIT: Doc = doc(
    Vendor,
    &["The vendor's limit for this gateway's account is reached, on every target that could take the call."],
    &[
        "Wait as `Retry-After` says.",
        "Operators: add a second credential or target, or raise the limit at the vendor.",
    ],
    &[Code::RateLimitExceeded, Code::VendorOverloaded],
);

pub const VENDOR_OVERLOADED: Doc = doc(
    Vendor,
    &["The vendor says that it is overloaded, on every target that could take the call."],
    &["Wait as `Retry-After` says.", "Operators: add a target at another vendor."],
    &[Code::VendorLimit, Code::Overloaded],
);

pub const AUTH_UNAVAILABLE: Doc = doc(
    Gateway,
    &[
        "The key is not in the memory of this node and the database cannot be asked right now. It says nothing about the key.",
    ],
    &[
        "Try again shortly; do not replace the key.",
        "Operators: `/readyz` says `database: away` while it cannot be read; look at the database.",
    ],
    &[Code::KeyUnknown, Code::Overloaded],
);

pub const VENDOR_UNREACHABLE: Doc = doc(
    Vendor,
    &["No connection to the vendor: name not found, refused, or no answer in time. Every target was tried."],
    &[
        "Nothing to do in your app: sent again at once, the same call fails alike.",
        "Operators: the call's page lists each attempt with its cause; press Test on the vendor's page.",
    ],
    &[Code::VendorTls, Code::VendorTimeout],
);

pub const VENDOR_TLS: Doc = doc(
    Vendor,
    &[
        "The vendor's certificate is expired, for another name, or signed by somebody unknown. The call was not sent.",
    ],
    &["Operators: check the vendor's address. Inside a company network, add its certificate authority."],
    &[Code::VendorUnreachable],
);

pub const VENDOR_ERROR: Doc = doc(
    Vendor,
    &["The vendor answered with a failure of its own (5xx), or with something that is not its format."],
    &[
        "Nothing to do in your app: the gateway has tried again where that helps and costs nothing twice.",
        "Operators: the call's page lists each attempt with the vendor's status; a 404 there means that the vendor's base address is wrong.",
    ],
    &[Code::VendorOverloaded, Code::StreamInterrupted],
);

pub const VENDOR_REJECTED: Doc = doc(
    Vendor,
    &[
        "The vendor refused this input. Its own message is passed on, marked as the vendor's; the status is the vendor's too.",
    ],
    &["Read the message and change the request. Another try of the same gives the same."],
    &[Code::FieldUnsupported, Code::ContextLengthExceeded],
);

pub const VENDOR_TIMEOUT: Doc = doc(
    Vendor,
    &[
        "One of four timers ran out: `connect`, `first_byte`, `idle` or `total`. The message says which and after how long.",
    ],
    &[
        "Ask for less, or stream, so that the first text comes early.",
        "Operators: timers are set on the target; reasoning models need longer ones.",
    ],
    &[Code::RequestTimeout, Code::StreamInterrupted],
);

pub const STREAM_INTERRUPTED: Doc = doc(
    Vendor,
    &[
        "The vendor broke off or stalled after text had been sent, so the call could not move to another target unseen.",
    ],
    &[
        "Keep what arrived, or ask again. What was delivered is billed as an estimate; the call's page shows it.",
    ],
    &[Code::VendorError, Code::VendorTimeout],
);

pub const NO_TARGET: Doc = doc(
    Gateway,
    &[
        "Every target behind the model is cooling down after failures, switched off, or has no credential.",
        "Or the vendor has no model of the name that the target gives it. An operator has to correct that, or to switch on what is off: nobody knows when, so no `Retry-After` is sent then.",
    ],
    &[
        "Wait as `Retry-After` says, where there is one.",
        "Operators: the model's page shows each target's state and the vendor's name of the model; the call's page has the vendor's own words.",
    ],
    &[Code::VendorCredential, Code::VendorOverloaded],
);

pub const OVERLOADED: Doc = doc(
    Gateway,
    &[
        "The gateway reached its memory or connection budget and refused the call before any work was done. Nothing was billed.",
    ],
    &["Wait as `Retry-After` says.", "Operators: raise the budget, or add a node."],
    &[Code::ShuttingDown, Code::VendorOverloaded],
);

pub const SHUTTING_DOWN: Doc = doc(
    Gateway,
    &[
        "The gateway is restarting: open calls are finished, new ones are refused for a moment. Nothing was billed.",
    ],
    &["Try again in a moment; the SDKs do so by themselves."],
    &[Code::Overloaded],
);

pub const INTERNAL: Doc = doc(
    Gateway,
    &["A fault of ours. The log has its cause under the request id."],
    &["Report the request id to an operator."],
    &[Code::AuthUnavailable],
);
