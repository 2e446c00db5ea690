//! Who is told how runs end: after a run, by `notify test` and by `notify digest`. That somebody could not be told is a
//! note and never the end of a run.

use super::event::local_config;
use super::ledger::place::{self, Where};
use super::{Door, Exit, held::held, local, print_json, print_text, usage};
use crate::config::{Channel, Config, Telling};
use crate::git::Repo;
use crate::ids::RepoSlug;
use crate::ledger::Store;
use crate::notify::{self, Limits};
use crate::pipeline::Ended;
use crate::record::{AttemptRecord, SCHEMA};
use crate::report::{Notice, in_its_hour};
use crate::stage::Say;
use anyhow::Result;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use std::sync::atomic::AtomicBool;

/// So many records of the ledger at most are looked through for one hour's limit, and for a digest.
const HOUR: u64 = 200;
const DIGEST: usize = 20_000;

/// Tell people how runs end: try the channels of .github/thanos.yml, send a digest
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Send one message to each channel and say what happened; exit code 1 when one did not arrive
    Test {
        /// Only this channel
        #[arg(long, value_name = "NAME")]
        to: Option<String>,
    },
    /// Send what happened since a time, from the ledger, to the channels that want digests
    Digest {
        /// A time (2026-05-01, 2026-05-01T10:00:00Z) or how long ago (24h, 7d)
        #[arg(long, value_name = "TIME", default_value = "7d", value_parser = since)]
        since: Timestamp,
        /// Only this channel, whatever it wants
        #[arg(long, value_name = "NAME")]
        to: Option<String>,
        /// Print it, and send nothing
        #[arg(long)]
        dry_run: bool,
    },
}

/// `7d`, `24h`, a day or a time.
fn since(text: &str) -> Result<Timestamp, String> {
    let ago =
        |number: &str, hours: i64| number.parse::<i64>().ok().filter(|n| (0..=10_000).contains(n)).map(|n| n * hours);
    let hours =
        text.strip_suffix('d').and_then(|n| ago(n, 24)).or_else(|| text.strip_suffix('h').and_then(|n| ago(n, 1)));
    let time = match hours {
        Some(hours) => Some(Timestamp::now() - SignedDuration::from_hours(hours)),
        None if text.len() == 10 => format!("{text}T00:00:00Z").parse().ok(),
        None => text.parse().ok(),
    };
    time.ok_or_else(|| "use a time such as 2026-05-01 or 2026-05-01T10:00:00Z, or 24h or 7d ago".to_owned())
}

pub fn run(door: &Door, args: &Args) -> Result<Exit> {
    let root = local::project(door)?;
    let config = local_config(door, &root)?;
    let repository = repository(door);
    match &args.action {
        Action::Test { to } => {
            let chosen = chosen(&config, to.as_deref(), |_| true)?;
            let told = |channel: &Channel| Notice::test(repository.as_ref(), channel.name());
            send(door, &chosen, &told)
        }
        Action::Digest { since, to, dry_run } => {
            let listed = place::with(door, &Where::Usual, |store| store.list(None, DIGEST))?;
            let is_new = |record: &AttemptRecord| record.ended.parse::<Timestamp>().is_ok_and(|ended| ended >= *since);
            let records: Vec<AttemptRecord> = listed.records.into_iter().filter(is_new).collect();
            for note in &listed.notes {
                door.ui.stage("note", note);
            }
            let day = since.strftime("%Y-%m-%d %H:%M UTC").to_string();
            let notice = Notice::digest(&records, repository.as_ref(), &day);
            if *dry_run {
                print_text(&notice.text())?;
                return Ok(Exit::Done);
            }
            let chosen = chosen(&config, to.as_deref(), |channel| channel.tell != Telling::Each)?;
            send(door, &chosen, &|_| notice.clone())
        }
    }
}

/// The repository as people call it, where it is known.
fn repository(door: &Door) -> Option<RepoSlug> {
    let named = door.env.get("GITHUB_REPOSITORY").and_then(|slug| RepoSlug::parse(slug).ok());
    named.or_else(|| Repo::discover(&door.common.repo).ok().flatten()?.remote_slug("origin"))
}

fn chosen<'a>(config: &'a Config, to: Option<&str>, wanted: impl Fn(&Channel) -> bool) -> Result<Vec<&'a Channel>> {
    if config.notify.is_empty() {
        return Err(usage(
            "no channel is configured: add one under `notify:` in .github/thanos.yml (docs/notifications.md)",
        ));
    }
    let Some(name) = to else { return Ok(config.notify.iter().filter(|channel| wanted(channel)).collect()) };
    let found = config.notify.iter().find(|channel| channel.name() == name);
    let known = || config.notify.iter().map(Channel::name).collect::<Vec<_>>().join(", ");
    found
        .map(|channel| vec![channel])
        .ok_or_else(|| usage(format!("--to: there is no channel `{name}`; known: {}", known())))
}

fn send(door: &Door, channels: &[&Channel], notice: &dyn Fn(&Channel) -> Notice) -> Result<Exit> {
    let cancel = local::cancel_flag()?;
    // All at once: one that is dead keeps nobody waiting beyond its own time.
    let results = std::thread::scope(|scope| {
        let sending: Vec<_> = channels
            .iter()
            .map(|channel| {
                let (notice, cancel) = (notice(channel), &cancel);
                (*channel, scope.spawn(move || told(door, channel, &notice, cancel)))
            })
            .collect();
        let mut results = Vec::new();
        for (channel, sent) in sending {
            let result = sent.join().unwrap_or_else(|_| Err("sending it broke".to_owned()));
            if !door.common.json {
                print_text(&match &result {
                    Ok(()) => format!("{} ({}): sent", channel.name(), channel.kind.as_str()),
                    Err(why) => format!("{} ({}): NOT sent: {why}", channel.name(), channel.kind.as_str()),
                })?;
            }
            results.push((channel, result));
        }
        anyhow::Ok(results)
    })?;
    if results.is_empty() && !door.common.json {
        print_text("no channel wants this: nothing was sent")?;
    }
    let all = results.iter().all(|(_, result)| result.is_ok());
    if door.common.json {
        let channels = results.iter().map(|(channel, result)| {
            json!({"name": channel.name(), "kind": channel.kind.as_str(), "sent": result.is_ok(), "why": result.as_ref().err()})
        });
        print_json(&json!({"schema": SCHEMA, "channels": channels.collect::<Vec<_>>()}))?;
    }
    Ok(if all { Exit::Done } else { Exit::No })
}

fn told(door: &Door, channel: &Channel, notice: &Notice, cancel: &AtomicBool) -> Result<(), String> {
    let open = notify::open(channel, &|name| door.env.get(name))?;
    held().learn(open.secrets());
    open.send(notice, &held().mask_fn(), &Limits::default(), cancel)
}

/// What the channels need is kept from every text that leaves, before anything is said.
pub fn keep_secret(door: &Door, config: &Config) {
    let values = config.notify.iter().flat_map(Channel::variables).filter_map(|name| door.env.get(name));
    held().learn(values.filter(|value| value.len() >= 6));
    for channel in &config.notify {
        if let Ok(open) = notify::open(channel, &|name| door.env.get(name)) {
            held().learn(open.secrets());
        }
    }
}

/// After a run that was recorded.
pub fn after(
    door: &Door,
    config: &Config,
    store: &dyn Store,
    ended: &Ended,
    run_url: Option<&str>,
    cancel: &AtomicBool,
    say: Say,
) {
    let Some(record) = &ended.record else { return };
    let wants = |channel: &&Channel| channel.tell != Telling::Digest && channel.wants(record.outcome);
    let channels: Vec<&Channel> = config.notify.iter().filter(wants).collect();
    let Some(most) = channels.iter().map(|channel| channel.per_hour).max() else { return };
    let records = match store.list(None, usize::try_from((2 * most).min(HOUR).max(most)).unwrap_or(usize::MAX)) {
        Ok(listed) => listed.records,
        Err(e) => {
            say("notify", &format!("the limit per hour is not kept, because the ledger cannot be read: {e:#}"));
            Vec::new()
        }
    };
    let title = ended.proposal.as_ref().map(|proposal| proposal.task.title.as_str()).unwrap_or_default();
    std::thread::scope(|scope| {
        for channel in channels {
            let Some(more) = in_its_hour(channel, record, &records) else {
                say(
                    "notify",
                    &format!("{}: kept back, {} were sent in this hour (per-hour)", channel.name(), channel.per_hour),
                );
                continue;
            };
            let notice = Notice::of_run(record, title, run_url, more);
            scope.spawn(move || match told(door, channel, &notice, cancel) {
                Ok(()) => say("notify", &format!("{}: told", channel.name())),
                Err(why) => say("notify", &format!("{}: nobody was told: {why}", channel.name())),
            });
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_write_them() {
        for good in ["7d", "24h", "0d", "2026-05-01", "2026-05-01T10:00:00Z"] {
            assert!(since(good).is_ok(), "{good}");
        }
        for bad in ["", "d", "-1d", "yesterday", "2026-13-01", "99999999999d"] {
            assert!(since(bad).unwrap_err().contains("2026-05-01"), "{bad}");
        }
    }
}
