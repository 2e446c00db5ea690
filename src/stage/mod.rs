//! The stages of a run: collect reads, heal repairs and proves, publish writes.

pub mod collect;
pub mod heal;
pub mod locate;
pub mod memory;
pub mod proposal;
pub mod publish;
pub mod review;

use crate::guard::secrets::{Scanner, Settings};

/// The secret scan with the settings of a commit or a tree, whose files `read` gives. Settings that cannot
/// be read let nothing pass, and that is said.
pub fn scanner(read: &dyn Fn(&str) -> Option<String>, say: &dyn Fn(&str)) -> Scanner {
    let settings = Settings::read(read).unwrap_or_else(|why| {
        say(&format!("the built-in rules for secrets alone are used: {why}"));
        Settings::default()
    });
    Scanner::new(settings, false)
}

/// A file's text, whatever its bytes.
pub fn text_of(bytes: Vec<u8>) -> Option<String> {
    Some(String::from_utf8(bytes).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned()))
}

/// Told of every step of progress: the stage, and what it found.
pub type Say<'a> = &'a (dyn Fn(&str, &str) + Sync);
