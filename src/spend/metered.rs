//! A model whose money is set aside before its first request: a run that asks none holds nothing back from others.

use super::{Purse, Refused, Reserved};
use crate::llm::{Asked, Dialect, Model, NoReply, NotPassed, Passage, Reply, Request, Seat, Seated, Spent, Take};
use anyhow::Result;
use std::sync::OnceLock;

pub struct Metered<'m, 's> {
    model: &'m dyn Model,
    purse: Purse<'s>,
    reserved: OnceLock<Result<Reserved, Refused>>,
}

impl<'m, 's> Metered<'m, 's> {
    pub fn new(model: &'m dyn Model, purse: Purse<'s>) -> Self {
        Self { model, purse, reserved: OnceLock::new() }
    }

    /// Why the model was not asked, if a cap or the ledger said no.
    pub fn refused(&self) -> Option<&Refused> {
        self.reserved.get()?.as_ref().err()
    }

    /// At the end of the run: what it came to, or why nothing was spent. What cannot be written is told.
    pub fn close(&self) -> Result<()> {
        match self.reserved.get() {
            None => Ok(()),
            Some(Err(refused)) if refused.about == "ledger" => Ok(()),
            Some(Err(refused)) => self.purse.tell(refused),
            Some(Ok(reserved)) => {
                let spent = self.model.spent();
                self.purse.settle(&reserved.claim, spent.usd, Some(self.model.name()), spent.tokens)
            }
        }
    }
}

impl Metered<'_, '_> {
    fn reserved(&self) -> Result<(), NoReply> {
        let reserved = self.reserved.get_or_init(|| {
            let reserved = self.purse.reserve();
            if let Ok(reserved) = &reserved {
                self.model.hold_to(reserved.usd, reserved.by);
            }
            reserved
        });
        reserved.as_ref().map(drop).map_err(|refused| NoReply::budget(refused.why.clone()))
    }
}

impl Model for Metered<'_, '_> {
    fn name(&self) -> &str {
        self.model.name()
    }

    fn complete(&self, request: &Request) -> Result<Reply, NoReply> {
        self.reserved()?;
        self.model.complete(request)
    }

    fn complete_all(&self, seat: Seat, requests: &[Request]) -> Vec<Result<Reply, NoReply>> {
        match self.reserved() {
            Ok(()) => self.model.complete_all(seat, requests),
            Err(no) => requests.iter().map(|_| Err(no.clone())).collect(),
        }
    }

    fn seated(&self) -> Vec<Seated> {
        self.model.seated()
    }

    fn spent(&self) -> Spent {
        self.model.spent()
    }

    fn writes(&self) -> bool {
        self.model.writes()
    }

    fn passage(&self) -> Option<&dyn Passage> {
        self.model.passage().is_some().then_some(self as &dyn Passage)
    }

    fn hold_to(&self, usd: f64, by: &'static str) {
        self.model.hold_to(usd, by);
    }
}

/// Only where the model has a passage.
impl Passage for Metered<'_, '_> {
    fn model(&self) -> &str {
        self.model.passage().map_or("", Passage::model)
    }

    fn dialects(&self) -> &[Dialect] {
        self.model.passage().map_or(&[], Passage::dialects)
    }

    fn pass(&self, asked: &Asked, take: &mut Take) -> Result<(), NotPassed> {
        self.reserved()?;
        match self.model.passage() {
            Some(passage) => passage.pass(asked, take),
            None => Ok(()),
        }
    }

    fn tell(&self, text: &str) {
        self.model.passage().iter().for_each(|passage| passage.tell(text));
    }
}
