//! A real PostgreSQL of the test's own: a cluster in a temporary folder, on a socket in it.

use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// PostgreSQL refuses to run as root: `nobody` does it then.
const NOBODY: u32 = 65534;

pub struct Server {
    bin: PathBuf,
    folder: tempfile::TempDir,
}

impl Server {
    /// Started, with `connections` for ordinary users.
    pub fn start(connections: u32) -> Self {
        let server = Self { bin: programs(), folder: tempfile::tempdir().expect("made") };
        let folder = server.folder.path();
        std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o755)).expect("opened");
        std::fs::create_dir(server.data()).expect("made");
        if is_root() {
            chown(folder, Some(NOBODY), Some(NOBODY)).expect("given away");
            chown(server.data(), Some(NOBODY), Some(NOBODY)).expect("given away");
        }
        let data = server.data().display().to_string();
        server.run("initdb", &["-D", &data, "-U", "thanos", "--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C"]);
        let config = format!(
            "listen_addresses = ''\nunix_socket_directories = '{}'\nfsync = off\nmax_connections = {}\n\
             superuser_reserved_connections = 0\n",
            folder.display(),
            connections
        );
        let path = server.data().join("postgresql.auto.conf");
        std::fs::write(&path, config).expect("written");
        if is_root() {
            chown(&path, Some(NOBODY), Some(NOBODY)).expect("given away");
        }
        server.up();
        server
    }

    /// A database of its own, made anew.
    pub fn url(&self, database: &str) -> String {
        let folder = self.folder.path().display().to_string();
        let made = Command::new(self.bin.join("createdb"))
            .args(["-h", &folder, "-U", "thanos", database])
            .stderr(Stdio::null())
            .status();
        assert!(made.expect("it runs").success(), "{database} is new");
        self.address(database)
    }

    pub fn address(&self, database: &str) -> String {
        format!("postgres://thanos:s3cret-w0rd@/{database}?host={}", self.folder.path().display())
    }

    pub fn up(&self) {
        self.control(&["start", "-w", "-l", &self.folder.path().join("log").display().to_string()]);
    }

    pub fn down(&self) {
        self.control(&["stop", "-w", "-m", "immediate"]);
    }

    fn control(&self, words: &[&str]) {
        let data = self.data().display().to_string();
        self.run("pg_ctl", &[&["-D", &data][..], words].concat());
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn run(&self, program: &str, words: &[&str]) {
        let mut command = Command::new(self.bin.join(program));
        command.args(words).current_dir(self.folder.path()).stdin(Stdio::null()).stdout(Stdio::null());
        if is_root() {
            command.uid(NOBODY).gid(NOBODY);
        }
        let status = command.status().expect("it runs");
        assert!(status.success(), "{program} {words:?}");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let mut command = Command::new(self.bin.join("pg_ctl"));
        command
            .arg("-D")
            .arg(self.data())
            .args(["stop", "-m", "immediate"])
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        if is_root() {
            command.uid(NOBODY).gid(NOBODY);
        }
        let _ = command.status();
    }
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// On PATH, or where Debian keeps them.
fn programs() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let debian = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|e| e.path().join("bin"));
    let mut folders = std::env::split_paths(&path).map(|folder| std::fs::canonicalize(folder.join("initdb")));
    let on_path = folders.find_map(|found| found.ok()?.parent().map(PathBuf::from));
    let found = on_path.or_else(|| debian.into_iter().find(|bin| bin.join("initdb").exists()));
    found.expect("PostgreSQL is installed: run tests/run")
}
