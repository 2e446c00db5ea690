//! Children that misbehave in every way we could think of, run for real.
#![expect(clippy::unwrap_used, reason = "a test's helpers fail by panicking")]

use std::ffi::OsString;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use thanos_fix::process::{self, Door, Finished, Layer, LimitHit, Limits, Sandbox, Spec, Tier};

const PATH: &str = "/usr/local/bin:/usr/bin:/bin";

struct Case {
    argv: Vec<String>,
    cwd: PathBuf,
    env: Vec<(OsString, OsString)>,
    writable: Vec<PathBuf>,
    hidden: Vec<PathBuf>,
    _dir: tempfile::TempDir,
}

impl Case {
    fn new(argv: &[&str]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        Self {
            argv: argv.iter().map(ToString::to_string).collect(),
            cwd: dir.path().canonicalize().unwrap(),
            env: vec![("PATH".into(), PATH.into())],
            writable: Vec::new(),
            hidden: Vec::new(),
            _dir: dir,
        }
    }

    fn sh(script: &str) -> Self {
        Self::new(&["sh", "-c", script])
    }

    fn confined(&self, sandbox: Sandbox) -> Finished {
        process::set_helper(Path::new(env!("CARGO_BIN_EXE_thanos-fix")));
        process::run(&Spec { sandbox, ..self.spec() }).unwrap()
    }

    fn spec(&self) -> Spec<'_> {
        Spec {
            argv: &self.argv,
            cwd: &self.cwd,
            env: &self.env,
            stdin: None,
            limits: Limits { wall: Duration::from_secs(60), ..Limits::default() },
            sandbox: Sandbox::Off,
            writable: &self.writable,
            hosts: &[],
            git: None,
            aside: None,
            hidden: &self.hidden,
            cancel: None,
            on_output: None,
        }
    }

    fn run(&self) -> Finished {
        process::run(&self.spec()).unwrap()
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Whether the daemon that wrote the file still runs. Its number may be of another process namespace; its name is
/// the same in all.
fn alive(name_file: &Path) -> bool {
    let name = std::fs::read_to_string(name_file).unwrap();
    assert!(name.starts_with("daemon-"), "{name}");
    let processes = std::fs::read_dir("/proc").unwrap().flatten().map(|entry| entry.path().join("stat"));
    let stats = processes.filter_map(|stat| std::fs::read_to_string(stat).ok());
    stats.into_iter().any(|stat| stat.contains(&format!("({name}) ")) && !stat.contains(") Z "))
}

#[test]
fn exit_codes_signals_and_streams() {
    let done = Case::sh("echo out; echo err >&2; exit 7").run();
    assert_eq!((done.exit, done.signal, done.limit), (Some(7), None, None));
    assert_eq!((text(&done.stdout), text(&done.stderr)), ("out\n".into(), "err\n".into()));
    assert_eq!(done.combined.len(), 8);
    let done = Case::sh("kill -SEGV $$").run();
    assert_eq!((done.exit, done.signal), (None, Some(11)));
    assert!(Case::sh("true").run().success());
}

#[test]
fn what_cannot_start_is_a_result() {
    let done = Case::new(&["no-such-program-here"]).run();
    assert_eq!(done.exit, Some(127));
    assert_eq!(text(&done.stderr), "no-such-program-here: command not found\n");
    let mut case = Case::new(&["true"]);
    case.cwd.push("missing");
    assert_eq!(case.run().exit, Some(126));
}

#[test]
fn the_environment_is_what_was_given() {
    let mut case = Case::new(&["/usr/bin/env"]);
    case.env.clear();
    assert_eq!(text(&case.run().stdout), "");
    case.env.push(("ONE".into(), "1".into()));
    assert_eq!(text(&case.run().stdout), "ONE=1\n");
}

#[test]
fn standard_input_is_closed_or_given() {
    let case = Case::new(&["cat"]);
    assert_eq!(text(&case.run().stdout), "");
    let big = "x".repeat(300_000);
    let done = process::run(&Spec { stdin: Some(big.as_bytes()), ..case.spec() }).unwrap();
    assert_eq!(text(&done.stdout), big);
    let deaf = Case::new(&["true"]);
    assert!(process::run(&Spec { stdin: Some(big.as_bytes()), ..deaf.spec() }).unwrap().success());
}

#[test]
fn a_hanging_command_meets_the_wall() {
    let case = Case::sh("echo before; sleep 600");
    let limits = Limits { wall: Duration::from_secs(3), ..Limits::default() };
    let done = process::run(&Spec { limits, ..case.spec() }).unwrap();
    assert_eq!((done.limit, done.exit), (Some(LimitHit::Wall), None));
    assert_eq!(text(&done.stdout), "before\n");
    assert!(!done.success());
}

/// Runs until the first output, then cancels.
fn cancelled(spec: Spec) -> Finished {
    process::set_helper(Path::new(env!("CARGO_BIN_EXE_thanos-fix")));
    let cancel = AtomicBool::new(false);
    let on_output = |_: &[u8]| cancel.store(true, Ordering::Relaxed);
    process::run(&Spec { cancel: Some(&cancel), on_output: Some(&on_output), ..spec }).unwrap()
}

#[test]
fn who_is_cancelled_may_clean_up_but_not_go_on() {
    for trap in ["echo bye; exit 0", "echo bye"] {
        let case = Case::sh(&format!("trap '{trap}' TERM; echo ready; while :; do sleep 0.1; done"));
        let done = cancelled(case.spec());
        assert_eq!(done.limit, Some(LimitHit::Cancelled));
        assert!(!done.success() && text(&done.stdout).starts_with("ready\nbye\n"), "{}", text(&done.stdout));
    }
}

const DAEMON: &str = "import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        name = 'daemon-' + os.urandom(4).hex()
        import ctypes; ctypes.CDLL(None).prctl(15, name.encode())
        open('pid', 'w').write(name)
        time.sleep(600)
    os._exit(0)
os.wait()
while not os.path.exists('pid') or not open('pid').read(): time.sleep(0.01)
print('parent done', flush=True)
";

#[test]
fn a_daemon_that_holds_the_pipes_is_ended() {
    let case = Case::new(&["python3", "-c", DAEMON]);
    let done = case.run();
    assert!(done.success(), "{}", text(&done.combined));
    assert_eq!(text(&done.stdout), "parent done\n");
    assert!(!alive(&case.cwd.join("pid")));
}

#[test]
fn a_flood_is_kept_in_bounds() {
    let (case, seen) = (Case::sh("head -c 500000000 /dev/zero; echo the end"), AtomicUsize::new(0));
    let on_output = |bytes: &[u8]| _ = seen.fetch_add(bytes.len(), Ordering::Relaxed);
    let limits = Limits { output_bytes: 1 << 16, ..Limits::default() };
    let done = process::run(&Spec { limits, on_output: Some(&on_output), ..case.spec() }).unwrap();
    assert!(done.success() && done.truncated);
    assert!(done.stdout.len() < 70_000 && text(&done.stdout).ends_with("the end\n"));
    assert_eq!(seen.into_inner(), 500_000_008);
}

#[test]
fn a_command_may_delete_its_directory() {
    let case = Case::sh("rm -rf \"$PWD\"; echo gone");
    assert_eq!(text(&case.run().stdout), "gone\n");
    assert_eq!(case.run().exit, Some(126));
}

#[test]
fn confined_children_behave_as_free_ones() {
    for sandbox in [Sandbox::Light, Sandbox::Full] {
        let done = Case::sh("echo out; echo err >&2; exit 7").confined(sandbox);
        assert_eq!((done.exit, done.signal, done.limit), (Some(7), None, None), "{}", text(&done.stderr));
        assert_eq!((text(&done.stdout), text(&done.stderr)), ("out\n".into(), "err\n".into()));
        assert_eq!(Case::sh("kill -SEGV $$").confined(sandbox).signal, Some(11));
        assert_eq!(Case::new(&["no-such-program-here"]).confined(sandbox).exit, Some(127));
        let mut case = Case::new(&["/usr/bin/env"]);
        case.env = vec![("ONE".into(), "1".into())];
        assert_eq!(text(&case.confined(sandbox).stdout), "ONE=1\n");
        let (case, big) = (Case::new(&["cat"]), "x".repeat(300_000));
        let done = process::run(&Spec { stdin: Some(big.as_bytes()), sandbox, ..case.spec() }).unwrap();
        assert_eq!(text(&done.stdout), big);
    }
}

#[test]
fn a_confined_daemon_is_ended_at_the_end_and_when_cancelled() {
    for sandbox in [Sandbox::Light, Sandbox::Full] {
        let mut case = Case::new(&["python3", "-c", DAEMON]);
        case.writable = vec![case.cwd.clone()];
        let done = case.confined(sandbox);
        assert!(done.success(), "{}", text(&done.combined));
        assert!(!alive(&case.cwd.join("pid")));
        case.argv[2] = format!("{DAEMON}time.sleep(600)");
        let done = cancelled(Spec { sandbox, ..case.spec() });
        assert_eq!(done.limit, Some(LimitHit::Cancelled));
        assert!(!alive(&case.cwd.join("pid")));
    }
}

#[test]
fn writing_is_refused_outside_and_allowed_inside() {
    let outside = tempfile::tempdir().unwrap();
    let file = outside.path().join("x");
    let mut case = Case::sh(&format!("echo in > in && echo out > {}", file.display()));
    case.writable = vec![case.cwd.clone()];
    for sandbox in [Sandbox::Light, Sandbox::Full] {
        let done = case.confined(sandbox);
        assert!(!done.success() && !file.exists(), "{}", done.tier);
        assert!(case.cwd.join("in").exists(), "{}", text(&done.stderr));
        std::fs::remove_file(case.cwd.join("in")).unwrap();
    }
    assert!(case.run().success() && file.exists());
}

/// A script in a tree with a `.git`, and a home full of secrets.
fn victim(script: &str) -> Case {
    let mut case = Case::sh(script);
    let (home, tree) = (case.cwd.join("home"), case.cwd.join("tree"));
    std::fs::create_dir_all(home.join(".ssh")).unwrap();
    std::fs::create_dir_all(tree.join(".git")).unwrap();
    std::fs::write(home.join(".ssh/id"), "SECRET").unwrap();
    std::fs::write(home.join(".npmrc"), "//registry.example/:_authToken=SECRET").unwrap();
    std::fs::write(home.join(".profile"), "plain").unwrap();
    case.env.push(("HOME".into(), home.into()));
    case.writable = vec![tree.clone()];
    case.cwd = tree;
    case
}

fn hostile(script: &str) -> (Case, Finished) {
    let case = victim(script);
    let done = case.confined(Sandbox::Full);
    (case, done)
}

#[test]
fn full_hides_credentials_and_nothing_else() {
    let (_case, done) = hostile("cat ~/.ssh/id; cat ~/.npmrc; cat ~/.profile; ls -a ~ | grep npmrc");
    assert_eq!(text(&done.stdout), "plain.npmrc\n", "{}", text(&done.stderr));
    let (_case, done) =
        hostile("cat /etc/passwd >/dev/null && echo x > new && mkdir -p a/b && mv new a/b && cat a/b/new");
    assert_eq!(text(&done.stdout), "x\n", "{}", text(&done.stderr));
}

/// In either tier one is answered there, and nobody else on this machine is reached.
#[test]
fn full_has_one_door_and_no_other() {
    let other = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    process::set_helper(Path::new(env!("CARGO_BIN_EXE_thanos-fix")));
    let (door, opened) = Door::new(Sandbox::Full).unwrap();
    let script = "import socket, sys
def ask(port):
    try: return socket.create_connection(('127.0.0.1', port), 5).recv(9).decode()
    except OSError: return 'stopped'
print(ask(int(sys.argv[1])), ask(int(sys.argv[2])))";
    let ports = [door.port(), other.local_addr().unwrap().port()].map(|port| port.to_string());
    let case = Case::new(&["python3", "-c", script, &ports[0], &ports[1]]);
    let done = std::thread::scope(|scope| {
        scope.spawn(move || {
            let (mut guest, _) = opened.recv().unwrap().accept().unwrap();
            guest.write_all(b"hello").unwrap();
        });
        process::run_with_door(&Spec { sandbox: Sandbox::Full, ..case.spec() }, &door).unwrap()
    });
    assert_eq!(text(&done.stdout), "hello stopped\n", "{}: {}", done.tier, text(&done.stderr));
    assert_eq!(done.gaps.iter().any(|gap| gap.id == "port"), process::tier() == Tier::Landlock);
    assert!(done.tier.contains("model"), "{}", done.tier);
}

#[test]
fn full_keeps_localhost_and_git_as_its_tier_says() {
    let echo = "import socket
s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen()
c = socket.create_connection(s.getsockname(), 5); a, _ = s.accept(); c.sendall(b'hello'); print(a.recv(9).decode())";
    let (_case, done) = hostile(&format!("python3 -c \"{echo}\"; echo x > .git/config || echo read-only"));
    assert!(!is_inner() || process::tier() == Tier::Landlock, "{:?}", process::tier());
    match process::tier() {
        Tier::Namespaces => assert_eq!(text(&done.stdout), "hello\nread-only\n", "{}", text(&done.stderr)),
        Tier::Landlock => assert_eq!(text(&done.stdout), ""),
        other => panic!("no sandbox to test: {other:?}"),
    }
}

#[test]
fn full_reaches_no_server_of_ours_and_no_process_of_ours() {
    let server = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = server.local_addr().unwrap().port();
    let connect = format!("import socket; socket.create_connection(('127.0.0.1', {port}), 2); print('reached')");
    let ours = std::process::id();
    let script =
        format!("python3 -c \"{connect}\"; cat /proc/{ours}/environ && echo read; kill -0 {ours} && echo killed");
    let (_case, done) = hostile(&script);
    assert_eq!(text(&done.stdout), "", "{}", done.tier);
}

#[test]
fn full_and_install_hide_what_is_named_around_the_tree() {
    let mut case = victim("cat ../token; cat ../home/.ssh/id; echo x > in && cat in");
    let around = case.cwd.parent().unwrap().to_owned();
    std::fs::write(around.join("token"), "TOKEN ").unwrap();
    case.hidden = vec![around];
    for sandbox in [Sandbox::Full, Sandbox::Install] {
        let done = case.confined(sandbox);
        assert_eq!(text(&done.stdout), "x\n", "{}: {}", done.tier, text(&done.stderr));
    }
    assert_eq!(text(&case.run().stdout), "TOKEN SECRETx\n");
}

#[test]
fn full_and_install_cover_the_configuration_of_git_where_mounts_can_be_made() {
    let mut case = victim("cat .git/config; echo x >> .git/config; true");
    let config = case.cwd.join(".git/config");
    std::fs::write(&config, "TOKEN").unwrap();
    case.hidden = vec![config.clone()];
    for sandbox in [Sandbox::Full, Sandbox::Install] {
        std::fs::write(&config, "TOKEN").unwrap();
        let done = case.confined(sandbox);
        let (shown, after) = match process::tier() {
            Tier::Namespaces => ("", "TOKEN"),
            _ => ("TOKEN", "TOKENx\n"),
        };
        assert_eq!(text(&done.stdout), shown, "{}", text(&done.stderr));
        assert_eq!(std::fs::read_to_string(&config).unwrap(), after, "{}", done.tier);
    }
}

/// Of `Full` and `Install`, which reach a server over the given kind of socket; and without a sandbox.
fn reaching(connect: &str, hidden: &str, reached: impl Fn(&Finished) -> bool) -> [bool; 3] {
    let mut case = victim(&format!("python3 -c \"import socket; {connect}; print('reached')\""));
    case.hidden = vec![hidden.into()];
    [Sandbox::Full, Sandbox::Install, Sandbox::Off].map(|sandbox| reached(&case.confined(sandbox)))
}

fn says_so(done: &Finished) -> bool {
    text(&done.stdout) == "reached\n"
}

#[test]
fn full_reaches_no_server_where_install_does() {
    let server = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let connect = format!("socket.create_connection(('127.0.0.1', {}), 2)", server.local_addr().unwrap().port());
    assert_eq!(reaching(&connect, "/nowhere", says_so), [false, true, true]);
    let fast = "s = socket.socket(); s.sendto(b'x', socket.MSG_FASTOPEN";
    let connect = format!("{fast}, ('127.0.0.1', {}))", server.local_addr().unwrap().port());
    assert_eq!(reaching(&connect, "/nowhere", says_so), [false, true, true]);
    let server = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    server.set_nonblocking(true).unwrap();
    let socket = "socket.socket(socket.AF_INET, socket.SOCK_DGRAM)";
    let send = format!("{socket}.sendto(b'x', ('127.0.0.1', {}))", server.local_addr().unwrap().port());
    assert_eq!(reaching(&send, "/nowhere", |_| server.recv(&mut [0; 9]).is_ok()), [false, true, true]);
}

#[test]
fn full_and_install_reach_no_service_by_its_hidden_socket() {
    let dir = tempfile::tempdir().unwrap();
    let socket = dir.path().join("service.sock");
    let _service = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    let connect = format!("socket.socket(socket.AF_UNIX).connect('{}')", socket.display());
    for hidden in [dir.path(), socket.as_path()] {
        assert_eq!(reaching(&connect, hidden.to_str().unwrap(), says_so), [false, false, true]);
    }
    assert_eq!(reaching("a, b = socket.socketpair(); a.send(b'x'); b.recv(1)", "/nowhere", says_so), [true; 3]);
}

#[test]
fn killing_the_helper_is_no_success() {
    let mut case = Case::new(&["python3", "-c", "import os, time; os.kill(os.getppid(), 9); time.sleep(600)"]);
    case.writable = vec![case.cwd.clone()];
    let done = case.confined(Sandbox::Light);
    assert_eq!((done.exit, done.signal), (None, Some(9)));
}

#[test]
fn memory_is_limited_over_all_processes() {
    let hog = "import time, os\nos.fork()\nx = b'x' * (80 << 20)\ntime.sleep(600)";
    let case = Case::new(&["python3", "-c", hog]);
    let limits = Limits { memory_bytes: Some(120 << 20), ..Limits::default() };
    let done = process::run(&Spec { limits, ..case.spec() }).unwrap();
    assert_eq!((done.limit, done.exit), (Some(LimitHit::Memory), None));
}

#[test]
fn files_are_limited() {
    let case = Case::sh("head -c 2000000 /dev/zero > big");
    process::set_helper(Path::new(env!("CARGO_BIN_EXE_thanos-fix")));
    let limits = Limits { file_bytes: Some(1 << 20), ..Limits::default() };
    assert!(!process::run(&Spec { limits, ..case.spec() }).unwrap().success());
    assert_eq!(std::fs::metadata(case.cwd.join("big")).unwrap().len(), 1 << 20);
}

const INNER: &str = "THANOS_TEST_INNER";

#[expect(clippy::disallowed_methods, reason = "the test talks to itself in another process")]
fn inner() -> Option<OsString> {
    std::env::var_os(INNER)
}

fn is_inner() -> bool {
    inner().is_some()
}

/// Inside a Landlock domain no mounts can be made, which leaves the tier without namespaces.
#[test]
fn the_tier_without_namespaces_holds_too() {
    if is_inner() {
        return;
    }
    let own = std::env::current_exe().unwrap();
    let mut case = Case::new(&[own.to_str().unwrap(), "full_"]);
    case.env.extend([("TMPDIR".into(), case.cwd.clone().into()), (INNER.into(), "1".into())]);
    case.writable = vec![case.cwd.clone()];
    let done = case.confined(Sandbox::Light);
    assert!(done.success() && text(&done.stdout).contains("8 passed"), "{}", text(&done.combined));
}

/// Runs in a process of its own, started by the test below.
#[test]
fn inner_process_without_any_tier() {
    if !is_inner() {
        return;
    }
    refuse(&[libc::SYS_mount, libc::SYS_landlock_create_ruleset]);
    let case = Case::sh("touch begun");
    process::set_helper(Path::new(env!("CARGO_BIN_EXE_thanos-fix")));
    assert_eq!(process::tier(), Tier::None);
    for sandbox in [Sandbox::Full, Sandbox::Install] {
        let refused = process::run(&Spec { sandbox, ..case.spec() }).unwrap_err().to_string();
        assert!(refused.starts_with("no sandbox can be had here") && refused.contains("`--sandbox off`"), "{refused}");
        assert!(!case.cwd.join("begun").exists());
    }
    for sandbox in [Sandbox::Light, Sandbox::Off] {
        let done = case.confined(sandbox);
        assert_eq!((done.tier, done.gaps[0].id, done.success()), ("none", "off", true), "{}", text(&done.combined));
        std::fs::remove_file(case.cwd.join("begun")).unwrap();
    }
}

#[test]
fn foreign_code_is_not_run_where_no_tier_can_be_had() {
    #[expect(clippy::disallowed_methods, reason = "the refusals must not meet the other tests")]
    let mut inner = std::process::Command::new(std::env::current_exe().unwrap());
    let done = inner.args(["--exact", "inner_process_without_any_tier"]).env(INNER, "1").output().unwrap();
    assert!(done.status.success() && text(&done.stdout).contains("1 passed"), "{}", text(&done.stdout));
}

/// As an older kernel and a container without privileges do it.
fn refuse(calls: &[i64]) {
    let refused = seccompiler::SeccompAction::Errno(1);
    let rules = calls.iter().map(|call| (*call, Vec::new())).collect();
    let arch = std::env::consts::ARCH.try_into().unwrap();
    let filter = seccompiler::SeccompFilter::new(rules, seccompiler::SeccompAction::Allow, refused, arch).unwrap();
    let program: seccompiler::BpfProgram = filter.try_into().unwrap();
    seccompiler::apply_filter(&program).unwrap();
}

/// Runs in a process of its own, started by the test below.
#[test]
fn inner_process_that_is_killed() {
    let Some(dir) = inner() else { return };
    let mut case = Case::new(&["python3", "-c", &format!("{DAEMON}time.sleep(600)")]);
    case.cwd = dir.into();
    case.writable = vec![case.cwd.clone()];
    let light = case.cwd.join("light").exists();
    case.confined(if light { Sandbox::Light } else { Sandbox::Off });
}

#[test]
fn nothing_outlives_us_when_we_are_killed() {
    for light in [true, false] {
        let dir = tempfile::tempdir().unwrap();
        if light {
            std::fs::write(dir.path().join("light"), "").unwrap();
        }
        #[expect(clippy::disallowed_methods, reason = "this process must not be the child's parent's parent")]
        let mut inner = std::process::Command::new(std::env::current_exe().unwrap());
        let mut inner = inner.args(["--exact", "inner_process_that_is_killed"]).env(INNER, dir.path()).spawn().unwrap();
        let pid = dir.path().join("pid");
        wait_until(|| std::fs::read_to_string(&pid).is_ok_and(|pid| !pid.is_empty()));
        assert!(alive(&pid));
        inner.kill().unwrap();
        inner.wait().unwrap();
        wait_until(|| !alive(&pid));
    }
}

fn wait_until(mut done: impl FnMut() -> bool) {
    let deadline = std::time::Instant::now() + Duration::from_secs(60);
    while !done() {
        assert!(std::time::Instant::now() < deadline);
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn what_one_stream_prints_does_not_fall_into_a_line_of_the_other() {
    let script = "printf 'test_a ... ' >&2; sleep 0.2; echo hello; sleep 0.2; echo ok >&2; printf 'no end'";
    let done = Case::sh(script).run();
    assert_eq!(String::from_utf8_lossy(&done.combined), "hello\ntest_a ... ok\nno end");
    assert_eq!(String::from_utf8_lossy(&done.stderr), "test_a ... ok\n");
}

#[test]
fn what_is_written_to_git_lies_elsewhere_and_the_next_command_can_see_it() {
    let folders = tempfile::tempdir().unwrap();
    let folder = |name: &str| {
        let path = folders.path().join(name);
        std::fs::create_dir_all(&path).unwrap();
        path
    };
    let run = |script: &str, layer: &Layer, case: &mut Case| {
        case.argv = ["sh", "-c", script].map(str::to_owned).to_vec();
        process::set_helper(Path::new(env!("CARGO_BIN_EXE_thanos-fix")));
        let done = process::run(&Spec { sandbox: Sandbox::Full, git: Some(layer), ..case.spec() }).unwrap();
        (done.success(), text(&done.combined))
    };
    let mut case = Case::sh("");
    if case.confined(Sandbox::Full).tier != Tier::Namespaces.describe(process::Network::Off) {
        return; // Landlock alone lets `.git` be written, which `tests/escape` holds it to.
    }
    case.writable.extend([case.cwd.clone(), folders.path().canonicalize().unwrap()]);
    std::fs::create_dir(case.cwd.join(".git")).unwrap();
    std::fs::write(case.cwd.join(".git/HEAD"), "old\n").unwrap();
    let first = Layer { upper: folder("a"), work: folder("a-work"), lower: Vec::new() };
    let (ok, said) = run("echo new > .git/HEAD && echo tag > .git/tag && cat .git/HEAD", &first, &mut case);
    assert!(ok, "{said}");
    assert_eq!(said, "new\n");
    let second = Layer { upper: folder("b"), work: folder("b-work"), lower: vec![first.upper.clone()] };
    assert_eq!(run("cat .git/HEAD .git/tag; rm .git/tag; ls .git", &second, &mut case).1, "new\ntag\nHEAD\n");
    let third = Layer { upper: folder("c"), work: folder("c-work"), lower: vec![first.upper] };
    assert_eq!(run("ls .git", &third, &mut case).1, "HEAD\ntag\n");
    assert_eq!(std::fs::read_to_string(case.cwd.join(".git/HEAD")).unwrap(), "old\n");
    assert_eq!(std::fs::read_dir(case.cwd.join(".git")).unwrap().count(), 1);
}
