//! Codes of the key itself, of its owner, app, team and network.

use super::Chapter::{Key, Owner};
use super::{Doc, doc};
use crate::base::Code;

pub const AUTH_MISSING: Doc = doc(
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
);

pub const AUTH_SCHEME: Doc = doc(
    Key,
    &[
        "The header says `Basic`, or `Bearer` with nothing behind it.",
        "The key was sent alone, without the word `Bearer`.",
    ],
    &["Send `Authorization: Bearer <key>`."],
    &[Code::AuthMissing],
);

pub const AUTH_CONFLICT: Doc = doc(
    Key,
    &["Two headers carry two different keys, such as one set by the SDK and one set by hand."],
    &["Send the key in one header. The same key twice is accepted."],
    &[Code::AuthScheme],
);

pub const AUTH_IN_URL: Doc = doc(
    Key,
    &[
        "The key stands in the query (`?key=…`). Addresses end up in logs, histories and referrers, so it counts as leaked: \
         the page of a key of this gateway warns until that secret is replaced. The key goes on working until then.",
    ],
    &["Rotate the key on its page with no overlap.", "Send the new one in the `Authorization` header."],
    &[Code::AuthMissing],
);

pub const KEY_FOREIGN: Doc = doc(
    Key,
    &[
        "The key has the form of a vendor's own key. This gateway has keys of its own, which start with `sk-ptc-`.",
    ],
    &[
        "Make a key here and use it in place of the vendor's.",
        "If the vendor's key is now in a log you do not own, rotate it at the vendor.",
    ],
    &[Code::KeyUnknown],
);

pub const KEY_MALFORMED: Doc = doc(
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
);

pub const KEY_UNKNOWN: Doc = doc(
    Key,
    &[
        "The key is whole, but was not made by this gateway: another environment, another installation.",
        "The key was deleted so long ago that its trace is gone.",
    ],
    &["Compare the base address with the one beside the key when it was made.", "Make a new key."],
    &[Code::KeyMalformed, Code::KeyRevoked, Code::OwnerDeleted],
);

pub const KEY_EXPIRED: Doc = doc(
    Key,
    &["The key's end date has passed. Keys end after 90 days unless somebody chose otherwise."],
    &[
        "Rotate the key on its page: the new secret gets a new end date.",
        "Or make a new key, and put a reminder before its end.",
    ],
    &[Code::KeyRevoked, Code::KeyRotated],
);

pub const KEY_REVOKED: Doc = doc(
    Key,
    &["Its owner or an admin revoked it, or marked it as leaked. That cannot be undone."],
    &["The key's page says who did it, when and why.", "Make a new key."],
    &[Code::KeyRotated, Code::KeyPaused],
);

pub const KEY_ROTATED: Doc = doc(
    Key,
    &[
        "The key got a new secret, and the time in which both worked is over. Some caller still sends the older one.",
    ],
    &[
        "Put the newer secret in place. The key's page lists the callers that still use the older one, by address and agent.",
    ],
    &[Code::KeyRevoked],
);

pub const KEY_PAUSED: Doc = doc(
    Key,
    &["Its owner or an admin paused it."],
    &["Enable it on its page, or ask the owner to."],
    &[Code::AppSuspended, Code::SubscriptionSuspended],
);

pub const OWNER_DEACTIVATED: Doc = doc(
    Owner,
    &[
        "The person or service this key belongs to was deactivated, often because they left. Their keys stop at once.",
    ],
    &[
        "An admin can reactivate the user.",
        "An admin can transfer the key to a service owner; its secret stays the same.",
    ],
    &[Code::OwnerDeleted, Code::OwnerNotMember],
);

pub const OWNER_DELETED: Doc = doc(
    Owner,
    &[
        "The person or service this key belongs to was deleted. The key is kept, without an owner, so that its calls can be explained.",
    ],
    &[
        "An admin can transfer the key to another owner.",
        "Or make a new key under a user who stays, best a service owner.",
    ],
    &[Code::OwnerDeactivated, Code::KeyUnknown],
);

pub const OWNER_NOT_MEMBER: Doc = doc(
    Owner,
    &["The key belongs to a team's app, and its owner is no longer in that team."],
    &["A team owner can transfer the key to a member.", "Or add the user to the team again."],
    &[Code::OwnerDeactivated],
);

pub const APP_SUSPENDED: Doc = doc(
    Owner,
    &["An admin or the team's owner suspended the app, with a reason."],
    &["The app's page shows the reason and whom to ask."],
    &[Code::TeamSuspended, Code::KeyPaused],
);

pub const TEAM_SUSPENDED: Doc = doc(
    Owner,
    &["An admin suspended the whole team: all of its apps and keys stop."],
    &["Ask an admin; the team's page shows the reason."],
    &[Code::AppSuspended],
);

pub const IP_NOT_ALLOWED: Doc = doc(
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
);
