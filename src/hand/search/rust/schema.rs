//! A source with many candidates in it, and who is to blame for what the compiler says of it.

use super::sites::{Kind, Site};
use std::collections::BTreeMap;
use std::ops::Range;

/// A text that stands beside the original at a site.
pub struct Arm<'a> {
    /// Whose it is.
    pub owner: usize,
    pub text: &'a [u8],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    Arm(usize),
    /// The original at a site, by its number in [`Schema::sites`].
    Base(usize),
    /// By its number among all that was given.
    Addition(usize),
}

/// A source as the compiler gets it.
pub struct Schema {
    pub text: Vec<u8>,
    /// Innermost last.
    pub owners: Vec<(Range<usize>, Owner)>,
    /// Owner → its number.
    pub numbers: BTreeMap<usize, u32>,
    pub sites: Vec<Site>,
    /// Where pieces of the source went: the first byte here, the first byte there.
    pieces: Vec<(usize, usize)>,
}

struct Writer<'a> {
    source: &'a [u8],
    sites: Vec<(&'a Site, &'a [Arm<'a>])>,
    /// Its number, where it is put, what it says.
    additions: &'a [(usize, usize, &'a str)],
    out: Schema,
    next: u32,
}

/// `first` is the first number that is free.
pub fn write<'a>(
    source: &'a [u8],
    sites: &'a BTreeMap<Site, Vec<Arm<'a>>>,
    additions: &'a [(usize, usize, &'a str)],
    first: u32,
) -> (Schema, u32) {
    let mut sorted: Vec<_> = sites.iter().map(|(site, arms)| (site, arms.as_slice())).collect();
    // A gap stands before what begins there; of sites that begin together the larger is the outer one.
    let order = |site: &Site| (site.start, site.start < site.end, usize::MAX - site.end, outer(site.kind));
    sorted.sort_by_key(|(site, _)| order(site));
    let out = Schema {
        text: Vec::new(),
        owners: Vec::new(),
        numbers: BTreeMap::new(),
        sites: sorted.iter().map(|(site, _)| (*site).clone()).collect(),
        pieces: Vec::new(),
    };
    let mut writer = Writer { source, sites: sorted, additions, out, next: first };
    let end = writer.sites.len();
    writer.span(0..source.len(), 0..end);
    (writer.out, writer.next)
}

/// Of sites at the same place.
fn outer(kind: Kind) -> u8 {
    match kind {
        Kind::Gap | Kind::Statement => 0,
        Kind::Block | Kind::Valued => 1,
        Kind::Value => 2,
    }
}

impl Writer<'_> {
    /// The source of a range, with what is at the sites in it.
    fn span(&mut self, range: Range<usize>, sites: Range<usize>) {
        let (mut at, mut number) = (range.start, sites.start);
        while number < sites.end {
            let (site, arms) = self.sites[number];
            let inside = |other: &(&Site, _)| other.0.start < site.end && site.start < site.end;
            let last = number + 1 + self.sites[number + 1..sites.end].iter().take_while(|other| inside(other)).count();
            self.copy(at..site.start);
            self.site(site, arms, number + 1..last, number);
            at = site.end;
            number = last;
        }
        self.copy(at..range.end);
    }

    /// The source itself, with what is added in it.
    fn copy(&mut self, range: Range<usize>) {
        let mut at = range.start;
        for (number, place, text) in self.additions {
            if range.contains(place) || *place == range.end && range.end == self.source.len() {
                self.piece(at..*place);
                let from = self.out.text.len();
                self.say(text);
                self.out.owners.push((from..self.out.text.len(), Owner::Addition(*number)));
                at = *place;
            }
        }
        self.piece(at..range.end);
    }

    fn piece(&mut self, range: Range<usize>) {
        self.out.pieces.push((self.out.text.len(), range.start));
        self.out.text.extend_from_slice(&self.source[range]);
    }

    fn site(&mut self, site: &Site, arms: &[Arm], inner: Range<usize>, number: usize) {
        let (before, open, close, after) = match site.kind {
            // Each is assigned by itself, so that one of another type does not keep the others' from being seen.
            Kind::Value => ("({ let __r", "__r = ", "\n,", " __r })"),
            Kind::Valued => ("{ let __r", "__r = ", ",", " __r }"),
            Kind::Statement => ("", "{", "\n}", ""),
            Kind::Block => ("{", "", "", "}"),
            Kind::Gap => (" ", "{", "\n}", " "),
        };
        let declared = match (site.kind, &site.declared) {
            (Kind::Value | Kind::Valued, Some(kind)) => format!(": {kind}; "),
            (Kind::Value | Kind::Valued, None) => "; ".to_owned(),
            _ => String::new(),
        };
        let low = self.next;
        let high = low + u32::try_from(arms.len()).unwrap_or(0);
        self.next = high;
        self.say(&format!("{before}{declared}match crate::__thanos::at({low}, {high}) {{\n0 => {open}"));
        let from = self.out.text.len();
        let place = self.out.owners.len();
        self.out.owners.push((from..from, Owner::Base(number)));
        self.span(site.start..site.end, inner);
        self.out.owners[place].0.end = self.out.text.len();
        self.say(close);
        for (arm, number) in arms.iter().zip(low..) {
            self.say(&format!("\n{number} => {open}"));
            let from = self.out.text.len();
            self.out.text.extend_from_slice(arm.text);
            self.out.owners.push((from..self.out.text.len(), Owner::Arm(arm.owner)));
            self.say(close);
            self.out.numbers.insert(arm.owner, number);
        }
        let never = if site.kind == Kind::Gap { "{}" } else { "loop {}" };
        self.say(&format!("\n_ => {never}\n}}{after}"));
    }

    fn say(&mut self, text: &str) {
        self.out.text.extend_from_slice(text.as_bytes());
    }
}

impl Schema {
    /// Whose text a place is in, innermost.
    pub fn owner(&self, place: &Range<usize>) -> Option<Owner> {
        let inside = |range: &Range<usize>| range.start <= place.start && place.start <= range.end;
        let own = self.owners.iter().filter(|(range, _)| inside(range));
        own.min_by_key(|(range, _)| range.len()).map(|(_, owner)| *owner)
    }

    /// The byte of the source that a byte here stands for, or the nearest before it.
    pub fn source(&self, byte: usize) -> usize {
        let (here, there) = self.pieces.iter().rev().find(|(here, _)| *here <= byte).copied().unwrap_or((0, 0));
        there + (byte - here)
    }
}
