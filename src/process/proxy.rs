//! The only way out of a network namespace: a proxy for the hosts that the trusted configuration lists. Its door
//! is a socket that the helper opens inside and hands out; we answer there and connect from outside.

use anyhow::{Context, Result, bail, ensure};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage, SendFlags, recv,
    recvmsg, sendmsg,
};
use std::ffi::OsString;
use std::io::{IoSlice, IoSliceMut, Read, Write};
use std::mem::MaybeUninit;
use std::net::{IpAddr, Shutdown, SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

/// Comes before the helper's answer, together with the door.
pub const MARK: u8 = 1;
const TICK: Timespec = Timespec { tv_sec: 0, tv_nsec: 100_000_000 };
/// How long a request may take to be made, and a host to answer the door.
const PATIENCE: Duration = Duration::from_secs(30);
const MAX_HEAD: usize = 16 << 10;
const MAX_GUESTS: usize = 128;
const USUAL_PORTS: [u16; 2] = [443, 80];

/// Inside: opens the door and hands it out. Returns the variables by which programs find it.
pub fn open(to: &UnixStream) -> Result<Vec<(&'static str, String)>> {
    let door = TcpListener::bind("127.0.0.1:0").context("cannot open the door of the proxy")?;
    let url = format!("http://{}", door.local_addr()?);
    hand_out(&door, to)?;
    let named = ["http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"].map(|name| (name, url.clone()));
    let without = ["no_proxy", "NO_PROXY"].map(|name| (name, "localhost,127.0.0.1,::1".to_owned()));
    Ok(named.into_iter().chain(without).collect())
}

/// To whoever waits at the other end with [`take_door`].
pub fn hand_out(door: &TcpListener, to: &UnixStream) -> Result<()> {
    let fds = [door.as_fd()];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut with = SendAncillaryBuffer::new(&mut space);
    ensure!(with.push(SendAncillaryMessage::ScmRights(&fds)), "no room for a descriptor");
    sendmsg(to, &[IoSlice::new(&[MARK])], &mut with, SendFlags::empty()).context("cannot hand out the door")?;
    Ok(())
}

/// Serves until it is dropped.
pub struct Proxy {
    over: Arc<AtomicBool>,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
    }
}

/// What may be reached, and how.
#[derive(Clone)]
pub struct Rules {
    hosts: Vec<String>,
    /// The machine's own proxy, `host:port`.
    upstream: Option<String>,
}

impl Rules {
    pub fn new(hosts: &[String], env: &[(OsString, OsString)]) -> Self {
        let proxy = ["https_proxy", "HTTPS_PROXY"].iter().find_map(|name| env.iter().find(|(key, _)| key == name));
        let address = |url: &str| Some(url.strip_prefix("http://").unwrap_or(url).trim_end_matches('/').to_owned());
        let upstream = proxy.and_then(|(_, url)| address(url.to_str()?)).filter(|address| !address.is_empty());
        Self { hosts: hosts.iter().map(|host| host.to_ascii_lowercase()).collect(), upstream }
    }

    /// `name`, `*.name` (what is below it) or either with a port; without one 443 and 80.
    fn allow(&self, host: &str, port: u16) -> bool {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        self.hosts.iter().any(|rule| {
            let (name, ports) = match rule.rsplit_once(':').map(|(name, port)| (name, port.parse())) {
                Some((name, Ok(only))) => (name, vec![only]),
                _ => (rule.as_str(), USUAL_PORTS.to_vec()),
            };
            let below = name.strip_prefix("*.").and_then(|name| host.strip_suffix(name));
            ports.contains(&port)
                && (name == host || below.is_some_and(|start| start.len() > 1 && start.ends_with('.')))
        })
    }
}

/// Outside: waits for the door and answers it, on threads of its own.
pub fn serve(control: &UnixStream, rules: Rules) -> Result<Proxy> {
    let control = control.try_clone().context("cannot share a socket")?;
    let proxy = Proxy { over: Arc::new(AtomicBool::new(false)) };
    let over = Arc::clone(&proxy.over);
    std::thread::spawn(move || {
        if let Some(door) = take_door(&control, &over) {
            drop(control);
            attend(&door, &Arc::new(rules), &over);
        }
    });
    Ok(proxy)
}

pub fn take_door(control: &UnixStream, over: &AtomicBool) -> Option<TcpListener> {
    while !over.load(Ordering::Relaxed) {
        if !is_ready(control) {
            continue;
        }
        let mut first = [0];
        recv(control, &mut first, RecvFlags::PEEK | RecvFlags::DONTWAIT).ok()?;
        // A helper that could not confine itself says so at once.
        return (first == [MARK]).then(|| receive(control)).flatten().map(TcpListener::from);
    }
    None
}

fn receive(control: &UnixStream) -> Option<OwnedFd> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut with = RecvAncillaryBuffer::new(&mut space);
    let flags = RecvFlags::DONTWAIT | RecvFlags::CMSG_CLOEXEC;
    recvmsg(control, &mut [IoSliceMut::new(&mut [0])], &mut with, flags).ok()?;
    with.drain().find_map(|message| match message {
        RecvAncillaryMessage::ScmRights(mut fds) => fds.next(),
        _ => None,
    })
}

fn is_ready(fd: &impl AsFd) -> bool {
    poll(&mut [PollFd::new(fd, PollFlags::IN)], Some(&TICK)).is_ok_and(|ready| ready > 0)
}

fn attend(door: &TcpListener, rules: &Arc<Rules>, over: &AtomicBool) {
    let guests = Arc::new(AtomicUsize::new(0));
    while !over.load(Ordering::Relaxed) {
        let Some(Ok((guest, _))) = is_ready(door).then(|| door.accept()) else { continue };
        if guests.fetch_add(1, Ordering::Relaxed) >= MAX_GUESTS {
            guests.fetch_sub(1, Ordering::Relaxed);
            continue;
        }
        let (rules, guests) = (Arc::clone(rules), Arc::clone(&guests));
        std::thread::spawn(move || {
            if let Err(error) = host(guest, &rules) {
                tracing::debug!(error = format!("{error:#}"), "proxy");
            }
            guests.fetch_sub(1, Ordering::Relaxed);
        });
    }
}

/// One connection from inside, to its end.
fn host(mut guest: TcpStream, rules: &Rules) -> Result<()> {
    guest.set_read_timeout(Some(PATIENCE))?;
    let head = read_head(&mut guest)?;
    let Some(wish) = Wish::read(&head) else {
        return say(&mut guest, "400 Bad Request", "this proxy knows CONNECT and http:// alone");
    };
    if !rules.allow(&wish.host, wish.port) {
        let why = format!("{}:{} is not in sandbox.network of .github/thanos.yml", wish.host, wish.port);
        return say(&mut guest, "403 Forbidden", &why);
    }
    let mut there = match connect(&wish, rules) {
        Ok(there) => there,
        Err(error) => return say(&mut guest, "502 Bad Gateway", &format!("{error:#}")),
    };
    match &wish.request {
        None => guest.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")?,
        Some(request) => there.write_all(request)?,
    }
    guest.set_read_timeout(None)?;
    join(guest, there)
}

fn say(guest: &mut TcpStream, status: &str, text: &str) -> Result<()> {
    let length = text.len() + 1;
    let answer = format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{text}\n");
    Ok(guest.write_all(answer.as_bytes())?)
}

/// Byte by byte at its end: what follows belongs to the tunnel.
fn read_head(from: &mut TcpStream) -> Result<Vec<u8>> {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        ensure!(head.len() < MAX_HEAD, "the head of a request is too long");
        from.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    Ok(head)
}

#[derive(Debug, PartialEq)]
struct Wish {
    host: String,
    port: u16,
    /// What is said to the host in place of what was said to us; `None` for a tunnel.
    request: Option<Vec<u8>>,
}

impl Wish {
    fn read(head: &[u8]) -> Option<Self> {
        let head = std::str::from_utf8(head).ok()?;
        let (line, rest) = head.split_once("\r\n")?;
        let mut words = line.split(' ');
        let (method, target, version) = (words.next()?, words.next()?, words.next()?);
        if method == "CONNECT" {
            let (host, port) = split(target, None)?;
            return Some(Self { host, port, request: None });
        }
        let (authority, path) =
            target.strip_prefix("http://").map(|rest| rest.split_at(rest.find('/').unwrap_or(rest.len())))?;
        let (host, port) = split(authority, Some(80))?;
        let path = if path.is_empty() { "/" } else { path };
        let kept = rest.split("\r\n").filter(|line| !is_for_proxies(line)).collect::<Vec<_>>().join("\r\n");
        let request = format!("{method} {path} {version}\r\nConnection: close\r\n{kept}").into_bytes();
        Some(Self { host, port, request: Some(request) })
    }
}

fn is_for_proxies(line: &str) -> bool {
    let name = line.split(':').next().unwrap_or_default().to_ascii_lowercase();
    name.starts_with("proxy-") || name == "connection"
}

/// `host:port`, `[v6]:port`; nothing that could be read in two ways.
fn split(authority: &str, usual: Option<u16>) -> Option<(String, u16)> {
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, port.parse().ok()?),
        _ => (authority, usual?),
    };
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._:".contains(c);
    (!host.is_empty() && host.chars().all(plain)).then(|| (host.to_owned(), port))
}

fn connect(wish: &Wish, rules: &Rules) -> Result<TcpStream> {
    let Some(upstream) = &rules.upstream else { return reach(&wish.host, wish.port) };
    let there = upstream.to_socket_addrs().ok().and_then(|mut found| found.next());
    let there = there.context("the machine's own proxy is not found")?;
    let mut stream = TcpStream::connect_timeout(&there, PATIENCE).context("the machine's own proxy does not answer")?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let request = format!("CONNECT {0}:{1} HTTP/1.1\r\nHost: {0}:{1}\r\n\r\n", wish.host, wish.port);
    stream.write_all(request.as_bytes())?;
    let head = read_head(&mut stream)?;
    let answer = String::from_utf8_lossy(&head);
    ensure!(answer.split(' ').nth(1) == Some("200"), "the machine's own proxy refuses {}", wish.host);
    stream.set_read_timeout(None)?;
    Ok(stream)
}

/// A listed name that leads back to this machine, or to what answers every machine of a cloud, is not what was
/// meant by listing it; an address that is listed itself is.
fn reach(host: &str, port: u16) -> Result<TcpStream> {
    let literal = host.parse::<IpAddr>().is_ok();
    let found: Vec<SocketAddr> = (host, port).to_socket_addrs().with_context(|| format!("no host {host}"))?.collect();
    let mut why = None;
    for address in found.iter().filter(|address| literal || !is_near(address.ip())) {
        match TcpStream::connect_timeout(address, PATIENCE) {
            Ok(stream) => return Ok(stream),
            Err(error) => why = Some(error),
        }
    }
    match why {
        Some(error) => Err(error).with_context(|| format!("{host} does not answer")),
        None => bail!("{host} leads back to this machine"),
    }
}

fn is_near(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.is_loopback() || v4.is_link_local() || v4.is_unspecified(),
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unspecified() || v6.is_unicast_link_local(),
    }
}

/// Passes bytes both ways until both are done.
fn join(guest: TcpStream, there: TcpStream) -> Result<()> {
    let (mut from_guest, mut to_there) = (guest.try_clone()?, there.try_clone()?);
    let other = std::thread::spawn(move || pass(&mut from_guest, &mut to_there));
    let (mut guest, mut there) = (guest, there);
    pass(&mut there, &mut guest);
    let _ = guest.shutdown(Shutdown::Both);
    let _ = other.join();
    Ok(())
}

fn pass(from: &mut TcpStream, to: &mut TcpStream) {
    let _ = std::io::copy(from, to);
    let _ = to.shutdown(Shutdown::Write);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(hosts: &[&str]) -> Rules {
        Rules::new(&hosts.iter().map(ToString::to_string).collect::<Vec<_>>(), &[])
    }

    #[test]
    fn only_what_is_listed_is_allowed() {
        let rules = rules(&["Crates.io", "*.npmjs.org", "db.example:5432", "127.0.0.1:8080"]);
        for (host, port) in
            [("crates.io", 443), ("CRATES.IO.", 80), ("a.b.npmjs.org", 443), ("db.example", 5432), ("127.0.0.1", 8080)]
        {
            assert!(rules.allow(host, port), "{host}:{port}");
        }
        for (host, port) in [
            ("crates.io", 22),
            ("static.crates.io", 443),
            ("npmjs.org", 443),
            (".npmjs.org", 443),
            ("evilnpmjs.org", 443),
            ("crates.io.evil.example", 443),
            ("db.example", 443),
            ("127.0.0.1", 80),
        ] {
            assert!(!rules.allow(host, port), "{host}:{port}");
        }
    }

    #[test]
    fn requests_are_read_in_one_way_or_not_at_all() {
        let wish = Wish::read(b"CONNECT crates.io:443 HTTP/1.1\r\nHost: other.example\r\n\r\n").unwrap();
        assert_eq!(wish, Wish { host: "crates.io".into(), port: 443, request: None });
        let wish =
            Wish::read(b"GET http://a.example/x?y HTTP/1.1\r\nHost: a.example\r\nProxy-Authorization: s\r\n\r\n")
                .unwrap();
        assert_eq!((wish.host.as_str(), wish.port), ("a.example", 80));
        let request = String::from_utf8(wish.request.unwrap()).unwrap();
        assert_eq!(request, "GET /x?y HTTP/1.1\r\nConnection: close\r\nHost: a.example\r\n\r\n");
        for hostile in [
            "CONNECT crates.io HTTP/1.1\r\n\r\n",
            "CONNECT me@crates.io:443 HTTP/1.1\r\n\r\n",
            "CONNECT a\tb:443 HTTP/1.1\r\n\r\n",
            "GET /relative HTTP/1.1\r\n\r\n",
            "GET http://crates.io@evil.example/ HTTP/1.1\r\n\r\n",
            "GET http:///x HTTP/1.1\r\n\r\n",
        ] {
            assert_eq!(Wish::read(hostile.as_bytes()), None, "{hostile}");
        }
    }

    #[test]
    fn near_addresses_are_told() {
        for near in ["127.0.0.1", "169.254.169.254", "::1", "0.0.0.0", "::ffff:127.0.0.1", "fe80::1"] {
            assert!(is_near(near.parse().unwrap()), "{near}");
        }
        assert!(!is_near("10.1.2.3".parse().unwrap()) && !is_near("203.0.113.7".parse().unwrap()));
    }
}
