//! What Landlock knows nothing of, refused by the kernel's filter of system calls: sockets of services, UDP,
//! and the ways round both.

use anyhow::{Context, Result};
use seccompiler::SeccompCmpArgLen::Dword;
use seccompiler::SeccompCmpOp::{MaskedEq, Ne};
use seccompiler::{BpfProgram, SeccompAction, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule};
use std::collections::BTreeMap;

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

/// From now on sockets are of TCP only, or of TCP and UDP when `online`; `socketpair` stays. For good, and
/// for every child.
pub fn limit_sockets(online: bool) -> Result<()> {
    let arch = std::env::consts::ARCH.try_into().context("no system call filter for this processor")?;
    let denied = SeccompAction::Errno(libc::EACCES.unsigned_abs());
    let filter = SeccompFilter::new(rules(online)?, SeccompAction::Allow, denied, arch)?;
    let program: BpfProgram = filter.try_into()?;
    seccompiler::apply_filter(&program).context("cannot filter system calls")
}

/// What is refused. A ring would do the same calls unseen.
fn rules(online: bool) -> Result<Rules> {
    let mut rules = Rules::from([(libc::SYS_io_uring_setup, Vec::new())]);
    let mut sockets = vec![all(&[(0, Ne, libc::AF_INET), (0, Ne, libc::AF_INET6), (0, Ne, libc::AF_NETLINK)])?];
    if !online {
        for kind in (0..16).filter(|kind| *kind != libc::SOCK_STREAM) {
            sockets.push(all(&[(0, Ne, libc::AF_NETLINK), (1, MaskedEq(15), kind)])?);
        }
        sockets.push(all(&[(0, Ne, libc::AF_NETLINK), (2, Ne, 0), (2, Ne, libc::IPPROTO_TCP)])?);
        // It connects without `connect`, which is what Landlock watches.
        let fast = libc::MSG_FASTOPEN;
        for (call, flags) in [(libc::SYS_sendto, 3), (libc::SYS_sendmsg, 2), (libc::SYS_sendmmsg, 3)] {
            rules.insert(call, vec![all(&[(flags, MaskedEq(u64::from(fast.unsigned_abs())), fast)])?]);
        }
    }
    rules.insert(libc::SYS_socket, sockets);
    Ok(rules)
}

fn all(conditions: &[(u8, SeccompCmpOp, libc::c_int)]) -> Result<SeccompRule> {
    let condition = |(argument, operator, value): &(u8, SeccompCmpOp, libc::c_int)| {
        SeccompCondition::new(*argument, Dword, operator.clone(), u64::from(value.unsigned_abs()))
    };
    Ok(SeccompRule::new(conditions.iter().map(condition).collect::<Result<_, _>>()?)?)
}
