//! What lies around a hostile command: a parent with a secret in its memory, another process, a home, a runner's
//! files, servers of every kind; and what is found broken afterwards.

use super::attempts::{ATTEMPTS, Attempt, PRELUDE, Who};
use std::ffi::OsString;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, UdpSocket};
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;
use thanos_fix::process::{self, Finished, Limits, Sandbox, Spec};

pub const SEARCH: &str = "/usr/local/bin:/usr/bin:/bin";

pub struct World {
    dir: TempDir,
    name: String,
    /// In our memory and nowhere else.
    secret: Box<str>,
    victim: Child,
    tcp: TcpListener,
    udp: UdpSocket,
    abstracted: Option<UnixListener>,
    files: Vec<PathBuf>,
}

#[expect(clippy::disallowed_methods, reason = "what is attacked is no child of the sandbox")]
fn command(program: &str) -> Command {
    let mut command = Command::new(program);
    command.env_clear().env("PATH", SEARCH).stdin(Stdio::null());
    command
}

impl World {
    pub fn new() -> Self {
        let dir = tempfile::Builder::new().prefix("escape-").tempdir_in("/var/tmp").unwrap();
        let name = dir.path().file_name().unwrap().to_str().unwrap().replace("escape-", "");
        // What is looked for must not be in this program's own memory or text where it is not meant to be.
        let secret = format!("CANARY{name}").into_boxed_str();
        // Where a kernel lets nobody but a parent look, we let everybody: it is the sandbox that is tested.
        rustix::process::set_ptracer(rustix::process::PTracer::Any).ok();
        // The secret in its environment and in its command line.
        let sleeps = ["-c", "import time; time.sleep(600)", &*secret];
        let victim = command("python3").args(sleeps).env("TOKEN", &*secret).spawn().unwrap();
        let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
        udp.set_nonblocking(true).unwrap();
        let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
        let mut world = Self { dir, name, secret, victim, tcp, udp, abstracted: None, files: Vec::new() };
        world.furnish();
        world
    }

    fn furnish(&mut self) {
        let root = self.dir.path().to_owned();
        for folder in ["home/.ssh", "runner", "outside", "tree/.git/hooks", "scratch/tmp"] {
            std::fs::create_dir_all(root.join(folder)).unwrap();
        }
        let (shm, in_tmp) = (self.beside("/dev/shm"), self.beside("/tmp").with_extension("there"));
        let setting = format!("//registry.example/:_authToken={}", self.secret);
        let secrets = [root.join("home/.ssh/id"), root.join("runner/credentials")];
        for path in secrets.iter().chain([&shm, &in_tmp]) {
            std::fs::write(path, &*self.secret).unwrap();
        }
        std::fs::write(root.join("home/.npmrc"), setting).unwrap();
        let header = format!("[http \"https://example.com/\"]\n\textraheader = {}\n", self.secret);
        std::fs::write(root.join("tree/.git/config"), header).unwrap();
        for path in ["outside/file", "runner/env"] {
            std::fs::write(root.join(path), "as it was").unwrap();
        }
        self.files = vec![shm, in_tmp, self.beside("/tmp"), self.beside("/run")];
        let listen = |path: &Path| Box::leak(Box::new(UnixListener::bind(path).unwrap()));
        listen(&root.join("outside/docker.sock"));
        std::fs::set_permissions(root.join("outside/docker.sock"), std::fs::Permissions::from_mode(0o777)).unwrap();
        if rustix::process::geteuid().is_root() {
            listen(&self.beside("/run"));
        }
        listen(&self.anywhere());
        let address = SocketAddr::from_abstract_name(&self.name).unwrap();
        self.abstracted = Some(UnixListener::bind_addr(&address).unwrap());
        if let Some(program) = super::suid_program() {
            // A copy would lose what makes it dangerous.
            std::os::unix::fs::symlink(program, root.join("tree/suid-id")).unwrap();
        }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    fn beside(&self, folder: &str) -> PathBuf {
        Path::new(folder).join(format!("escape-{}", self.name))
    }

    /// Where no folder is replaced.
    fn anywhere(&self) -> PathBuf {
        super::shared().join("services").join(&self.name)
    }

    fn told(&self) -> String {
        let at = |path: PathBuf| path.to_str().unwrap().to_owned();
        let root = self.dir.path();
        serde_json::json!({
            "name": self.name, "ours": std::process::id(), "address": self.secret.as_ptr().addr(),
            "victim": self.victim.id(), "outside": at(root.join("outside")), "runner": at(root.join("runner")),
            "shm": at(self.files[0].clone()), "in_tmp": at(self.files[1].clone()), "tmp": at(self.files[2].clone()),
            "run": at(self.files[3].clone()), "abstract": self.name, "anywhere": at(self.anywhere()),
            "network": at(std::fs::read_link("/proc/self/ns/net").unwrap()),
            "tcp": self.tcp.local_addr().unwrap().port(), "udp": self.udp.local_addr().unwrap().port(),
        })
        .to_string()
    }

    fn argv(&self, attempt: &Attempt) -> Vec<String> {
        // The secret itself must stand nowhere in the attempt's own arguments.
        vec!["python3".into(), "-c".into(), format!("{PRELUDE}{}", attempt.script), self.told()]
    }

    fn env(&self) -> Vec<(OsString, OsString)> {
        let root = self.dir.path();
        let pairs = [("PATH", SEARCH.into()), ("HOME", root.join("home")), ("TMPDIR", root.join("scratch/tmp"))];
        pairs.into_iter().map(|(name, value): (&str, PathBuf)| (name.into(), value.into())).collect()
    }

    /// Without a sandbox, by a plain start: whether it gets out, or why it cannot be told here.
    pub fn free(&self, attempt: &Attempt) -> bool {
        let argv = self.argv(attempt);
        let mut child = command(&argv[0]);
        child.args(&argv[1..]).envs(self.env()).current_dir(self.dir.path().join("tree"));
        let done = child.stderr(Stdio::piped()).output().unwrap();
        self.is_out(&String::from_utf8_lossy(&done.stdout))
    }

    pub fn confined(&self, attempt: &Attempt, sandbox: Sandbox) -> bool {
        let done = self.run(self.argv(attempt), sandbox, Limits::default());
        assert_ne!(done.exit, Some(126), "{}: {}", attempt.id, String::from_utf8_lossy(&done.stderr));
        self.is_out(&String::from_utf8_lossy(&done.stdout))
    }

    pub fn run(&self, argv: Vec<String>, sandbox: Sandbox, limits: Limits) -> Finished {
        let root = self.dir.path();
        process::run(&Spec {
            argv: &argv,
            cwd: &root.join("tree"),
            env: &self.env(),
            stdin: None,
            limits: Limits { wall: Duration::from_secs(60), ..limits },
            sandbox,
            writable: &[root.join("tree"), root.join("scratch")],
            hosts: &[],
            git: None,
            aside: None,
            hidden: &[root.join("runner")],
            cancel: None,
            on_output: None,
        })
        .unwrap()
    }

    /// Whether it said so, or left a trace; everything is put back as it was.
    fn is_out(&self, said: &str) -> bool {
        let root = self.dir.path();
        let mut out = said.contains("ESCAPED");
        for (path, was) in
            [("outside/file", "as it was"), ("runner/env", "as it was"), ("runner/credentials", &*self.secret)]
        {
            let path = root.join(path);
            if std::fs::read_to_string(&path).ok().as_deref() != Some(was) {
                out = true;
                std::fs::write(&path, was).unwrap();
            }
        }
        for path in [root.join("outside/new"), root.join("tree/.git/hooks/post-checkout"), self.files[2].clone()] {
            out |= std::fs::remove_file(&path).is_ok() || std::fs::remove_dir(&path).is_ok();
        }
        while self.udp.recv(&mut [0; 512]).is_ok() {
            out = true;
        }
        self.clear_tree();
        out | self.end_daemons()
    }

    fn clear_tree(&self) {
        for entry in std::fs::read_dir(self.dir.path().join("tree")).unwrap().flatten() {
            let path = entry.path();
            if !path.ends_with(".git") && !path.ends_with("suid-id") {
                let _ = if entry.file_type().unwrap().is_dir() {
                    std::fs::remove_dir_all(path)
                } else {
                    std::fs::remove_file(path)
                };
            }
        }
    }

    /// The daemon has a name of its own; who finds it alive ends it.
    fn end_daemons(&self) -> bool {
        let mut found = false;
        for entry in std::fs::read_dir("/proc").unwrap().flatten() {
            let read = |name: &str| {
                let mut text = Vec::new();
                let file = std::fs::File::open(entry.path().join(name));
                let _ = file.map(|mut file| file.read_to_end(&mut text));
                String::from_utf8_lossy(&text).into_owned()
            };
            if read("comm").trim() == "outlives"
                && read("cmdline").contains(&self.name)
                && !read("stat").contains(") Z ")
            {
                found = true;
                let pid = entry
                    .file_name()
                    .to_str()
                    .and_then(|pid| pid.parse().ok())
                    .and_then(rustix::process::Pid::from_raw);
                let _ = rustix::process::kill_process(pid.unwrap(), rustix::process::Signal::KILL);
            }
        }
        found
    }
}

impl Drop for World {
    fn drop(&mut self) {
        let _ = self.victim.kill();
        let _ = self.victim.wait();
        for file in &self.files {
            let _ = std::fs::remove_file(file);
        }
        std::io::stdout().flush().ok();
    }
}

/// The attempts that this user can make at all.
pub fn attempts() -> impl Iterator<Item = &'static Attempt> {
    let root = rustix::process::geteuid().is_root();
    // Some machines let nobody make user namespaces, sandbox or not.
    let namespaces = command("unshare").args(["--user", "true"]).status().is_ok_and(|status| status.success());
    ATTEMPTS.iter().filter(move |attempt| match attempt.who {
        Who::Anybody => true,
        Who::Namespacer => namespaces,
        Who::Root => root,
        Who::User => !root && super::suid_program().is_some(),
    })
}
