// Pull requests: the emulator keeps their state, the bare repository says where their branches stand, and
// GitHub's refusals that the emulator does not know are ours (our reading of its documentation).
import { Refused } from './refused.mjs';
import { changedFiles, shortCommit } from './gitviews.mjs';

const R = '/repos/{owner}/{repo}';

export const pullRoutes = {
  // One after the other, so that of two at the same time the second is refused.
  [`POST ${R}/pulls`]: (world, request) => {
    const made = (world.opening ?? Promise.resolve()).then(() => open(world, request));
    world.opening = made.catch(() => {});
    return made;
  },
  [`GET ${R}/pulls/{pull_number}/files`]: async (world, request) => {
    const [base, head] = await ends(world, request);
    return { status: 200, body: await changedFiles(world, await world.bare.git(['merge-base', base, head]), head) };
  },
  [`GET ${R}/pulls/{pull_number}/commits`]: async (world, request) => {
    const [base, head] = await ends(world, request);
    const shas = (await world.bare.git(['rev-list', '--reverse', `${base}..${head}`])).split('\n').filter(Boolean);
    return { status: 200, body: await Promise.all(shas.map(sha => shortCommit(world, sha))) };
  },
  [`GET ${R}/commits/{commit_sha}/pulls`]: async (world, { params, user }) => {
    const { body } = await world.emulate('GET', `/repos/${world.name}/pulls?state=all&per_page=100`, undefined, user.login);
    const pulls = await correct(world, body);
    return { status: 200, body: pulls.filter(p => p.head.sha === params.commit_sha) };
  },
};

// Which pull requests name an issue: our reading of `cross-referenced`, the emulator keeps no timeline.
pullRoutes[`GET ${R}/issues/{issue_number}/timeline`] = async (world, { params }) => {
  const { body } = await world.emulate('GET', `/repos/${world.name}/pulls?state=all&per_page=100`, undefined, world.owner);
  const naming = body.filter(p => new RegExp(`#${params.issue_number}\\b`).test(p.body ?? ''));
  const { body: like } = await world.emulate('GET', `/repos/${world.name}/issues/${params.issue_number}`, undefined, world.owner);
  const asIssue = ({ number, title, body, user, state, html_url, url, diff_url, patch_url, merged_at }) =>
    ({ ...like, number, title, body, user, state, html_url, pull_request: { url, html_url, diff_url, patch_url, merged_at } });
  const events = naming.map(pull => ({
    event: 'cross-referenced', actor: pull.user, created_at: pull.created_at, updated_at: pull.updated_at, source: { type: 'issue', issue: asIssue(pull) },
  }));
  return { status: 200, body: events };
};

const plain = head => head.replace(/^[^:]*:/, '');
const passOn = (world, { method, target, body, user }) => world.emulate(method, target, body, user.login);

async function ends(world, { params, user }) {
  const { status, body } = await world.emulate('GET', `/repos/${world.name}/pulls/${params.pull_number}`, undefined, user.login);
  if (status !== 200) throw Refused.notFound();
  const pull = await correct(world, body);
  return [pull.base.sha, pull.head.sha];
}

async function open(world, request) {
  await refuseBadPull(world, request.body);
  const pull = await passOn(world, request);
  world.pullHeads.set(pull.body.number, await world.bare.head(plain(request.body.head)));
  return pull;
}

async function refuseBadPull(world, { head, base, draft }) {
  if (world.refuses('pull-requests')) throw new Refused(403, 'GitHub Actions is not permitted to create or approve pull requests.');
  if (draft && world.refuses('drafts')) throw new Refused(422, 'Draft pull requests are not supported in this repository.');
  const problem = rest => ({ resource: 'PullRequest', ...rest });
  const [to, from] = [await world.bare.head(base), await world.bare.head(plain(head))];
  if (!from) throw Refused.validation(problem({ field: 'head', code: 'invalid' }));
  if (!to) throw Refused.validation(problem({ field: 'base', code: 'invalid' }));
  if (await world.bare.isAncestor(from, to)) {
    throw Refused.validation(problem({ code: 'custom', message: `No commits between ${base} and ${plain(head)}` }));
  }
  const label = `${world.owner}:${plain(head)}`;
  const open = await world.emulate('GET', `/repos/${world.name}/pulls?state=open&per_page=100&head=${encodeURIComponent(label)}`, undefined, world.owner);
  if (open.body.some(p => p.base.ref === base)) {
    throw Refused.validation(problem({ code: 'custom', message: `A pull request already exists for ${label}.` }));
  }
}

// Lays the bare repository's commits over every pull request in an answer of the emulator, and mends what it
// gets wrong of bots and repositories.
export async function correct(world, value) {
  if (Array.isArray(value)) return Promise.all(value.map(v => correct(world, v)));
  if (!value || typeof value !== 'object') return value;
  if (value.login?.endsWith?.('[bot]')) return { ...value, ...world.user(value.login), id: value.id };
  const entries = await Promise.all(Object.entries(value).map(async ([k, v]) => [k, await correct(world, v)]));
  const whole = Object.fromEntries(entries);
  if (whole.full_name && whole.default_branch) return { network_count: 0, subscribers_count: 0, ...whole };
  if (!(whole.head?.ref && whole.base?.ref && whole.number)) return whole;
  const head = await world.bare.head(whole.head.ref) ?? world.pullHeads.get(whole.number);
  if (head) world.pullHeads.set(whole.number, head);
  const base = await world.bare.head(whole.base.ref);
  return { ...whole, head: { ...whole.head, sha: head ?? whole.head.sha }, base: { ...whole.base, sha: base ?? whole.base.sha } };
}
