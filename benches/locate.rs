//! Wall time of `locate` over a tree: `cargo bench --bench locate -- DIRECTORY [TEXT-FILE]`.
//! Compare with `rg -c return DIRECTORY >/dev/null`.

use std::io::Write as _;
use std::path::Path;
use std::time::Instant;
use thanos_fix::brain::locate::Query;
use thanos_fix::stage::locate::locate;

const TEXT: &str = "Crash when parsing an empty configuration file\n\n`parse_config` returns an error with a stack \
overflow when the HttpClient reconnects after a timeout; the buffer still contains data.\n";

fn main() -> anyhow::Result<()> {
    let mut args = std::env::args().skip(1).filter(|arg| !arg.starts_with("--"));
    let directory = args.next().unwrap_or_else(|| ".".to_owned());
    let text = args.next().map_or_else(|| Ok(TEXT.to_owned()), std::fs::read_to_string)?;
    for run in 1..=5 {
        let start = Instant::now();
        let found = locate(Path::new(&directory), &Query::from_text(&text), 10);
        let best = found.first().map_or("nothing", |f| f.path.as_str());
        writeln!(std::io::stdout(), "run {run}: {:.3} s, best {best}", start.elapsed().as_secs_f64())?;
    }
    Ok(())
}
