//! Repositories on disk: reading commits, checking one out, publishing into a bare repository, reading
//! what a server sends. The only user of git2; nothing here runs a program or talks to a network.

mod begin;
mod changes;
mod checkout;
mod fetch;
mod history;
mod publish;
mod shadow;

pub use begin::begin;
pub use changes::{Changes, Dirty, ModeChange};
pub use checkout::{checkout_local, checkout_pack, receive_pack, share_bare};
pub use fetch::{FETCH_CONTENT_TYPE, FETCH_PROTOCOL, fetch_request, is_of_this_disk};
pub use history::Step;
pub use publish::{Moved, OURS, RefState};

use crate::ids::{RelPath, RepoSlug, Sha};
use anyhow::{Context as _, Result};
use std::path::{Path, PathBuf};

/// What a tree entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileMode {
    File,
    Executable,
    Symlink,
    Submodule,
    Directory,
}

impl FileMode {
    /// As git writes it in a tree.
    pub fn octal(self) -> &'static str {
        match self {
            Self::File => "100644",
            Self::Executable => "100755",
            Self::Symlink => "120000",
            Self::Submodule => "160000",
            Self::Directory => "040000",
        }
    }

    /// Any mode that git ever wrote: the group-writable 100664 of old trees is a plain file.
    pub fn from_bits(bits: u32) -> Self {
        match bits & 0o170_000 {
            0o120_000 => Self::Symlink,
            0o160_000 => Self::Submodule,
            0o040_000 => Self::Directory,
            _ if bits & 0o100 != 0 => Self::Executable,
            _ => Self::File,
        }
    }
}

/// A name in a tree: what it is and the id of its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeEntry {
    pub mode: FileMode,
    pub id: Sha,
}

/// Where HEAD is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// `None` before the first commit.
    pub commit: Option<Sha>,
    /// `None` when it is detached.
    pub branch: Option<String>,
}

/// A commit's header, for people and for walking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitHead {
    pub parents: Vec<Sha>,
    pub message: String,
    /// Unix seconds.
    pub time: i64,
    /// Author and committer, each as `name <mail>`.
    pub people: [String; 2],
}

/// An open repository. Whoever owns it, it can be read: nothing of it is executed, and its ownership
/// says nothing of the trust that we put into it.
pub struct Repo {
    inner: git2::Repository,
}

impl Repo {
    /// The repository that `path` lies in, if any.
    pub fn discover(path: &Path) -> Result<Option<Self>> {
        match git2::Repository::discover_path(path, std::iter::empty::<&Path>()) {
            Ok(git_dir) => Self::open_git_dir(&git_dir).map(Some),
            Err(error) if error.code() == git2::ErrorCode::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("cannot look for a repository at {}", path.display())),
        }
    }

    /// The repository at `path`, a working directory or a bare one.
    pub fn open(path: &Path) -> Result<Self> {
        let git_dir = git2::Repository::discover_path(path, path.parent())
            .with_context(|| format!("{} is not a git repository", path.display()))?;
        Self::open_git_dir(&git_dir)
    }

    pub fn init_bare(path: &Path) -> Result<Self> {
        let mut options = git2::RepositoryInitOptions::new();
        options.bare(true).external_template(false).initial_head("main");
        let inner = git2::Repository::init_opts(path, &options)
            .with_context(|| format!("cannot make a repository at {}", path.display()))?;
        Ok(Self { inner })
    }

    /// libgit2 checks the owner only in its general `open`; opening the folder as if it were bare and
    /// naming the working directory ourselves leaves that check out without touching global state.
    fn open_git_dir(git_dir: &Path) -> Result<Self> {
        let inner = git2::Repository::open_bare(git_dir)
            .with_context(|| format!("cannot open the repository {}", git_dir.display()))?;
        if let Some(workdir) = workdir_of(git_dir, &inner) {
            inner.set_workdir(&workdir, false).context("cannot set the working directory")?;
        }
        Ok(Self { inner })
    }

    /// `None` for a bare repository.
    pub fn workdir(&self) -> Option<&Path> {
        self.inner.workdir()
    }

    /// Where a folder lies in the working tree, empty for its root; `None` for one outside of it, or without a name
    /// that is text.
    pub fn place_of(&self, folder: &Path) -> Option<String> {
        let (top, folder) = (self.workdir()?.canonicalize().ok()?, folder.canonicalize().ok()?);
        folder.strip_prefix(top).ok()?.to_str().map(str::to_owned)
    }

    pub fn git_dir(&self) -> &Path {
        self.inner.path()
    }

    pub fn is_shallow(&self) -> bool {
        self.inner.is_shallow()
    }

    pub fn head(&self) -> Result<Head> {
        let head = self.inner.find_reference("HEAD").context("cannot read HEAD")?;
        let branch = head.symbolic_target_bytes().map(|name| {
            let name = String::from_utf8_lossy(name);
            name.strip_prefix("refs/heads/").unwrap_or(&name).to_owned()
        });
        let commit = head.peel_to_commit().ok().map(|commit| sha(commit.id()));
        Ok(Head { commit, branch })
    }

    /// The commit that `rev` (a branch, tag, id or `HEAD~2`) names.
    pub fn resolve(&self, rev: &str) -> Result<Option<Sha>> {
        match self.inner.revparse_single(rev).and_then(|object| object.peel_to_commit()) {
            Ok(commit) => Ok(Some(sha(commit.id()))),
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(error).with_context(|| format!("cannot look up {rev}")),
        }
    }

    /// The tip of a local branch.
    pub fn branch_tip(&self, branch: &str) -> Result<Option<Sha>> {
        self.resolve(&format!("refs/heads/{branch}"))
    }

    pub fn has_commit(&self, id: &Sha) -> bool {
        self.find_commit(id).is_ok()
    }

    pub fn commit(&self, id: &Sha) -> Result<Option<CommitHead>> {
        if !self.has_commit(id) {
            return Ok(None);
        }
        let commit = self.find_commit(id)?;
        let parents = commit.parent_ids().map(sha).collect();
        let message = String::from_utf8_lossy(commit.message_bytes()).into_owned();
        let people = [commit.author(), commit.committer()].map(|who| who.to_string());
        Ok(Some(CommitHead { parents, message, time: commit.time().seconds(), people }))
    }

    /// The content of a file (not of a link or a folder) at a commit.
    pub fn file(&self, at: &Sha, path: &RelPath) -> Result<Option<Vec<u8>>> {
        match self.entry(at, path)? {
            Some(TreeEntry { mode: FileMode::File | FileMode::Executable, id }) => self.blob(&id).map(Some),
            _ => Ok(None),
        }
    }

    /// The content that has this id.
    pub fn blob(&self, id: &Sha) -> Result<Vec<u8>> {
        let blob = self.inner.find_blob(oid(id)?).with_context(|| format!("blob {id} is missing"))?;
        Ok(blob.content().to_vec())
    }

    pub fn entry(&self, at: &Sha, path: &RelPath) -> Result<Option<TreeEntry>> {
        match self.tree(at)?.get_path(Path::new(path.as_str())) {
            Ok(entry) => Ok(Some(tree_entry(&entry))),
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(error).with_context(|| format!("cannot look up {path}")),
        }
    }

    /// Every file, link and submodule below `under`, sorted. Names that are no [`RelPath`] are left out.
    pub fn list(&self, at: &Sha, under: Option<&RelPath>) -> Result<Vec<(RelPath, TreeEntry)>> {
        let mut found = Vec::new();
        let tree = match under {
            None => self.tree(at)?,
            Some(path) => match self.entry(at, path)? {
                Some(TreeEntry { mode: FileMode::Directory, id }) => self.inner.find_tree(oid(&id)?)?,
                _ => return Ok(found),
            },
        };
        let prefix = under.map_or(String::new(), |path| format!("{path}/"));
        tree.walk(git2::TreeWalkMode::PreOrder, |folder, entry| {
            let name = format!("{prefix}{folder}{}", String::from_utf8_lossy(entry.name_bytes()));
            if entry.kind() != Some(git2::ObjectType::Tree)
                && std::str::from_utf8(entry.name_bytes()).is_ok()
                && let Ok(path) = RelPath::parse(name)
            {
                found.push((path, tree_entry(entry)));
            }
            git2::TreeWalkResult::Ok
        })
        .context("cannot list the tree")?;
        found.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(found)
    }

    /// The repository at the forge that a remote (`origin`) points to.
    pub fn remote_slug(&self, remote: &str) -> Option<RepoSlug> {
        let remote = self.inner.find_remote(remote).ok()?;
        slug_of_url(std::str::from_utf8(remote.url_bytes()).ok()?)
    }

    fn find_commit(&self, id: &Sha) -> Result<git2::Commit<'_>> {
        self.inner.find_commit(oid(id)?).with_context(|| format!("commit {id} is not in this repository"))
    }

    fn tree(&self, at: &Sha) -> Result<git2::Tree<'_>> {
        self.find_commit(at)?.tree().with_context(|| format!("the tree of {at} is missing"))
    }
}

/// The id that git gives this content.
pub fn blob_id(content: &[u8]) -> Result<Sha> {
    let id = git2::Oid::hash_object(git2::ObjectType::Blob, content).context("cannot hash a blob")?;
    Ok(sha(id))
}

/// `owner/name` of `https://host/owner/name(.git)`, `git@host:owner/name.git` or `ssh://…`.
pub fn slug_of_url(url: &str) -> Option<RepoSlug> {
    let path = match url.split_once("://") {
        Some(("http" | "https" | "ssh" | "git", rest)) => rest.split_once('/')?.1,
        Some(_) => return None,
        None => url.split_once(':').filter(|(host, _)| !host.contains('/'))?.1,
    };
    let path = path.trim_end_matches('/');
    RepoSlug::parse(path.strip_suffix(".git").unwrap_or(path)).ok()
}

/// The working directory that belongs to a git folder: its parent for `.git`, the place that `gitdir`
/// names for a linked worktree, the place in `core.worktree` for a submodule; none for a bare one.
fn workdir_of(git_dir: &Path, repo: &git2::Repository) -> Option<PathBuf> {
    if let Ok(link) = std::fs::read_to_string(git_dir.join("gitdir")) {
        return Path::new(link.trim()).parent().map(Path::to_path_buf);
    }
    let config = repo.config().ok()?;
    if let Ok(worktree) = config.get_path("core.worktree") {
        return git_dir.join(worktree).canonicalize().ok();
    }
    let dot_git = git_dir.file_name().is_some_and(|name| name == ".git");
    (dot_git && !config.get_bool("core.bare").unwrap_or(false)).then(|| git_dir.parent().map(Path::to_path_buf))?
}

fn is_absent(error: &git2::Error) -> bool {
    use git2::ErrorCode::{InvalidSpec, NotFound, Peel, UnbornBranch};
    matches!(error.code(), NotFound | InvalidSpec | Peel | UnbornBranch)
}

fn oid(id: &Sha) -> Result<git2::Oid> {
    git2::Oid::from_str(id.as_str()).with_context(|| format!("{id} is not an id that this repository can hold"))
}

#[expect(clippy::expect_used, reason = "libgit2 prints ids as the lower-case hex digits that Sha asks for")]
fn sha(id: git2::Oid) -> Sha {
    Sha::parse(id.to_string()).expect("an object id is hex")
}

fn tree_entry(entry: &git2::TreeEntry<'_>) -> TreeEntry {
    TreeEntry { mode: FileMode::from_bits(entry.filemode_raw().cast_unsigned()), id: sha(entry.id()) }
}

#[cfg(test)]
mod tests;
