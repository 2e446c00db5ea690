//! The pull request of a task, and what is left when it is refused.

use super::{Published, Setting, Stop, cannot_write, sentence};
use crate::forge::{NewPull, PullOpened, PullRefusal, PullRequest, PullState};
use crate::ids::{BranchName, Sha};
use crate::record::Outcome;
use crate::report;
use crate::stage::proposal::Proposal;
use crate::task::Kind;

/// Opens the pull request, or describes the open one again.
pub(super) fn open(
    setting: &Setting,
    proposal: &Proposal,
    branch: &BranchName,
    published: &mut Published,
) -> Result<(), Stop> {
    let story = setting.story(proposal, published);
    let (title, body) = (report::pull_title(&story), report::pull_body(&story));
    let base = match &proposal.target {
        own if own == branch => None,
        target => Some(target.clone()),
    };
    let existing = setting.forge.pull_of(branch).ok().flatten().filter(|p| p.state == PullState::Open);
    let pull = match (existing, base) {
        // It says what it is for; the threads say what was added.
        (Some(pull), _) if proposal.task.kind == Kind::Review => pull,
        (Some(pull), _) => describe_again(setting, pull, published.commit.as_ref(), (&title, &body))?,
        (None, None) => {
            return Err(Stop::Refused(format!("The branch {branch} is repaired; it has no open pull request.")));
        }
        (None, Some(base)) => {
            let draft = setting.config.publish.draft;
            let mut new = NewPull { title, body, head: branch.clone(), base, draft };
            published.compare_url = Some(compare_url(setting, &new));
            let answer = ask_for_pull(setting, &mut new)?;
            published.compare_url = None;
            match answer {
                (pull, true) => {
                    published.is_new = true;
                    pull
                }
                (pull, false) => describe_again(setting, pull, published.commit.as_ref(), (&new.title, &new.body))?,
            }
        }
    };
    (setting.say)("publish", &format!("pull request {}", pull.url));
    published.pull = Some(pull.number);
    published.pull_url = Some(pull.url);
    Ok(())
}

/// A pull request that is open already gets our words, unless somebody took the branch over meanwhile.
fn describe_again(
    setting: &Setting,
    pull: PullRequest,
    commit: Option<&Sha>,
    (title, body): (&str, &str),
) -> Result<PullRequest, Stop> {
    let head = BranchName::parse(pull.head.as_str()).ok().and_then(|b| setting.forge.branch_tip(&b).ok().flatten());
    if head.is_some() && head.as_ref() != commit {
        return Err(Stop::Outcome(Outcome::Duplicate, format!("another run wrote {} meanwhile", pull.url)));
    }
    Ok(setting.forge.update_pull(pull.number, title, body).unwrap_or(pull))
}

/// The pull request, and whether it is new.
fn ask_for_pull(setting: &Setting, new: &mut NewPull) -> Result<(PullRequest, bool), Stop> {
    loop {
        let answer = match setting.forge.open_pull(new) {
            Ok(answer) => answer,
            Err(e) => {
                let why = pull_refused(new, &sentence(&e));
                return Err(match cannot_write(&e, "", "") {
                    Stop::Later(_) => Stop::Later(why),
                    _ => Stop::Refused(why),
                });
            }
        };
        match answer {
            PullOpened::Opened(pull) => return Ok((pull, true)),
            PullOpened::Exists(pull) => return Ok((pull, false)),
            PullOpened::Refused { why: PullRefusal::NoDrafts, .. } if new.draft => new.draft = false,
            PullOpened::Refused { message, why } => {
                let hint = match why {
                    PullRefusal::NotAllowed => {
                        " Allow it in Settings → Actions → General (\"Allow GitHub Actions to create and approve pull \
                         requests\") and with `pull-requests: write`."
                    }
                    _ => "",
                };
                return Err(Stop::Refused(pull_refused(new, &format!("{}.{hint}", message.trim_end_matches('.')))));
            }
        }
    }
}

fn compare_url(setting: &Setting, new: &NewPull) -> String {
    let title = url_escape(&new.title);
    format!(
        "{}/compare/{}...{}?expand=1&title={title}",
        setting.web,
        url_escape_path(&new.base),
        url_escape_path(&new.head)
    )
}

/// Branch names may hold what a URL (or Markdown) takes for its own.
fn url_escape_path(branch: &BranchName) -> String {
    branch.as_str().split('/').map(url_escape).collect::<Vec<_>>().join("/")
}

fn pull_refused(new: &NewPull, why: &str) -> String {
    format!("The branch {} is pushed, but the pull request was refused: {why}", new.head)
}

fn url_escape(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.~".contains(&b);
    text.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_hold_no_markdown() {
        assert_eq!(url_escape_path(&BranchName::parse("a(b)/c#1").unwrap()), "a%28b%29/c%231");
    }
}
