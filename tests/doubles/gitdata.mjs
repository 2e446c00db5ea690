// The Git Data API, contents, branches, commits and compare over the real bare repository.
import { Refused } from './refused.mjs';
import { branchShort, changedFiles, commitFull, gitCommit, links, shortCommit } from './gitviews.mjs';

const R = '/repos/{owner}/{repo}';
const found = value => { if (value === undefined) throw Refused.notFound(); return value; };

export const gitRoutes = {
  [`POST ${R}/git/blobs`]: async (world, { body }) => {
    const sha = await world.bare.blob(body.content, body.encoding ?? 'utf-8');
    return { status: 201, body: { sha, url: links(world).git('blobs', sha) } };
  },
  [`GET ${R}/git/blobs/{file_sha}`]: async (world, { params }) => {
    const sha = found(await world.bare.sha(params.file_sha, 'blob'));
    const bytes = await world.bare.git(['cat-file', 'blob', sha], { binary: true });
    return { status: 200, body: { sha, node_id: sha, size: bytes.length, url: links(world).git('blobs', sha), content: bytes.toString('base64'), encoding: 'base64' } };
  },
  [`POST ${R}/git/trees`]: async (world, { body }) => {
    const base = body.base_tree && await world.bare.sha(body.base_tree, 'tree');
    if (body.base_tree && !base) throw Refused.invalid('Tree', 'base_tree', 'base_tree is not a valid tree oid');
    return { status: 201, body: await treeView(world, await world.bare.tree(base, body.tree), false) };
  },
  [`GET ${R}/git/trees/{tree_sha}`]: async (world, { params, query }) => {
    const sha = found(await world.bare.sha(params.tree_sha, 'tree'));
    return { status: 200, body: await treeView(world, sha, query.recursive !== undefined) };
  },
  [`POST ${R}/git/commits`]: createCommit,
  [`GET ${R}/git/commits/{commit_sha}`]: async (world, { params }) =>
    ({ status: 200, body: await gitCommit(world, found(await world.bare.sha(params.commit_sha))) }),
  [`POST ${R}/git/refs`]: createRef,
  [`GET ${R}/git/ref/{ref}`]: async (world, { params }) => {
    const ref = `refs/${params.ref}`;
    return { status: 200, body: refView(world, ref, found(await exactRef(world, ref))) };
  },
  [`GET ${R}/git/matching-refs/{ref}`]: async (world, { params }) => ({ status: 200, body: await refsUnder(world, `refs/${params.ref}`) }),
  [`PATCH ${R}/git/refs/{ref}`]: updateRef,
  [`DELETE ${R}/git/refs/{ref}`]: async (world, { params }) => {
    const ref = `refs/${params.ref}`;
    world.refuseProtected(ref);
    if (!(await exactRef(world, ref))) throw new Refused(422, 'Reference does not exist');
    await world.bare.deleteRef(ref);
    return { status: 204 };
  },
  [`GET ${R}/branches`]: async world => {
    const refs = await refsUnder(world, 'refs/heads/');
    return { status: 200, body: refs.map(r => branchShort(world, r.ref.slice('refs/heads/'.length), r.object.sha)) };
  },
  [`GET ${R}/branches/{branch}`]: async (world, { params }) => {
    const sha = await world.bare.head(params.branch);
    if (!sha) throw new Refused(404, 'Branch not found');
    const self = `${world.api}/branches/${params.branch}`;
    const protection = { enabled: false, required_status_checks: { enforcement_level: 'off', contexts: [], checks: [] } };
    const body = {
      ...branchShort(world, params.branch, sha), commit: await commitFull(world, sha),
      _links: { self, html: encodeURI(`${world.html}/tree/${params.branch}`) }, protection, protection_url: `${self}/protection`,
    };
    return { status: 200, body };
  },
  [`GET ${R}/contents/{path}`]: contents,
  [`GET ${R}/commits`]: async (world, { query }) => {
    const start = found(await world.bare.sha(query.sha ?? world.defaultBranch));
    const paths = query.path ? ['--', query.path] : [];
    const max = Number(query.per_page ?? 30), skip = (Number(query.page ?? 1) - 1) * max;
    const list = await world.bare.git(['rev-list', `--max-count=${max}`, `--skip=${skip}`, start, ...paths]);
    const shas = list.split('\n').filter(Boolean);
    return { status: 200, body: await Promise.all(shas.map(sha => shortCommit(world, sha))) };
  },
  [`GET ${R}/commits/{ref}`]: async (world, { params }) => {
    const sha = await world.bare.sha(params.ref);
    if (!sha) throw new Refused(422, `No commit found for SHA: ${params.ref}`);
    return { status: 200, body: await commitFull(world, sha) };
  },
  [`GET ${R}/compare/{base}...{head}`]: compare,
};

async function treeView(world, sha, recursive) {
  const flags = recursive ? ['-r', '-t'] : [];
  const list = await world.bare.git(['ls-tree', '-z', '-l', ...flags, sha]);
  const tree = list.split('\0').filter(Boolean).map(line => {
    const [, mode, type, id, size, path] = line.match(/^(\d+) (\w+) (\w+)\s+(\S+)\t(.*)$/s);
    const url = type === 'commit' ? {} : { url: links(world).git(`${type}s`, id) };
    return { path, mode, type, sha: id, ...(size !== '-' && { size: Number(size) }), ...url };
  });
  return { sha, url: links(world).git('trees', sha), truncated: false, tree };
}

async function createCommit(world, { body, user }) {
  const tree = await world.bare.sha(body.tree, 'tree');
  if (!tree) throw Refused.invalid('Commit', 'tree', 'Tree SHA does not exist');
  const parents = body.parents ?? [];
  for (const parent of parents) {
    if (!(await world.bare.sha(parent))) throw Refused.invalid('Commit', 'parents', 'Parent SHA does not exist or is not a commit object');
  }
  const now = { name: user.login, email: `${user.login}@users.noreply.github.com`, date: new Date().toISOString() };
  const author = { ...now, ...body.author };
  const sha = await world.bare.commit({ tree, parents, message: body.message, author, committer: { ...author, ...body.committer } });
  // GitHub signs what an app or Actions commits without naming an author of its own.
  if (!body.author && !body.committer) world.verified.add(sha);
  return { status: 201, body: await gitCommit(world, sha) };
}

async function createRef(world, { body }) {
  if (!/^refs\/[^/]+\/.+/.test(body.ref)) throw new Refused(422, 'Reference name must start with \'refs/\' and have at least two slashes.');
  if ((await world.bare.ask(['check-ref-format', body.ref])) === undefined) throw new Refused(422, `'${body.ref}' is not a valid ref name.`);
  if (!(await world.bare.sha(body.sha, 'object'))) throw new Refused(422, 'Object does not exist');
  world.refuseProtected(body.ref);
  if (!(await world.bare.moveRef(body.ref, body.sha))) throw new Refused(422, 'Reference already exists');
  return { status: 201, body: refView(world, body.ref, body.sha) };
}

async function updateRef(world, { params, body }) {
  const ref = `refs/${params.ref}`;
  const old = await exactRef(world, ref);
  if (!old) throw new Refused(422, 'Reference does not exist');
  if (!(await world.bare.sha(body.sha, 'object'))) throw new Refused(422, 'Object does not exist');
  world.refuseProtected(ref);
  if (!body.force && !(await world.bare.isAncestor(old, body.sha))) throw new Refused(422, 'Update is not a fast forward');
  if (!(await world.bare.moveRef(ref, body.sha, old))) throw new Refused(409, 'Reference cannot be updated');
  return { status: 200, body: refView(world, ref, body.sha) };
}

const exactRef = (world, ref) => world.bare.ask(['show-ref', '--verify', '--hash', ref]);

async function refsUnder(world, prefix) {
  const list = await world.bare.git(['for-each-ref', '--format=%(objectname) %(refname)']);
  return list.split('\n').filter(Boolean).map(line => [line.slice(0, 40), line.slice(41)])
    .filter(([, ref]) => ref.startsWith(prefix)).map(([sha, ref]) => refView(world, ref, sha));
}

function refView(world, ref, sha) {
  return { ref, node_id: ref, url: encodeURI(`${world.api}/git/${ref}`), object: { type: 'commit', sha, url: links(world).git('commits', sha) } };
}

async function contents(world, { params, query, headers }) {
  const ref = query.ref ?? world.defaultBranch;
  const commit = await world.bare.sha(ref);
  if (!commit) throw new Refused(404, `No commit found for the ref ${ref}`);
  const path = params.path === '.' ? '' : params.path.replace(/\/+$/, '');
  const type = found(await world.bare.ask(['cat-file', '-t', `${commit}:${path}`]));
  const sha = await world.bare.git(['rev-parse', `${commit}:${path}`]);
  if (type === 'tree') {
    const { tree } = await treeView(world, sha, false);
    const under = path ? `${path}/` : '';
    return { status: 200, body: tree.map(e => entryView(world, ref, `${under}${e.path}`, e.sha, e.type === 'tree' ? 'dir' : 'file', e.size ?? 0)) };
  }
  const bytes = await world.bare.git(['cat-file', 'blob', sha], { binary: true });
  if (/\.raw\b/.test(headers.accept ?? '')) return { status: 200, raw: bytes, headers: { 'content-type': 'application/vnd.github.raw+json; charset=utf-8' } };
  const small = bytes.length <= 1 << 20;
  const body = { ...entryView(world, ref, path, sha, 'file', bytes.length), encoding: small ? 'base64' : 'none', content: small ? bytes.toString('base64') : '' };
  return { status: 200, body };
}

function entryView(world, ref, path, sha, type, size) {
  const url = `${world.api}/contents/${encodeURI(path)}?ref=${ref}`, html = `${world.html}/blob/${ref}/${encodeURI(path)}`;
  const git = links(world).git(type === 'dir' ? 'trees' : 'blobs', sha);
  return { type, size, name: path.split('/').at(-1), path, sha, url, html_url: html, git_url: git, download_url: null, _links: { self: url, git, html } };
}

async function compare(world, { params }) {
  const { base, head } = params;
  const [from, to] = [found(await world.bare.sha(base)), found(await world.bare.sha(head))];
  const merge = found(await world.bare.ask(['merge-base', from, to]));
  const [behind, ahead] = (await world.bare.git(['rev-list', '--left-right', '--count', `${from}...${to}`])).split(/\s+/).map(Number);
  const shas = (await world.bare.git(['rev-list', '--reverse', '--max-count=250', `${from}..${to}`])).split('\n').filter(Boolean);
  const status = ahead && behind ? 'diverged' : ahead ? 'ahead' : behind ? 'behind' : 'identical';
  const html = `${world.html}/compare/${base}...${head}`;
  const body = {
    url: `${world.api}/compare/${base}...${head}`, html_url: html, permalink_url: html, diff_url: `${html}.diff`, patch_url: `${html}.patch`,
    base_commit: await shortCommit(world, from), merge_base_commit: await shortCommit(world, merge), status,
    ahead_by: ahead, behind_by: behind, total_commits: ahead,
    commits: await Promise.all(shas.map(sha => shortCommit(world, sha))), files: await changedFiles(world, merge, to),
  };
  return { status: 200, body };
}
