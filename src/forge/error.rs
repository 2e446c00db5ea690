//! What can go wrong between us and the forge, in the kinds that callers branch on. Each message names
//! the method and the path (never a query, a header or a body that could hold a secret) and the mend.

use std::fmt;
use std::time::Duration;

/// The request that failed, for people: `POST /repos/o/r/pulls`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    pub method: &'static str,
    /// Without the query.
    pub path: String,
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

/// A request that the forge did not answer with what was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ForgeError {
    #[error("{call}: the token was not accepted (401): give a valid GITHUB_TOKEN")]
    Unauthorized { call: Call },
    /// `needed` is ready for a `permissions:` block where we know it: `pull-requests: write`.
    #[error("{call}: forbidden (403): {message}; the token needs `{needed}`")]
    Forbidden { call: Call, needed: String, message: String, integration: bool },
    #[error("{call}: not found (404 or 410): it is gone, or the token may not see it")]
    NotFound { call: Call },
    /// The files at the base are not those that the patch was made for.
    #[error("{path} is not as the patch expects it")]
    Stale { path: String },
    #[error("{call}: conflict (409): {message}")]
    Conflict { call: Call, message: String },
    #[error("{call}: refused (422): {}", messages.join("; "))]
    Unprocessable { call: Call, messages: Vec<String> },
    #[error("{call}: rate limited: try again in {} s", retry_after.as_secs())]
    RateLimited { call: Call, retry_after: Duration },
    #[error("{call}: the server failed ({status}): try again later")]
    Server { call: Call, status: u16 },
    #[error("{call}: unexpected answer ({status}): {message}")]
    Unexpected { call: Call, status: u16, message: String },
    #[error("{call}: cannot reach the server: {message}: check the network, the proxy and GITHUB_API_URL")]
    Network { call: Call, message: String },
    #[error("{call}: no answer in time: check the network, the proxy and GITHUB_API_URL")]
    Timeout { call: Call },
    #[error("{call}: the answer cannot be read: {message}")]
    BadBody { call: Call, message: String },
    /// Outgoing file contents that hold a value we mask: publishing a masked file would not be what was proven.
    #[error("{path} would publish a secret of this run: nothing was sent")]
    Secret { path: String },
    /// The store of the local twin could not be read or written, or a setting of the client is unusable.
    #[error("{0}")]
    Local(String),
}

impl ForgeError {
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::NotFound { .. })
    }

    /// The forge or the way to it failed, and not what was asked: later it may go through.
    pub fn may_pass(&self) -> bool {
        matches!(
            self,
            Self::RateLimited { .. }
                | Self::Server { .. }
                | Self::Network { .. }
                | Self::Timeout { .. }
                | Self::BadBody { .. }
        )
    }

    /// The permission that is missing, when that is the reason.
    pub fn missing_permission(&self) -> Option<&str> {
        match self {
            Self::Forbidden { needed, .. } => Some(needed),
            _ => None,
        }
    }
}

/// `Ok(None)` for 404.
pub(crate) fn found<T>(result: Result<T, ForgeError>) -> Result<Option<T>, ForgeError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}
