//! The one error type. What the world sees comes from its code's row; the cause goes to the log only.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;

use uuid::Uuid;

use super::clash::Clash;
use super::codes::Code;

pub type Result<T, E = Error> = std::result::Result<T, E>;

type Cause = Box<dyn StdError + Send + Sync>;

/// A refusal or a failure, named by its code.
pub struct Error(Box<Inner>);

struct Inner {
    code: Code,
    message: Option<String>,
    next: Option<Cow<'static, str>>,
    wait: Wait,
    quoted: bool,
    param: Option<String>,
    detail: Option<String>,
    retry_after: Option<u32>,
    status: Option<u16>,
    subject: Option<Uuid>,
    clash: Option<Clash>,
    cause: Option<Cause>,
}

/// Whether waiting helps, where the code says that the very same request may succeed later.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wait {
    Timed,
    Untimed,
    Never,
}

impl Error {
    pub fn new(code: Code) -> Self {
        Self(Box::new(Inner {
            code,
            message: None,
            next: None,
            wait: Wait::Timed,
            quoted: false,
            param: None,
            detail: None,
            retry_after: None,
            status: None,
            subject: None,
            clash: None,
            cause: None,
        }))
    }

    pub fn code(&self) -> Code {
        self.0.code
    }

    /// The sentence shown; the row's own when none was given.
    pub fn message(&self) -> &str {
        self.0.message.as_deref().unwrap_or(self.0.code.message())
    }

    /// What to do next; the row's own when nothing else was said.
    pub fn next(&self) -> &str {
        self.0.next.as_deref().unwrap_or(self.0.code.next())
    }

    /// True when the very same request may succeed later.
    pub fn retry(&self) -> bool {
        self.0.code.retry() && self.0.wait != Wait::Never
    }

    /// True when it may succeed later, and nobody knows when.
    pub fn is_untimed(&self) -> bool {
        self.0.wait == Wait::Untimed
    }

    /// The sentence repeats what somebody else said, who may have repeated what was sent: it is shown to the
    /// caller, and kept nowhere.
    pub fn is_quoted(&self) -> bool {
        self.0.quoted
    }

    /// The field at fault, by path.
    pub fn param(&self) -> Option<&str> {
        self.0.param.as_deref()
    }

    /// For the log only.
    pub fn detail(&self) -> Option<&str> {
        self.0.detail.as_deref()
    }

    /// Seconds.
    pub fn retry_after(&self) -> Option<u32> {
        self.0.retry_after
    }

    pub fn status(&self) -> u16 {
        self.0.status.unwrap_or(self.0.code.status())
    }

    /// The row it is about, where its code names one kind: a subscription, or the API without one.
    pub fn subject(&self) -> Option<Uuid> {
        self.0.subject
    }

    /// What stands against the change, where this is a `conflict`; one that names nothing lost a race.
    pub fn clash(&self) -> Option<Clash> {
        (self.0.code == Code::Conflict).then(|| self.0.clash.unwrap_or(Clash::Meanwhile))
    }

    /// A sentence that says more than the row's. It is shown: no secrets, no names of users.
    pub fn saying(mut self, message: impl Into<String>) -> Self {
        self.0.message = Some(message.into());
        self
    }

    /// The same, in somebody else's words.
    pub fn quoting(mut self, message: impl Into<String>) -> Self {
        self.0.quoted = true;
        self.saying(message)
    }

    /// Another next step than the row's.
    pub fn then(mut self, next: impl Into<Cow<'static, str>>) -> Self {
        self.0.next = Some(next.into());
        self
    }

    /// Waiting does not help, although it does with other errors of this code.
    pub fn lasting(mut self) -> Self {
        self.0.wait = Wait::Never;
        self
    }

    /// Somebody has to act first: no time can be named.
    pub fn untimed(mut self) -> Self {
        self.0.wait = Wait::Untimed;
        self
    }

    pub fn on(mut self, param: impl Into<String>) -> Self {
        self.0.param = Some(param.into());
        self
    }

    /// The sentence alone says what is wrong, where what was sent has no such field.
    pub fn on_nothing(mut self) -> Self {
        self.0.param = None;
        self
    }

    pub fn about(mut self, subject: Uuid) -> Self {
        self.0.subject = Some(subject);
        self
    }

    pub fn because(mut self, clash: Clash) -> Self {
        self.0.clash = Some(clash);
        self
    }

    pub fn after(mut self, seconds: u32) -> Self {
        self.0.retry_after = Some(seconds);
        self
    }

    /// Another status than the row's, for the rows that allow it (a vendor's own 4xx).
    pub fn as_status(mut self, status: u16) -> Self {
        self.0.status = Some(status);
        self
    }

    pub fn caused_by(mut self, cause: impl Into<Cause>) -> Self {
        self.0.cause = Some(cause.into());
        self
    }
}

impl Code {
    /// An error of this code with a detail for the log: ids are fine, secrets are not.
    pub fn with(self, detail: impl fmt::Display) -> Error {
        let mut error = Error::new(self);
        error.0.detail = Some(detail.to_string());
        error
    }

    /// An error of this code whose shown sentence says more than the row's.
    pub fn saying(self, message: impl Into<String>) -> Error {
        Error::new(self).saying(message)
    }
}

impl From<Code> for Error {
    fn from(code: Code) -> Self {
        Self::new(code)
    }
}

/// A database fault is ours, never the caller's. One that is away, locked or full is worth another try.
impl From<sea_orm::DbErr> for Error {
    fn from(cause: sea_orm::DbErr) -> Self {
        if is_away(&cause) {
            let error = Code::Overloaded.saying("The database cannot be reached right now.");
            return error.after(5).caused_by(cause);
        }
        Self::new(Code::Internal).caused_by(cause)
    }
}

/// No connection, or a server or file that takes nothing now.
fn is_away(cause: &sea_orm::DbErr) -> bool {
    use sea_orm::{DbErr, RuntimeErr};
    let fault = match cause {
        DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => return true,
        DbErr::Query(RuntimeErr::SqlxError(fault)) | DbErr::Exec(RuntimeErr::SqlxError(fault)) => fault,
        _ => return false,
    };
    match &**fault {
        sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed => true,
        sqlx::Error::Database(said) => said.code().is_some_and(|code| says_away(&code)),
        _ => false,
    }
}

/// PostgreSQL's classes have five letters, SQLite's numbers fewer.
fn says_away(code: &str) -> bool {
    if code.len() == 5 {
        return ["08", "53", "57P"].iter().any(|class| code.starts_with(class));
    }
    const BUSY: u32 = 5;
    const IO: u32 = 10;
    const FULL: u32 = 13;
    code.parse::<u32>().is_ok_and(|number| matches!(number & 0xff, BUSY | IO | FULL))
}

/// Names the code that a foreign error stands for at this place.
pub trait OrCode<T> {
    fn or_code(self, code: Code) -> Result<T>;
}

impl<T, E: Into<Cause>> OrCode<T> for std::result::Result<T, E> {
    fn or_code(self, code: Code) -> Result<T> {
        self.map_err(|cause| Error::new(code).caused_by(cause))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.code, self.message())?;
        if let Some(detail) = &self.0.detail {
            write!(f, " ({detail})")?;
        }
        let mut cause = self.0.cause.as_deref().map(|c| c as &dyn StdError);
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.cause.as_deref().map(|cause| cause as &(dyn StdError + 'static))
    }
}
