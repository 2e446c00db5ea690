//! Server-sent events: bytes as they come, the `data` of each event as it is whole.

/// Longer than any event of a provider.
const LONGEST: usize = 16 << 20;

/// What begins like this is a stream of events, whatever its header calls it.
pub fn is_begun(body: &[u8]) -> bool {
    let body = body.trim_ascii_start();
    [&b"data:"[..], b"event:", b"id:", b": "].iter().any(|field| body.starts_with(field))
}

#[derive(Default)]
pub struct Events {
    /// Of the line that has not ended.
    rest: Vec<u8>,
    /// Of the event that has not ended.
    data: Option<String>,
}

impl Events {
    /// `false`: an event is longer than any is.
    pub fn take(&mut self, bytes: &[u8], heard: &mut dyn FnMut(&str)) -> bool {
        self.rest.extend_from_slice(bytes);
        let mut from = 0;
        while let Some(at) = memchr::memchr(b'\n', &self.rest[from..]) {
            let line = String::from_utf8_lossy(&self.rest[from..from + at]).into_owned();
            from += at + 1;
            self.line(line.trim_end_matches('\r'), heard);
        }
        self.rest.drain(..from);
        self.rest.len() + self.data.as_ref().map_or(0, String::len) <= LONGEST
    }

    /// What was not followed by an empty line counts at the end of the stream.
    pub fn end(mut self, heard: &mut dyn FnMut(&str)) {
        let rest = String::from_utf8_lossy(&std::mem::take(&mut self.rest)).into_owned();
        self.line(&rest, heard);
        self.line("", heard);
    }

    fn line(&mut self, line: &str, heard: &mut dyn FnMut(&str)) {
        if line.is_empty() {
            if let Some(data) = self.data.take() {
                heard(&data);
            }
        } else if let Some(data) = line.strip_prefix("data:") {
            let data = data.strip_prefix(' ').unwrap_or(data);
            match &mut self.data {
                Some(before) => {
                    before.push('\n');
                    before.push_str(data);
                }
                none => *none = Some(data.to_owned()),
            }
        }
        // `event`, `id`, `retry` and comments say nothing that the data do not.
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// However the bytes are cut.
    #[test]
    fn events_come_whole() {
        let text = ": hello\r\nevent: x\r\ndata: {\"a\":\r\ndata: 1}\r\n\r\ndata:two ü\n\n\nid: 3\n\ndata: last";
        for size in 1..text.len() {
            let (mut events, mut heard) = (Events::default(), Vec::new());
            for piece in text.as_bytes().chunks(size) {
                assert!(events.take(piece, &mut |data| heard.push(data.to_owned())));
            }
            events.end(&mut |data| heard.push(data.to_owned()));
            assert_eq!(heard, ["{\"a\":\n1}", "two ü", "last"], "{size}");
        }
    }

    #[test]
    fn a_line_without_end_is_given_up() {
        let mut events = Events::default();
        let piece = vec![b'x'; 1 << 20];
        assert!((0..16).all(|_| events.take(&piece, &mut |_| ())));
        assert!(!events.take(&piece, &mut |_| ()));
    }
}
