//! Which file a log means by what it calls one.

use super::Bench;
use crate::hand::Workshop as _;
use crate::ids::RelPath;
use anyhow::Result;
use std::collections::HashMap;
use std::path::Path;

impl Bench<'_> {
    /// The file whose path shares the longest tail with what the log wrote; a bare name only when one
    /// file has it.
    pub(super) fn file_meant(&self, path: &str) -> Option<RelPath> {
        let path = path.trim().replace('\\', "/");
        let root = self.tree.borrow().root().to_string_lossy().into_owned();
        let inside = path.strip_prefix(&root).map(|p| p.trim_start_matches('/'));
        if inside.is_none() && path.starts_with('/') && Path::new(&path).exists() {
            // A real file of this machine outside the tree: a library, not ours.
            return None;
        }
        let wanted: Vec<&str> =
            inside.unwrap_or(&path).split('/').filter(|p| !p.is_empty() && *p != "." && *p != "..").collect();
        let files = self.files().ok()?;
        let directory = self.job.command.directory.as_ref();
        let direct = |p: String| RelPath::parse(p).ok().filter(|p| files.binary_search(p).is_ok());
        let joined = wanted.join("/");
        if let Some(found) = directory.and_then(|d| direct(format!("{d}/{joined}"))).or_else(|| direct(joined.clone()))
        {
            return Some(found);
        }
        let same_name = self.by_name().ok()?.get(*wanted.last()?)?;
        let shared = |p: &RelPath| p.as_str().rsplit('/').zip(wanted.iter().rev()).take_while(|(a, b)| a == *b).count();
        let best = same_name.iter().map(|i| (shared(&files[*i]), *i)).max_by_key(|(n, i)| (*n, usize::MAX - i))?;
        let ties = same_name.iter().filter(|i| shared(&files[**i]) == best.0).count();
        (ties == 1).then(|| files[best.1].clone())
    }

    fn by_name(&self) -> Result<&HashMap<String, Vec<usize>>> {
        if let Some(map) = self.by_name.get() {
            return Ok(map);
        }
        let mut map: HashMap<String, Vec<usize>> = HashMap::new();
        for (i, path) in self.files()?.iter().enumerate() {
            map.entry(path.file_name().to_owned()).or_default().push(i);
        }
        Ok(self.by_name.get_or_init(|| map))
    }
}
