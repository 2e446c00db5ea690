//! Credentials that a checkout left in the tree's own `.git/config`, taken out while repository code runs where the
//! sandbox cannot cover a single file.

use crate::process::without_credentials;
use anyhow::{Context as _, Result, ensure};
use std::path::Path;

const CONFIG: &str = ".git/config";
/// In the scratch folder, which no command can read: the file as it was.
const KEPT: &str = "git-config";

/// Takes them out; [`restore`] puts back what the file was.
pub fn withhold(root: &Path, scratch: &Path) -> Result<bool> {
    let config = root.join(CONFIG);
    let regular = config.symlink_metadata().is_ok_and(|meta| meta.is_file());
    let Some(text) = regular.then(|| std::fs::read_to_string(&config).ok()).flatten() else { return Ok(false) };
    let without = without_credentials(&text);
    if without == text {
        return Ok(false);
    }
    let kept = scratch.join(KEPT);
    std::fs::copy(&config, &kept).with_context(|| format!("cannot keep {}", config.display()))?;
    std::fs::File::open(&kept)?.sync_all()?;
    std::fs::write(&config, without).with_context(|| format!("cannot write {}", config.display()))?;
    Ok(true)
}

/// Also after a kill, by the next run; what the command wrote there is gone with it.
pub fn restore(root: &Path, scratch: &Path) -> Result<()> {
    let (config, kept) = (root.join(CONFIG), scratch.join(KEPT));
    if !kept.exists() {
        return Ok(());
    }
    let folder = config.parent().is_some_and(|git| git.symlink_metadata().is_ok_and(|meta| meta.is_dir()));
    ensure!(folder, "{} is no folder any more: clone it anew", root.join(".git").display());
    // The command may have put anything in its place.
    let _ = std::fs::remove_file(&config);
    std::fs::copy(&kept, &config).with_context(|| format!("cannot restore {}", config.display()))?;
    std::fs::remove_file(&kept).with_context(|| format!("cannot remove {}", kept.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
