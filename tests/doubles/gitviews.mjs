// Commits and changed files of the bare repository, in the shapes that GitHub's description names.

export const links = world => ({
  git: (kind, sha) => `${world.api}/git/${kind}/${sha}`,
  commit: sha => ({ sha, url: `${world.api}/commits/${sha}`, html_url: `${world.html}/commit/${sha}` }),
});

const FIELDS = ['%T', '%P', '%an', '%ae', '%aI', '%cn', '%ce', '%cI', '%B'];

async function read(world, sha) {
  const text = await world.bare.git(['show', '--no-patch', `--format=${FIELDS.join('%x00')}`, sha]);
  const [tree, parents, an, ae, ad, cn, ce, cd, message] = text.split('\0');
  const verified = world.verified.has(sha);
  return {
    author: { name: an, email: ae, date: new Date(ad).toISOString() }, committer: { name: cn, email: ce, date: new Date(cd).toISOString() },
    message: message.trimEnd(), tree, parents: parents.split(' ').filter(Boolean),
    verification: { verified, reason: verified ? 'valid' : 'unsigned', signature: verified ? 'signature' : null, payload: verified ? 'payload' : null, verified_at: null },
  };
}

export async function gitCommit(world, sha) {
  const commit = await read(world, sha);
  const at = id => ({ sha: id, url: links(world).git('commits', id), html_url: `${world.html}/commit/${id}` });
  return {
    ...at(sha), node_id: sha, author: commit.author, committer: commit.committer, message: commit.message, verification: commit.verification,
    tree: { sha: commit.tree, url: links(world).git('trees', commit.tree) }, parents: commit.parents.map(at),
  };
}

export async function shortCommit(world, sha) {
  const commit = await read(world, sha);
  const inner = {
    url: links(world).git('commits', sha), author: commit.author, committer: commit.committer, message: commit.message, comment_count: 0,
    tree: { sha: commit.tree, url: links(world).git('trees', commit.tree) }, verification: commit.verification,
  };
  return {
    ...links(world).commit(sha), node_id: sha, comments_url: `${world.api}/commits/${sha}/comments`, commit: inner,
    author: null, committer: null, parents: commit.parents.map(links(world).commit),
  };
}

export async function commitFull(world, sha) {
  const commit = await shortCommit(world, sha);
  const files = await changedFiles(world, commit.parents[0]?.sha, sha);
  const [additions, deletions] = ['additions', 'deletions'].map(key => files.reduce((sum, f) => sum + f[key], 0));
  return { ...commit, stats: { additions, deletions, total: additions + deletions }, files };
}

const STATUS = { A: 'added', M: 'modified', D: 'removed', T: 'changed' };
const EMPTY_TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';

export async function changedFiles(world, from, to) {
  const range = [from ?? EMPTY_TREE, to];
  const raw = (await world.bare.git(['diff-tree', '-r', '-z', '--raw', '--no-renames', '--no-abbrev', ...range])).split('\0');
  const stat = (await world.bare.git(['diff-tree', '-r', '-z', '--numstat', '--no-renames', ...range])).split('\0');
  const files = [];
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const [, , , sha, letter] = raw[i].split(' ');
    const [additions, deletions] = (stat[i / 2] ?? '0\t0').split('\t').map(n => Number(n) || 0);
    const patch = await world.bare.git(['diff-tree', '-p', '--no-renames', ...range, '--', raw[i + 1]]);
    files.push(fileView(world, to, { path: raw[i + 1], sha, letter, additions, deletions, patch }));
  }
  return files;
}

function fileView(world, commit, { path, sha, letter, additions, deletions, patch }) {
  const place = encodeURI(path), hunks = patch.indexOf('\n@@');
  return {
    sha: letter === 'D' ? null : sha, filename: path, status: STATUS[letter[0]] ?? 'modified', additions, deletions, changes: additions + deletions,
    blob_url: `${world.html}/blob/${commit}/${place}`, raw_url: `${world.html}/raw/${commit}/${place}`,
    contents_url: `${world.api}/contents/${place}?ref=${commit}`, ...(hunks >= 0 && { patch: patch.slice(hunks + 1) }),
  };
}

export function branchShort(world, name, sha) {
  return { name, commit: { sha, url: `${world.api}/commits/${sha}` }, protected: world.isProtected(`refs/heads/${name}`) };
}
