// A GitHub on loopback. Prints {"api","blobs"} when it is ready and dies with its parent (end of stdin). Every request and every answer is held against GitHub's own description.
//   POST /__seed {repo, …}  a fresh world for one repository (world.mjs)      POST /__commit {repo, branch, directory, message}
//   POST /__run {repo, run} one more workflow run    POST /__thread {repo, thread} one more review thread (graphql.mjs)
//   POST /__fault {path, …} a fault (faults.mjs)    GET /__journal?repo=o/r   GET /__state?repo=o/r
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { actionRoutes, blob } from './actions.mjs';
import { appOf, appRoutes } from './app.mjs';
import { Contract, oneSegment } from './contract.mjs';
import { Faults, sendFault } from './faults.mjs';
import { sendBlob } from './blobs.mjs';
import { gitRoutes } from './gitdata.mjs';
import { graphql } from './graphql.mjs';
import { basicToken, gitRequest, serveGit } from './githttp.mjs';
import { checkPermission, mayPush } from './permissions.mjs';
import { correct, pullRoutes } from './pulls.mjs';
import { Refused } from './refused.mjs';
import { World } from './world.mjs';

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'github-double-'));
const contract = new Contract();
const faults = new Faults();
const worlds = new Map();
const journal = [];
const servers = {};
const routes = { ...gitRoutes, ...actionRoutes, ...pullRoutes, ...appRoutes };
// The emulator knows these better than a fixed example does; everything else that is not ours is mocked.
const EMULATED = /^\/(repos\/[^/]+\/[^/]+(\/(issues|pulls|labels)\b.*)?|user|rate_limit|search\/issues)$/;
const JSON_TYPE = 'application/json; charset=utf-8';
const LONGEST = 65536;

const api = http.createServer((request, response) => accept(request, response, route));
const blobs = http.createServer((request, response) => accept(request, response, routeBlob));
const listen = server => new Promise(resolve => server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${server.address().port}`)));
servers.api = await listen(api);
servers.blobs = await listen(blobs);
process.on('exit', () => fs.rmSync(root, { recursive: true, force: true }));
for (const ending of ['SIGINT', 'SIGTERM']) process.on(ending, () => process.exit(0));
process.stdin.resume().on('end', () => process.exit(0)).on('error', () => process.exit(0));
console.log(JSON.stringify({ api: servers.api, blobs: servers.blobs }));

async function accept(request, response, router) {
  const body = Buffer.concat(await request.toArray().catch(() => []));
  const url = new URL(request.url, servers.api);
  try {
    await router({ request, response, url, bytes: body });
  } catch (problem) {
    journal.push({ n: journal.length, method: request.method, target: request.url, broken: String(problem?.stack ?? problem) });
    if (!response.headersSent) send(response, { status: 500, body: { message: `the double broke: ${problem}` } });
  }
}

async function route(call) {
  const { request, response, url, bytes } = call;
  if (url.pathname.startsWith('/__')) return send(response, await control(url, bytes));
  const git = gitRequest(url.pathname);
  const { token, world } = sender(request, git?.repo ?? repoOf(url.pathname));
  const body = parse(bytes);
  const entry = { n: journal.length, repo: world?.name, method: request.method, target: request.url, body: git ? undefined : body, login: token?.login };
  journal.push(entry);
  const work = () => (git ? answerGit({ ...call, git, token, world }) : answerApi({ ...call, token, world, body, entry }));
  const fault = faults.next(request.method, request.url, world?.name);
  if (fault) entry.fault = fault.do;
  const answer = fault && !fault.applied ? undefined : encode(await work());
  entry.status = fault ? fault.status : answer.status;
  entry.done = true;
  return fault ? sendFault(response, fault, answer) : sendBytes(response, answer);
}

const repoOf = path => path.match(/^\/repos\/([^/]+\/[^/]+)/)?.[1];

function sender(request, repo) {
  const header = request.headers.authorization ?? '';
  const secret = basicToken(header) ?? header.replace(/^(bearer|token)\s+/i, '');
  const all = [...worlds.values()], app = appOf(all, secret);
  if (app) return { world: app, token: { app: true, login: app.scenario.app.login } };
  const owned = all.find(w => w.tokens.has(secret));
  const world = repo ? worlds.get(repo.toLowerCase()) : owned;
  const token = world?.tokens.get(secret);
  return { world, token: secret ? (token ? { ...token, secret } : { bad: true }) : undefined };
}

async function answerApi({ request, url, bytes, token, world, body, entry }) {
  const { method, headers } = request;
  try {
    if (token?.bad) throw new Refused(401, 'Bad credentials');
    if (!world) throw Refused.notFound();
    if (bytes.length && body === undefined) throw new Refused(400, 'Problems parsing JSON');
    const asked = { method, path: url.pathname, query: Object.fromEntries(url.searchParams), headers, body, target: request.url, user: token ?? { login: 'ghost' } };
    if (url.pathname === '/graphql') return await graphql(world, token, body);
    const operation = contract.operation(asked);
    if (!operation) { entry.unknown = true; throw Refused.notFound(); }
    entry.operation = operation.iid;
    entry.refused = contract.refusals(operation, asked);
    if (entry.refused.length) throw new Refused(422, `Invalid request.\n\n${entry.refused.join('\n')}`);
    if (!token && (method !== 'GET' || world.scenario.private)) throw world.scenario.private ? Refused.notFound() : new Refused(401, 'Requires authentication');
    checkPermission(asked.user, method, url.pathname);
    refuseLong(body);
    return await perform(world, operation, asked, entry);
  } catch (refused) {
    if (!(refused instanceof Refused)) throw refused;
    return { status: refused.status, body: refused.body };
  }
}

function refuseLong(body) {
  const text = typeof body?.body === 'string' ? body.body : '';
  if (text.length > LONGEST) throw new Refused(422, 'Validation Failed', [{ code: 'custom', field: 'body', message: `body is too long (maximum is ${LONGEST} characters)` }]);
}

async function perform(world, operation, asked, entry) {
  const ours = routes[`${asked.method} ${operation.path}`];
  const answer = ours ? await ours(world, { ...asked, params: parameters(operation.path, asked.path) }) : await others(world, asked);
  if (answer.raw) return answer;
  answer.body = answer.body && await correct(world, answer.body);
  if (answer.body) answer.headers = { 'content-type': JSON_TYPE, ...answer.headers };
  const violations = contract.violations(operation, answer);
  if (!violations.length) return answer;
  entry.violations = violations;
  // The emulator is looser than GitHub's description here and there; what we build ourselves may not be.
  if (ours) throw new Error(`answer to ${operation.iid} breaks GitHub's description: ${violations.join('; ')}`);
  return { ...answer, headers: { ...answer.headers, 'sl-violations': encodeURI(violations.join('; ')).slice(0, 2000) } };
}

async function others(world, asked) {
  if (EMULATED.test(asked.path)) return world.emulate(asked.method, asked.target, asked.body, asked.user.login);
  return contract.example(asked);
}

function parameters(template, path) {
  const names = [...template.matchAll(/\{([^}]+)\}/g)].map(m => m[1]);
  const pattern = new RegExp(`^${template.replaceAll('.', '\\.').replace(/\{[^}]+\}/g, '([^/]*)')}$`);
  const values = oneSegment(path).match(pattern).slice(1).map(decodeURIComponent);
  return Object.fromEntries(names.map((name, i) => [name, values[i]]));
}

function answerGit({ request, url, bytes, git, token, world }) {
  const push = git.rest === 'git-receive-pack' || url.searchParams.get('service') === 'git-receive-pack';
  const plain = (status, body, headers) => ({ status, bytes: body, headers: { 'content-type': 'text/plain', ...headers } });
  const allowed = token ? !token.bad : !push && !world?.scenario.private;
  if (!allowed) return plain(401, 'authentication required', { 'www-authenticate': 'Basic realm="GitHub"' });
  if (!world) return plain(404, 'Repository not found.');
  if (push && !mayPush(token)) return plain(403, 'Write access to repository not granted.');
  const { method, headers } = request;
  const call = { dir: world.bare.dir, rest: git.rest, query: url.search.slice(1), method, headers, body: bytes, user: token?.login };
  return new Promise(resolve => serveGit(call, (status, heads, body) => resolve({ status, headers: heads, bytes: body })));
}

async function routeBlob({ request, response, url }) {
  const [, kind, owner, name, id] = url.pathname.split('/');
  const world = worlds.get(`${owner}/${name}`.toLowerCase());
  const entry = { n: journal.length, repo: world?.name, method: request.method, target: request.url, blob: true, token_sent: 'authorization' in request.headers };
  journal.push(entry);
  const fault = faults.next(request.method, request.url, world?.name);
  if (fault) { entry.fault = fault.do; return sendFault(response, fault); }
  // The real store takes the signed address alone and refuses a request that also carries a token.
  if (entry.token_sent || !world) return send(response, { status: entry.token_sent ? 400 : 404, body: { message: 'InvalidAuthenticationInfo' } });
  entry.status = 200;
  return sendBlob(response, blob(world, kind, id));
}

async function control(url, bytes) {
  const body = parse(bytes), repo = (body?.repo ?? url.searchParams.get('repo') ?? '').toLowerCase();
  const world = worlds.get(repo);
  switch (url.pathname) {
    case '/__seed': return { status: 200, body: await seed(body, repo) };
    case '/__commit': return { status: 200, body: { sha: await world.bare.commitDirectory(body.directory, body.branch, body.message, body.parent) } };
    case '/__run': world.runs.set(body.run.id, { ...body.run, head_sha: await world.bare.sha(body.run.head_sha ?? body.run.head_branch) }); return { status: 200, body: {} };
    case '/__thread': world.threads.push(body.thread); return { status: 200, body: {} };
    case '/__fault': faults.add(body); return { status: 200, body: {} };
    case '/__heal': faults.clear(); return { status: 200, body: {} };
    case '/__journal': return { status: 200, body: journal.filter(e => !repo || e.repo?.toLowerCase() === repo || e.broken) };
    case '/__state': return { status: 200, body: { check_runs: world.checkRuns, reactions: world.reactions, dispatches: world.dispatches, runs: [...world.runs.values()], minted: world.minted, threads: world.threads } };
    default: return { status: 404, body: { message: 'no such control' } };
  }
}

async function seed(scenario, repo) {
  await worlds.get(repo)?.close();
  const world = await World.create(scenario, root, servers);
  worlds.set(repo, world);
  return { repo: world.name, git_dir: world.bare.dir, head: await world.bare.head(world.defaultBranch) };
}

function parse(bytes) {
  try { return bytes.length ? JSON.parse(bytes) : undefined; } catch { return undefined; }
}

function encode({ status, headers, body, raw, bytes }) {
  const payload = bytes ?? raw ?? (body === undefined ? '' : JSON.stringify(body));
  return { status, headers: { 'content-type': JSON_TYPE, ...headers }, bytes: payload };
}

const send = (response, answer) => sendBytes(response, encode(answer));

function sendBytes(response, { status, headers, bytes }) {
  const length = status === 204 ? {} : { 'content-length': Buffer.byteLength(bytes) };
  response.writeHead(status, { ...headers, ...length, 'x-github-request-id': String(journal.length), 'x-ratelimit-limit': '5000', 'x-ratelimit-remaining': '4999' });
  response.end(status === 204 ? undefined : bytes);
}
