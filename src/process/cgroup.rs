//! A control group of the command's own, where this machine lets us make one (root on a machine with systemd, so by
//! `sudo` too): the kernel then keeps the limits of memory and processes itself, whoever watches.

use super::job::Job;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

const ROOT: &str = "/sys/fs/cgroup";
const OURS: &str = "thanos-fix-";

pub struct Group {
    folder: PathBuf,
}

impl Group {
    /// A sibling of the group that we are in: a group with processes in it has no groups with limits below it.
    pub fn make(job: &Job) -> Option<Self> {
        let own = std::fs::read_to_string("/proc/self/cgroup").ok()?;
        Self::beside(Path::new(ROOT), &own, job.memory_bytes, job.processes)
    }

    fn beside(root: &Path, own: &str, memory: Option<u64>, processes: Option<u64>) -> Option<Self> {
        let path = own.lines().find_map(|line| line.strip_prefix("0::/"))?;
        let parent = root.join(path).parent().filter(|parent| parent.starts_with(root))?.to_owned();
        let controllers = std::fs::read_to_string(parent.join("cgroup.subtree_control")).ok()?;
        let has = |name: &str| controllers.split_whitespace().any(|controller| controller == name);
        let memory = memory.filter(|_| has("memory"));
        let processes = processes.filter(|_| has("pids"));
        if memory.is_none() && processes.is_none() {
            return None;
        }
        clear(&parent);
        let group = Self { folder: parent.join(format!("{OURS}{}", std::process::id())) };
        match std::fs::create_dir(&group.folder) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => return None,
            _ => {}
        }
        let set = |file: &str, value: Option<u64>| {
            value.is_none_or(|value| std::fs::write(group.folder.join(file), value.to_string()).is_ok())
        };
        let _ = set("memory.swap.max", memory.map(|_| 0));
        (set("memory.max", memory) && set("pids.max", processes)).then_some(group)
    }

    /// This process, and all that it starts from now on.
    pub fn enter(&self) -> bool {
        std::fs::write(self.folder.join("cgroup.procs"), "0").is_ok()
    }

    /// Whether the kernel ended something for want of memory.
    pub fn ran_out(&self) -> bool {
        let events = std::fs::read_to_string(self.folder.join("memory.events")).unwrap_or_default();
        let kills = events.lines().find_map(|line| line.strip_prefix("oom_kill "));
        kills.is_some_and(|kills| kills.trim() != "0")
    }

    /// When everything in it has ended.
    pub fn remove(&self) {
        let _ = std::fs::remove_dir(&self.folder);
    }
}

/// Those of helpers that were killed: one with processes in it cannot be removed.
fn clear(parent: &Path) {
    for entry in std::fs::read_dir(parent).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(OURS) {
            let _ = std::fs::remove_dir(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn machine(controllers: &str) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(root.path().join("system.slice/runner.service")).unwrap();
        std::fs::write(root.path().join("system.slice/cgroup.subtree_control"), controllers).unwrap();
        root
    }

    const OWN: &str = "1:name=systemd:/x\n0::/system.slice/runner.service\n";

    #[test]
    fn limits_are_written_where_the_controllers_are() {
        let root = machine("cpu memory pids\n");
        let stale = root.path().join("system.slice/thanos-fix-0");
        std::fs::create_dir(&stale).unwrap();
        let group = Group::beside(root.path(), OWN, Some(1 << 30), Some(64)).unwrap();
        let read = |file: &str| std::fs::read_to_string(group.folder.join(file)).unwrap();
        assert_eq!(
            (read("memory.max"), read("pids.max"), read("memory.swap.max")),
            ("1073741824".into(), "64".into(), "0".into())
        );
        assert_eq!(group.folder.parent().unwrap(), root.path().join("system.slice"));
        assert!(!stale.exists() && group.enter() && !group.ran_out());
        std::fs::write(group.folder.join("memory.events"), "low 0\noom 1\noom_kill 2\n").unwrap();
        assert!(group.ran_out());
    }

    #[test]
    fn elsewhere_there_is_none() {
        let root = machine("cpu\n");
        assert!(Group::beside(root.path(), OWN, Some(1), Some(1)).is_none());
        assert!(Group::beside(root.path(), "4:memory:/x\n", Some(1), Some(1)).is_none());
        assert!(Group::beside(root.path(), "0::/\n", Some(1), Some(1)).is_none());
        let root = machine("memory pids\n");
        assert!(Group::beside(root.path(), OWN, None, None).is_none());
    }
}
