//! The heal stage as a process of its own: our binary again, nothing in its environment, the job on its
//! standard input, progress on its standard error, the result in a file.

use super::Exit;
use crate::llm::{Model, Remote};
use crate::process::{self, Limits, Sandbox, Spec};
use crate::record::Healing;
use crate::stage::Say;
use crate::stage::heal::{self, Job};
use anyhow::{Context as _, Result, bail};
use std::io::{Read as _, Write as _};
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// The hidden first argument.
pub const HEAL: &str = "__heal";
const RESULT: &str = "healing.json";
/// The stage of the line that says why there is no result.
const BROKE: &str = "broke";

/// Starts the process, passes its progress on, and reads its result.
pub fn start(job: &Job, cancel: &AtomicBool, say: Say) -> Result<Healing> {
    std::fs::create_dir_all(&job.scratch).with_context(|| format!("cannot make {}", job.scratch.display()))?;
    let own = std::env::current_exe()?.to_string_lossy().into_owned();
    let input = serde_json::to_vec(job)?;
    let (lines, broke) = (Mutex::new(Vec::new()), Mutex::new(String::new()));
    let progress = |bytes: &[u8]| {
        let Ok(mut pending) = lines.lock() else { return };
        pending.extend_from_slice(bytes);
        while let Some(end) = pending.iter().position(|b| *b == b'\n') {
            let line: Vec<u8> = pending.drain(..=end).collect();
            let line = String::from_utf8_lossy(&line);
            let (stage, text) = line.trim_end().split_once('\t').unwrap_or(("heal", line.trim_end()));
            match broke.lock() {
                Ok(mut broke) if stage == BROKE => text.clone_into(&mut broke),
                _ => say(stage, text),
            }
        }
    };
    // The stage ends itself at the budget; this is for a stage that hangs.
    let wall = Duration::from_secs(job.budget_seconds + job.timeout_seconds + 120);
    let done = process::run(&Spec {
        argv: &[own, HEAL.to_owned()],
        cwd: &job.scratch,
        env: &[],
        stdin: Some(&input),
        limits: Limits { wall, ..Limits::default() },
        sandbox: Sandbox::Off,
        writable: &[],
        hosts: &[],
        git: None,
        aside: None,
        hidden: &[],
        cancel: Some(cancel),
        on_output: Some(&progress),
    })?;
    let result = result_path(job);
    match std::fs::read(&result) {
        Ok(bytes) => serde_json::from_slice(&bytes).context("the heal process wrote a result that cannot be read"),
        Err(_) if done.limit == Some(process::LimitHit::Cancelled) => {
            Ok(Healing::ended(crate::record::Outcome::Cancelled, "stopped from outside"))
        }
        Err(_) => match broke.into_inner() {
            Ok(why) if !why.is_empty() => bail!("{why}"),
            _ => bail!("the heal process ended without a result (exit {:?}, signal {:?})", done.exit, done.signal),
        },
    }
}

/// The result lies beside the scratch folder, where the command under test cannot write.
fn result_path(job: &Job) -> PathBuf {
    job.scratch.parent().unwrap_or(&job.scratch).join(RESULT)
}

/// The other side. Why it broke is told to the one who started it, and told there.
pub fn main() -> Result<Exit> {
    let say = |stage: &str, text: &str| {
        let text = text.replace(['\n', '\r'], " ");
        let _ = writeln!(std::io::stderr().lock(), "{stage}\t{text}");
    };
    match heal_the_job(&say) {
        Ok(()) => Ok(Exit::Done),
        Err(error) => {
            say(BROKE, &format!("{error:#}"));
            Ok(Exit::Internal)
        }
    }
}

fn heal_the_job(say: Say) -> Result<()> {
    let cancel = super::local::cancel_flag()?;
    let mut input = Vec::new();
    std::io::stdin().lock().read_to_end(&mut input)?;
    let job: Job = serde_json::from_slice(&input)?;
    // Before anything of the repository runs: nobody else gets in after us.
    let model = job.model.as_ref().map(Remote::connect).transpose()?;
    let healing = heal::heal(&job, model.as_ref().map(|m| m as &dyn Model), &|| job.experience.clone(), &cancel, say)?;
    let result = result_path(&job);
    let part = result.with_extension("part");
    std::fs::write(&part, serde_json::to_vec(&healing)?)?;
    std::fs::rename(&part, &result)?;
    Ok(())
}
