//! A review of our own pull request is a follow-up of the task that it was made for, on the same branch.

use super::{Decision, Kind, Task, ignored, made, own_key, plain};
use crate::config::Config;
use crate::event::{Actor, Event, Reviewed, Said};
use crate::record::entry::Verdict;

pub(super) fn decide(task: Task, event: &Event, pull: &Reviewed, said: &Said, config: &Config) -> Decision {
    let wanted = if said.place.is_some() { "created" } else { "submitted" };
    if event.action != wanted {
        return ignored(match plain(&event.action) {
            None => "the event does not say what happened to the review".to_owned(),
            Some(action) => format!("the review was {action}, not {wanted}"),
        });
    }
    let own = pull.branch.as_ref().filter(|_| !pull.is_fork);
    let Some((branch, key)) = own.and_then(|branch| Some((branch, own_key(branch, config)?))) else {
        return ignored("the review is of a pull request that thanos-fix has not made");
    };
    if let Some(why) = not_worked_on(pull, said, config) {
        return ignored(why);
    }
    let actors = if said.author.login.is_empty() { vec![event.sender.clone()] } else { vec![said.author.clone()] };
    made(Task {
        kind: Kind::Review,
        key,
        number: Some(pull.number),
        is_pull: true,
        title: pull.title.clone(),
        author: Some(pull.author.clone()),
        actors,
        target: Some(branch.clone()),
        ..task
    })
}

fn not_worked_on(pull: &Reviewed, said: &Said, config: &Config) -> Option<String> {
    if !config.answers.reviews {
        return Some("reviews are not answered (answers.reviews)".to_owned());
    }
    if !pull.open {
        return Some(format!("pull request #{} is closed", pull.number));
    }
    if said.author == pull.author && !said.author.login.is_empty() {
        return Some("the word is our own".to_owned());
    }
    match said.verdict {
        Verdict::None => {
            Some(format!("{} says that there is no review: skipped, limited or not ready", said.author.login))
        }
        _ => None,
    }
}

/// Whether a program's threads are worked on like those of people with write access.
pub fn is_answered(actor: &Actor, config: &Config) -> bool {
    super::is_among(actor, &config.trust.bots) || super::is_among(actor, &config.answers.bots)
}

#[cfg(test)]
mod tests {
    use crate::config::Config;
    use crate::event;
    use crate::task::{Decision, Kind, decide};
    use serde_json::{Value, json};

    fn payload() -> Value {
        json!({
            "action": "submitted", "repository": {"full_name": "o/r"}, "sender": {"login": "ann", "type": "User"},
            "pull_request": {"number": 4, "title": "fix: x", "state": "open", "user": {"login": "x[bot]", "type": "Bot"},
                "head": {"ref": "thanos/issue-1", "repo": {"full_name": "o/r"}}},
            "review": {"id": 7, "state": "commented", "body": "", "user": {"login": "ann", "type": "User"}},
        })
    }

    fn decided(payload: &Value, config: &str) -> Result<crate::task::Task, String> {
        let name = if payload.get("comment").is_some() { "pull_request_review_comment" } else { "pull_request_review" };
        let event = event::parse(name, &serde_json::to_vec(payload).unwrap()).unwrap();
        match decide(&event, &crate::config::parse("t", config).unwrap(), None) {
            Decision::Task(task) => Ok(*task),
            Decision::Ignored(why) => Err(why),
        }
    }

    #[test]
    fn a_review_of_ours_is_more_of_the_same_task() {
        let task = decided(&payload(), "").unwrap();
        assert_eq!((task.kind, task.key.as_str(), task.number), (Kind::Review, "issue-1", Some(4)));
        assert_eq!((task.target.unwrap().as_str(), task.actors[0].login.as_str()), ("thanos/issue-1", "ann"));
        let mut line = payload();
        line["action"] = json!("created");
        line["comment"] = json!({"id": 8, "body": "rename it", "user": {"login": "bob", "type": "User"}});
        assert_eq!(decided(&line, "").unwrap().actors[0].login, "bob");
    }

    #[test]
    fn everything_else_is_passed_over_for_a_reason() {
        let with = |pointer: &str, value: Value| {
            let mut changed = payload();
            *changed.pointer_mut(pointer).unwrap() = value;
            decided(&changed, "").unwrap_err()
        };
        assert!(with("/action", json!("dismissed")).contains("dismissed"));
        assert!(with("/action", json!(3)).contains("does not say"));
        assert!(with("/pull_request/state", json!("closed")).contains("closed"));
        assert!(with("/pull_request/head/ref", json!("feature")).contains("not made"));
        assert!(with("/pull_request/head/repo/full_name", json!("fork/r")).contains("not made"));
        assert!(with("/review/user", json!({"login": "x[bot]", "type": "Bot"})).contains("our own"));
        assert!(decided(&payload(), "answers: {reviews: false}").unwrap_err().contains("answers.reviews"));
        let mut notice = payload();
        notice["review"]["user"] = json!({"login": "coderabbitai[bot]", "type": "Bot"});
        notice["review"]["body"] = json!("> [!IMPORTANT]\n> ## Review skipped\n> Draft detected.");
        assert!(decided(&notice, "").unwrap_err().contains("no review"));
    }

    #[test]
    fn listed_programs_count_like_people() {
        let mut config = Config::default();
        let is = |config: &Config, login: &str, kind: &str| {
            super::is_answered(&event::Actor { login: login.into(), kind: kind.into() }, config)
        };
        assert!(is(&config, "coderabbitai", "Bot") && is(&config, "coderabbitai[bot]", ""));
        assert!(!is(&config, "coderabbitai", "User") && !is(&config, "other[bot]", "Bot"));
        config.answers.bots.clear();
        assert!(!is(&config, "coderabbitai[bot]", "Bot"));
    }
}
