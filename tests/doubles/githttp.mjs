// Smart HTTP: the real `git http-backend` behind GitHub's basic authentication.
import { spawn } from 'node:child_process';

const GIT_PATH = /^\/([^/]+)\/([^/]+?)(?:\.git)?\/(info\/refs|git-upload-pack|git-receive-pack)$/;

export function gitRequest(pathname) {
  const [, owner, name, rest] = pathname.match(GIT_PATH) ?? [];
  return owner && { repo: `${owner}/${name}`, rest };
}

// The token of `Authorization: basic base64(x-access-token:TOKEN)`, as checkout and `git push` send it.
export function basicToken(header = '') {
  const [scheme, value] = header.split(' ');
  if (scheme.toLowerCase() !== 'basic' || !value) return undefined;
  const text = Buffer.from(value, 'base64').toString();
  return text.slice(text.indexOf(':') + 1);
}

// Answers through `send(status, headers, body)`.
export function serveGit({ dir, rest, query, method, headers, body, user }, send) {
  const env = {
    PATH: process.env.PATH, HOME: '/nonexistent', GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_PROJECT_ROOT: dir, GIT_HTTP_EXPORT_ALL: '1', PATH_INFO: `/${rest}`, QUERY_STRING: query, REQUEST_METHOD: method,
    CONTENT_TYPE: headers['content-type'] ?? '', CONTENT_LENGTH: String(body.length), REMOTE_USER: user ?? '', REMOTE_ADDR: '127.0.0.1',
    HTTP_CONTENT_ENCODING: headers['content-encoding'] ?? '', GIT_PROTOCOL: headers['git-protocol'] ?? '',
  };
  const child = spawn('git', ['http-backend'], { env });
  const out = [];
  child.stdout.on('data', chunk => out.push(chunk));
  child.stdin.on('error', () => {});
  child.on('error', () => send(500, {}, 'git http-backend did not start'));
  child.on('close', () => send(...parseCgi(Buffer.concat(out))));
  child.stdin.end(body);
}

function parseCgi(out) {
  const end = out.indexOf('\r\n\r\n');
  if (end < 0) return [500, {}, 'git http-backend said nothing'];
  const headers = Object.fromEntries(out.subarray(0, end).toString().split('\r\n').map(l => l.split(/:\s*/, 2)));
  const status = Number.parseInt(headers.Status ?? '200', 10);
  delete headers.Status;
  return [status, headers, out.subarray(end + 4)];
}
