//! The secrets that this process holds, of which there may be more while it runs, and the one mask over all of them:
//! whatever is printed or written by a door goes through it.

use crate::mask::Masker;
use std::borrow::Cow;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};

#[derive(Default)]
pub struct Held {
    secrets: Mutex<Vec<String>>,
    masker: RwLock<Arc<Masker>>,
}

/// The one of this process.
pub fn held() -> &'static Held {
    static HELD: OnceLock<Held> = OnceLock::new();
    HELD.get_or_init(Held::default)
}

impl Held {
    /// Hides these too, from now on.
    pub fn learn(&self, more: impl IntoIterator<Item = String>) {
        let mut secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        secrets.extend(more);
        let masker = Arc::new(Masker::new(secrets.clone()));
        *self.masker.write().unwrap_or_else(PoisonError::into_inner) = masker;
    }

    pub fn mask<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let masker = Arc::clone(&self.masker.read().unwrap_or_else(PoisonError::into_inner));
        masker.mask(text)
    }

    /// Whether one of them is in it, for rooms that must not send it.
    pub fn holds_fn(&'static self) -> crate::forge::Holds {
        Arc::new(move |text: &str| self.masker.read().unwrap_or_else(PoisonError::into_inner).holds(text))
    }

    /// For rooms that take the mask as a function.
    pub fn mask_fn(&'static self) -> crate::forge::Mask {
        Arc::new(move |text: &str| self.mask(text).into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_learnt_later_is_hidden_too() {
        let held = Held::default();
        held.learn(["first-secret".to_owned()]);
        let text = "first-secret second-secret c2Vjb25kLXNlY3JldA==";
        assert_eq!(held.mask(text), "*** second-secret c2Vjb25kLXNlY3JldA==");
        held.learn(["second-secret".to_owned()]);
        let masked = held.mask(text);
        assert!(!masked.contains("second") && !masked.contains("c2Vjb25k"), "{masked}");
    }
}
