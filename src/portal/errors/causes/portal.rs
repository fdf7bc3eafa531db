//! Codes of the portal and the management API.

use super::Chapter::Portal;
use super::{Doc, doc};
use crate::base::Code;

pub const SIGNED_OUT: Doc = doc(
    Portal,
    &[
        "The session ended, was revoked, or there is none.",
        "On the management API: no token, or one that has ended.",
    ],
    &[
        "Sign in again, or send `Authorization: Bearer <management token>`. API keys are not management tokens.",
    ],
    &[Code::NotPermitted],
);

pub const NOT_PERMITTED: Doc = doc(
    Portal,
    &["Your role, or the scopes of your token, do not include this act."],
    &["Ask an admin for the role; the message names the right that is missing."],
    &[Code::SignedOut, Code::NotFound],
);

pub const CSRF_FAILED: Doc = doc(
    Portal,
    &["The form was open while the session changed, or the request came from another site."],
    &[
        "Reload the page and send the form again.",
        "Behind a proxy: `server.public_url` must be the address in the browser.",
    ],
    &[Code::SignedOut],
);

pub const NOT_FOUND: Doc = doc(
    Portal,
    &[
        "There is no such thing, or it belongs to somebody else. Both get this answer, so that nothing can be probed.",
    ],
    &["Check the address. If a colleague sees it and you do not, ask its owner."],
    &[Code::NotPermitted],
);

pub const CONFLICT: Doc = doc(
    Portal,
    &[
        "Somebody else changed or decided the same thing while your page was open: `reason` is `changed_meanwhile`.",
        "It is in a state from which this cannot be done, or it was done already: `wrong_state`.",
        "There is one already (`exists_already`), it is still needed (`in_use`), or it is the last one (`last_one`).",
        "A personal team has its person alone (`personal_team`), it was done a short while ago (`too_soon`), or it \
         would hit your own account (`yourself`).",
    ],
    &["Reload, look at what it is now, and decide again."],
    &[Code::NotFound],
);

pub const SETUP_PENDING: Doc = doc(
    Portal,
    &["This installation has no admin yet. Until then only the set-up link works."],
    &[
        "Open the link that the server printed at its start.",
        "It holds for an hour; `portico setup-link` prints a new one.",
    ],
    &[Code::SignedOut],
);
