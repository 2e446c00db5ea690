//! Numbered JSON files in folders. Writes are atomic; read-modify-write holds a lock that the system
//! takes back when its holder dies.

use super::{Result, local, missing};
use serde::{Serialize, de::DeserializeOwned};
use std::fs::{self, File};
use std::io::{ErrorKind, Read, Write as _};
use std::path::{Path, PathBuf};

pub(super) struct Store {
    dir: PathBuf,
}

/// Held while it lives.
pub(super) struct Lock {
    _file: File,
}

impl Store {
    pub(super) fn open(dir: &Path) -> Result<Self> {
        for folder in ["items", "comments", "checks", "runs", "jobs"] {
            fs::create_dir_all(dir.join(folder)).map_err(|e| failed(dir, &e))?;
        }
        Ok(Self { dir: dir.to_owned() })
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// One operation at a time, between processes too.
    pub(super) fn lock(&self) -> Result<Lock> {
        let path = self.path("lock");
        let file = File::create(&path).map_err(|e| failed(&path, &e))?;
        file.lock().map_err(|e| failed(&path, &e))?;
        Ok(Lock { _file: file })
    }

    /// Stores under the next free number. The hard link fails where another process was quicker.
    pub(super) fn add<T: Serialize>(&self, folder: &str, value: &T) -> Result<u64> {
        let bytes = json(value)?;
        let mut number = self.numbers(folder)?.last().copied().unwrap_or(0) + 1;
        loop {
            let path = self.path(&format!("{folder}/{number}.json"));
            let temp = self.temp(&bytes)?;
            match temp.persist_noclobber(&path) {
                Ok(_) => return Ok(number),
                Err(error) if error.error.kind() == ErrorKind::AlreadyExists => number += 1,
                Err(error) => return Err(failed(&path, &error.error)),
            }
        }
    }

    pub(super) fn put<T: Serialize>(&self, folder: &str, number: u64, value: &T) -> Result<()> {
        self.write(&format!("{folder}/{number}.json"), &json(value)?)
    }

    /// What is gone already is removed, too.
    pub(super) fn remove(&self, folder: &str, number: u64) -> Result<()> {
        let path = self.path(&format!("{folder}/{number}.json"));
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(failed(&path, &error)),
            _ => Ok(()),
        }
    }

    pub(super) fn write(&self, name: &str, bytes: &[u8]) -> Result<()> {
        let path = self.path(name);
        self.temp(bytes)?.persist(&path).map(drop).map_err(|e| failed(&path, &e.error))
    }

    pub(super) fn get<T: DeserializeOwned>(&self, folder: &str, number: u64) -> Result<Option<T>> {
        let path = self.path(&format!("{folder}/{number}.json"));
        match fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(|e| failed(&path, &e)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(failed(&path, &error)),
        }
    }

    pub(super) fn update<T>(&self, folder: &str, number: u64, change: impl FnOnce(&mut T)) -> Result<T>
    where
        T: Serialize + DeserializeOwned,
    {
        let _lock = self.lock()?;
        let mut value = self.get::<T>(folder, number)?.ok_or_else(|| missing(folder, number))?;
        change(&mut value);
        self.put(folder, number, &value)?;
        Ok(value)
    }

    /// Everything in a folder by number.
    pub(super) fn all<T: DeserializeOwned>(&self, folder: &str) -> Result<Vec<(u64, T)>> {
        let mut all = Vec::new();
        for number in self.numbers(folder)? {
            all.extend(self.get(folder, number)?.map(|value| (number, value)));
        }
        Ok(all)
    }

    pub(super) fn append(&self, name: &str, line: &str) -> Result<()> {
        let path = self.path(name);
        let mut file = File::options().append(true).create(true).open(&path).map_err(|e| failed(&path, &e))?;
        file.write_all(format!("{line}\n").as_bytes()).map_err(|e| failed(&path, &e))
    }

    pub(super) fn reader(&self, name: &str) -> Result<Option<Box<dyn Read + Send>>> {
        let path = self.path(name);
        match File::open(&path) {
            Ok(file) => Ok(Some(Box::new(file))),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(failed(&path, &error)),
        }
    }

    fn numbers(&self, folder: &str) -> Result<Vec<u64>> {
        let path = self.path(folder);
        let number = |entry: std::io::Result<fs::DirEntry>| {
            entry.ok()?.file_name().to_str()?.strip_suffix(".json")?.parse().ok()
        };
        let mut numbers: Vec<u64> = fs::read_dir(&path).map_err(|e| failed(&path, &e))?.filter_map(number).collect();
        numbers.sort_unstable();
        Ok(numbers)
    }

    fn temp(&self, bytes: &[u8]) -> Result<tempfile::NamedTempFile> {
        let write = || {
            let mut temp = tempfile::NamedTempFile::new_in(&self.dir)?;
            temp.write_all(bytes)?;
            temp.as_file().sync_all()?;
            Ok(temp)
        };
        write().map_err(|e: std::io::Error| failed(&self.dir, &e))
    }
}

fn json<T: Serialize>(value: &T) -> Result<Vec<u8>> {
    serde_json::to_vec_pretty(value).map_err(|e| local(format!("cannot write as JSON: {e}")))
}

fn failed(path: &Path, error: &dyn std::fmt::Display) -> super::ForgeError {
    local(format!("{}: {error}", path.display()))
}
