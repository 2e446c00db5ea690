//! How fast a large log is read, in MB/s, and how much memory it takes: `cargo bench --bench diagnose`.

use std::fmt::Write as _;
use std::time::Instant;
use thanos_fix::brain::log::Reader;

const BYTES: usize = 200 * 1024 * 1024;
const PIECE: usize = 256 * 1024;

const FAILURE: &str = "\
test cart::tests::total_is_summed ... FAILED
---- cart::tests::total_is_summed stdout ----
thread 'cart::tests::total_is_summed' panicked at src/cart.rs:42:9:
assertion `left == right` failed
";

/// One boring block of several tools' output; some of it holds telling words, as real logs do.
fn block(number: usize, out: &mut String) {
    let stamp = format!("2026-01-02T03:{:02}:{:02}.{:07}Z", number / 60 % 60, number % 60, number % 10_000_000);
    for row in 0..20 {
        let _ = match (number + row) % 10 {
            0 => writeln!(out, "build\tTest\t{stamp}    Compiling package-{number} v1.{row}.0"),
            1 => {
                writeln!(out, "build\tTest\t{stamp} test module_{number}::case_{row}_is_read ... \u{1b}[32mok\u{1b}[0m")
            }
            2 => {
                writeln!(out, "build\tTest\t{stamp} tests/test_{number}.py::test_{row} PASSED                  [ 42%]")
            }
            3 => writeln!(
                out,
                "build\tTest\t{stamp} [INFO] Downloading from central: https://repo.example/maven2/org/a{number}/b/{row}.jar"
            ),
            4 => writeln!(out, "build\tTest\t{stamp} --- PASS: TestThing{number} (0.0{row}s)"),
            5 => writeln!(
                out,
                "build\tTest\t{stamp} #12 {row}.123 Get:{row} http://deb.example stable/main amd64 lib{number}"
            ),
            6 => writeln!(out, "build\tTest\t{stamp}   \u{1b}[32m✓\u{1b}[39m renders the widget {number} ({row} ms)"),
            7 => writeln!(
                out,
                "build\tTest\t{stamp} DEBUG request id={number:08x} took {row}ms path=/api/v1/items/{number}"
            ),
            8 => writeln!(
                out,
                "build\tTest\t{stamp} [ {row}%] Building CXX object src/CMakeFiles/app.dir/file_{number}.cpp.o"
            ),
            _ => writeln!(out, "build\tTest\t{stamp} added {number} packages, and audited {row} packages in 3s"),
        };
    }
    if number.is_multiple_of(40) {
        let _ = writeln!(out, "build\tTest\t{stamp} test errors::timeout_{number}_is_reported ... ok");
    }
}

fn peak_kilobytes() -> Option<String> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmHWM:")).map(|value| value.trim().to_owned())
}

fn main() -> std::io::Result<()> {
    use std::io::Write as _;
    let mut piece = String::with_capacity(2 * PIECE);
    let mut reader = Reader::default();
    let (mut bytes, mut number, mut failed) = (0, 0, false);
    let mut spent = std::time::Duration::ZERO;
    while bytes < BYTES {
        piece.clear();
        while piece.len() < PIECE {
            block(number, &mut piece);
            number += 1;
        }
        if !failed && bytes > BYTES / 2 {
            piece.push_str(FAILURE);
            failed = true;
        }
        bytes += piece.len();
        let start = Instant::now();
        reader.push(piece.as_bytes());
        spent += start.elapsed();
    }
    let start = Instant::now();
    let report = reader.finish();
    let finish = start.elapsed();
    spent += finish;
    let megabytes = bytes as f64 / 1e6;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{megabytes:.0} MB in {spent:.2?} = {:.0} MB/s", megabytes / spent.as_secs_f64())?;
    writeln!(out, "of that {finish:.2?} to judge what was kept; peak memory {}", peak_kilobytes().unwrap_or_default())?;
    writeln!(out, "{} {:?} {:?}", report.class.as_str(), report.failing, report.first_error)
}
