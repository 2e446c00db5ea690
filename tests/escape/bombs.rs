//! What takes more than is there, and holds it for a while: a look at the whole tree every few hundredths of a second
//! ends it, and a burst may come first. The twins are the same with wide limits; what they take is bounded by themselves.

use super::world::World;
use thanos_fix::process::{Finished, LimitHit, Limits, Sandbox};

const PROCESSES: &str = "import os, time
for i in range(300):
    if os.fork() == 0: time.sleep(20); os._exit(0)
time.sleep(3)
print('ESCAPED', flush=True)";
/// Every process makes processes, until there are some thousands or a minute is over: on a busy machine it takes
/// seconds to be heard among them.
const STORM: &str = "import os, time
end = time.time() + 60
while time.time() < end:
    try: os.fork()
    except OSError: time.sleep(0.01)
    if time.time() > end - 59.5 and len([p for p in os.listdir('/proc') if p.isdigit()]) > 3000: time.sleep(60)
print('ESCAPED', flush=True)";
const MEMORY: &str = "import os, time
for i in range(3):
    if os.fork() == 0: x = b'x' * (90 << 20); time.sleep(20); os._exit(0)
x = b'x' * (90 << 20)
time.sleep(1)
print('ESCAPED', flush=True)";
const SHARED_MEMORY: &str = "import mmap, time
m = mmap.mmap(-1, 300 << 20)
for i in range(0, 300 << 20, 4096): m[i] = 1
time.sleep(1)
print('ESCAPED', flush=True)";
const DISK: &str = "import os, time
for i in range(30):
    f = open('bomb%d' % i, 'wb'); f.write(os.urandom(10 << 20)); f.flush(); os.fsync(f.fileno())
    if i % 2: os.unlink('bomb%d' % i)
    globals()['keep%d' % i] = f
time.sleep(1)
print('ESCAPED', flush=True)";
const PROCESSOR: &str = "import os, time
for i in range(3):
    if os.fork() == 0: break
while time.process_time() < 1.5: pass
print('ESCAPED', flush=True)";

pub fn all(world: &World) {
    let none = Limits::default;
    let cases = [
        ("processes", PROCESSES, Limits { processes: Some(100), ..none() }, LimitHit::Processes),
        ("memory", MEMORY, Limits { memory_bytes: Some(200 << 20), ..none() }, LimitHit::Memory),
        ("shared memory", SHARED_MEMORY, Limits { memory_bytes: Some(200 << 20), ..none() }, LimitHit::Memory),
        ("disk", DISK, Limits { disk_bytes: Some(100 << 20), ..none() }, LimitHit::Disk),
        ("processor", PROCESSOR, Limits { cpu: Some(std::time::Duration::from_secs(2)), ..none() }, LimitHit::Cpu),
    ];
    for (name, script, limits, hit) in cases {
        let run = |limits| world.run(python(script), Sandbox::Full, limits);
        let bounded = run(limits);
        let said = String::from_utf8_lossy(&bounded.combined).into_owned();
        assert!(is_stopped(&bounded, hit), "{name}: {:?} {:?} {said}", bounded.limit, bounded.exit);
        let free = run(none());
        assert_eq!(free.limit, None, "the twin of {name}");
        assert!(free.success() && String::from_utf8_lossy(&free.stdout).contains("ESCAPED"), "the twin of {name}");
    }
    let script = format!("{STORM}\n# {}", world.name());
    let storm = world.run(python(&script), Sandbox::Full, Limits { processes: Some(400), ..none() });
    assert!(is_stopped(&storm, LimitHit::Processes), "{:?}", storm.limit);
    assert_eq!(left_of(&script), 0, "of a storm that was ended");
    flood(world);
}

/// By whoever came first: the kernel counts what a user starts, where there is no namespace to count in.
fn is_stopped(done: &Finished, hit: LimitHit) -> bool {
    let refused = hit == LimitHit::Processes && done.limit.is_none() && !done.success();
    let said = String::from_utf8_lossy(&done.combined);
    (done.limit == Some(hit) || (refused && said.contains("BlockingIOError"))) && !said.contains("ESCAPED")
}

fn python(script: &str) -> Vec<String> {
    vec!["python3".into(), "-c".into(), script.into()]
}

fn left_of(script: &str) -> usize {
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    let lines = processes.filter_map(|entry| std::fs::read(entry.path().join("cmdline")).ok());
    lines.filter(|line| String::from_utf8_lossy(line).contains(script)).count()
}

fn flood(world: &World) {
    let flood = python("import sys\nfor i in range(64): sys.stdout.write('x' * (1 << 20))");
    let run = |output_bytes| world.run(flood.clone(), Sandbox::Full, Limits { output_bytes, ..Limits::default() });
    let kept = run(1 << 16);
    assert!(kept.success() && kept.truncated && kept.stdout.len() < 70_000);
    assert!(run(80 << 20).stdout.len() == 64 << 20, "the twin of the flood");
}
