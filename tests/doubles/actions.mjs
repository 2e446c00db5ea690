// Workflow runs, jobs, logs, artifacts, check runs, reactions, dispatches and permissions, as a scenario seeds
// them: {id, name?, path?, head_sha, head_branch, event?, status?, conclusion?, run_attempt?, actor?,
//        jobs: [{id, name, conclusion?, steps?, log: {text | file | repeat}}], artifacts: [{id, name, file, created_at?}]}.
import fs from 'node:fs';
import { Refused } from './refused.mjs';

const R = '/repos/{owner}/{repo}';
const WHEN = '2026-01-01T00:00:00Z';
const ROLES = { admin: 'admin', maintain: 'write', write: 'write', triage: 'read', read: 'read', none: 'none' };

export const actionRoutes = {
  [`GET ${R}/actions/runs`]: async (world, { query }) => {
    const wanted = run => ['head_sha', 'event'].every(k => !query[k] || run[k] === query[k]) && (!query.branch || run.head_branch === query.branch);
    const runs = await Promise.all([...world.runs.values()].filter(wanted).map(run => runView(world, run)));
    return { status: 200, body: { total_count: runs.length, workflow_runs: runs } };
  },
  [`GET ${R}/actions/workflows/{workflow_id}/runs`]: async (world, { params, query }) => {
    const file = run => (run.path ?? 'ci.yml').split('/').pop();
    const found = [...world.runs.values()].filter(r => file(r) === params.workflow_id && (!query.branch || r.head_branch === query.branch));
    const runs = await Promise.all(found.map(run => runView(world, run)));
    return { status: 200, body: { total_count: runs.length, workflow_runs: runs } };
  },
  [`GET ${R}/actions/runs/{run_id}`]: async (world, { params }) => ({ status: 200, body: await runView(world, runOf(world, params)) }),
  [`GET ${R}/actions/runs/{run_id}/attempts/{attempt_number}`]: async (world, { params }) =>
    ({ status: 200, body: { ...await runView(world, runOf(world, params)), run_attempt: Number(params.attempt_number) } }),
  [`GET ${R}/actions/runs/{run_id}/jobs`]: jobs,
  [`GET ${R}/actions/runs/{run_id}/attempts/{attempt_number}/jobs`]: jobs,
  [`GET ${R}/actions/jobs/{job_id}`]: async (world, { params }) => ({ status: 200, body: jobView(world, ...jobOf(world, params)) }),
  [`GET ${R}/actions/jobs/{job_id}/logs`]: async (world, { params }) => {
    const [, job] = jobOf(world, params);
    if (!job.log) throw Refused.notFound();
    return { status: 302, headers: { location: `${world.servers.blobs}/log/${world.name}/${job.id}` } };
  },
  [`GET ${R}/actions/runs/{run_id}/artifacts`]: async (world, { params, query }) => {
    const found = (runOf(world, params).artifacts ?? []).filter(a => !query.name || a.name === query.name);
    return { status: 200, body: { total_count: found.length, artifacts: found.map(a => artifactView(world, a)) } };
  },
  [`GET ${R}/actions/artifacts`]: async (world, { query }) => {
    const found = [...world.runs.values()].flatMap(run => (run.artifacts ?? []).map(a => ({ ...artifactView(world, a), workflow_run: { id: run.id } })));
    const wanted = found.filter(a => !query.name || a.name === query.name);
    return { status: 200, body: { total_count: wanted.length, artifacts: wanted } };
  },
  [`GET ${R}/actions/artifacts/{artifact_id}/{archive_format}`]: async (world, { params }) => {
    const artifact = [...world.runs.values()].flatMap(r => r.artifacts ?? []).find(a => a.id === Number(params.artifact_id));
    if (!artifact) throw Refused.notFound();
    return { status: 302, headers: { location: `${world.servers.blobs}/artifact/${world.name}/${artifact.id}` } };
  },
  [`POST ${R}/actions/runs/{run_id}/rerun`]: rerun,
  [`POST ${R}/actions/runs/{run_id}/rerun-failed-jobs`]: rerun,
  [`POST ${R}/actions/workflows/{workflow_id}/dispatches`]: dispatchWorkflow,
  [`POST ${R}/dispatches`]: async (world, { body }) => {
    world.dispatches.push(body);
    return { status: 204 };
  },
  [`GET ${R}/collaborators/{username}/permission`]: async (world, { params }) => {
    const login = params.username;
    const role = world.scenario.collaborators?.[login] ?? (login === world.owner ? 'admin' : world.people.includes(login) ? 'read' : undefined);
    if (!role || login.endsWith('[bot]')) throw Refused.notFound();
    const user = { ...world.user(login), role_name: role };
    return { status: 200, body: { permission: ROLES[role], role_name: role, user } };
  },
  [`POST ${R}/issues/{issue_number}/reactions`]: react('issues', 'issue_number'),
  [`GET ${R}/issues/{issue_number}/reactions`]: reactionsOf('issues', 'issue_number'),
  [`POST ${R}/issues/comments/{comment_id}/reactions`]: react('issues/comments', 'comment_id'),
  [`GET ${R}/issues/comments/{comment_id}/reactions`]: reactionsOf('issues/comments', 'comment_id'),
  [`POST ${R}/check-runs`]: async (world, { body }) => {
    if (!(await world.bare.sha(body.head_sha))) throw new Refused(422, `No commit found for SHA: ${body.head_sha}`);
    const check = { id: world.checkRuns.length + 1, annotations: [], status: 'queued', ...body };
    world.checkRuns.push(check);
    return { status: 201, body: checkView(world, annotate(check, body)) };
  },
  [`GET ${R}/check-runs/{check_run_id}`]: async (world, { params }) => ({ status: 200, body: checkView(world, checkOf(world, params)) }),
  [`PATCH ${R}/check-runs/{check_run_id}`]: async (world, { params, body }) => {
    const check = checkOf(world, params);
    const { output, ...rest } = body;
    Object.assign(check, rest, output && { output: { ...check.output, ...output } });
    return { status: 200, body: checkView(world, annotate(check, body)) };
  },
  [`GET ${R}/check-runs/{check_run_id}/annotations`]: async (world, { params }) => {
    const check = checkOf(world, params);
    const blank = { start_column: null, end_column: null, title: null, raw_details: null, blob_href: world.html };
    return { status: 200, body: check.annotations.map(a => ({ ...blank, ...a })) };
  },
  [`GET ${R}/commits/{ref}/check-runs`]: async (world, { params, query }) => {
    const sha = await world.bare.sha(params.ref);
    const found = world.checkRuns.filter(c => c.head_sha === sha && (!query.check_name || c.name === query.check_name));
    return { status: 200, body: { total_count: found.length, check_runs: found.map(c => checkView(world, c)) } };
  },
};

function runOf(world, { run_id }) {
  const run = world.runs.get(Number(run_id));
  if (!run) throw Refused.notFound();
  return run;
}

function jobOf(world, { job_id }) {
  for (const run of world.runs.values()) {
    const job = run.jobs?.find(j => j.id === Number(job_id));
    if (job) return [run, job];
  }
  throw Refused.notFound();
}

function checkOf(world, { check_run_id }) {
  const check = world.checkRuns.find(c => c.id === Number(check_run_id));
  if (!check) throw Refused.notFound();
  return check;
}

function annotate(check, { output }) {
  check.annotations.push(...output?.annotations ?? []);
  return check;
}

async function runView(world, run) {
  const { body: repository } = await world.emulate('GET', `/repos/${world.name}`, undefined, world.owner);
  const self = `${world.api}/actions/runs/${run.id}`, actor = world.user(run.actor ?? world.owner);
  const person = { name: actor.login, email: `${actor.login}@example.com` };
  const { jobs, artifacts, actor: _, ...given } = run;
  return {
    name: 'CI', path: '.github/workflows/ci.yml', event: 'push', status: 'completed', conclusion: 'failure', run_number: 1, run_attempt: 1, workflow_id: 1,
    display_title: 'CI', pull_requests: [], ...given, node_id: String(run.id), actor, triggering_actor: actor, created_at: WHEN, updated_at: WHEN, run_started_at: WHEN,
    url: self, html_url: `${world.html}/actions/runs/${run.id}`, jobs_url: `${self}/jobs`, logs_url: `${self}/logs`, artifacts_url: `${self}/artifacts`,
    cancel_url: `${self}/cancel`, rerun_url: `${self}/rerun`, workflow_url: `${world.api}/actions/workflows/${run.workflow_id ?? 1}`, previous_attempt_url: null,
    check_suite_url: `${world.api}/check-suites/1`, check_suite_id: 1, check_suite_node_id: '1', repository,
    head_repository: given.head_repository ?? repository,
    head_commit: { id: run.head_sha, tree_id: run.head_sha, message: 'A change', timestamp: WHEN, author: person, committer: person },
  };
}

async function jobs(world, { params }) {
  const run = runOf(world, params);
  const found = (run.jobs ?? []).map(job => jobView(world, run, job));
  return { status: 200, body: { total_count: found.length, jobs: found } };
}

function jobView(world, run, job) {
  const self = `${world.api}/actions/jobs/${job.id}`;
  const times = { started_at: WHEN, completed_at: WHEN };
  const steps = (job.steps ?? []).map((step, i) => ({ status: 'completed', conclusion: 'success', number: i + 1, ...times, ...step }));
  return {
    conclusion: run.conclusion ?? 'failure', status: 'completed', labels: job.labels ?? ['ubuntu-latest'], ...times, id: job.id, run_id: run.id, run_attempt: run.run_attempt ?? 1,
    run_url: `${world.api}/actions/runs/${run.id}`, node_id: String(job.id), head_sha: run.head_sha, head_branch: run.head_branch, workflow_name: run.name ?? 'CI',
    url: self, html_url: `${world.html}/actions/runs/${run.id}/job/${job.id}`, name: job.name, created_at: WHEN, steps, check_run_url: `${world.api}/check-runs/${job.id}`,
    runner_id: 1, runner_name: 'runner', runner_group_id: 1, runner_group_name: 'GitHub Actions', ...(job.conclusion && { conclusion: job.conclusion }),
  };
}

function artifactView(world, artifact) {
  const url = `${world.api}/actions/artifacts/${artifact.id}`;
  return {
    id: artifact.id, node_id: String(artifact.id), name: artifact.name, size_in_bytes: fs.statSync(artifact.file).size, url, archive_download_url: `${url}/zip`,
    expired: false, created_at: artifact.created_at ?? WHEN, updated_at: WHEN, expires_at: WHEN, digest: artifact.digest ?? null,
  };
}

async function rerun(world, { params }) {
  const run = runOf(world, params);
  if ((run.status ?? 'completed') !== 'completed') throw new Refused(403, 'This workflow is already running');
  Object.assign(run, { status: 'queued', conclusion: null, run_attempt: (run.run_attempt ?? 1) + 1 });
  return { status: 201, body: {} };
}

async function dispatchWorkflow(world, { params, body }) {
  const file = await world.bare.ask(['show', `${world.defaultBranch}:.github/workflows/${params.workflow_id}`]);
  if (file === undefined) throw Refused.notFound();
  if (!file.includes('workflow_dispatch')) throw new Refused(422, "Workflow does not have 'workflow_dispatch' trigger");
  const head_sha = await world.bare.sha(body.ref);
  if (!head_sha) throw new Refused(422, `No ref found for: ${body.ref}`);
  world.dispatches.push({ workflow: params.workflow_id, ...body });
  const id = 900_000 + world.runs.size, path = `.github/workflows/${params.workflow_id}`;
  world.runs.set(id, { id, path, event: 'workflow_dispatch', status: 'queued', conclusion: null, head_branch: body.ref, head_sha });
  return { status: 204 };
}

function react(kind, key) {
  return async (world, { params, body, user }) => {
    const on = `${kind}/${params[key]}`;
    const target = await world.emulate('GET', `/repos/${world.name}/${on}`, undefined, world.owner);
    if (target.status !== 200) throw Refused.notFound();
    const same = world.reactions.find(r => r.on === on && r.content === body.content && r.login === user.login);
    const reaction = same ?? { id: world.reactions.length + 1, on, content: body.content, login: user.login };
    if (!same) world.reactions.push(reaction);
    return { status: same ? 200 : 201, body: reactionView(world, reaction) };
  };
}

function reactionsOf(kind, key) {
  return async (world, { params }) => ({ status: 200, body: world.reactions.filter(r => r.on === `${kind}/${params[key]}`).map(r => reactionView(world, r)) });
}

const reactionView = (world, { id, content, login }) => ({ id, node_id: String(id), user: world.user(login), content, created_at: WHEN });

function checkView(world, check) {
  const url = `${world.api}/check-runs/${check.id}`;
  const { title = null, summary = null, text = null } = check.output ?? {};
  return {
    id: check.id, node_id: String(check.id), head_sha: check.head_sha, external_id: check.external_id ?? '', name: check.name, url, html_url: `${world.html}/runs/${check.id}`,
    details_url: check.details_url ?? null, status: check.status, conclusion: check.conclusion ?? null, started_at: check.started_at ?? WHEN,
    completed_at: check.completed_at ?? null, check_suite: { id: 1 }, app: null, pull_requests: [],
    output: { title, summary, text, annotations_count: check.annotations.length, annotations_url: `${url}/annotations` },
  };
}

// The other host that logs and artifacts are redirected to: signed addresses, no GitHub token.
export function blob(world, kind, id) {
  if (kind === 'log') return jobOf(world, { job_id: id })[1].log;
  return { file: [...world.runs.values()].flatMap(r => r.artifacts ?? []).find(a => a.id === Number(id))?.file };
}
