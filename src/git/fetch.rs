//! Git's wire protocol, version 2 (git-scm.com/docs/protocol-v2), as far as one exact commit needs it:
//! the request as bytes, and the answer unpacked into a repository. Who carries the bytes is not our
//! concern.

use crate::ids::Sha;
use anyhow::{Context as _, Result, bail};
use std::io::{Read, Write};

/// The `Content-Type` of the request.
pub const FETCH_CONTENT_TYPE: &str = "application/x-git-upload-pack-request";
/// The `Git-Protocol` header that asks for version 2.
pub const FETCH_PROTOCOL: &str = "version=2";

/// Asks for `commit` and at most `depth` commits of its history.
pub fn fetch_request(commit: &Sha, depth: u32) -> Vec<u8> {
    let mut request = Vec::new();
    line(&mut request, "command=fetch");
    request.extend_from_slice(b"0001");
    line(&mut request, "ofs-delta");
    line(&mut request, "no-progress");
    line(&mut request, &format!("deepen {}", depth.max(1)));
    line(&mut request, &format!("want {commit}"));
    line(&mut request, "done");
    request.extend_from_slice(b"0000");
    request
}

fn line(out: &mut Vec<u8>, text: &str) {
    out.extend_from_slice(format!("{:04x}{text}\n", text.len() + 5).as_bytes());
}

enum Packet {
    Data(Vec<u8>),
    /// Flush, delimiter or response end: the section is over.
    End,
}

/// Reads one packet; `None` at the end of the stream.
fn packet(input: &mut dyn Read) -> Result<Option<Packet>> {
    let mut head = [0; 4];
    match input.read_exact(&mut head) {
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => return Ok(None),
        other => other.context("the server's answer broke off")?,
    }
    let size = std::str::from_utf8(&head).ok().and_then(|hex| usize::from_str_radix(hex, 16).ok());
    match size {
        Some(0..=2) => Ok(Some(Packet::End)),
        Some(size) if size >= 4 => {
            let mut data = vec![0; size - 4];
            input.read_exact(&mut data).context("the server's answer broke off")?;
            Ok(Some(Packet::Data(data)))
        }
        _ => bail!("the server does not speak git's protocol version 2"),
    }
}

/// Unpacks the answer into `repo` and returns the commits at which the history was cut.
pub(super) fn receive(answer: &mut dyn Read, repo: &git2::Repository) -> Result<Vec<Sha>> {
    let mut shallow = Vec::new();
    while let Some(packet) = packet(answer)? {
        let Packet::Data(data) = packet else { continue };
        let text = String::from_utf8_lossy(&data);
        let text = text.trim_end();
        if let Some(message) = text.strip_prefix("ERR ") {
            bail!("the server refused: {}", printable(message));
        }
        if let Some(id) = text.strip_prefix("shallow ") {
            shallow.push(Sha::parse(id)?);
        }
        if text == "packfile" {
            unpack(answer, repo)?;
            return Ok(shallow);
        }
    }
    bail!("the server sent no pack")
}

/// The pack comes in band 1; band 2 is progress, band 3 the server's last words.
fn unpack(answer: &mut dyn Read, repo: &git2::Repository) -> Result<()> {
    let odb = repo.odb()?;
    let mut pack = odb.packwriter().context("cannot write a pack")?;
    loop {
        match packet(answer)?.context("the pack broke off")? {
            Packet::End => break,
            Packet::Data(data) => match data.split_first() {
                Some((1, data)) => {
                    // The writer tells that it failed and not why; libgit2 has noted it.
                    pack.write_all(data).map_err(|_| unkept(git2::Error::last_error(-1)))?;
                }
                Some((3, message)) => bail!("the server gave up: {}", printable(&String::from_utf8_lossy(message))),
                _ => {}
            },
        }
    }
    pack.commit().map(drop).map_err(unkept)
}

/// It could not be written, or it is none.
fn unkept(error: git2::Error) -> anyhow::Error {
    let what = if error.class() == git2::ErrorClass::Os { "cannot keep the pack" } else { "the pack is damaged" };
    anyhow::Error::new(error).context(what)
}

/// It failed here, at our own disk, and not at the server: asking once more helps nothing.
pub fn is_of_this_disk(error: &anyhow::Error) -> bool {
    use std::io::ErrorKind::{PermissionDenied, QuotaExceeded, ReadOnlyFilesystem, StorageFull};
    let written = |error: &std::io::Error| {
        matches!(error.kind(), PermissionDenied | QuotaExceeded | ReadOnlyFilesystem | StorageFull)
    };
    error.chain().any(|cause| {
        cause.downcast_ref().is_some_and(written)
            || cause.downcast_ref().is_some_and(|error: &git2::Error| error.class() == git2::ErrorClass::Os)
    })
}

fn printable(message: &str) -> String {
    message.chars().filter(|c| !c.is_control()).take(300).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_nobody_elses_fault() {
        let full = std::io::Error::from(std::io::ErrorKind::StorageFull);
        let cut = std::io::Error::from(std::io::ErrorKind::UnexpectedEof);
        let extend = git2::Error::new(git2::ErrorCode::GenericError, git2::ErrorClass::Os, "cannot extend packfile");
        let damaged = git2::Error::new(git2::ErrorCode::GenericError, git2::ErrorClass::Indexer, "bad checksum");
        let seen = [full.into(), cut.into(), extend.into(), damaged.into()]
            .map(|error: anyhow::Error| is_of_this_disk(&error.context("cannot keep the pack")));
        assert_eq!(seen, [true, false, true, false]);
    }

    #[test]
    fn the_request_is_in_packets() {
        let request = fetch_request(&Sha::parse("a".repeat(40)).unwrap(), 0);
        let text = String::from_utf8(request).unwrap();
        let want = format!("0032want {}\n", "a".repeat(40));
        assert_eq!(
            text,
            format!("0012command=fetch\n0001000eofs-delta\n0010no-progress\n000ddeepen 1\n{want}0009done\n0000")
        );
    }

    #[test]
    fn bad_answers_are_errors() {
        let dir = tempfile::tempdir().unwrap();
        let repo = git2::Repository::init_bare(dir.path()).unwrap();
        for (answer, part) in [
            ("<html>", "protocol version 2"),
            ("", "no pack"),
            ("000aERR no", "refused: no"),
            ("000dpackfile\n", "broke off"),
            ("000dpackfile\n0008\u{3}bye", "gave up: bye"),
            ("000dpackfile\n0009\u{1}JUNK0000", "damaged"),
            ("000dpackf", "broke off"),
        ] {
            let error = receive(&mut answer.as_bytes(), &repo).unwrap_err();
            assert!(format!("{error:#}").contains(part), "{answer:?}: {error:#}");
        }
    }
}
