//! GitHub over HTTPS.
