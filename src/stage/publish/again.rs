//! The same repair under another task: a defect that an issue reports breaks a build, too.

use super::Setting;
use crate::forge::PullRequest;
use crate::ids::BranchName;
use crate::patch::Patch;

/// So many of our open pull requests are looked at.
const MOST: usize = 20;

/// An open pull request of ours onto `target`, from another branch than `own`, in which every file is what the patch makes
/// of it. What the token may not look at stops nothing.
pub(super) fn holds(setting: &Setting, own: &BranchName, target: &BranchName, patch: &Patch) -> Option<PullRequest> {
    let me = setting.forge.me().ok()?;
    let prefix = format!("{}/", setting.config.branch.prefix);
    let is_ours = |pull: &PullRequest| {
        pull.head.starts_with(&prefix)
            && pull.head != own.as_str()
            && pull.base == target.as_str()
            && pull.author.is(&me)
    };
    let pulls = setting.forge.open_pulls().ok()?;
    pulls.into_iter().filter(is_ours).take(MOST).find(|pull| {
        let is_there = |head| {
            patch.files().iter().all(|file| setting.forge.file(head, &file.path).is_ok_and(|text| text == file.after))
        };
        pull.head_sha.as_ref().is_some_and(is_there)
    })
}
