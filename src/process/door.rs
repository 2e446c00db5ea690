//! A door for one command: a port of its localhost at which somebody outside answers. Where there is a network
//! namespace it is opened inside and handed out; elsewhere it is a port of this machine, and Landlock lets the command
//! connect to no other one.

use super::{Sandbox, Tier, fence, launch, proxy};
use anyhow::{Context, Result, bail};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};

/// In a network of its own nobody else has a port. Below those that the kernel gives away.
const INSIDE: u16 = 17_317;

pub struct Door {
    port: u16,
    /// `None`: it is opened inside.
    listener: Option<TcpListener>,
    opened: Sender<TcpListener>,
}

/// Over when it is dropped.
pub struct Attended(Arc<AtomicBool>);

impl Drop for Attended {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Door {
    /// For one command that will be confined so. Whoever answers gets the door from the receiver, if it is ever opened.
    pub fn new(sandbox: Sandbox) -> Result<(Self, Receiver<TcpListener>)> {
        let tier = launch::full().as_ref().map(|(tier, _)| *tier);
        let inside = sandbox == Sandbox::Full && tier == Ok(Tier::Namespaces);
        if sandbox == Sandbox::Full && tier == Ok(Tier::Landlock) && !fence::knows_tcp() {
            bail!("this kernel can refuse connections only altogether (Linux 6.7 knows ports)");
        }
        let (opened, receiver) = channel();
        if inside {
            return Ok((Self { port: INSIDE, listener: None, opened }, receiver));
        }
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("cannot open a port of this machine")?;
        Ok((Self { port: listener.local_addr()?.port(), listener: Some(listener), opened }, receiver))
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Hands it to whoever answers, as soon as it is open.
    pub fn attend(&self, control: &UnixStream) -> Result<Attended> {
        let over = Arc::new(AtomicBool::new(false));
        let (until, opened) = (Arc::clone(&over), self.opened.clone());
        let own = self.listener.as_ref().map(TcpListener::try_clone).transpose().context("cannot share a port")?;
        let control = control.try_clone().context("cannot share a socket")?;
        std::thread::spawn(move || {
            let listener = own.or_else(|| proxy::take_door(&control, &until));
            drop(control);
            // Nobody may be there to answer.
            listener.map(|listener| opened.send(listener))
        });
        Ok(Attended(over))
    }
}

/// Inside.
pub fn open(port: u16, to: &UnixStream) -> Result<()> {
    let door = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).context("cannot open a port inside the sandbox")?;
    proxy::hand_out(&door, to)
}
