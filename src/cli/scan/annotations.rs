//! Findings as workflow commands, which GitHub shows at their lines. It shows ten errors of a step.

use super::Found;

const SHOWN: usize = 10;

pub fn lines(found: &[Found]) -> Vec<String> {
    let mut lines: Vec<String> = found.iter().take(SHOWN).map(command).collect();
    // The log has the others.
    lines.extend(found.iter().skip(SHOWN).map(super::line));
    lines
}

fn command(found: &Found) -> String {
    let secret = &found.secret;
    format!(
        "::error file={},line={},endLine={},col={},title={}::{}",
        property(&found.path),
        secret.line,
        secret.end_line,
        secret.column,
        property(&format!("{} ({})", secret.name, secret.rule)),
        message(&secret.excerpt),
    )
}

fn message(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    message(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guard::secrets::scan;

    #[test]
    fn commands_are_one_line_each_and_hide_the_secret() {
        let text = "a\npassword = 'k3Jd9sQw!x' # 100%\n".repeat(12);
        let secrets = scan("a", &text);
        let found: Vec<Found> =
            secrets.into_iter().map(|secret| Found { path: "a,b:c\n.py".to_owned(), commit: None, secret }).collect();
        let lines = lines(&found);
        assert!(
            lines[0].starts_with(
                "::error file=a%2Cb%3Ac%0A.py,line=2,endLine=2,col=13,title=password (assigned-password)::"
            )
        );
        assert_eq!(lines.iter().filter(|line| line.starts_with("::error ")).count(), SHOWN);
        assert!(lines.len() == 12 && lines.iter().all(|line| !line.contains("k3Jd9sQw") && !line.contains('\n')));
        assert!(lines[0].ends_with("100%25"));
    }
}
