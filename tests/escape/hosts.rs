//! The list of hosts: what is on it is reached through the proxy, what is not is reached in no way.

use std::net::TcpListener;
use std::path::Path;
use std::time::Duration;
use thanos_fix::process::{self, Finished, Limits, Sandbox, Spec};

/// A server of our own that says `hello` to everybody, and its port.
fn server() -> u16 {
    use std::io::{Read as _, Write as _};
    let door = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = door.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for mut guest in door.incoming().flatten() {
            let _ = guest.read(&mut [0; 1024]);
            let _ = guest.write_all(b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello");
        }
    });
    port
}

fn run(script: &str, hosts: &[String], env: &[(&str, &str)]) -> Finished {
    process::set_helper(Path::new(env!("CARGO_BIN_EXE_thanos-fix")));
    let dir = tempfile::tempdir().unwrap();
    let all = [("PATH", super::world::SEARCH)].iter().chain(env).map(|(k, v)| (k.into(), v.into())).collect::<Vec<_>>();
    process::run(&Spec {
        argv: &["python3".into(), "-c".into(), script.into()],
        cwd: dir.path(),
        env: &all,
        stdin: None,
        limits: Limits { wall: Duration::from_secs(60), ..Limits::default() },
        sandbox: Sandbox::Full,
        writable: &[dir.path().to_owned()],
        hosts,
        git: None,
        aside: None,
        hidden: &[],
        cancel: None,
        on_output: None,
    })
    .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn only_listed_hosts_are_reached_and_only_through_the_proxy() {
    let (listed, other) = (server(), server());
    let hosts = [format!("127.0.0.1:{listed}"), format!("localhost:{other}")];
    let script = format!(
        "import os, socket
door = ('127.0.0.1', int(os.environ['HTTPS_PROXY'].rsplit(':', 1)[1]))
def ask(line, more=b''):
    s = socket.create_connection(door, 20); s.sendall(line.encode() + b' HTTP/1.1\\r\\n\\r\\n'); said = b''
    if more: said = s.recv(99); s.sendall(more)
    while True:
        part = s.recv(999)
        if not part: break
        said += part
    said = said.decode().split('\\r\\n'); print(said[0].split()[1], said[-1].strip())
ask('GET http://127.0.0.1:{listed}/')
ask('GET http://127.0.0.1:{other}/')
ask('GET http://localhost:{other}/')
ask('CONNECT 127.0.0.1:{other}')
ask('CONNECT 127.0.0.1:{listed}', b'GET / HTTP/1.0\\r\\n\\r\\n')
try: socket.create_connection(('127.0.0.1', {listed}), 5); print('reached without it')
except OSError: print('no other way')"
    );
    let done = run(&script, &hosts, &[]);
    assert!(done.tier.contains("listed hosts"), "{}", done.tier);
    let said = text(&done.stdout);
    let lines: Vec<&str> = said.lines().collect();
    let refused = format!("403 127.0.0.1:{other} is not in sandbox.network of .github/thanos.yml");
    let near = "502 localhost leads back to this machine";
    assert_eq!(lines, ["200 hello", &refused, near, &refused, "200 hello", "no other way"], "{}", text(&done.stderr));
}

#[test]
fn without_a_list_there_is_no_proxy() {
    let script = "import os; print([name for name in os.environ if 'proxy' in name.lower()])";
    assert_eq!(text(&run(script, &[], &[]).stdout).trim(), "[]");
}

/// Stands for a company's proxy: it answers every `CONNECT` itself.
#[test]
fn the_machines_own_proxy_is_on_the_way() {
    use std::io::{Read as _, Write as _};
    let door = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", door.local_addr().unwrap());
    let asked = std::thread::spawn(move || {
        let (mut guest, _) = door.accept().unwrap();
        let mut head = vec![0; 1024];
        let length = guest.read(&mut head).unwrap();
        guest.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
        let _ = guest.read(&mut [0; 1024]);
        guest.write_all(b"HTTP/1.0 200 OK\r\n\r\nthrough").unwrap();
        text(&head[..length])
    });
    let script = "import urllib.request as u; print(u.urlopen('http://registry.example/', timeout=20).read().decode())";
    let done = run(script, &["registry.example".into()], &[("https_proxy", &url)]);
    assert_eq!(text(&done.stdout).trim(), "through", "{}", text(&done.stderr));
    assert!(asked.join().unwrap().starts_with("CONNECT registry.example:80 HTTP/1.1\r\n"));
}
