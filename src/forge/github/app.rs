//! A GitHub App's own word: a short-lived JSON Web Token that says who it is, signed with its key (RFC 7519, RS256;
//! docs.github.com, "Generating a JSON Web Token for a GitHub App").

use crate::forge::{ForgeError, Result};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use rustls::pki_types::{PrivateKeyDer, pem::PemObject as _};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;
use std::sync::Arc;

/// Told every secret that comes into being, so that it is masked from then on.
pub type Learn = Arc<dyn Fn(&str) + Send + Sync>;

/// An App that is installed in the repository.
#[derive(Clone)]
pub struct App {
    /// Its number, or its client id.
    pub id: String,
    /// PEM, as GitHub hands it out.
    pub key: SecretString,
    pub learn: Learn,
}

/// GitHub takes ten minutes at most, and our clock may be ahead of its own.
const LIFETIME: u64 = 9 * 60;
const AHEAD: u64 = 60;

impl App {
    /// What proves at `now` (seconds since 1970) that we are the App.
    pub(super) fn token(&self, now: u64) -> Result<SecretString> {
        let pair = key_pair(self.key.expose_secret())?;
        let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let claims = json!({ "iat": now.saturating_sub(AHEAD), "exp": now + LIFETIME - AHEAD, "iss": self.id });
        let signed = format!("{}.{}", part(json!({ "alg": "RS256", "typ": "JWT" })), part(claims));
        let mut signature = vec![0; pair.public().modulus_len()];
        pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature)
            .map_err(|_| unusable("it cannot sign"))?;
        let token = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature));
        (self.learn)(&token);
        Ok(token.into())
    }
}

/// Why the text is no key of an App, for whoever set it.
pub fn check_key(pem: &str) -> Result<()> {
    key_pair(pem).map(drop)
}

/// Secrets that were pasted into one line have `\n` written out.
fn key_pair(pem: &str) -> Result<RsaKeyPair> {
    let pem = pem.replace("\\n", "\n");
    let key =
        PrivateKeyDer::from_pem_slice(pem.as_bytes()).map_err(|_| unusable("it is no private key in PEM form"))?;
    let pair = match &key {
        PrivateKeyDer::Pkcs1(der) => RsaKeyPair::from_der(der.secret_pkcs1_der()),
        PrivateKeyDer::Pkcs8(der) => RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()),
        _ => return Err(unusable("it is no RSA key")),
    };
    pair.map_err(|_| unusable("it is no RSA key of at least 2048 bits"))
}

fn unusable(why: &str) -> ForgeError {
    ForgeError::Local(format!("the App's private key is unusable: {why}; give the .pem file's content as `app-key`"))
}
