//! What is too much for memory waits in a file without a name until the pages are written: appended once, read by place.

use anyhow::{Context as _, Result};
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::os::unix::fs::FileExt as _;
use std::path::Path;

#[derive(Debug, Clone, Copy, Default)]
pub struct Place {
    at: u64,
    len: u32,
}

pub struct Spool {
    out: BufWriter<File>,
    end: u64,
}

impl Spool {
    /// On the disk that the pages go to.
    pub fn in_dir(dir: &Path) -> Result<Self> {
        let file = tempfile::tempfile_in(dir).with_context(|| format!("cannot write to {}", dir.display()))?;
        Ok(Self { out: BufWriter::with_capacity(1 << 20, file), end: 0 })
    }

    pub fn put(&mut self, bytes: &[u8]) -> Result<Place> {
        self.out.write_all(bytes).context("cannot write the temporary data")?;
        let place = Place { at: self.end, len: u32::try_from(bytes.len())? };
        self.end += u64::from(place.len);
        Ok(place)
    }

    pub fn close(self) -> Result<Kept> {
        let file = self.out.into_inner().map_err(std::io::IntoInnerError::into_error);
        Ok(Kept(file.context("cannot write the temporary data")?))
    }
}

/// A spool that is complete.
pub struct Kept(File);

impl Kept {
    /// Appends what lies at a place.
    pub fn read(&self, place: Place, into: &mut Vec<u8>) -> Result<()> {
        let from = into.len();
        into.resize(from + place.len as usize, 0);
        self.0.read_exact_at(&mut into[from..], place.at).context("cannot read the temporary data")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_put_is_there() {
        let dir = tempfile::tempdir().unwrap();
        let mut spool = Spool::in_dir(dir.path()).unwrap();
        let places = ["one", "", "three"].map(|text| spool.put(text.as_bytes()).unwrap());
        let kept = spool.close().unwrap();
        let mut all = b"> ".to_vec();
        places.into_iter().rev().for_each(|place| kept.read(place, &mut all).unwrap());
        assert_eq!(all, b"> threeone");
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
    }
}
