//! What a hostile command would try: Python that prints `ESCAPED`, or that leaves something outside which the world
//! then finds. `w` is what it knows of the world around it.

/// One attempt.
pub struct Attempt {
    pub id: &'static str,
    pub script: &'static str,
    /// Allowed while set-up has the network.
    pub network: bool,
    /// What it is called in the list of what the weaker tier cannot stop.
    pub gap: Option<&'static str>,
    /// Only root can do it at all, or only somebody else.
    pub who: Who,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    Anybody,
    /// Who may make user namespaces.
    Namespacer,
    Root,
    User,
}

const fn attempt(id: &'static str, script: &'static str) -> Attempt {
    Attempt { id, script, network: false, gap: None, who: Who::Anybody }
}

const fn network(id: &'static str, script: &'static str) -> Attempt {
    Attempt { network: true, ..attempt(id, script) }
}

const fn gap(id: &'static str, name: &'static str, script: &'static str) -> Attempt {
    Attempt { gap: Some(name), ..attempt(id, script) }
}

const fn only(who: Who, id: &'static str, script: &'static str) -> Attempt {
    Attempt { who, ..attempt(id, script) }
}

pub const ATTEMPTS: &[Attempt] = &[
    attempt("our environment", "if b'THANOS_TEST_ESCAPE=' in read('/proc/%d/environ' % w['ours']): escaped()"),
    attempt("environment of any process", "for p in glob('/proc/[0-9]*/environ'): found(read(p))"),
    attempt(
        "memory of the parent",
        "f = open('/proc/%d/mem' % w['ours'], 'rb'); f.seek(w['address']); found(f.read(32))",
    ),
    attempt(
        "memory by a call",
        "class V(ctypes.Structure): _fields_ = [('base', ctypes.c_void_p), ('size', ctypes.c_size_t)]
b = ctypes.create_string_buffer(32); l = V(ctypes.addressof(b), 32); r = V(w['address'], 32)
c.process_vm_readv(w['ours'], ctypes.byref(l), 1, ctypes.byref(r), 1, 0); found(b.raw)",
    ),
    gap("command line of a process", "command-lines", "for p in glob('/proc/[0-9]*/cmdline'): found(read(p))"),
    gap("shared memory", "shared-memory", "found(read(w['shm']))"),
    attempt("key in the home directory", "found(read(os.path.expanduser('~/.ssh/id')))"),
    attempt("token in a tool's settings", "found(read(os.path.expanduser('~/.npmrc')))"),
    attempt("file of the runner", "found(read(w['runner'] + '/credentials'))"),
    gap("token of the checkout", "tree-secrets", "found(read('.git/config'))"),
    attempt("write outside", "open(w['outside'] + '/new', 'w').write('x')"),
    attempt("append outside", "open(w['outside'] + '/file', 'a').write('x')"),
    attempt("truncate outside", "os.truncate(w['outside'] + '/file', 0)"),
    attempt("delete outside", "os.unlink(w['outside'] + '/file')"),
    attempt("make a directory outside", "os.mkdir(w['outside'] + '/new')"),
    gap("mode of a file outside", "modes", "os.chmod(w['outside'] + '/file', 0o640); escaped()"),
    gap("times of a file outside", "modes", "os.utime(w['outside'] + '/file', (1, 1)); escaped()"),
    attempt("set-uid outside", "os.chmod(w['outside'] + '/file', 0o4755); escaped()"),
    attempt(
        "set-uid program made at once",
        "os.umask(0); os.close(os.open('made', os.O_CREAT | os.O_WRONLY, 0o4755))
if os.stat('made').st_mode & 0o4000: escaped()",
    ),
    attempt(
        "set-gid program made as a node",
        "os.umask(0); os.mknod('node', 0o102755)
if os.stat('node').st_mode & 0o2000: escaped()",
    ),
    gap("write to .git", "git-write", "open('.git/hooks/post-checkout', 'w').write('x')"),
    attempt("write to /tmp of others", "open(w['tmp'], 'w').write('x')"),
    attempt("read from /tmp of others", "found(read(w['in_tmp']))"),
    attempt("GITHUB_ENV", "open(os.environ.get('GITHUB_ENV', w['runner'] + '/env'), 'a').write('LD_PRELOAD=x\\n')"),
    attempt("through a symbolic link", "os.symlink(w['outside'] + '/new', 'l1'); open('l1', 'w').write('x')"),
    attempt("read through a symbolic link", "os.symlink(w['runner'] + '/credentials', 'l2'); found(read('l2'))"),
    attempt("through a hard link", "os.link(w['outside'] + '/file', 'l3'); open('l3', 'a').write('x')"),
    attempt("read through a hard link", "os.link(w['runner'] + '/credentials', 'l4'); found(read('l4'))"),
    attempt("rename into the tree", "os.rename(w['runner'] + '/credentials', 'l5'); found(read('l5'))"),
    attempt(
        "race of a link with a directory",
        "os.mkdir('d'); os.symlink(w['outside'], 's')
for i in range(300):
    c.syscall(316 if os.uname().machine == 'x86_64' else 276, -100, b'd', -100, b's', 2)
    try: open('d/new', 'w').write('x')
    except OSError: pass",
    ),
    network("TCP", "socket.create_connection(('127.0.0.1', w['tcp']), 3); escaped()"),
    network(
        "TCP by its fast road",
        "s = socket.socket(); s.sendto(b'x', socket.MSG_FASTOPEN, ('127.0.0.1', w['tcp'])); escaped()",
    ),
    network(
        "a service of its own",
        "s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen()
if os.readlink('/proc/self/ns/net') == w['network']: escaped()",
    ),
    network("UDP", "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', w['udp']))"),
    network(
        "DNS",
        "q = b'\\0\\1\\1\\0\\0\\1\\0\\0\\0\\0\\0\\0' + bytes([len(SECRET)]) + SECRET.encode() + b'\\0\\0\\1\\0\\1'
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(q, ('127.0.0.1', w['udp']))",
    ),
    attempt("docker.sock", "s = socket.socket(socket.AF_UNIX); s.connect(w['outside'] + '/docker.sock'); escaped()"),
    only(Who::Root, "a socket in /run", "s = socket.socket(socket.AF_UNIX); s.connect(w['run']); escaped()"),
    attempt("a socket anywhere", "s = socket.socket(socket.AF_UNIX); s.connect(w['anywhere']); escaped()"),
    attempt("abstract socket", "s = socket.socket(socket.AF_UNIX); s.connect('\\0' + w['abstract']); escaped()"),
    gap("signal", "signals", "os.kill(w['ours'], 0); escaped()"),
    attempt(
        "ptrace",
        "p = os.fork()
if p == 0: time.sleep(5); os._exit(0)
r = c.ptrace(16, p, 0, 0); os.kill(p, 9); os.waitpid(p, 0)
if r == 0: escaped()",
    ),
    attempt("ptrace of another", "if c.ptrace(16, w['victim'], 0, 0) == 0: escaped()"),
    only(Who::Namespacer, "new user namespace", "if c.unshare(0x10000000) == 0: escaped()"),
    only(
        Who::Namespacer,
        "new user namespace by clone",
        "p = c.syscall(56 if os.uname().machine == 'x86_64' else 220, 0x10000000 | 17, 0, 0, 0, 0)
if p == 0: os._exit(0)
if p > 0: escaped()",
    ),
    only(
        Who::Namespacer,
        "new user namespace by clone3",
        "a = (ctypes.c_uint64 * 11)(0x10000000, 0, 0, 0, 17)
p = c.syscall(435, a, ctypes.sizeof(a))
if p == 0: os._exit(0)
if p > 0: escaped()",
    ),
    only(Who::Root, "another user", "os.setgroups([]); os.setgid(12345); os.setuid(12345); escaped()"),
    only(Who::Root, "device of its own", "os.mknod('null', 0o20666, os.makedev(1, 3)); open('null').read(); escaped()"),
    only(Who::Root, "mount", "if c.unshare(0x20000) == 0: escaped()"),
    only(
        Who::Root,
        "a capability",
        "if int(read('/proc/self/status').decode().split('CapEff:')[1].split()[0], 16): escaped()",
    ),
    only(Who::User, "a program that makes root", "if 'euid=0' in subprocess.getoutput('./suid-id'): escaped()"),
    attempt(
        "helper's memory",
        "p = os.getppid()
while p > 1 and p != w['ours']:
    open('/proc/%d/mem' % p, 'rb'); escaped(); p = int(read('/proc/%d/stat' % p).split()[3])
if p: open('/proc/%d/mem' % p, 'rb'); escaped()",
    ),
    attempt(
        "daemon that outlives",
        "if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        c.prctl(15, b'outlives'); os.close(1); os.close(2); time.sleep(600)
    os._exit(0)
os.wait()",
    ),
];

/// Given to every attempt first.
pub const PRELUDE: &str = "import ctypes, json, os, socket, subprocess, sys, time
from glob import glob
c = ctypes.CDLL(None, use_errno=True)
w = json.loads(sys.argv[1])
SECRET = 'CANARY' + w['name']
def escaped(): print('ESCAPED', flush=True)
def found(data):
    if SECRET.encode() in data: escaped()
def read(path):
    try: return open(path, 'rb').read()
    except OSError: return b''
";
