//! What Landlock knows nothing of, refused by the kernel's filter of system calls: other processes' memory, new
//! namespaces and mounts, the kernel's less trodden parts, sockets of services, UDP, and the ways round them.

use anyhow::{Context, Result};
use seccompiler::SeccompCmpArgLen::Dword;
use seccompiler::SeccompCmpOp::{Eq, MaskedEq, Ne};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule, apply_filter, sock_filter,
};
use std::collections::BTreeMap;

type Rules = BTreeMap<i64, Vec<SeccompRule>>;

/// Which sockets may be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sockets {
    /// Of the internet and of files: a network namespace and the mounts say which can be reached.
    All,
    /// No sockets of files but `socketpair`: services listen there.
    Internet,
    /// The same, of TCP alone; Landlock refuses to connect them.
    Tcp,
    /// None of the internet either: this Landlock does not know connections.
    None,
}

/// Refused whatever their arguments: they reach into other processes, make mounts and namespaces, hold or run
/// what a filter does not see, or change the system.
const REFUSED: &[i64] = &[
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_process_madvise,
    libc::SYS_pidfd_getfd,
    libc::SYS_kcmp,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_bpf,
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_open_tree,
    libc::SYS_move_mount,
    libc::SYS_fsopen,
    libc::SYS_fsconfig,
    libc::SYS_fsmount,
    libc::SYS_fspick,
    libc::SYS_mount_setattr,
    libc::SYS_open_by_handle_at,
    libc::SYS_quotactl,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_keyctl,
    libc::SYS_syslog,
    libc::SYS_acct,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_reboot,
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_clock_adjtime,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_kexec_load,
];
/// Shared memory and queues that have no file, and so no Landlock; an IPC namespace makes them private.
const SHARED: &[i64] = &[libc::SYS_shmget, libc::SYS_semget, libc::SYS_msgget, libc::SYS_mq_open];
/// Calls that change a file's mode, and which argument says it.
const MODES: &[(i64, u8)] = &[
    #[cfg(target_arch = "x86_64")]
    (libc::SYS_chmod, 1),
    (libc::SYS_fchmod, 1),
    (libc::SYS_fchmodat, 2),
    (libc::SYS_fchmodat2, 2),
];
/// Calls that make a file: which argument says how, where one does, and which one its mode.
const MAKING: &[(i64, Option<u8>, u8)] = &[
    #[cfg(target_arch = "x86_64")]
    (libc::SYS_open, Some(1), 2),
    #[cfg(target_arch = "x86_64")]
    (libc::SYS_creat, None, 1),
    #[cfg(target_arch = "x86_64")]
    (libc::SYS_mknod, None, 1),
    (libc::SYS_openat, Some(2), 3),
    (libc::SYS_mknodat, None, 2),
];
/// Without one of these the mode of a call that opens is whatever lies there.
const MAKES: [libc::c_int; 2] = [libc::O_CREAT, libc::O_TMPFILE & !libc::O_DIRECTORY];
const NAMESPACES: &[libc::c_int] = &[
    libc::CLONE_NEWNS,
    libc::CLONE_NEWCGROUP,
    libc::CLONE_NEWUTS,
    libc::CLONE_NEWIPC,
    libc::CLONE_NEWUSER,
    libc::CLONE_NEWPID,
    libc::CLONE_NEWNET,
];
/// They type for whoever sits at the terminal.
const TYPING: [libc::c_int; 2] = [0x5412, 0x541C];

/// From now on, for good, and for every child.
pub fn limit(sockets: Sockets) -> Result<()> {
    let arch = std::env::consts::ARCH.try_into().context("no system call filter for this processor")?;
    let refused = SeccompAction::Errno(libc::EACCES.unsigned_abs());
    let filter = SeccompFilter::new(rules(sockets)?, SeccompAction::Allow, refused, arch)?;
    let program: BpfProgram = filter.try_into()?;
    apply_filter(&guarded(program)).context("cannot filter system calls")
}

/// None is had of x86's second calling convention, which has numbers of its own for the same calls; nor `clone3`
/// and `openat2`, which say what they want in memory, where a filter cannot read: told that there is no such call, everybody
/// falls back to `clone` and `openat`.
fn guarded(program: BpfProgram) -> BpfProgram {
    const LOAD: u16 = 0x20;
    const AT_LEAST: u16 = 0x35;
    const EQUAL: u16 = 0x15;
    const RETURN: u16 = 0x06;
    const X32: u32 = 0x4000_0000;
    const CLONE3: u32 = libc::SYS_clone3 as u32;
    const OPENAT2: u32 = libc::SYS_openat2 as u32;
    const NO_SUCH_CALL: u32 = 0x0005_0000 | libc::ENOSYS.unsigned_abs();
    let step = |code, jt, jf, k| sock_filter { code, jt, jf, k };
    let first = [
        step(LOAD, 0, 0, 0),
        step(AT_LEAST, 2, 0, X32),
        step(EQUAL, 1, 0, CLONE3),
        step(EQUAL, 0, 1, OPENAT2),
        step(RETURN, 0, 0, NO_SUCH_CALL),
    ];
    first.into_iter().chain(program).collect()
}

fn rules(sockets: Sockets) -> Result<Rules> {
    let mut rules: Rules = REFUSED.iter().map(|call| (*call, Vec::new())).collect();
    let made = NAMESPACES.iter().map(|flag| all(&[has(0, *flag)]));
    rules.insert(libc::SYS_clone, made.collect::<Result<_>>()?);
    let types = TYPING.iter().map(|request| all(&[(1, Eq, *request)]));
    rules.insert(libc::SYS_ioctl, types.collect::<Result<_>>()?);
    rules.insert(libc::SYS_socket, refused_sockets(sockets)?);
    // Whoever runs such a program later is its owner then.
    let [set_uid, set_gid] = [libc::S_ISUID, libc::S_ISGID].map(u32::cast_signed);
    for (call, mode) in MODES {
        rules.insert(*call, vec![all(&[has(*mode, set_uid)])?]);
    }
    for (call, how, mode) in MAKING {
        let ways: Vec<Vec<_>> = match how {
            Some(how) => MAKES.iter().map(|flag| vec![has(*how, *flag)]).collect(),
            None => vec![Vec::new()],
        };
        let made = ways.iter().flat_map(|way| [set_uid, set_gid].map(|mark| [&way[..], &[has(*mode, mark)]].concat()));
        rules.insert(*call, made.map(|conditions| all(&conditions)).collect::<Result<_>>()?);
    }
    if sockets != Sockets::All {
        // Of another process: it could be ended by a limit.
        rules.insert(libc::SYS_prlimit64, vec![all(&[(0, Ne, 0)])?]);
        rules.extend(SHARED.iter().map(|call| (*call, Vec::new())));
    }
    if matches!(sockets, Sockets::Tcp | Sockets::None) {
        // Others would connect to it.
        rules.insert(libc::SYS_listen, Vec::new());
        // It connects without `connect`, which is what Landlock watches.
        for (call, flags) in [(libc::SYS_sendto, 3), (libc::SYS_sendmsg, 2), (libc::SYS_sendmmsg, 3)] {
            rules.insert(call, vec![all(&[has(flags, libc::MSG_FASTOPEN)])?]);
        }
    }
    Ok(rules)
}

/// Every family that is not named is refused: some (of virtual machines above all) know no namespace.
fn refused_sockets(sockets: Sockets) -> Result<Vec<SeccompRule>> {
    let families: &[libc::c_int] = match sockets {
        Sockets::All => &[libc::AF_NETLINK, libc::AF_INET, libc::AF_INET6, libc::AF_UNIX],
        Sockets::Internet | Sockets::Tcp => &[libc::AF_NETLINK, libc::AF_INET, libc::AF_INET6],
        Sockets::None => &[libc::AF_NETLINK],
    };
    let others: Vec<_> = families.iter().map(|family| (0, Ne, *family)).collect();
    let mut refused = vec![all(&others)?];
    if sockets == Sockets::Tcp {
        for kind in (0..16).filter(|kind| *kind != libc::SOCK_STREAM) {
            refused.push(all(&[(0, Ne, libc::AF_NETLINK), (1, MaskedEq(15), kind)])?);
        }
        refused.push(all(&[(0, Ne, libc::AF_NETLINK), (2, Ne, 0), (2, Ne, libc::IPPROTO_TCP)])?);
    }
    Ok(refused)
}

/// Whether an argument has a bit, or all of several.
fn has(argument: u8, bits: libc::c_int) -> (u8, SeccompCmpOp, libc::c_int) {
    (argument, MaskedEq(u64::from(bits.unsigned_abs())), bits)
}

fn all(conditions: &[(u8, SeccompCmpOp, libc::c_int)]) -> Result<SeccompRule> {
    let condition = |(argument, operator, value): &(u8, SeccompCmpOp, libc::c_int)| {
        SeccompCondition::new(*argument, Dword, operator.clone(), u64::from(value.unsigned_abs()))
    };
    Ok(SeccompRule::new(conditions.iter().map(condition).collect::<Result<_, _>>()?)?)
}
