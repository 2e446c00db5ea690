//! Failures that lie outside of the code: infrastructure, and what we keep from the command ourselves.

use super::Job;
use crate::config::{self, Sandbox};
use crate::process;
use crate::record::{Diagnosis, FailureClass, HandId, LogReport, Outcome};
use crate::report::markdown::one_line;
use crate::verify::Run;

/// Which limit of ours ended the command, and where it is set.
pub(super) fn at_limit(base: &Run) -> Option<String> {
    use process::LimitHit::{Cancelled, Cpu, Disk, Memory, Output, Processes, Wall};
    let key = match base.finished.limit? {
        Wall => "verify.timeout-seconds",
        Memory => "sandbox.memory-mb",
        Cpu => "sandbox.cpu-seconds",
        Processes => "sandbox.processes",
        Disk => "sandbox.disk-mb",
        Output => return Some("the command was stopped for its flood of output".to_owned()),
        Cancelled => return None,
    };
    Some(format!("the command was {} after {:.0} s (`{key}` sets it)", base.ending(), base.finished.seconds))
}

/// What fails for want of a network, where it is us who cut it off: why, and the mend. Nothing is said of the code then.
pub(super) fn cut_off(job: &Job, base: &Run, here: &LogReport) -> Option<(String, String)> {
    let is_ours = job.sandbox.tier == Sandbox::Full && !base.passed() && here.class == FailureClass::Transient;
    let recorded_alike = job.recorded.as_ref().is_some_and(|recorded| recorded.class == FailureClass::Transient);
    let quote = one_line(here.first_error.as_deref().unwrap_or_default(), 160);
    (is_ours && !recorded_alike).then(|| {
        (
            format!("the command asks for the network, which the sandbox gives to set-up alone: {quote}"),
            format!(
                "in {}, put what installs or downloads into `verify.prepare`, or name the hosts in `sandbox.network`",
                config::PATH
            ),
        )
    })
}

/// Failures that no patch mends, with how the run ends then.
pub(super) fn not_for_patching(base: &Run, diagnosis: &Diagnosis) -> Option<(Outcome, String)> {
    let quote = one_line(diagnosis.first_error.as_deref().unwrap_or_default(), 200);
    match diagnosis.class {
        FailureClass::Transient => Some((Outcome::Transient, format!("infrastructure failed, not the code: {quote}"))),
        FailureClass::Resource => {
            Some((Outcome::Transient, format!("a resource limit was hit, not a fault of the code: {quote}")))
        }
        // A test that never ends may be the failure itself.
        _ if base.finished.limit == Some(process::LimitHit::Wall) && searches(diagnosis) => None,
        // What was printed until then may well say what is wrong.
        _ if base.finished.limit == Some(process::LimitHit::Output) => None,
        _ => at_limit(base).map(|limit| (Outcome::Explained, limit)),
    }
}

/// The hand `search` runs each test by itself, and stops it.
fn searches(diagnosis: &Diagnosis) -> bool {
    let may_be = matches!(diagnosis.class, FailureClass::Test | FailureClass::Unknown);
    may_be && diagnosis.strategy.contains(&HandId::Search)
}
