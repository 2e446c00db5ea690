//! Credentials that a checkout left in git's settings within the tree, taken out while repository code runs where the
//! sandbox cannot cover a single file.

use crate::process::{git_settings, without_credentials};
use anyhow::{Context as _, Result, ensure};
use std::path::Path;

/// In the scratch folder, which no command can read: which files, each on a line and below the tree, and as `<this>-N` what
/// they were.
const KEPT: &str = "git-config";

/// Takes them out; [`restore`] puts back what the files were.
pub fn withhold(root: &Path, scratch: &Path) -> Result<bool> {
    let mut changed = Vec::new();
    for path in git_settings(root) {
        let below = path.strip_prefix(root).ok().and_then(Path::to_str).filter(|below| !below.contains('\n'));
        let (Some(below), Ok(text)) = (below, std::fs::read_to_string(&path)) else { continue };
        let without = without_credentials(&text);
        if without != text && is_plain(root, below) {
            changed.push((below.to_owned(), without));
        }
    }
    if changed.is_empty() {
        return Ok(false);
    }
    let mut list = String::new();
    for (nth, (below, _)) in changed.iter().enumerate() {
        let kept = scratch.join(format!("{KEPT}-{nth}"));
        std::fs::copy(root.join(below), &kept).with_context(|| format!("cannot keep {below}"))?;
        std::fs::File::open(&kept)?.sync_all()?;
        list.push_str(&format!("{below}\n"));
    }
    let place = scratch.join(KEPT);
    std::fs::write(&place, list).with_context(|| format!("cannot write {}", place.display()))?;
    std::fs::File::open(&place)?.sync_all()?;
    for (below, without) in changed {
        std::fs::write(root.join(&below), without).with_context(|| format!("cannot write {below}"))?;
    }
    Ok(true)
}

/// Also after a kill, by the next run; what the command wrote there is gone with it.
pub fn restore(root: &Path, scratch: &Path) -> Result<()> {
    let place = scratch.join(KEPT);
    let Ok(list) = std::fs::read_to_string(&place) else { return Ok(()) };
    let git = root.join(".git");
    let is_folder = git.symlink_metadata().is_ok_and(|meta| meta.is_dir());
    ensure!(is_folder, "{} is no folder any more: clone it anew", git.display());
    for (nth, below) in list.lines().enumerate() {
        let (config, kept) = (root.join(below), scratch.join(format!("{KEPT}-{nth}")));
        // A checkout beside it that the command took away needs no settings.
        if is_plain(root, below) {
            // The command may have put anything in its place.
            let _ = std::fs::remove_file(&config);
            std::fs::copy(&kept, &config).with_context(|| format!("cannot restore {}", config.display()))?;
        }
    }
    for nth in 0..list.lines().count() {
        let _ = std::fs::remove_file(scratch.join(format!("{KEPT}-{nth}")));
    }
    std::fs::remove_file(&place).with_context(|| format!("cannot remove {}", place.display()))
}

/// Whether every folder on the way to a file is one, and no link to another.
fn is_plain(root: &Path, below: &str) -> bool {
    let folders = below.match_indices('/').map(|(at, _)| root.join(&below[..at]));
    folders.into_iter().all(|folder| folder.symlink_metadata().is_ok_and(|meta| meta.is_dir()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: &str = ".git/config";

    const LEFT: &str = "[core]\n\trepositoryformatversion = 1\n[remote \"origin\"]\n\turl = https://x:tok@example.com/a/b\n\
        [http \"https://example.com/\"]\n\textraheader = AUTHORIZATION: basic dG9r\n\
        [includeIf \"gitdir:/w/.git\"]\n\tpath = /t/credentials.config\n[branch \"main\"]\n\tremote = origin\n";

    #[test]
    fn what_checkouts_leave_is_out_of_reach_and_comes_back() {
        let dir = tempfile::tempdir().unwrap();
        let (root, scratch) = (dir.path().join("tree"), dir.path().join("scratch"));
        std::fs::create_dir_all(root.join(".git")).unwrap();
        std::fs::create_dir_all(&scratch).unwrap();
        let config = root.join(CONFIG);
        std::fs::write(&config, LEFT).unwrap();
        assert!(withhold(&root, &scratch).unwrap());
        let text = std::fs::read_to_string(&config).unwrap();
        assert_eq!(
            text,
            "[core]\n\trepositoryformatversion = 1\n[remote \"origin\"]\n\turl = https://example.com/a/b\n\
             [http \"https://example.com/\"]\n[branch \"main\"]\n\tremote = origin\n"
        );
        std::fs::write(&config, "[core]\n\tfsmonitor = evil\n").unwrap();
        restore(&root, &scratch).unwrap();
        assert_eq!(std::fs::read_to_string(&config).unwrap(), LEFT);
        restore(&root, &scratch).unwrap();
        assert_eq!(std::fs::read_to_string(&config).unwrap(), LEFT);
    }

    #[test]
    fn nothing_is_restored_through_a_link() {
        let dir = tempfile::tempdir().unwrap();
        let (root, other) = (dir.path().join("tree"), dir.path().join("other"));
        std::fs::create_dir_all(root.join(".git")).unwrap();
        std::fs::create_dir(&other).unwrap();
        std::fs::write(root.join(CONFIG), LEFT).unwrap();
        assert!(withhold(&root, dir.path()).unwrap());
        std::fs::rename(root.join(".git"), root.join("moved")).unwrap();
        std::os::unix::fs::symlink(&other, root.join(".git")).unwrap();
        assert!(restore(&root, dir.path()).is_err());
        assert!(!other.join("config").exists());
    }

    #[test]
    fn a_plain_configuration_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        assert!(!withhold(dir.path(), dir.path()).unwrap());
        std::fs::create_dir(dir.path().join(".git")).unwrap();
        std::fs::write(dir.path().join(CONFIG), "[remote \"o\"]\n\turl = git@example.com:a/b\n").unwrap();
        assert!(!withhold(dir.path(), dir.path()).unwrap());
    }

    #[test]
    fn submodules_and_checkouts_beside_it_are_no_exception() {
        let dir = tempfile::tempdir().unwrap();
        let (root, scratch) = (dir.path().join("tree"), dir.path().join("scratch"));
        let places = [".git/config", ".git/modules/libs/a/config", "other/.git/config", ".git/FETCH_HEAD"];
        for place in places {
            std::fs::create_dir_all(root.join(place).parent().unwrap()).unwrap();
            std::fs::write(root.join(place), LEFT).unwrap();
        }
        std::fs::create_dir_all(&scratch).unwrap();
        assert!(withhold(&root, &scratch).unwrap());
        for place in places {
            let text = std::fs::read_to_string(root.join(place)).unwrap();
            assert!(!text.contains("tok") && !text.contains("dG9r"), "{place}: {text}");
        }
        std::fs::remove_dir_all(root.join("other")).unwrap();
        restore(&root, &scratch).unwrap();
        for place in [places[0], places[1], places[3]] {
            assert_eq!(std::fs::read_to_string(root.join(place)).unwrap(), LEFT, "{place}");
        }
        assert_eq!(std::fs::read_dir(&scratch).unwrap().count(), 0);
    }
}
