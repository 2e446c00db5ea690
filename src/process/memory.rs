//! How much memory a child and all its offspring hold together: the kernel's own limits know single processes.

use rustix::process::Pid;

/// Resident bytes of the process and its descendants, pages that they share counted for each.
pub fn resident(root: Pid) -> u64 {
    let mut pending = vec![root.as_raw_nonzero().get()];
    let mut pages = 0;
    while let Some(pid) = pending.pop() {
        pages += pages_of(pid).unwrap_or(0);
        pending.extend(children(&pid.to_string()));
    }
    pages * rustix::param::page_size() as u64
}

fn pages_of(pid: i32) -> Option<u64> {
    std::fs::read_to_string(format!("/proc/{pid}/statm")).ok()?.split(' ').nth(1)?.parse().ok()
}

/// The direct children of every thread of a process, which may be `self`.
pub fn children(process: &str) -> Vec<i32> {
    let tasks = std::fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    let lists = tasks.filter_map(|task| std::fs::read_to_string(task.path().join("children")).ok());
    lists.flat_map(|list| list.split_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<_>>()).collect()
}
