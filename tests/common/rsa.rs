//! A key pair like those that GitHub hands out for Apps, made anew: none is kept among the sources.

use std::process::Command;
use std::sync::OnceLock;

pub struct Pair {
    /// PEM, PKCS #1.
    pub private: String,
    pub public: String,
}

/// One for the whole test binary; making it takes a moment.
pub fn pair() -> &'static Pair {
    static PAIR: OnceLock<Pair> = OnceLock::new();
    PAIR.get_or_init(make)
}

#[expect(clippy::disallowed_methods, reason = "a test asks node for a key")]
fn make() -> Pair {
    let script = "const form = {type: 'pkcs1', format: 'pem'};\
        const pair = require('crypto').generateKeyPairSync('rsa', {modulusLength: 2048, publicKeyEncoding: form, privateKeyEncoding: form});\
        console.log(JSON.stringify([pair.privateKey, pair.publicKey]))";
    let output = Command::new("node").args(["-e", script]).output().expect("node is installed: run tests/run");
    let [private, public]: [String; 2] = serde_json::from_slice(&output.stdout).expect("node makes keys");
    Pair { private, public }
}
