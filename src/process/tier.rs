//! What a sandbox comes to on this machine, in words for people: what is in force, and what it cannot stop.

use serde::{Deserialize, Serialize};

/// From the weakest to the strongest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Tier {
    None,
    /// [`super::Sandbox::Light`].
    WriteLimits,
    /// [`super::Sandbox::Full`] where namespaces are refused.
    Landlock,
    /// [`super::Sandbox::Full`].
    Namespaces,
}

/// What of the network is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Network {
    Off,
    /// The hosts that the trusted configuration lists.
    Listed,
    /// One door, which is served from outside.
    Door,
    On,
}

/// Something that a tier does not stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    pub id: &'static str,
    /// What the command can do, as the end of "it can".
    pub text: &'static str,
}

const fn gap(id: &'static str, text: &'static str) -> Gap {
    Gap { id, text }
}

/// What [`Tier::Landlock`] cannot stop and [`Tier::Namespaces`] does. `tests/escape` holds both to this list.
const WITHOUT_NAMESPACES: &[Gap] = &[
    gap("git-write", "write to the tree's own .git"),
    gap("tree-secrets", "read credentials that lie inside the tree"),
    gap("command-lines", "read the command lines of other processes"),
    gap(
        "modes",
        "change the modes, times and attributes of its user's files outside the tree, though not make them set-uid",
    ),
    gap("shared-memory", "use the shared memory of other processes of its user in /dev/shm"),
];
/// Without Landlock's scopes (Linux 6.12).
const WITHOUT_SCOPES: &[Gap] = &[gap("signals", "send signals to other processes of its user")];
/// Landlock knows ports and no addresses.
const WITH_A_DOOR: &[Gap] = &[gap("port", "connect to other machines on the one port at which the model is asked")];
const WRITES_ONLY: &[Gap] = &[gap("light", "read what its user can read, and use the network")];
const NOTHING: &[Gap] = &[gap("off", "do whatever its user can do")];

impl Tier {
    /// What is in force.
    pub fn describe(self, network: Network) -> &'static str {
        match (self, network) {
            (Tier::None, _) => "none",
            (Tier::WriteLimits, _) => "Landlock: writes limited; network and reading open",
            (Tier::Landlock, Network::Off) => {
                "Landlock and seccomp: no connections (localhost neither), no service sockets, writes limited, \
                 credentials unreadable"
            }
            (Tier::Landlock, Network::Listed) => {
                "Landlock and seccomp: no connections (the listed hosts neither: that takes namespaces), no service \
                 sockets, writes limited, credentials unreadable"
            }
            (Tier::Landlock, Network::Door) => {
                "Landlock and seccomp: no connections but to the model's port, no service sockets, writes limited, \
                 credentials unreadable"
            }
            (Tier::Landlock, Network::On) => {
                "Landlock and seccomp: network on, no service sockets, writes limited, credentials unreadable"
            }
            (Tier::Namespaces, Network::Off) => {
                "namespaces, Landlock and seccomp: no network but localhost, no other processes, writes limited, \
                 .git kept as it is, credentials unreadable"
            }
            (Tier::Namespaces, Network::Listed) => {
                "namespaces, Landlock and seccomp: no network but localhost and the listed hosts, no other processes, \
                 writes limited, .git kept as it is, credentials unreadable"
            }
            (Tier::Namespaces, Network::Door) => {
                "namespaces, Landlock and seccomp: no network but localhost, where the model is asked, no other \
                 processes, writes limited, .git kept as it is, credentials unreadable"
            }
            (Tier::Namespaces, Network::On) => {
                "namespaces, Landlock and seccomp: network on, no other processes, writes limited, .git kept as it is, \
                 credentials unreadable"
            }
        }
    }

    /// What it does not stop and a stronger tier, or a newer kernel, would.
    pub fn gaps(self) -> Vec<Gap> {
        let scopes = super::fence::has_scopes();
        let lists: &[&[Gap]] = match self {
            Tier::None => &[NOTHING],
            Tier::WriteLimits => &[WRITES_ONLY],
            Tier::Landlock if scopes => &[WITHOUT_NAMESPACES],
            Tier::Landlock => &[WITHOUT_NAMESPACES, WITHOUT_SCOPES],
            Tier::Namespaces => &[],
        };
        lists.concat()
    }

    /// The same for a command with a door.
    pub fn gaps_with(self, door: bool) -> Vec<Gap> {
        let own = if door && self == Tier::Landlock { WITH_A_DOOR } else { &[] };
        [&self.gaps(), own].concat()
    }
}
