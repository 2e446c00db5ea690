// One repository's world: its bare git repository, its emulator (issues, comments, labels, pull requests)
// and what a scenario says of its runs, jobs, people and tokens. Worlds share nothing.
import { Bare } from './bare.mjs';
import { Refused } from './refused.mjs';
import { importPart } from './parts.mjs';

const { createEmulator } = await importPart('emulate/dist/api.js');
const BOT = 'github-actions[bot]';

export class World {
  // `scenario`: {repo, directory?, default_branch?, branches?: {name: directory}, tokens?: {secret: {login?, permissions?}},
  // collaborators?: {login: role}, users?, issues?: [{title, body, user, labels}], private?, protected?: [branch],
  // refuse?: ['drafts', 'pull-requests'], app? (app.mjs), runs?} (actions.mjs says what a run is; its head_sha may be any revision)
  static async create(scenario, root, servers) {
    const world = new World(scenario, servers);
    world.bare = await Bare.create(`${root}/${scenario.repo}.git`, world.defaultBranch);
    if (scenario.directory) await world.bare.commitDirectory(scenario.directory, world.defaultBranch, scenario.message ?? 'Start');
    for (const [branch, directory] of Object.entries(scenario.branches ?? {})) {
      await world.bare.commitDirectory(directory, branch, `Work on ${branch}`, await world.bare.head(world.defaultBranch));
    }
    for (const run of world.runs.values()) run.head_sha = await world.bare.sha(run.head_sha ?? run.head_branch);
    await world.startEmulator();
    return world;
  }

  constructor(scenario, servers) {
    this.scenario = scenario;
    this.name = scenario.repo;
    [this.owner] = scenario.repo.split('/');
    this.defaultBranch = scenario.default_branch ?? 'main';
    this.servers = servers;
    this.html = `${servers.api}/${this.name}`;
    this.api = `${servers.api}/repos/${this.name}`;
    this.tokens = new Map(Object.entries(scenario.tokens ?? {}).map(([token, user]) => [token, { login: BOT, ...user }]));
    this.runs = new Map((scenario.runs ?? []).map(run => [run.id, structuredClone(run)]));
    this.minted = [];
    this.verified = new Set();
    this.checkRuns = [];
    this.reactions = [];
    this.dispatches = [];
    this.pullHeads = new Map();
    this.threads = structuredClone(scenario.threads ?? []);
  }

  get people() {
    const { collaborators = {}, users = [], issues = [], app } = this.scenario;
    const tokens = [...this.tokens.values(), ...(app ? [app] : [])].map(t => t.login);
    return [...new Set([this.owner, BOT, ...tokens, ...Object.keys(collaborators), ...users, ...issues.map(i => i.user).filter(Boolean)])];
  }

  async startEmulator() {
    const [owner, name] = this.name.split('/');
    const tokens = Object.fromEntries(this.people.map(login => [`as:${login}`, { login, scopes: ['repo', 'workflow'] }]));
    const github = {
      users: this.people.map(login => ({ login, name: login, email: `${login}@example.com` })),
      repos: [{ owner, name, private: this.scenario.private ?? false, default_branch: this.defaultBranch, auto_init: true }],
    };
    this.emulator = await createEmulator({ service: 'github', port: 0, seed: { tokens, github } });
    // Who may do what is the router's business (permissions.mjs): the emulator lets everybody in.
    for (const login of this.people) {
      if (login !== owner) await this.emulate('PUT', `/repos/${this.name}/collaborators/${encodeURIComponent(login)}`, { permission: 'admin' }, owner);
    }
    for (const { user, ...issue } of this.scenario.issues ?? []) {
      const made = await this.emulate('POST', `/repos/${this.name}/issues`, issue, user ?? owner);
      if (made.status !== 201) throw new Error(`cannot seed an issue: ${JSON.stringify(made.body)}`);
    }
  }

  // Asks the emulator as a person. `path` carries the query.
  async emulate(method, path, body, login) {
    const headers = { authorization: `Bearer as:${login}`, accept: 'application/vnd.github+json', 'content-type': 'application/json' };
    const { url } = this.emulator;
    const answer = await fetch(url.replace('localhost', '127.0.0.1') + path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
    const ours = text => text.replaceAll(url, this.servers.api);
    const text = ours(await answer.text());
    return { status: answer.status, headers: keep(answer.headers, ours), body: text ? parse(text) : undefined };
  }

  isProtected(ref) {
    return (this.scenario.protected ?? []).includes(ref.replace('refs/heads/', ''));
  }

  refuseProtected(ref) {
    if (this.isProtected(ref)) throw new Refused(422, 'Repository rule violations found\n\nChanges must be made through a pull request.\n\n');
  }

  refuses(what) {
    return (this.scenario.refuse ?? []).includes(what);
  }

  user(login) {
    const name = encodeURIComponent(login), url = `${this.servers.api}/users/${name}`;
    const rest = ['followers', 'subscriptions', 'repos', 'received_events', 'organizations'].map(k => [`${k}_url`, `${url}/${k}`]);
    return {
      login, id: 1000 + this.people.indexOf(login), node_id: login, avatar_url: `${this.servers.api}/avatars/u/${name}`, gravatar_id: '', url,
      html_url: `${this.servers.api}/${name}`, ...Object.fromEntries(rest), following_url: `${url}/following{/other_user}`, gists_url: `${url}/gists{/gist_id}`,
      starred_url: `${url}/starred{/owner}{/repo}`, events_url: `${url}/events{/privacy}`, type: login.endsWith('[bot]') ? 'Bot' : 'User', site_admin: false,
    };
  }

  async close() {
    await this.emulator?.close();
  }
}

const parse = text => { try { return JSON.parse(text); } catch { return text; } };
const keep = (headers, ours) => Object.fromEntries(['content-type', 'link'].filter(k => headers.has(k)).map(k => [k, ours(headers.get(k))]));
