//! Who is asked: by the complexity that the diagnosis tells, as the configuration has it. The choice, its reason and about
//! what it costs are told and kept.

use super::super::Job;
use super::desk;
use crate::config::{Price, Route};
use crate::llm::{Model, Seat, Seated};
use crate::record::entry::Decision;
use crate::record::{Complexity, HandId};
use crate::report::NO_MODEL;

/// For the estimate: so many steps has a conversation that ends well, and so many tokens come with each.
const STEPS: f64 = 8.0;
const PER_STEP: f64 = 1_200.0;
const WRITTEN: f64 = 400.0;

/// `None`: nobody.
pub fn first(job: &Job, model: &dyn Model) -> Option<Seat> {
    let (word, route) = of(job);
    let class = job.diagnosis.class.as_str();
    let seat = match route {
        Route::None => None,
        Route::Cheap => Some(Seat::Cheap),
        Route::Strong => Some(Seat::Strong),
    };
    let why = format!("the diagnosis calls it {word} (class {class})");
    let seats = seats(model);
    let tell = |line: &str| job.workshop.tell_as(HandId::Model, line);
    let Some(seat) = seat else {
        job.workshop.note(HandId::Model, &format!("not asked: {why}, and model.routes.{word} is none"));
        decide(job, &seats, NO_MODEL, why);
        return None;
    };
    let found = seats.iter().find(|seated| seated.seat == seat);
    let name = found.map_or(model.name(), |seated| &seated.name).to_owned();
    let about = found
        .and_then(|seated| estimate(job, seated.price?))
        .map_or_else(String::new, |usd| format!(", about ${usd:.3}"));
    tell(&format!("asking {name}{about}: {why}"));
    decide(job, &seats, &format!("{}: {name}", seat.as_str()), why);
    Some(seat)
}

/// Whether the strong one is asked where the cheap one found nothing.
pub fn onwards(job: &Job, model: &dyn Model) -> bool {
    let seats = seats(model);
    let name = |seat| seats.iter().find(|seated| seated.seat == seat).map(|seated| seated.name.as_str());
    let (Some(strong), Some(cheap)) = (name(Seat::Strong), name(Seat::Cheap)) else { return false };
    if !job.asking.escalate || strong == cheap {
        return false;
    }
    let why = format!("{cheap} found no repair (model.escalate)");
    job.workshop.note(HandId::Model, &format!("asking {strong}: {why}"));
    decide(job, &seats, &format!("strong: {strong}"), why);
    true
}

fn of(job: &Job) -> (&'static str, Route) {
    let routes = job.asking.routes;
    match job.diagnosis.complexity {
        Complexity::Trivial => ("trivial", routes.trivial),
        Complexity::Simple => ("simple", routes.simple),
        Complexity::Hard => ("hard", routes.hard),
    }
}

fn seats(model: &dyn Model) -> Vec<Seated> {
    model.seated().into_iter().filter(|seated| seated.seat != Seat::Reviewer).collect()
}

fn decide(job: &Job, seats: &[Seated], choice: &str, why: String) {
    let option =
        |seated: &Seated| Some((format!("{}: {}", seated.seat.as_str(), seated.name), estimate(job, seated.price?)?));
    job.workshop.decide(Decision {
        about: "route".to_owned(),
        choice: choice.to_owned(),
        why,
        options: seats.iter().filter_map(option).collect(),
        seed: None,
    });
}

/// About what a conversation costs that ends well; `None` where that cannot be known.
fn estimate(job: &Job, price: Price) -> Option<f64> {
    let fixed = desk::fixed();
    let first = (super::data::tokens(&desk::first(job, "", fixed).ok()?) + fixed) as f64;
    let again = price.cache_read.unwrap_or(price.input);
    // Each request reads what came before once more.
    let before = (STEPS - 1.0) * first + PER_STEP * (STEPS - 1.0) * (STEPS - 2.0) / 2.0;
    let new = first + PER_STEP * (STEPS - 1.0);
    let usd = (new * price.input + before * again + STEPS * WRITTEN * price.output) / 1e6;
    Some(usd * job.asking.samples as f64)
}
