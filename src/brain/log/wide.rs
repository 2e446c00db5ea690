//! UTF-16, which PowerShell writes where it redirects a command: turned into UTF-8 while the log streams.

/// What has been seen of the log's encoding so far.
pub(super) enum Wide {
    /// Less than the two bytes that tell.
    Unknown(Vec<u8>),
    No,
    /// How a pair of bytes makes a unit, and what is left of the last piece.
    Yes {
        unit: fn([u8; 2]) -> u16,
        rest: Vec<u8>,
    },
}

impl Default for Wide {
    fn default() -> Self {
        Self::Unknown(Vec::new())
    }
}

impl Wide {
    /// The UTF-8 of the next piece, or nothing where the piece is what it seems.
    pub fn decode(&mut self, bytes: &[u8]) -> Option<Vec<u8>> {
        if let Self::Unknown(held) = self {
            let first = [held.as_slice(), bytes].concat();
            *self = match first.as_slice() {
                [0xff, 0xfe, ..] => Self::Yes { unit: u16::from_le_bytes, rest: Vec::new() },
                [0xfe, 0xff, ..] => Self::Yes { unit: u16::from_be_bytes, rest: Vec::new() },
                [] | [0xff | 0xfe] => Self::Unknown(first.clone()),
                _ => Self::No,
            };
            return match self {
                Self::Unknown(_) => Some(Vec::new()),
                Self::No => Some(first),
                Self::Yes { .. } => self.decode(&first),
            };
        }
        let Self::Yes { unit, rest } = self else { return None };
        let whole = [rest.as_slice(), bytes].concat();
        let mut units: Vec<u16> = whole.chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
        let mut used = units.len() * 2;
        // The second half of a pair may come with the next piece.
        if units.last().is_some_and(|last| (0xd800..0xdc00).contains(last)) {
            units.pop();
            used -= 2;
        }
        *rest = whole[used..].to_vec();
        let text: String = char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
        Some(text.into_bytes())
    }
}
