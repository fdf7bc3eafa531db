//! Codes of a call that is not one: its address, its method, its content.

use super::Chapter::{Address, Request};
use super::{Doc, doc};
use crate::base::Code;

pub const PATH_UNKNOWN: Doc = doc(
    Address,
    &[
        "The path is misspelled, or a part of it is there twice (`/v1/v1/…`, `//v1`).",
        "The SDK's base address lacks `/v1` at its end, or has another gateway's path in it (`/openai`, `/anthropic`).",
        "The SDK speaks another protocol than OpenAI's.",
    ],
    &[
        "Set the SDK's base address to `{base}/v1`.",
        "Compare the path with the nearest endpoint that the message names.",
    ],
    &[Code::MethodNotAllowed, Code::ApiUnknown],
);

pub const METHOD_NOT_ALLOWED: Doc = doc(
    Address,
    &[
        "A `GET` was sent where the endpoint takes `POST`; a redirect by a proxy often turns one into the other.",
        "A page in a browser called the gateway, and the browser asked first, with `OPTIONS`. It is told no: a key in a page belongs to everybody who opens the page.",
    ],
    &[
        "Use a method of the `Allow` header.",
        "From a browser, call your own server, and the gateway from there.",
        "Call the address without a redirect: right scheme, no trailing slash.",
    ],
    &[Code::PathUnknown],
);

pub const CONTENT_FILTER: Doc = doc(
    Request,
    &["A content rule of the API or of the vendor refused the prompt or the answer."],
    &["Change the content. Sending the same again gives the same answer."],
    &[Code::VendorRejected],
);

pub const JSON_INVALID: Doc = doc(
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
);

pub const FIELD_INVALID: Doc = doc(
    Request,
    &[
        "A field is missing, has another type, or is out of its range. `param` names it by path, as `messages[3].content[0].type`.",
    ],
    &["Change that field to what the message allows."],
    &[Code::FieldUnsupported, Code::JsonInvalid],
);

pub const FIELD_UNSUPPORTED: Doc = doc(
    Request,
    &[
        "The field is valid, but the vendor behind this model cannot do it, and leaving it out would change what you get.",
    ],
    &[
        "Leave the field out, or use a model that supports it.",
        "Fields that are harmless to drop are dropped and named in the `x-portico-dropped` header.",
    ],
    &[Code::FieldInvalid, Code::VendorRejected],
);

pub const CONTEXT_LENGTH_EXCEEDED: Doc = doc(
    Request,
    &["Prompt and `max_tokens` together are more than the model's window."],
    &["Shorten the conversation, or use a model with a larger window; the API's page lists them."],
    &[Code::BodyTooLarge],
);

pub const REQUEST_TIMEOUT: Doc = doc(
    Request,
    &["The body arrived more slowly than the floor, or stopped in the middle."],
    &["Look at the network between your app and the gateway.", "Send smaller bodies from slow links."],
    &[Code::VendorTimeout],
);

pub const BODY_TOO_LARGE: Doc = doc(
    Request,
    &["The body is over this endpoint's cap; pictures inside the prompt are the usual cause."],
    &["Send less: scale pictures down, or send them by address where the model takes that."],
    &[Code::ContextLengthExceeded],
);

pub const MEDIA_TYPE_UNSUPPORTED: Doc = doc(
    Request,
    &["`Content-Type` is not `application/json`, or the body is compressed."],
    &[
        "Send plain JSON with `Content-Type: application/json`; with curl, `-H 'content-type: application/json'`.",
    ],
    &[Code::JsonInvalid],
);
