//! The words that columns hold.

use crate::base::words::words;

words! { /// A person signs in; a service only owns keys.
UserKind { Person "person" "person"; Service "service" "service"; } }
words! { /// The system role of a user.
Role { Admin "admin" "Admin"; Publisher "publisher" "Publisher"; Auditor "auditor" "Auditor"; Member "member" "Member"; } }
words! { UserState {
    Invited "invited" "invited"; Waiting "waiting" "waiting for an admin"; Active "active" "active";
    Deactivated "deactivated" "deactivated"; Deleted "deleted" "deleted";
} }
words! { /// What a one-time link lets its holder do.
TokenKind { Setup "setup" "set-up"; Invitation "invitation" "invitation"; Reset "reset" "password reset"; } }
words! { TeamRole { Owner "owner" "owner"; Member "member" "member"; } }
words! { /// Of teams and applications.
Standing { Active "active" "active"; Suspended "suspended" "suspended"; } }
words! { /// Of providers, credentials, models and targets.
Switch { On "on" "on"; Off "off" "off"; } }
words! { /// Who may see an API in the catalogue.
Visibility { Everyone "everyone" "everyone"; Teams "teams" "some teams"; } }
words! { VersionState {
    Draft "draft" "draft"; Published "published" "published"; Deprecated "deprecated" "deprecated"; Retired "retired" "retired";
} }
words! { /// How a plan's requests are decided.
Approval { Auto "auto" "at once"; Manual "manual" "by a person"; Rule "rule" "by a rule"; } }
words! { PlanState { Open "open" "open"; Closed "closed" "closed to new requests"; } }
words! { SubscriptionState {
    Requested "requested" "waiting for a decision"; Approved "approved" "approved"; Denied "denied" "denied";
    Withdrawn "withdrawn" "withdrawn"; Suspended "suspended" "suspended"; Ended "ended" "ended";
} }
words! { KeyState { Active "active" "active"; Paused "paused" "paused"; Revoked "revoked" "revoked"; } }
words! { /// Why a key is not active.
KeyReason { Revoked "revoked" "revoked"; Leaked "leaked" "leaked"; Held "held" "paused by an operator"; } }
words! { /// What a key may be used for: an endpoint class.
Scope { Chat "chat" "Chat"; Embeddings "embeddings" "Embeddings"; Images "images" "Images"; Audio "audio" "Audio"; Models "models" "List models"; } }
