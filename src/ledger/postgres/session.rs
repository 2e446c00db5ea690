//! Connections to PostgreSQL: at most twenty, each with a runtime of its own, so that any thread may use one; with limits
//! on every wait, because a run must end whatever the database does.

use anyhow::{Context as _, Result, anyhow, bail};
use rustls::{ClientConfig, RootCertStore, crypto::ring};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;
use tokio_postgres::config::Host;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Config};
use tokio_postgres_rustls::MakeRustlsConnect;

const MOST: usize = 20;
const CONNECT: Duration = Duration::from_secs(5);
/// A database that did not answer is not asked again for so long.
const DOWN: Duration = Duration::from_secs(30);
/// A server that has no connection left, or only starts, is asked so often.
const ASKED: u32 = 4;

pub(super) struct Session {
    runtime: Runtime,
    client: Client,
}

pub(super) struct Pool {
    config: Config,
    patience: Duration,
    idle: Mutex<Idle>,
    back: Condvar,
    down: Mutex<Option<(Instant, String)>>,
}

#[derive(Default)]
struct Idle {
    sessions: Vec<Session>,
    out: usize,
}

impl Pool {
    /// Nothing is connected yet. The URL is not repeated in an error: it holds a password.
    pub fn new(url: &str, patience: Duration) -> Result<Self> {
        let url = url.replace("sslmode=verify-full", "sslmode=require").replace("sslmode=verify-ca", "sslmode=require");
        let mut config: Config = url.parse().map_err(|error: tokio_postgres::Error| {
            let why = std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string);
            anyhow!("it is not an address like postgres://USER@HOST:5432/DATABASE?sslmode=require ({why})")
        })?;
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT);
        }
        if config.get_application_name().is_none() {
            config.application_name("thanos-fix");
        }
        Ok(Self { config, patience, idle: Mutex::default(), back: Condvar::new(), down: Mutex::default() })
    }

    pub fn set_patience(&mut self, patience: Duration) {
        self.patience = patience;
    }

    /// For people, without the password.
    pub fn place(&self) -> String {
        let host = match self.config.get_hosts().first() {
            Some(Host::Tcp(name)) => name.clone(),
            Some(Host::Unix(path)) => path.display().to_string(),
            None => "this machine".to_owned(),
        };
        let name = self.config.get_dbname().or(self.config.get_user()).unwrap_or("postgres");
        format!("PostgreSQL database {name} at {host}")
    }

    /// Does the work on a free connection; once more on a new one where the old one was cut. The work is done in
    /// transactions and may be repeated.
    pub fn with<R>(&self, work: impl AsyncFn(&mut Client) -> Result<R>) -> Result<R> {
        self.not_down()?;
        // From here on one of the twenty is ours until it is given back.
        let mut session = self.free()?;
        let mut done = session.run(self.patience, &work);
        if session.client.is_closed() || done.as_ref().is_err_and(was_cut) {
            drop(session);
            session = match self.connect() {
                Ok(session) => session,
                Err(error) => return self.gave_up(error),
            };
            done = session.run(self.patience, &work);
        }
        let is_slow = done.as_ref().is_err_and(|error| error.is::<Slow>());
        if is_slow || session.client.is_closed() {
            drop(session);
            self.give_back(None);
            if let Err(error) = &done {
                self.is_down(error);
            }
        } else {
            self.give_back(Some(session));
        }
        done
    }

    fn free(&self) -> Result<Session> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(session) = idle.sessions.pop() {
                idle.out += 1;
                if !session.client.is_closed() {
                    return Ok(session);
                }
                idle.out -= 1;
                continue;
            }
            if idle.out < MOST {
                idle.out += 1;
                break;
            }
            let waited = self.back.wait_timeout(idle, self.patience).unwrap_or_else(PoisonError::into_inner);
            idle = waited.0;
            if waited.1.timed_out() {
                bail!("all {MOST} connections to the database are busy");
            }
        }
        drop(idle);
        match self.connect() {
            Ok(session) => Ok(session),
            Err(error) => self.gave_up(error),
        }
    }

    fn gave_up<R>(&self, error: anyhow::Error) -> Result<R> {
        self.give_back(None);
        self.is_down(&error);
        Err(error)
    }

    fn give_back(&self, session: Option<Session>) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.out = idle.out.saturating_sub(1);
        idle.sessions.extend(session);
        self.back.notify_one();
    }

    fn is_down(&self, error: &anyhow::Error) {
        let why = match error.downcast_ref::<Away>() {
            Some(away) => away.why.clone(),
            None => format!("{error:#}"),
        };
        *self.down.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), why));
    }

    /// Whoever waited once in a run does not wait again and again.
    fn not_down(&self) -> Result<()> {
        match &*self.down.lock().unwrap_or_else(PoisonError::into_inner) {
            Some((when, why)) if when.elapsed() < DOWN => Err(Away { place: self.place(), why: why.clone() }.into()),
            _ => Ok(()),
        }
    }

    fn connect(&self) -> Result<Session> {
        let mut asked = 1;
        loop {
            match Session::open(&self.config).and_then(|mut session| {
                session.run(self.patience, &super::migrate)?;
                Ok(session)
            }) {
                Err(error) if asked < ASKED && is_passing(&error) => {
                    std::thread::sleep(Duration::from_millis(250) * asked);
                    asked += 1;
                }
                other => {
                    return other.map_err(|error| Away { place: self.place(), why: error.to_string() }.into());
                }
            }
        }
    }
}

/// No connection left (`too_many_connections`), starting up or shutting down.
fn is_passing(error: &anyhow::Error) -> bool {
    let passing = [SqlState::TOO_MANY_CONNECTIONS, SqlState::CANNOT_CONNECT_NOW, SqlState::ADMIN_SHUTDOWN];
    let refused = |cause: &(dyn std::error::Error + 'static)| {
        cause.downcast_ref::<std::io::Error>().is_some_and(|e| e.kind() == std::io::ErrorKind::ConnectionRefused)
    };
    code(error).is_some_and(|code| passing.contains(code)) || error.chain().any(refused)
}

/// The server went away in the middle.
fn was_cut(error: &anyhow::Error) -> bool {
    let ours = |cause: &(dyn std::error::Error + 'static)| {
        cause.is::<std::io::Error>() || cause.downcast_ref().is_some_and(tokio_postgres::Error::is_closed)
    };
    let ending = [SqlState::ADMIN_SHUTDOWN, SqlState::CRASH_SHUTDOWN];
    code(error).is_some_and(|code| ending.contains(code)) || error.chain().any(ours)
}

fn code(error: &anyhow::Error) -> Option<&SqlState> {
    error.chain().find_map(|cause| cause.downcast_ref::<tokio_postgres::Error>()?.code())
}

pub(super) fn secrets_of(url: &str) -> Vec<String> {
    let authority = url.split_once("://").map_or(url, |(_, rest)| rest);
    let raw = authority.rsplit_once('@').and_then(|(user, _)| user.split_once(':')).map(|(_, word)| word.to_owned());
    let config = url.parse::<Config>().ok();
    let password =
        config.as_ref().and_then(Config::get_password).map(|word| String::from_utf8_lossy(word).into_owned());
    [Some(url.to_owned()), raw, password].into_iter().flatten().filter(|word| !word.is_empty()).collect()
}

#[derive(Debug, thiserror::Error)]
#[error("the database did not answer in {0} s")]
struct Slow(u64);

/// There is no connection to be had: for people to mend, and no fault of ours.
#[derive(Debug, thiserror::Error)]
#[error("cannot use the {place}: {why}")]
pub struct Away {
    place: String,
    why: String,
}

impl Session {
    fn open(config: &Config) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("no runtime")?;
        let limit = config.get_connect_timeout().copied().unwrap_or(CONNECT) * 2;
        let connected = runtime.block_on(async {
            let connect = config.connect(MakeRustlsConnect::new(tls()?));
            let (client, connection) = match tokio::time::timeout(limit, connect).await {
                Ok(connected) => connected.map_err(said)?,
                Err(_) => return Err(Slow(limit.as_secs()).into()),
            };
            // Its end shows in `is_closed`.
            tokio::spawn(async move { drop(connection.await) });
            anyhow::Ok(client)
        });
        Ok(Self { client: connected?, runtime })
    }

    fn run<R>(&mut self, limit: Duration, work: &impl AsyncFn(&mut Client) -> Result<R>) -> Result<R> {
        let client = &mut self.client;
        self.runtime.block_on(async {
            match tokio::time::timeout(limit, work(client)).await {
                Ok(done) => done,
                Err(_) => Err(Slow(limit.as_secs()).into()),
            }
        })
    }
}

/// With the server's own words, which the error's first line leaves out.
pub(super) fn said(error: tokio_postgres::Error) -> anyhow::Error {
    let words = match error.as_db_error() {
        Some(db) => db.message().to_owned(),
        None => std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string),
    };
    let mend = if words.contains("UnknownIssuer") { " (SSL_CERT_FILE names the file with its authority)" } else { "" };
    anyhow::Error::new(error).context(words + mend)
}

/// The system's certificates (those of `SSL_CERT_FILE` where it is set), built-in ones where there are none.
fn tls() -> Result<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .context("no TLS")?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}
