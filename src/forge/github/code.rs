//! Commits, trees, files and branches through the Git Data API, and checkouts over git's own protocol.

use super::send::{Ask, Method, is_in_doubt};
use super::{GitHub, wire};
use crate::forge::error::found;
use crate::forge::{Call, CommitInfo, ForgeError, Listing, RefCreated, RefUpdate, Result};
use crate::git::{self, FileMode, TreeEntry};
use crate::ids::{BranchName, RelPath, Sha};
use crate::patch::{FilePatch, Patch};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};
use std::io::Read;
use std::sync::{Arc, Mutex, PoisonError};

/// What lies in a folder, by name.
pub(super) type Folder = HashMap<String, TreeEntry>;
/// What ids name, as far as it is known.
pub(super) type Kept<T> = Mutex<HashMap<Sha, Arc<T>>>;

/// Percent-encodes what must not stand in a path; `/` stays.
pub(super) fn encode(path: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    path.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

/// What an id names, asked for once.
fn kept<T>(known: &Kept<T>, id: &Sha, ask: impl FnOnce() -> Result<T>) -> Result<Arc<T>> {
    let known = || known.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(there) = known().get(id) {
        return Ok(Arc::clone(there));
    }
    let fresh = Arc::new(ask()?);
    known().insert(id.clone(), Arc::clone(&fresh));
    Ok(fresh)
}

impl GitHub {
    pub(super) fn get_tip(&self, branch: &BranchName) -> Result<Option<Sha>> {
        let ask = Ask::get(self.path(&format!("/git/ref/heads/{}", encode(branch.as_str()))));
        Ok(found(self.client.json::<wire::Reference>(&ask))?.map(|reference| reference.object.sha))
    }

    /// By its object, not by the contents API: that one stops at 1 MB and follows links.
    pub(super) fn get_file(&self, at: &Sha, path: &RelPath) -> Result<Option<Vec<u8>>> {
        let mut entries = self.get_entries(at, std::slice::from_ref(path))?;
        let Some(TreeEntry { mode: FileMode::File | FileMode::Executable, id }) = entries.remove(path) else {
            return Ok(None);
        };
        self.get_blob(&id).map(Some)
    }

    pub(super) fn get_blob(&self, id: &Sha) -> Result<Vec<u8>> {
        let ask = Ask::get(self.path(&format!("/git/blobs/{id}")));
        let blob: wire::Blob = self.client.json(&ask)?;
        if blob.encoding != "base64" {
            return Ok(blob.content.into_bytes());
        }
        let content = blob.content.replace(char::is_whitespace, "");
        STANDARD.decode(content).map_err(|error| ForgeError::BadBody { call: ask.call(), message: error.to_string() })
    }

    /// Walks down folder by folder, each folder once: a whole recursive tree can be huge.
    pub(super) fn get_entries(&self, at: &Sha, paths: &[RelPath]) -> Result<BTreeMap<RelPath, TreeEntry>> {
        let mut found = BTreeMap::new();
        if paths.is_empty() {
            return Ok(found);
        }
        let root = self.git_commit(at)?.tree.sha.clone();
        for path in paths {
            let mut here = TreeEntry { mode: FileMode::Directory, id: root.clone() };
            let mut there = true;
            for part in path.as_str().split('/') {
                if here.mode != FileMode::Directory {
                    there = false;
                    break;
                }
                match self.folder(&here.id)?.get(part) {
                    Some(entry) => here = entry.clone(),
                    None => {
                        there = false;
                        break;
                    }
                }
            }
            if there {
                found.insert(path.clone(), here);
            }
        }
        Ok(found)
    }

    fn folder(&self, id: &Sha) -> Result<Arc<Folder>> {
        kept(&self.folders, id, || {
            let tree: wire::Tree = self.client.json(&Ask::get(self.path(&format!("/git/trees/{id}"))))?;
            Ok(tree.tree.into_iter().map(|item| (item.path.clone(), entry(item))).collect())
        })
    }

    pub(super) fn get_list(&self, at: &Sha, under: Option<&RelPath>) -> Result<Listing> {
        let tree = match under {
            None => Some(self.git_commit(at)?.tree.sha.clone()),
            Some(path) => self.get_entries(at, std::slice::from_ref(path))?.remove(path).map(|entry| entry.id),
        };
        let Some(tree) = tree else { return Ok(Listing::default()) };
        let ask = Ask::get(self.path(&format!("/git/trees/{tree}?recursive=1")));
        // A file is not a tree: nothing lies below it.
        let Some(tree) = found(self.client.json::<wire::Tree>(&ask))? else { return Ok(Listing::default()) };
        let prefix = under.map_or(String::new(), |path| format!("{path}/"));
        let named = |item: wire::TreeItem| Some((RelPath::parse(format!("{prefix}{}", item.path)).ok()?, entry(item)));
        let mut entries: Vec<_> = tree.tree.into_iter().filter_map(named).collect();
        entries.retain(|(_, entry)| entry.mode != FileMode::Directory);
        entries.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(Listing { entries, truncated: tree.truncated })
    }

    pub(super) fn get_commit(&self, id: &Sha) -> Result<Option<CommitInfo>> {
        let Some(commit) = found(self.git_commit(id))? else { return Ok(None) };
        let parents = commit.parents.iter().map(|parent| parent.sha.clone()).collect();
        let people = [&commit.author, &commit.committer].map(|who| format!("{} <{}>", who.name, who.email));
        Ok(Some(CommitInfo { id: id.clone(), parents, message: commit.message.clone(), people }))
    }

    fn git_commit(&self, id: &Sha) -> Result<Arc<wire::GitCommit>> {
        kept(&self.commits, id, || self.client.json(&Ask::get(self.path(&format!("/git/commits/{id}")))))
    }

    fn comparison(&self, from: &Sha, to: &Sha) -> Result<wire::Comparison> {
        self.client.json(&Ask::get(self.path(&format!("/compare/{from}...{to}"))))
    }

    pub(super) fn get_is_ancestor(&self, old: &Sha, new: &Sha) -> Result<bool> {
        // Commits without a common history are not found.
        let comparison = found(self.comparison(old, new))?;
        Ok(comparison.is_some_and(|c| matches!(c.status.as_str(), "ahead" | "identical")))
    }

    pub(super) fn get_changed_paths(&self, from: &Sha, to: &Sha) -> Result<Vec<String>> {
        let comparison = self.comparison(from, to)?;
        let both = |file: wire::ChangedFile| [Some(file.filename), file.previous_filename].into_iter().flatten();
        let mut paths: Vec<_> = comparison.files.into_iter().flat_map(both).collect();
        paths.sort();
        paths.dedup();
        Ok(paths)
    }

    /// Blobs, then a tree on top of the base's, then the commit. Nothing refers to them until a branch
    /// does, so a repeated or abandoned step does no harm.
    pub(super) fn post_commit(&self, base: Option<&Sha>, patch: &Patch, message: &str) -> Result<Sha> {
        let paths: Vec<RelPath> = patch.files().iter().map(|file| file.path.clone()).collect();
        let old = base.map(|base| self.get_entries(base, &paths)).transpose()?.unwrap_or_default();
        let base_tree = base.map(|base| self.git_commit(base)).transpose()?.map(|commit| commit.tree.sha.clone());
        let mut items = Vec::new();
        for file in patch.files() {
            items.push(self.tree_item(file, old.get(&file.path), old.get(patch.mode_from(file)))?);
        }
        let tree = match base_tree {
            Some(tree) if items.is_empty() => tree,
            base_tree => {
                let mut body = json!({ "tree": items });
                if let Some(base_tree) = base_tree {
                    body["base_tree"] = json!(base_tree);
                }
                self.make("/git/trees", body, true)?
            }
        };
        let parents: Vec<&Sha> = base.into_iter().collect();
        self.make("/git/commits", json!({ "message": message, "tree": tree, "parents": parents }), false)
    }

    /// `like` is what has the file's mode.
    fn tree_item(&self, file: &FilePatch, old: Option<&TreeEntry>, like: Option<&TreeEntry>) -> Result<Value> {
        let expected = match (old, &file.before) {
            (None, None) => true,
            (Some(entry), Some(content)) => git::blob_id(content).is_ok_and(|id| id == entry.id),
            _ => false,
        };
        if !expected {
            return Err(ForgeError::Stale { path: file.path.to_string() });
        }
        let mode = like.map_or(FileMode::File, |entry| entry.mode).octal();
        let blob = match &file.after {
            Some(content) => Some(self.sent_blob(content)?),
            None => None,
        };
        Ok(json!({ "path": file.path, "mode": mode, "type": "blob", "sha": blob }))
    }

    fn sent_blob(&self, content: &[u8]) -> Result<Sha> {
        let send = || {
            let body = json!({ "content": STANDARD.encode(content), "encoding": "base64" });
            self.make("/git/blobs", body, true)
        };
        match git::blob_id(content) {
            Ok(id) => Ok(kept(&self.sent, &id, send)?.as_ref().clone()),
            Err(_) => send(),
        }
    }

    fn make(&self, what: &str, body: Value, raw: bool) -> Result<Sha> {
        let ask = Ask::repeatable(Method::Post, self.path(what), Some(body));
        let ask = if raw { ask.raw() } else { ask };
        Ok(self.client.json::<wire::Made>(&ask)?.sha)
    }

    pub(super) fn post_ref(&self, branch: &BranchName, at: &Sha) -> Result<RefCreated> {
        let body = json!({ "ref": format!("refs/heads/{branch}"), "sha": at });
        let ask = Ask::once(Method::Post, self.path("/git/refs"), Some(body));
        let mut again = true;
        loop {
            match self.client.send(&ask) {
                Ok(_) => return Ok(RefCreated::Created),
                Err(ForgeError::Unprocessable { messages, .. }) if says(&messages, "already exists") => {
                    return Ok(RefCreated::AlreadyExists);
                }
                Err(error) if is_in_doubt(&error) => match self.get_tip(branch)? {
                    Some(tip) if tip == *at => return Ok(RefCreated::Created),
                    Some(_) => return Ok(RefCreated::AlreadyExists),
                    None if std::mem::take(&mut again) => {}
                    None => return Err(error),
                },
                Err(error) => return Err(error),
            }
        }
    }

    /// The API cannot compare and set. Without `force` GitHub itself refuses whatever is not forward; with
    /// it a small window stays between the look and the write.
    pub(super) fn patch_ref(&self, branch: &BranchName, expected: &Sha, new: &Sha, force: bool) -> Result<RefUpdate> {
        let tip = self.get_tip(branch)?;
        if tip.as_ref() != Some(expected) {
            return Ok(RefUpdate::Moved(tip));
        }
        let path = self.path(&format!("/git/refs/heads/{}", encode(branch.as_str())));
        let ask = Ask::repeatable(Method::Patch, path, Some(json!({ "sha": new, "force": force })));
        let error = match self.client.send(&ask) {
            Ok(_) => return Ok(RefUpdate::Updated),
            Err(error) => error,
        };
        let looked = matches!(
            error,
            ForgeError::Unprocessable { .. } | ForgeError::NotFound { .. } | ForgeError::Conflict { .. }
        );
        if !looked && !is_in_doubt(&error) {
            return Err(error);
        }
        match self.get_tip(branch)? {
            Some(tip) if tip == *new => Ok(RefUpdate::Updated),
            Some(tip) if tip == *expected => Err(error),
            tip => Ok(RefUpdate::Moved(tip)),
        }
    }

    pub(super) fn delete_ref(&self, branch: &BranchName, expected: &Sha) -> Result<bool> {
        if self.get_tip(branch)?.as_ref() != Some(expected) {
            return Ok(false);
        }
        let path = self.path(&format!("/git/refs/heads/{}", encode(branch.as_str())));
        match self.client.send(&Ask::repeatable(Method::Delete, path, None)) {
            Ok(_) => Ok(true),
            Err(ForgeError::NotFound { .. }) => Ok(false),
            Err(ForgeError::Unprocessable { messages, .. }) if says(&messages, "does not exist") => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// `receive` leaves nothing behind where it fails: it may be called again.
    pub(super) fn fetch_pack(
        &self,
        commit: &Sha,
        depth: u32,
        receive: &dyn Fn(&mut dyn Read) -> anyhow::Result<()>,
    ) -> Result<()> {
        let path = format!("/{}.git/git-upload-pack", self.repo);
        let url = format!("{}{path}", self.server_url);
        let call = Call { method: "POST", path };
        self.with_retries(|| {
            let (status, mut stream) = self.client.post_git(&url, git::fetch_request(commit, depth), &call)?;
            git_status(status, &call)?;
            receive(&mut stream).map_err(|error| {
                let broke_off = error.chain().any(|cause| cause.is::<std::io::Error>());
                let (call, message) = (call.clone(), format!("{error:#}"));
                if git::is_of_this_disk(&error) {
                    return ForgeError::Local(format!("cannot keep what {call} answered: {message}"));
                }
                if broke_off { ForgeError::Network { call, message } } else { ForgeError::BadBody { call, message } }
            })
        })
    }
}

fn git_status(status: u16, call: &Call) -> Result<()> {
    let (call, message) = (call.clone(), "from the git server".to_owned());
    Err(match status {
        200 => return Ok(()),
        401 => ForgeError::Unauthorized { call },
        403 => ForgeError::Forbidden { call, needed: "contents: read".to_owned(), message, integration: false },
        404 => ForgeError::NotFound { call },
        500.. => ForgeError::Server { call, status },
        _ => ForgeError::Unexpected { call, status, message },
    })
}

fn says(messages: &[String], words: &str) -> bool {
    messages.iter().any(|message| message.to_ascii_lowercase().contains(words))
}

fn entry(item: wire::TreeItem) -> TreeEntry {
    let bits = u32::from_str_radix(&item.mode, 8).unwrap_or(0);
    TreeEntry { mode: FileMode::from_bits(bits), id: item.sha }
}
