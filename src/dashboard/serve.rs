//! The site, served: the same files, written anew when the ledger grows, and word to the pages when that happens or a run
//! on this machine takes a step. Nothing can be written through it. Other sites' pages get nothing: the name that is
//! asked for must be ours, and browsers tell who asks.

mod answer;

use super::live;
use super::site::{self, Options};
use super::source::Source;
use answer::{Shown, State};
use anyhow::{Context as _, Result};
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, RwLock};
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// How often runs in progress are looked at, and signals.
const TICK: Duration = Duration::from_millis(250);
/// The ledger is looked at this often, or as much less often as looking takes long.
const LOOK: Duration = Duration::from_secs(2);
const IDLE: u32 = 20;
/// Open pages do not hold us up at the end for longer.
const GRACE: Duration = Duration::from_secs(2);

/// Where the site is served.
pub struct Listen {
    pub address: SocketAddr,
    /// Names that it is asked by, beside those of this machine.
    pub names: Vec<String>,
    /// Where runs in progress on this machine tell of themselves.
    pub running: PathBuf,
}

/// Hands the source over, opened anew: what it reads has moved.
pub type Open<'a> = &'a dyn Fn(&mut dyn FnMut(&dyn Source) -> Result<()>) -> Result<()>;

/// Serves until `stop` is set. `ready` gets the address and how much there is to see.
pub fn serve(
    open: Open,
    listen: &Listen,
    options: &dyn Fn() -> Options,
    stop: &AtomicBool,
    say: &dyn Fn(&str),
) -> Result<()> {
    let address = listen.address;
    let listener = TcpListener::bind(address).with_context(|| format!("cannot listen on {address}"))?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    let mut keeper = Keeper::new(open, options)?;
    let (told, shown) = watch::channel(Shown { version: 1, ..Shown::default() });
    let state =
        State { site: Arc::clone(&keeper.site), shown, hosts: hosts(address, &listen.names), guests: Arc::default() };
    let (end, ended) = watch::channel(false);
    let server = std::thread::spawn(move || answer::run(listener, state, ended));
    say(&format!("http://{address}/ shows {}; Ctrl-C ends it", keeper.place));
    let mut looked = Instant::now();
    let mut pause = LOOK;
    while !stop.load(Ordering::Relaxed) && !server.is_finished() {
        std::thread::sleep(TICK);
        let running = serde_json::Value::from(live::running(&listen.running)).to_string();
        told.send_if_modified(|shown| {
            let is_new = shown.running != running;
            shown.running = running;
            is_new
        });
        if looked.elapsed() >= pause {
            let begun = Instant::now();
            match keeper.renew() {
                Ok(true) => told.send_modify(|shown| shown.version += 1),
                Ok(false) => {}
                // It may be back at the next look; the pages stay as they are.
                Err(e) => say(&format!("the ledger cannot be read now: {e:#}")),
            }
            pause = LOOK.max(begun.elapsed() * IDLE);
            looked = Instant::now();
        }
    }
    let _ = end.send(true);
    let begun = Instant::now();
    while !server.is_finished() && begun.elapsed() < GRACE {
        std::thread::sleep(Duration::from_millis(20));
    }
    if server.is_finished() { server.join().map_err(|_| anyhow::anyhow!("the server broke"))? } else { Ok(()) }
}

/// The site of now. One that is replaced goes when its last reader is done.
struct Keeper<'a> {
    open: Open<'a>,
    options: &'a dyn Fn() -> Options,
    site: Arc<RwLock<Arc<tempfile::TempDir>>>,
    mark: String,
    place: String,
}

impl<'a> Keeper<'a> {
    fn new(open: Open<'a>, options: &'a dyn Fn() -> Options) -> Result<Self> {
        let (mut mark, mut place) = (String::new(), String::new());
        let dir = folder()?;
        open(&mut |source| {
            (mark, place) = (source.mark()?, source.place());
            site::build(source, dir.path(), &options()).map(drop)
        })?;
        Ok(Self { open, options, site: Arc::new(RwLock::new(Arc::new(dir))), mark, place })
    }

    /// Whether there was something new.
    fn renew(&mut self) -> Result<bool> {
        let (was, mut mark, mut fresh) = (&self.mark, String::new(), None);
        (self.open)(&mut |source| {
            // Before it is read: what comes in between is seen at the next look.
            mark = source.mark()?;
            if mark != *was {
                let dir = folder()?;
                site::build(source, dir.path(), &(self.options)())?;
                fresh = Some(dir);
            }
            Ok(())
        })?;
        self.mark = mark;
        let Some(dir) = fresh else { return Ok(false) };
        *self.site.write().unwrap_or_else(std::sync::PoisonError::into_inner) = Arc::new(dir);
        Ok(true)
    }
}

fn folder() -> Result<tempfile::TempDir> {
    tempfile::Builder::new().prefix("thanos-fix-dashboard-").tempdir().context("cannot make a temporary folder")
}

/// What a browser may call us by. Whatever else resolves to this address is somebody's trick.
fn hosts(address: SocketAddr, names: &[String]) -> Vec<String> {
    let port = address.port();
    let own = ["localhost".to_owned(), "127.0.0.1".to_owned(), "[::1]".to_owned()];
    let bound = match address {
        SocketAddr::V4(address) => address.ip().to_string(),
        SocketAddr::V6(address) => format!("[{}]", address.ip()),
    };
    let all = own.into_iter().chain([bound]).chain(names.iter().map(|name| name.to_ascii_lowercase()));
    all.flat_map(|name| [format!("{name}:{port}"), name]).collect()
}
