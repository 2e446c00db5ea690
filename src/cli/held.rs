//! The secrets that this process holds, of which there may be more while it runs, and the mask over all of them.

use crate::mask::Masker;
use std::borrow::Cow;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

pub struct Held {
    secrets: Mutex<Vec<String>>,
    masker: RwLock<Arc<Masker>>,
}

impl Held {
    pub fn new(secrets: impl IntoIterator<Item = String>) -> Self {
        let secrets: Vec<String> = secrets.into_iter().collect();
        let masker = RwLock::new(Arc::new(Masker::new(secrets.clone())));
        Self { secrets: Mutex::new(secrets), masker }
    }

    /// Hides this one too, from now on.
    pub fn learn(&self, secret: &str) {
        let mut secrets = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        secrets.push(secret.to_owned());
        let masker = Arc::new(Masker::new(secrets.clone()));
        *self.masker.write().unwrap_or_else(PoisonError::into_inner) = masker;
    }

    pub fn mask<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let masker = Arc::clone(&self.masker.read().unwrap_or_else(PoisonError::into_inner));
        masker.mask(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_learnt_later_is_hidden_too() {
        let held = Held::new(["first-secret".to_owned()]);
        let text = "first-secret second-secret c2Vjb25kLXNlY3JldA==";
        assert_eq!(held.mask(text), "*** second-secret c2Vjb25kLXNlY3JldA==");
        held.learn("second-secret");
        let masked = held.mask(text);
        assert!(!masked.contains("second") && !masked.contains("c2Vjb25k"), "{masked}");
    }
}
