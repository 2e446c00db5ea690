//! The smallest subset that a judge says yes to. First by halving, as if more of the set could never be worse:
//! each necessary element costs the logarithm of the set. Where that was too simple, by delta debugging
//! (Zeller and Hildebrandt 2002), which assumes nothing; its result lacks no element that it could do without.

use anyhow::Result;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Yes,
    No,
    /// No more questions.
    Over,
}

type Judge<'j> = &'j mut dyn FnMut(&[usize]) -> Result<Answer>;
/// What has to come along with some elements, sorted.
type Close<'c> = &'c dyn Fn(&[usize]) -> Vec<usize>;

/// `all` is sorted by how likely an element is one of those that are looked for. `None`: not even all of it will do,
/// or the questions ended.
pub(super) fn least(all: &[usize], close: Close, judge: Judge) -> Result<Option<Vec<usize>>> {
    match judge(&close(all))? {
        Answer::Yes => {}
        Answer::No | Answer::Over => return Ok(None),
    }
    let Some(halved) = halve(all, close, judge)? else { return Ok(None) };
    match judge(&halved)? {
        Answer::Yes => shrink(halved, close, judge),
        Answer::No => shrink(all.to_vec(), close, judge),
        Answer::Over => Ok(None),
    }
}

/// The shortest sound beginning ends with a necessary element; then the same in what is before it.
fn halve(all: &[usize], close: Close, judge: Judge) -> Result<Option<Vec<usize>>> {
    let mut needed: Vec<usize> = Vec::new();
    let mut rest = all.len();
    loop {
        // Whether `needed` alone will do is asked with the shortest beginning of all: none.
        let (mut low, mut high) = (if needed.is_empty() { 1 } else { 0 }, rest);
        while low < high {
            let middle = low + (high - low) / 2;
            let set: Vec<usize> = needed.iter().chain(&all[..middle]).copied().collect();
            match judge(&close(&set))? {
                Answer::Yes => high = middle,
                Answer::No => low = middle + 1,
                Answer::Over => return Ok(None),
            }
        }
        let Some(last) = high.checked_sub(1) else { return Ok(Some(close(&needed))) };
        needed.push(all[last]);
        rest = last;
        if rest == 0 {
            return Ok(Some(close(&needed)));
        }
    }
}

/// ddmin: chunks and their complements, finer and finer.
fn shrink(mut set: Vec<usize>, close: Close, judge: Judge) -> Result<Option<Vec<usize>>> {
    let mut grain = 2;
    'smaller: while set.len() > 1 {
        let size = set.len().div_ceil(grain);
        let chunks: Vec<&[usize]> = set.chunks(size).collect();
        let complement = |skip: usize| -> Vec<usize> {
            let rest = chunks.iter().enumerate().filter(|(at, _)| *at != skip);
            rest.flat_map(|(_, chunk)| chunk.iter().copied()).collect()
        };
        let halves = chunks.iter().map(|chunk| (chunk.to_vec(), 2));
        let rests = (0..chunks.len()).filter(|_| chunks.len() > 2).map(|at| (complement(at), grain.max(3) - 1));
        for (some, next) in halves.chain(rests) {
            let some = close(&some);
            if some.len() >= set.len() {
                continue;
            }
            match judge(&some)? {
                Answer::Yes => {
                    (set, grain) = (some, next);
                    continue 'smaller;
                }
                Answer::No => {}
                Answer::Over => return Ok(None),
            }
        }
        if size == 1 {
            break;
        }
        grain = (2 * grain).min(set.len());
    }
    Ok(Some(set))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    /// The subset that is found, and how many different questions it took.
    fn ask(n: usize, close: Close, yes: impl Fn(&[usize]) -> bool) -> (Option<Vec<usize>>, usize) {
        let all: Vec<usize> = (0..n).collect();
        let mut known: HashMap<Vec<usize>, Answer> = HashMap::new();
        let found = least(&all, close, &mut |set| {
            let mut set = set.to_vec();
            set.sort_unstable();
            let answer = if yes(&set) { Answer::Yes } else { Answer::No };
            Ok(*known.entry(set).or_insert(answer))
        });
        (found.unwrap().map(|mut set| (set.sort_unstable(), set).1), known.len())
    }

    fn open(set: &[usize]) -> Vec<usize> {
        set.to_vec()
    }

    #[test]
    fn one_of_many_is_found_in_few_questions() {
        for n in [1, 2, 3, 16, 64, 100, 1000] {
            for guilty in [0, n / 3, n - 1] {
                let (found, asked) = ask(n, &open, |set| set.contains(&guilty));
                assert_eq!(found, Some(vec![guilty]), "{n}");
                let bound = 2 * usize::try_from(n.ilog2()).unwrap() + 4;
                assert!(asked <= bound, "{asked} questions for {guilty} of {n}");
            }
        }
    }

    #[test]
    fn several_are_found_together() {
        let (found, asked) = ask(64, &open, |set| set.contains(&5) && set.contains(&60));
        assert_eq!(found, Some(vec![5, 60]));
        assert!(asked <= 24, "{asked}");
        assert_eq!(ask(9, &open, |set| set.len() >= 3).0.map(|set| set.len()), Some(3));
        assert_eq!(ask(8, &open, |_| false).0, None);
    }

    /// Taking back 2 is only possible with 6, and 3 must stay.
    #[test]
    fn more_may_be_worse_and_some_come_together() {
        let close = |set: &[usize]| {
            let mut set = set.to_vec();
            if set.contains(&2) && !set.contains(&6) {
                set.push(6);
            }
            set.sort_unstable();
            set
        };
        let (found, _) = ask(8, &close, |set| set.len() == 8 || (set.contains(&2) && !set.contains(&3)));
        assert_eq!(found, Some(vec![2, 6]));
    }
}
