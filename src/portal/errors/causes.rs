//! What the documentation says of each code: why it happens and what to do. The match names every code, so a new one
//! does not compile until its page is written.

mod access;
mod call;
mod key;
mod portal;
mod vendor;

use crate::base::Code;

/// The chapters of the catalogue, in the order in which a call meets them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chapter {
    Address,
    Key,
    Owner,
    Access,
    Model,
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
        Self::Model,
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
            Self::Access => "API, version and subscription",
            Self::Model => "Model",
            Self::Limits => "Limits and budgets",
            Self::Request => "The request's content",
            Self::Vendor => "The vendor behind the gateway",
            Self::Gateway => "The gateway itself",
            Self::Portal => "Portal and management API",
        }
    }

    /// One word: on its tab, and in the address that shows it alone.
    pub fn word(self) -> &'static str {
        match self {
            Self::Address => "Address",
            Self::Key => "Key",
            Self::Owner => "Person",
            Self::Access => "Subscription",
            Self::Model => "Model",
            Self::Limits => "Limits",
            Self::Request => "Request",
            Self::Vendor => "Vendor",
            Self::Gateway => "Gateway",
            Self::Portal => "Portal",
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
    match code {
        Code::PathUnknown => call::PATH_UNKNOWN,
        Code::MethodNotAllowed => call::METHOD_NOT_ALLOWED,
        Code::AuthMissing => key::AUTH_MISSING,
        Code::AuthScheme => key::AUTH_SCHEME,
        Code::AuthConflict => key::AUTH_CONFLICT,
        Code::AuthInUrl => key::AUTH_IN_URL,
        Code::KeyForeign => key::KEY_FOREIGN,
        Code::KeyMalformed => key::KEY_MALFORMED,
        Code::KeyUnknown => key::KEY_UNKNOWN,
        Code::KeyExpired => key::KEY_EXPIRED,
        Code::KeyRevoked => key::KEY_REVOKED,
        Code::KeyRotated => key::KEY_ROTATED,
        Code::KeyPaused => key::KEY_PAUSED,
        Code::OwnerDeactivated => key::OWNER_DEACTIVATED,
        Code::OwnerDeleted => key::OWNER_DELETED,
        Code::OwnerNotMember => key::OWNER_NOT_MEMBER,
        Code::AppSuspended => key::APP_SUSPENDED,
        Code::TeamSuspended => key::TEAM_SUSPENDED,
        Code::IpNotAllowed => key::IP_NOT_ALLOWED,
        Code::ApiUnknown => access::API_UNKNOWN,
        Code::VersionUnknown => access::VERSION_UNKNOWN,
        Code::VersionRetired => access::VERSION_RETIRED,
        Code::SubscriptionMissing => access::SUBSCRIPTION_MISSING,
        Code::SubscriptionPending => access::SUBSCRIPTION_PENDING,
        Code::SubscriptionDenied => access::SUBSCRIPTION_DENIED,
        Code::SubscriptionSuspended => access::SUBSCRIPTION_SUSPENDED,
        Code::SubscriptionEnded => access::SUBSCRIPTION_ENDED,
        Code::ScopeMissing => access::SCOPE_MISSING,
        Code::ModelNotAllowed => access::MODEL_NOT_ALLOWED,
        Code::ModelUnpriced => access::MODEL_UNPRICED,
        Code::ModelNotFound => access::MODEL_NOT_FOUND,
        Code::RateLimitExceeded => access::RATE_LIMIT_EXCEEDED,
        Code::ConcurrencyLimited => access::CONCURRENCY_LIMITED,
        Code::InsufficientQuota => access::INSUFFICIENT_QUOTA,
        Code::ContentFilter => call::CONTENT_FILTER,
        Code::VendorCredential => vendor::VENDOR_CREDENTIAL,
        Code::VendorLimit => vendor::VENDOR_LIMIT,
        Code::VendorOverloaded => vendor::VENDOR_OVERLOADED,
        Code::AuthUnavailable => vendor::AUTH_UNAVAILABLE,
        Code::JsonInvalid => call::JSON_INVALID,
        Code::FieldInvalid => call::FIELD_INVALID,
        Code::FieldUnsupported => call::FIELD_UNSUPPORTED,
        Code::ContextLengthExceeded => call::CONTEXT_LENGTH_EXCEEDED,
        Code::RequestTimeout => call::REQUEST_TIMEOUT,
        Code::BodyTooLarge => call::BODY_TOO_LARGE,
        Code::MediaTypeUnsupported => call::MEDIA_TYPE_UNSUPPORTED,
        Code::VendorUnreachable => vendor::VENDOR_UNREACHABLE,
        Code::VendorTls => vendor::VENDOR_TLS,
        Code::VendorError => vendor::VENDOR_ERROR,
        Code::VendorRejected => vendor::VENDOR_REJECTED,
        Code::VendorTimeout => vendor::VENDOR_TIMEOUT,
        Code::StreamInterrupted => vendor::STREAM_INTERRUPTED,
        Code::NoTarget => vendor::NO_TARGET,
        Code::Overloaded => vendor::OVERLOADED,
        Code::ShuttingDown => vendor::SHUTTING_DOWN,
        Code::Internal => vendor::INTERNAL,
        Code::SignedOut => portal::SIGNED_OUT,
        Code::NotPermitted => portal::NOT_PERMITTED,
        Code::CsrfFailed => portal::CSRF_FAILED,
        Code::NotFound => portal::NOT_FOUND,
        Code::Conflict => portal::CONFLICT,
        Code::SetupPending => portal::SETUP_PENDING,
    }
}
