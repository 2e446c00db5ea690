//! The HTTP client itself: rustls with ring, the system's certificates (built-in ones where there are
//! none), proxies from the environment except for this machine, names resolved without NSS.

use super::Timing;
use crate::forge::{ForgeError, Result};
use reqwest::redirect::Policy;
use rustls::{ClientConfig, RootCertStore, crypto::ring};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// One client for this machine, one for the rest; each made when first needed, because reading the
/// system's certificates takes longer than everything else at the start.
pub(super) struct Clients {
    timing: Timing,
    here: OnceLock<reqwest::Client>,
    out: OnceLock<reqwest::Client>,
}

impl Clients {
    pub(super) fn new(timing: Timing) -> Self {
        Self { timing, here: OnceLock::new(), out: OnceLock::new() }
    }

    pub(super) fn for_url(&self, url: &str) -> Result<reqwest::Client> {
        let here = is_loopback(url);
        let cell = if here { &self.here } else { &self.out };
        if let Some(client) = cell.get() {
            return Ok(client.clone());
        }
        let made = build(self.timing, here)?;
        Ok(cell.get_or_init(|| made).clone())
    }
}

/// Refuses what is no http(s) URL, and plain http to other machines: the token would be readable.
pub(super) fn check_url(url: &str) -> Result<()> {
    let parsed = reqwest::Url::parse(url).ok().filter(|url| url.username().is_empty() && url.password().is_none());
    match parsed {
        Some(_) if is_safe(url) => Ok(()),
        _ => Err(ForgeError::Local(
            "GITHUB_API_URL and GITHUB_SERVER_URL must start with https:// (http:// only for this machine)".to_owned(),
        )),
    }
}

pub(crate) fn is_safe(url: &str) -> bool {
    url.starts_with("https://") || (url.starts_with("http://") && is_loopback(url))
}

pub(crate) fn is_loopback(url: &str) -> bool {
    let Ok(url) = reqwest::Url::parse(url) else { return false };
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// For other rooms that speak HTTP: the same certificates, proxies and names.
pub(crate) fn client(url: &str, connect: Duration, idle: Duration) -> Result<reqwest::Client> {
    build(Timing { connect, idle, ..Timing::default() }, is_loopback(url))
}

fn build(timing: Timing, here: bool) -> Result<reqwest::Client> {
    let mut builder = reqwest::Client::builder()
        .tls_backend_preconfigured(tls(here)?)
        .connect_timeout(timing.connect)
        .read_timeout(timing.idle)
        // Connections are only looked after while a request runs, so old ones are not trusted.
        .pool_idle_timeout(Duration::from_secs(10))
        // Redirects are followed by hand, because the token must not go along.
        .redirect(Policy::none())
        .user_agent(concat!("thanos-fix/", env!("CARGO_PKG_VERSION")));
    if here {
        builder = builder.no_proxy();
    }
    builder.build().map_err(|error| unusable(&error))
}

fn tls(here: bool) -> Result<ClientConfig> {
    let mut roots = RootCertStore::empty();
    if !here {
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    }
    if roots.is_empty() {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| unusable(&error))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

fn unusable(error: &dyn std::fmt::Display) -> ForgeError {
    ForgeError::Local(format!("cannot make the HTTP client: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_stays_on_this_machine() {
        for url in ["https://api.github.com", "http://127.0.0.1:80/api/v3", "http://localhost:1", "http://[::1]:2"] {
            assert_eq!(check_url(url), Ok(()), "{url}");
        }
        for url in ["http://api.github.com", "ftp://x", "", "https://u:p@host", "http://127.0.0.1.evil.com", "https://"]
        {
            assert!(check_url(url).is_err(), "{url}");
        }
    }

    #[test]
    fn both_clients_can_be_made() {
        let clients = Clients::new(Timing::default());
        assert!(clients.for_url("https://api.github.com").is_ok());
        assert!(clients.for_url("http://127.0.0.1:1").is_ok());
    }
}
