#!/usr/bin/env python3
"""A git server over smart HTTP on loopback: `git http-backend` behind basic authentication.

usage: githttp.py ROOT PORT USER:TOKEN

Serves every bare repository below ROOT (`/owner/name.git`, with or without `.git`). With PORT 0 the
system picks one. The port is printed on standard output, one line, once the server listens.
"""

import base64
import http.server
import os
import subprocess
import sys
import urllib.parse


def read_chunked(stream):
    body = b""
    while True:
        size = int(stream.readline().split(b";")[0], 16)
        body += stream.read(size)
        stream.readline()
        if size == 0:
            return body


def repository_path(path):
    """`/o/r/info/refs` becomes `/o/r.git/info/refs`."""
    parts = urllib.parse.unquote(path).split("/")
    if len(parts) > 3 and not parts[2].endswith(".git"):
        parts[2] += ".git"
    return "/".join(parts)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    root = ""
    credentials = ""

    def answer(self, status, headers, body):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def authorized(self):
        kind, _, value = self.headers.get("Authorization", "").partition(" ")
        expected = base64.b64encode(self.credentials.encode()).decode()
        return kind.lower() == "basic" and value.strip() == expected

    def request_body(self):
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            return read_chunked(self.rfile)
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def environment(self, path, query, body):
        # Nothing of the machine's or the person's git configuration may change what is served.
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": self.root,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_COUNT": "2",
            "GIT_CONFIG_KEY_0": "safe.directory",
            "GIT_CONFIG_VALUE_0": "*",
            "GIT_CONFIG_KEY_1": "http.receivepack",
            "GIT_CONFIG_VALUE_1": "true",
            "GIT_PROJECT_ROOT": self.root,
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            "REQUEST_METHOD": self.command,
            "PATH_INFO": repository_path(path),
            "QUERY_STRING": query,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "REMOTE_USER": self.credentials.partition(":")[0],
            "REMOTE_ADDR": "127.0.0.1",
        }

    def serve(self):
        body = self.request_body()
        if not self.authorized():
            self.answer(401, [("WWW-Authenticate", 'Basic realm="git"')], b"")
            return
        path, _, query = self.path.partition("?")
        done = subprocess.run(
            ["git", "http-backend"],
            input=body,
            env=self.environment(path, query, body),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            check=False,
        )
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        status, headers = 200, []
        for line in head.decode("latin-1").split("\r\n"):
            name, _, value = line.partition(":")
            if name.lower() == "status":
                status = int(value.split()[0])
            elif name:
                headers.append((name, value.strip()))
        self.answer(status, headers, content)

    do_GET = serve
    do_POST = serve

    def log_message(self, format, *args):
        pass


def main():
    root, port, credentials = sys.argv[1:]
    Handler.root, Handler.credentials = os.path.abspath(root), credentials
    server = http.server.ThreadingHTTPServer(("127.0.0.1", int(port)), Handler)
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
