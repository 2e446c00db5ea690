//! The lines of a text and where they stand.

/// Each line with where it starts, its end with it.
pub(super) fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.split_inclusive('\n').map(|line| (line.as_ptr() as usize - text.as_ptr() as usize, line))
}

/// One line of them, counted from 1.
pub(super) fn line(text: &str, number: u32) -> Option<(usize, &str)> {
    lines(text).nth(usize::try_from(number).ok()?.checked_sub(1)?)
}

/// Without its end.
pub(super) fn bare(line: &str) -> &str {
    line.trim_end_matches(['\r', '\n'])
}
