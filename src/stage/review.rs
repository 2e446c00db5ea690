//! What the threads on a pull request of ours ask for: those that are open, on lines that still stand, in the words of
//! people with write access and of listed programs. Everybody else's words are not even read.

use crate::brain::text;
use crate::config::Config;
use crate::event::Actor;
use crate::forge::{Account, Forge, ForgeError, Permission, Thread, Word};
use crate::record::Wish;
use crate::task::is_answered;
use std::collections::HashMap;

/// Threads beyond this wait for the next round.
const MOST: usize = 20;
/// Of a thread's words.
const LONGEST: usize = 4_000;

/// The wishes of the pull request's threads, oldest first.
pub fn wishes(forge: &dyn Forge, config: &Config, pull: u64) -> Result<Vec<Wish>, ForgeError> {
    let threads = forge.threads(pull)?;
    if threads.iter().all(|thread| thread.resolved || thread.outdated) {
        return Ok(Vec::new());
    }
    let me = forge.me()?;
    let mut known: HashMap<String, bool> = HashMap::new();
    let mut wishes = Vec::new();
    for thread in threads.iter().filter(|thread| !thread.resolved && !thread.outdated) {
        let mut theirs = Vec::new();
        for word in &thread.comments {
            if may_ask(forge, config, &word.author, &mut known)? || word.author.is(&me) {
                theirs.push(word);
            }
        }
        wishes.extend(wish(thread, &theirs, &me));
    }
    wishes.truncate(MOST);
    Ok(wishes)
}

fn may_ask(
    forge: &dyn Forge,
    config: &Config,
    account: &Account,
    known: &mut HashMap<String, bool>,
) -> Result<bool, ForgeError> {
    let actor = Actor { login: account.login.clone(), kind: if account.bot { "Bot" } else { "User" }.to_owned() };
    if account.bot {
        return Ok(is_answered(&actor, config));
    }
    if let Some(known) = known.get(&account.login) {
        return Ok(*known);
    }
    let may = is_answered(&actor, config) || forge.permission(&account.login)? >= Permission::Write;
    known.insert(account.login.clone(), may);
    Ok(may)
}

/// `None` where we had the last word.
fn wish(thread: &Thread, words: &[&Word], me: &Account) -> Option<Wish> {
    let ours = words.iter().rposition(|word| word.author.is(me));
    let news = &words[ours.map_or(0, |at| at + 1)..];
    let last = news.last()?;
    let told = words.iter().filter(|word| !word.author.is(me));
    let text: Vec<String> = told.map(|word| format!("{}: {}", word.author.login, text::clean(&word.body))).collect();
    let lines = thread.line.map(|last| (thread.start_line.unwrap_or(last), last));
    let mut suggested = text::suggestions(&last.body);
    let suggestion = if suggested.len() == 1 { suggested.pop() } else { None };
    Some(Wish {
        thread: thread.id.clone(),
        by: last.author.login.clone(),
        path: thread.path.clone(),
        suggestion: suggestion.filter(|_| lines.is_some()),
        lines,
        text: text::cut(&text.join("\n\n"), LONGEST),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(login: &str) -> Account {
        Account { login: login.to_owned(), bot: login.ends_with("bot") }
    }

    fn word(login: &str, body: &str) -> Word {
        Word { url: String::new(), body: body.to_owned(), author: account(login) }
    }

    fn wished(words: &[Word], line: Option<u32>) -> Option<Wish> {
        let thread = Thread {
            id: "T".into(),
            resolved: false,
            outdated: false,
            path: "a.py".into(),
            line,
            start_line: None,
            comments: Vec::new(),
        };
        wish(&thread, &words.iter().collect::<Vec<_>>(), &account("us-bot"))
    }

    #[test]
    fn what_came_after_our_own_word_counts() {
        let suggestion = "```suggestion\nx = 1\n```";
        let wish =
            wished(&[word("ann", "why?"), word("us-bot", "Not done"), word("ann", suggestion)], Some(3)).unwrap();
        assert_eq!((wish.suggestion.as_deref(), wish.lines, wish.by.as_str()), (Some("x = 1"), Some((3, 3)), "ann"));
        assert!(wish.text.contains("why?") && !wish.text.contains("Not done"), "{}", wish.text);
        assert_eq!(wished(&[word("ann", suggestion), word("us-bot", "Done")], Some(3)), None);
    }

    #[test]
    fn two_suggestions_or_no_line_are_for_somebody_who_can_read() {
        let two = "```suggestion\na\n```\nor\n```suggestion\nb\n```";
        assert_eq!(wished(&[word("ann", two)], Some(3)).unwrap().suggestion, None);
        assert_eq!(wished(&[word("ann", "```suggestion\na\n```")], None).unwrap().suggestion, None);
    }
}
