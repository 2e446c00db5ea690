//! Slack's blocks and Discord's embeds. What comes from elsewhere pings nobody, opens no link and changes no layout.

use crate::record::Severity;
use crate::report::Notice;
use crate::report::markdown::one_line;
use serde_json::{Value, json};

/// Shows nothing and parts what a chat would read as one.
const SPLIT: char = '\u{200b}';

pub fn slack(notice: &Notice) -> Value {
    let mark = match notice.severity {
        Severity::Note => ":white_check_mark:",
        Severity::Warning => ":warning:",
        Severity::Error => ":rotating_light:",
    };
    let title = slack_text(&one_line(&notice.title, 280));
    let section = |text: String| json!({"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": true}});
    let mut blocks = vec![section(format!("{mark} *{title}*"))];
    // A message takes fifty blocks, a block three thousand characters.
    let facts = notice
        .facts
        .iter()
        .map(|(name, value)| format!("*{}*  {}", slack_text(name), slack_text(&one_line(value, 250))));
    let facts: Vec<String> = facts.collect();
    blocks.extend(facts.chunks(2).take(40).map(|facts| section(facts.join("\n"))));
    if let Some(link) = notice.link.as_deref().and_then(address) {
        blocks.push(section(format!("<{link}|open>")));
    }
    if let Some(more) = notice.and_more() {
        blocks.push(json!({"type": "context", "elements": [{"type": "plain_text", "text": more, "emoji": false}]}));
    }
    json!({"text": title, "blocks": blocks, "unfurl_links": false, "unfurl_media": false, "link_names": false})
}

/// The three characters that Slack asks to be escaped; its own marks for mentions consist of them. The words that call a
/// channel are parted too, for clients that look for them.
fn slack_text(text: &str) -> String {
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let parted = escaped.chars().flat_map(|c| match c {
        '@' => vec![c, SPLIT],
        // Layout.
        '*' | '_' | '~' | '`' => vec![SPLIT, c, SPLIT],
        c => vec![c],
    });
    parted.collect()
}

pub fn discord(notice: &Notice) -> Value {
    let color = match notice.severity {
        Severity::Note => 0x2e_a0_43,
        Severity::Warning => 0xd2_99_22,
        Severity::Error => 0xda_36_33,
    };
    // An embed takes 25 fields and 6,000 characters in all.
    let mut left = 5_000usize;
    let fields = notice.facts.iter().take(24).map_while(|(name, value)| {
        let (name, value) = (discord_text(name), discord_text(&one_line(value, 400)));
        left = left.checked_sub(name.chars().count() + value.chars().count())?;
        Some(json!({"name": name, "value": value, "inline": false}))
    });
    let mut embed = json!({
        "title": discord_text(&one_line(&notice.title, 200)),
        "color": color,
        "fields": fields.collect::<Vec<_>>(),
    });
    if let Some(link) = notice.link.as_deref().and_then(address) {
        embed["url"] = link.into();
    }
    if let Some(more) = notice.and_more() {
        embed["footer"] = json!({"text": more});
    }
    json!({"embeds": [embed], "allowed_mentions": {"parse": []}})
}

fn discord_text(text: &str) -> String {
    let inert = text.chars().flat_map(|c| match c {
        '@' | '#' => vec![c, SPLIT],
        // `<@1>`, `<#1>`, `<:name:1>`, `<t:1>`
        '<' => vec![c, SPLIT],
        '\\' | '*' | '_' | '~' | '`' | '|' | '[' | ']' | '(' | ')' => vec!['\\', c],
        c => vec![c],
    });
    inert.collect()
}

/// Ours or the forge's; anything that could end a link is no address of either.
fn address(link: &str) -> Option<&str> {
    let plain = |c: char| c.is_ascii_graphic() && !matches!(c, '<' | '>' | '|' | '"' | '\\' | '`');
    (link.starts_with("https://") || link.starts_with("http://")).then_some(link).filter(|link| link.chars().all(plain))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::example;

    fn notice() -> Notice {
        let mut record = example("7-1-fix-issue-1", "2026-05-01T10:00:00Z");
        record.reason = "<!channel> @here <@U1> & <https://evil.example|click> `code` *bold*\n[x](https://evil.example) @everyone <#5>".to_owned();
        record.pr_url = Some("https://github.com/o/r/pull/7".to_owned());
        Notice::of_run(&record, "a <!here> title", None, 3)
    }

    #[test]
    fn slack_takes_foreign_text_for_text() {
        let value = slack(&notice());
        let text = value.to_string();
        for bad in ["<!", "<@", "@here", "@everyone", "<https://evil", "<#"] {
            assert!(!text.contains(bad), "{bad}: {text}");
        }
        assert!(text.contains("<https://github.com/o/r/pull/7|open>") && text.contains("and 3 more"), "{text}");
        insta::assert_json_snapshot!(value);
    }

    #[test]
    fn discord_takes_foreign_text_for_text() {
        let value = discord(&notice());
        let text = value["embeds"][0]["fields"].to_string();
        for bad in ["<@", "@here", "@everyone", "<#", "[x](", "](https"] {
            assert!(!text.contains(bad), "{bad}: {text}");
        }
        assert_eq!(value["allowed_mentions"]["parse"], json!([]));
        insta::assert_json_snapshot!(value);
    }

    #[test]
    fn only_plain_addresses_are_links() {
        for bad in ["javascript:alert(1)", "https://x|y>", "https://a b", "ftp://x"] {
            assert_eq!(address(bad), None, "{bad}");
        }
    }

    /// The longest that can come, within what the services take.
    #[test]
    fn long_texts_stay_within_the_limits() {
        let mut notice = notice();
        notice.facts = (0..60).map(|n| (format!("Name{n}"), "x_@".repeat(2000))).collect();
        let slack = slack(&notice);
        let blocks = slack["blocks"].as_array().unwrap();
        assert!(blocks.len() <= 50);
        let longest = blocks.iter().filter_map(|b| b["text"]["text"].as_str()).map(|t| t.chars().count()).max();
        assert!(longest <= Some(3000), "{longest:?}");
        let discord = discord(&notice);
        let fields = discord["embeds"][0]["fields"].as_array().unwrap();
        let length = |v: &Value| v.as_str().unwrap_or_default().chars().count();
        let all: usize = fields.iter().map(|f| length(&f["name"]) + length(&f["value"])).sum();
        assert!(all <= 5_000 && fields.len() <= 25 && fields.iter().all(|f| length(&f["value"]) <= 1024));
    }
}
