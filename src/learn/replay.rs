//! A difference that mended it once, on the files as they are now.

use crate::ids::RelPath;
use crate::patch::hunks::{self, Hunk};
use crate::patch::{FilePatch, Patch};

/// Unchanged lines that a hunk must find around it: all that it has, then fewer.
const CONTEXTS: [usize; 3] = [usize::MAX, 1, 0];

/// A file of a difference in git's form.
struct Part<'a> {
    path: RelPath,
    is_new: bool,
    is_gone: bool,
    hunks: Vec<Hunk<'a>>,
}

/// The patch that a unified diff makes of the present files; `None` where it does not fit, or has nothing left to do.
/// Parts that are done already are left out.
pub fn replay(diff: &str, read: &mut dyn FnMut(&RelPath) -> Option<Vec<u8>>) -> Option<Patch> {
    let mut files = Vec::new();
    for part in parts(diff)? {
        let before = read(&part.path);
        let after = after(&part, before.as_deref())?;
        files.push(FilePatch { path: part.path, before, after });
    }
    let patch = Patch::from_files(files);
    (!patch.is_empty()).then_some(patch)
}

fn after(part: &Part, before: Option<&[u8]>) -> Option<Option<Vec<u8>>> {
    if part.is_new {
        let text: String = part.hunks.iter().flat_map(|h| &h.after).map(|line| format!("{line}\n")).collect();
        let is_free = before.is_none_or(|there| there == text.as_bytes());
        return is_free.then(|| Some(text.into_bytes()));
    }
    let Some(before) = before else { return part.is_gone.then_some(None) };
    let text = std::str::from_utf8(before).ok()?;
    if part.is_gone {
        let was: String = part.hunks.iter().flat_map(|h| &h.before).map(|line| format!("{line}\n")).collect();
        return (was == text).then_some(None);
    }
    fitted(text, &part.hunks).map(|text| Some(text.into_bytes()))
}

/// The text with the hunks in it, as it is where they are in it already.
fn fitted(text: &str, all: &[Hunk]) -> Option<String> {
    let is_done = |hunk: &Hunk| {
        let swapped = Hunk { at: hunk.at, before: hunk.after.clone(), after: hunk.before.clone() };
        !hunk.after.is_empty() && hunks::apply(text, &[swapped]).is_some()
    };
    CONTEXTS.into_iter().find_map(|context| {
        let all: Vec<Hunk> = all.iter().map(|hunk| hunk.within(context)).collect();
        let (open, done): (Vec<Hunk>, Vec<Hunk>) =
            all.into_iter().partition(|hunk| hunks::apply(text, std::slice::from_ref(hunk)).is_some());
        // Without context a line may stand anywhere: then all must have their places.
        let rest_is_done = context == usize::MAX && done.iter().all(is_done);
        (done.is_empty() || rest_is_done).then(|| hunks::apply(text, &open)).flatten()
    })
}

/// `None` where something in it is no text.
fn parts(diff: &str) -> Option<Vec<Part<'_>>> {
    let mut parts: Vec<Part> = Vec::new();
    let (mut old, mut lines) = ("", diff.lines().peekable());
    while let Some(line) = lines.next() {
        if line.starts_with("Binary files ") {
            return None;
        } else if let Some(name) = line.strip_prefix("--- ") {
            old = name;
        } else if let Some(name) = line.strip_prefix("+++ ") {
            let (is_new, is_gone) = (old == "/dev/null", name == "/dev/null");
            let path = if is_gone { old.strip_prefix("a/")? } else { name.strip_prefix("b/")? };
            parts.push(Part { path: RelPath::parse(path).ok()?, is_new, is_gone, hunks: Vec::new() });
        } else if let Some(head) = hunks::header(line) {
            parts.last_mut()?.hunks.push(hunks::counted(&mut lines, head));
        } else if line.starts_with('\\') {
            // A file without a last line end: it would not come back as it was.
            return None;
        }
    }
    Some(parts)
}
