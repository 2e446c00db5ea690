//! Mail over SMTP: `smtps://` speaks TLS from the first byte, `smtp://` must change to it before anything is said; only a
//! server on this very machine is spoken to in the clear.

use super::{Fault, Limits};
use crate::report::Notice;
use crate::report::markdown::one_line;
use lettre::message::{Mailbox, Mailboxes, MultiPart, header};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, CertificateStore, Tls, TlsParameters};
use lettre::{Message, SmtpTransport, Transport as _};
use reqwest::Url;

/// Where mail is handed in.
pub struct Server {
    host: String,
    port: u16,
    /// From the first byte.
    is_implicit: bool,
    /// It may stay in the clear where the server knows nothing else.
    is_here: bool,
    credentials: Option<(String, String)>,
}

impl Server {
    /// Messages never repeat the address: it holds a password.
    pub fn parse(address: &str) -> Result<Self, String> {
        // No example of a password: it would be masked like one.
        const FORM: &str = "use smtps://host or smtp://host:587 (STARTTLS), `user:password@` before the host";
        let url = Url::parse(address.trim()).map_err(|_| FORM.to_owned())?;
        let is_implicit = match url.scheme() {
            "smtps" => true,
            "smtp" => false,
            _ => return Err(FORM.to_owned()),
        };
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or_else(|| FORM.to_owned())?;
        let host = host.trim_matches(['[', ']']).to_owned();
        let is_here = host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
        let port = url.port().unwrap_or(if is_implicit { 465 } else { 587 });
        let user = decoded(url.username())?;
        let credentials = (!user.is_empty()).then(|| decoded(url.password().unwrap_or_default()).map(|p| (user, p)));
        Ok(Self { host, port, is_implicit, is_here, credentials: credentials.transpose()? })
    }

    pub fn password(&self) -> Option<&str> {
        self.credentials.as_ref().map(|(_, password)| password.as_str())
    }

    fn transport(&self, limits: &Limits) -> Result<SmtpTransport, Fault> {
        let tls = || {
            let native = rustls_native_certs::load_native_certs().certs;
            let native = native.into_iter().filter_map(|cert| Certificate::from_der(cert.as_ref().to_vec()).ok());
            let bare = TlsParameters::builder(self.host.clone()).certificate_store(CertificateStore::WebpkiRoots);
            native.fold(bare, |tls, cert| tls.add_root_certificate(cert)).build()
        };
        let tls = tls().map_err(|e| Fault::never(format!("TLS cannot be had: {e}")))?;
        let tls = match (self.is_implicit, self.is_here) {
            (true, _) => Tls::Wrapper(tls),
            (false, true) => Tls::Opportunistic(tls),
            (false, false) => Tls::Required(tls),
        };
        let builder = SmtpTransport::builder_dangerous(&self.host).port(self.port).tls(tls).timeout(Some(limits.idle));
        Ok(match &self.credentials {
            Some((user, password)) => builder.credentials(Credentials::new(user.clone(), password.clone())).build(),
            None => builder.build(),
        })
    }
}

/// `%40` in a user's name or a password.
fn decoded(text: &str) -> Result<String, String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let hex = tail.get(..2).and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        match (first, hex) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            (byte, _) => {
                bytes.push(*byte);
                rest = tail;
            }
        }
    }
    String::from_utf8(bytes).map_err(|_| "user or password is not UTF-8".to_owned())
}

/// The message; addresses are checked here, where they become headers.
pub fn message(notice: &Notice, from: &str, to: &str, delivery: &str) -> Result<Message, String> {
    let from: Mailbox = from.trim().parse().map_err(|_| "the sender is no mail address".to_owned())?;
    let to: Mailboxes = to.trim().parse().map_err(|_| "a recipient is no mail address".to_owned())?;
    let host = from.email.domain().to_owned();
    Message::builder()
        .from(from)
        .mailbox(header::To::from(to))
        .subject(one_line(&notice.title, 200))
        .message_id(Some(format!("<{delivery}@{host}>")))
        // No answers of programs that answer for people.
        .header(AutoSubmitted)
        .multipart(MultiPart::alternative_plain_html(notice.text(), html(notice)))
        .map_err(|e| format!("no message can be made of it: {e}"))
}

#[derive(Clone)]
struct AutoSubmitted;

impl header::Header for AutoSubmitted {
    fn name() -> header::HeaderName {
        header::HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> header::HeaderValue {
        header::HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

fn html(notice: &Notice) -> String {
    let row = |(name, value): &(String, String)| {
        format!("<tr><th align=\"left\" valign=\"top\">{}</th><td>{}</td></tr>", escaped(name), escaped(value))
    };
    let rows: String = notice.facts.iter().map(row).collect();
    let link =
        notice.link.iter().map(|link| format!("<p><a href=\"{0}\">{0}</a></p>", escaped(link))).collect::<String>();
    let more = notice.and_more().map(|more| format!("<p>{}</p>", escaped(&more))).unwrap_or_default();
    format!("<!doctype html><h3>{}</h3><table cellpadding=\"4\">{rows}</table>{more}{link}", escaped(&notice.title))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Once.
pub fn hand_in(server: &Server, message: &Message, limits: &Limits) -> Result<(), Fault> {
    let sent = server.transport(limits)?.send(message);
    sent.map(drop).map_err(|e| {
        let mut why = one_line(&e.to_string(), 200);
        // Some errors repeat what is below them.
        let below = std::error::Error::source(&e).map(|source| one_line(&source.to_string(), 200));
        if let Some(below) = below.filter(|below| !why.contains(below.as_str())) {
            why = format!("{why}: {below}");
        }
        let is_final = e.is_permanent() || e.is_tls() || e.is_client();
        judged(why, is_final, server.is_implicit && !is_final && !e.is_transient())
    })
}

/// What a server refuses for good, and a certificate that is not trusted, is refused the next time too.
fn judged(why: String, is_final: bool, is_of_first_bytes: bool) -> Fault {
    // How the library calls what it would not do itself.
    let why = why.trim_start_matches("internal client error: ").to_owned();
    if why.contains("invalid peer certificate") {
        let mend =
            if why.contains("UnknownIssuer") { " (SSL_CERT_FILE names the file with its authority)" } else { "" };
        return Fault::never(why + mend);
    }
    match (is_final, is_of_first_bytes) {
        (true, _) => Fault::never(why),
        (_, true) => {
            Fault::again(why + " (smtps:// is TLS from the first byte; a server with STARTTLS wants smtp://)", None)
        }
        _ => Fault::again(why, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::example;

    #[test]
    fn addresses_of_servers_are_read_and_not_repeated() {
        let server = Server::parse("smtp://me%40example.org:p%3Ass@mail.example.org").unwrap();
        assert_eq!(
            (server.host.as_str(), server.port, server.is_implicit, server.is_here),
            ("mail.example.org", 587, false, false)
        );
        assert_eq!(server.credentials, Some(("me@example.org".to_owned(), "p:ss".to_owned())));
        let server = Server::parse("smtps://[::1]").unwrap();
        assert_eq!((server.port, server.is_implicit, server.is_here), (465, true, true));
        for bad in ["https://u:hunter22@x", "smtp://", "mail.example.org", ""] {
            let said = Server::parse(bad).err().unwrap();
            assert!(said.starts_with("use smtps://") && !said.contains("hunter22"), "{bad}: {said}");
        }
    }

    #[test]
    fn a_certificate_that_is_not_trusted_is_refused_once_and_the_mend_is_named() {
        for (why, is_final, is_of_first_bytes, again, said) in [
            ("network error: invalid peer certificate: UnknownIssuer", false, true, false, "SSL_CERT_FILE"),
            ("network error: invalid peer certificate: Expired", false, true, false, "Expired"),
            ("network error: received corrupt message", false, true, true, "wants smtp://"),
            ("network error: connection reset", false, false, true, "reset"),
            ("permanent error (550): unknown recipient", true, false, false, "unknown recipient"),
        ] {
            let fault = judged(why.to_owned(), is_final, is_of_first_bytes);
            assert_eq!(fault.again, again, "{why}");
            assert!(fault.why.contains(said), "{}", fault.why);
            assert_eq!(fault.why.contains("smtp://"), said == "wants smtp://", "{}", fault.why);
        }
        let told = judged("internal client error: No compatible authentication mechanism was found".into(), true, true);
        assert_eq!(told.why, "No compatible authentication mechanism was found");
    }

    #[test]
    fn no_text_becomes_a_header() {
        let mut record = example("7-1-fix-issue-1", "2026-05-01T10:00:00Z");
        record.reason = "x\r\nBcc: evil@example.org\r\n\r\n<script>alert(1)</script>".to_owned();
        let mut notice = Notice::of_run(&record, "t", None, 0);
        notice.title = "subject\r\nBcc: evil@example.org".to_owned();
        let message = message(&notice, "Bot <bot@example.org>", "a@example.org, B <b@example.org>", "d1").unwrap();
        let text = String::from_utf8(message.formatted()).unwrap();
        let head = text.split("\r\n\r\n").next().unwrap();
        assert!(!head.lines().any(|line| line.starts_with("Bcc")), "{head}");
        assert!(head.contains("Auto-Submitted: auto-generated") && head.contains("<d1@example.org>"), "{head}");
        assert_eq!(message.envelope().to().len(), 2);
        assert!(!html(&notice).contains("<script>"), "{text}");
        for (from, to) in
            [("a@example.org\r\nBcc: e@example.org", "b@example.org"), ("a@example.org", "b@example.org\nx")]
        {
            assert!(super::message(&notice, from, to, "d").is_err(), "{from:?} {to:?}");
        }
    }
}
