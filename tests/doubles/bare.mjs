// A bare repository as the store behind the Git Data API: every answer comes from git itself.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { Refused } from './refused.mjs';

const ZERO = '0'.repeat(40);
const CLEAN = {
  PATH: process.env.PATH, HOME: '/nonexistent', LC_ALL: 'C', GIT_LITERAL_PATHSPECS: '1', GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null',
};
const AUTHOR = {
  GIT_AUTHOR_NAME: 'A Developer', GIT_AUTHOR_EMAIL: 'dev@example.com', GIT_AUTHOR_DATE: '2026-01-01T00:00:00Z',
  GIT_COMMITTER_NAME: 'A Developer', GIT_COMMITTER_EMAIL: 'dev@example.com', GIT_COMMITTER_DATE: '2026-01-01T00:00:00Z',
};
let scratch = 0;

export class Bare {
  constructor(dir) {
    this.dir = dir;
  }

  static async create(dir, defaultBranch) {
    fs.rmSync(dir, { recursive: true, force: true });
    fs.mkdirSync(dir, { recursive: true });
    const bare = new Bare(dir);
    await bare.git(['init', '--quiet', '--bare', `--initial-branch=${defaultBranch}`, dir]);
    for (const [key, value] of [['http.receivepack', 'true'], ['uploadpack.allowAnySHA1InWant', 'true'], ['gc.auto', '0']]) {
      await bare.git(['config', key, value]);
    }
    return bare;
  }

  // Runs git; a failure is an exception that carries what git said.
  git(args, { input, env, binary } = {}) {
    return new Promise((resolve, reject) => {
      const child = spawn('git', args, { env: { ...CLEAN, GIT_DIR: this.dir, ...env } });
      const out = [], err = [];
      child.stdout.on('data', chunk => out.push(chunk));
      child.stderr.on('data', chunk => err.push(chunk));
      child.stdin.on('error', () => {});
      child.on('error', reject);
      child.on('close', code => {
        if (code !== 0) return reject(new Error(`git ${args[0]}: ${Buffer.concat(err)}`));
        const bytes = Buffer.concat(out);
        resolve(binary ? bytes : bytes.toString().trim());
      });
      child.stdin.end(input);
    });
  }

  // Git's answer, or nothing where git fails.
  async ask(args, options) {
    try { return await this.git(args, options); } catch { return undefined; }
  }

  sha(revision, type = 'commit') {
    return this.ask(['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{${type}}`]);
  }

  head(branch) {
    return this.sha(`refs/heads/${branch}`);
  }

  // A commit of everything in a directory, as a developer would push it.
  async commitDirectory(directory, branch, message, parent) {
    const env = { ...AUTHOR, GIT_WORK_TREE: directory, GIT_INDEX_FILE: this.scratchFile() };
    const before = parent ?? await this.head(branch);
    await this.git(['add', '--all', '.'], { env });
    const tree = await this.git(['write-tree'], { env });
    fs.rmSync(env.GIT_INDEX_FILE, { force: true });
    const parents = before ? ['-p', before] : [];
    const commit = await this.git(['commit-tree', tree, ...parents, '-m', message], { env });
    await this.git(['update-ref', `refs/heads/${branch}`, commit]);
    return commit;
  }

  blob(content, encoding) {
    return this.git(['hash-object', '-w', '--stdin'], { input: Buffer.from(content, encoding === 'base64' ? 'base64' : 'utf8') });
  }

  // The tree `base` with the entries laid over it; an entry whose sha is null is a removal.
  async tree(base, entries) {
    const env = { GIT_INDEX_FILE: this.scratchFile() };
    try {
      await this.git(base ? ['read-tree', base] : ['read-tree', '--empty'], { env });
      for (const entry of entries) await this.lay(entry, env);
      return await this.git(['write-tree'], { env });
    } finally {
      fs.rmSync(env.GIT_INDEX_FILE, { force: true });
    }
  }

  async lay(entry, env) {
    const gone = entry.sha === null;
    const sha = gone ? ZERO : entry.sha ?? await this.blob(entry.content ?? '', 'utf-8');
    const wanted = entry.mode === '040000' ? 'tree' : 'blob';
    if (!gone && entry.mode !== '160000' && !(await this.sha(sha, wanted))) {
      throw Refused.invalid('Tree', 'sha', `tree.sha ${sha} is not a valid ${wanted}`);
    }
    if (gone && !(await this.git(['ls-files', '--', entry.path], { env: { ...env } }))) {
      throw new Refused(422, 'GitRPC::BadObjectState');
    }
    try {
      if (wanted === 'tree') await this.git(['read-tree', `--prefix=${entry.path}/`, sha], { env });
      else await this.git(['update-index', '-z', '--index-info'], { env, input: `${gone ? '0' : entry.mode} ${sha}\t${entry.path}\0` });
    } catch {
      throw new Refused(422, 'tree.path contains a malformed path component');
    }
    const laid = gone || await this.git(['ls-files', '--', entry.path], { env });
    if (!laid) throw new Refused(422, 'tree.path contains a malformed path component');
  }

  async commit({ tree, parents, message, author, committer }) {
    const line = who => `${who.name} <${who.email}> ${Math.floor(new Date(who.date).getTime() / 1000)} +0000`;
    const lines = [`tree ${tree}`, ...parents.map(p => `parent ${p}`), `author ${line(author)}`, `committer ${line(committer)}`];
    return this.git(['hash-object', '-t', 'commit', '-w', '--stdin'], { input: `${lines.join('\n')}\n\n${message}` });
  }

  // Moves a ref only from the value that was looked at: of two racing creations one loses, as at GitHub.
  async moveRef(ref, to, from) {
    return (await this.ask(['update-ref', ref, to, from ?? ZERO])) !== undefined;
  }

  async deleteRef(ref) {
    return (await this.ask(['update-ref', '-d', ref])) !== undefined;
  }

  async isAncestor(old, young) {
    return (await this.ask(['merge-base', '--is-ancestor', old, young])) !== undefined;
  }

  scratchFile() {
    return path.join(this.dir, `index.${scratch++}`);
  }
}
