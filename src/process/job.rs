//! What the helper is told and what it answers, over the socket that is its standard input. The socket is
//! also the lifeline: when our end closes, for whatever reason, the helper ends everything.

use super::privileges::Owner;
use super::{Layer, Limits, Sandbox, Spec, Tier};
use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};
use std::ffi::{OsStr, OsString};
use std::io::{Read, Write};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

/// Bytes as the system has them: names need not be text.
#[derive(Serialize, Deserialize)]
struct Raw(Vec<u8>);

impl From<&OsStr> for Raw {
    fn from(text: &OsStr) -> Self {
        Raw(text.as_bytes().to_vec())
    }
}

impl Raw {
    fn os(&self) -> &OsStr {
        OsStr::from_bytes(&self.0)
    }
}

fn raw(paths: &[PathBuf]) -> Vec<Raw> {
    paths.iter().map(|path| path.as_os_str().into()).collect()
}

fn paths(raw: &[Raw]) -> Vec<PathBuf> {
    raw.iter().map(|raw| OsString::from_vec(raw.0.clone()).into()).collect()
}

#[derive(Serialize, Deserialize)]
pub struct Job {
    pub tier: Tier,
    /// The network stays on.
    pub online: bool,
    /// A proxy for listed hosts is served.
    pub proxy: bool,
    /// The port of a door that is served from outside.
    pub door: Option<u16>,
    /// `None` only asks whether the tier can be had.
    program: Option<Raw>,
    pub argv: Vec<String>,
    cwd: Raw,
    env: Vec<(Raw, Raw)>,
    writable: Vec<Raw>,
    pub git: Option<Layer>,
    aside: Option<Raw>,
    hidden: Vec<Raw>,
    /// Travels behind the rest as it is: it may be long.
    #[serde(skip)]
    pub stdin: Option<Vec<u8>>,
    pub memory_bytes: Option<u64>,
    pub processes: Option<u64>,
    pub file_bytes: Option<u64>,
    pub cpu_seconds: Option<u64>,
    /// Who the helper becomes again, where it was made root.
    pub owner: Option<Owner>,
}

impl Job {
    pub fn new(spec: &Spec, program: &Path, tier: Tier, door: Option<u16>) -> Self {
        let Limits { memory_bytes, processes, file_bytes, cpu, .. } = spec.limits;
        Self {
            online: spec.sandbox != Sandbox::Full,
            proxy: !spec.hosts.is_empty() && spec.sandbox == Sandbox::Full && tier == Tier::Namespaces,
            door,
            program: Some(program.as_os_str().into()),
            argv: spec.argv.to_vec(),
            cwd: spec.cwd.as_os_str().into(),
            env: spec.env.iter().map(|(key, value)| (key.as_os_str().into(), value.as_os_str().into())).collect(),
            writable: raw(spec.writable),
            git: spec.git.cloned(),
            aside: spec.aside.map(|folder| folder.as_os_str().into()),
            hidden: raw(spec.hidden),
            stdin: spec.stdin.map(<[u8]>::to_vec),
            memory_bytes,
            processes,
            file_bytes,
            cpu_seconds: cpu.map(|time| time.as_secs().max(1)),
            ..Self::probe(tier)
        }
    }

    pub fn probe(tier: Tier) -> Self {
        Self {
            tier,
            online: false,
            proxy: false,
            door: None,
            program: None,
            argv: Vec::new(),
            cwd: Raw(b"/".to_vec()),
            env: Vec::new(),
            writable: Vec::new(),
            git: None,
            aside: None,
            hidden: Vec::new(),
            stdin: None,
            memory_bytes: None,
            processes: None,
            file_bytes: None,
            cpu_seconds: None,
            owner: None,
        }
    }

    /// For a helper that is made root.
    pub fn of(self, owner: Option<Owner>) -> Self {
        Self { owner, ..self }
    }

    pub fn program(&self) -> Option<&Path> {
        self.program.as_ref().map(|raw| Path::new(raw.os()))
    }

    pub fn aside(&self) -> Option<&Path> {
        self.aside.as_ref().map(|raw| Path::new(raw.os()))
    }

    pub fn cwd(&self) -> &Path {
        Path::new(self.cwd.os())
    }

    pub fn env(&self) -> impl Iterator<Item = (&OsStr, &OsStr)> {
        self.env.iter().map(|(key, value)| (key.os(), value.os()))
    }

    pub fn writable(&self) -> Vec<PathBuf> {
        paths(&self.writable)
    }

    pub fn hidden(&self) -> Vec<PathBuf> {
        paths(&self.hidden)
    }

    /// Set last, so that they count.
    pub fn add_env(&mut self, more: Vec<(&str, String)>) {
        self.env.retain(|(key, _)| !more.iter().any(|(name, _)| key.os() == *name));
        self.env.extend(more.iter().map(|(name, value)| (OsStr::new(name).into(), OsStr::new(value).into())));
    }

    pub fn encode(&self) -> Result<Vec<u8>> {
        let body = serde_json::to_vec(self).context("cannot describe a job to the sandbox helper")?;
        let (has_input, input) = (u8::from(self.stdin.is_some()), self.stdin.as_deref().unwrap_or_default());
        let size = |bytes: &[u8]| (bytes.len() as u64).to_le_bytes();
        Ok([&size(&body)[..], &body, &[has_input], &size(input), input].concat())
    }

    pub fn read(from: &mut impl Read) -> Result<Self> {
        let mut job: Self = serde_json::from_slice(&read_part(from)?).context("the job cannot be read")?;
        let mut has_input = [0];
        from.read_exact(&mut has_input).context("the job was cut short")?;
        let input = read_part(from)?;
        job.stdin = (has_input != [0]).then_some(input);
        Ok(job)
    }
}

/// Bytes behind their length.
fn read_part(from: &mut impl Read) -> Result<Vec<u8>> {
    let mut length = [0; 8];
    from.read_exact(&mut length).context("no job")?;
    let mut bytes = vec![0; usize::try_from(u64::from_le_bytes(length))?];
    from.read_exact(&mut bytes).context("the job was cut short")?;
    Ok(bytes)
}

/// The helper's only answer, given when everything is over.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Answer {
    Exit(i32),
    Signal(i32),
    /// The kernel kept the limit.
    OutOfMemory,
    /// Confined as asked, but the program could not be started.
    NotStarted(String),
    /// The sandbox cannot be had here.
    Refused(String),
}

impl Answer {
    /// Our side may be gone, which the lifeline tells anyway.
    pub fn send(&self, to: &mut impl Write) {
        if let Ok(text) = serde_json::to_vec(self) {
            let _ = to.write_all(&text);
        }
    }

    pub fn read(from: &mut impl Read) -> Result<Self> {
        let mut text = Vec::new();
        // The socket does not block: what the helper had to say it said before it ended.
        let _ = from.take(64 << 10).read_to_end(&mut text);
        let text = text.strip_prefix(&[super::proxy::MARK]).unwrap_or(&text);
        if text.is_empty() {
            bail!("the sandbox helper ended without an answer");
        }
        serde_json::from_slice(text).context("the sandbox helper's answer cannot be read")
    }
}
