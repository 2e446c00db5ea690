// A GitHub App: `scenario.app` is {id, public_key (PEM), login, permissions: {contents: 'write', …}}. Its word is a JSON
// Web Token that is really verified; what it mints are tokens of the world until they are revoked.
import crypto from 'node:crypto';
import { Refused } from './refused.mjs';

const WHEN = '2026-01-01T00:00:00Z';
const INSTALLATION = 4711;
const RANK = { none: 0, read: 1, write: 2, admin: 3 };

export const appRoutes = {
  'GET /repos/{owner}/{repo}/installation': async (world, { user }) => {
    mustBeApp(user);
    return { status: 200, body: installation(world) };
  },
  'POST /app/installations/{installation_id}/access_tokens': async (world, { user, params, body }) => {
    mustBeApp(user);
    if (Number(params.installation_id) !== INSTALLATION) throw Refused.notFound();
    const { permissions: has } = world.scenario.app, asked = body?.permissions ?? has;
    const more = Object.entries(asked).some(([name, level]) => RANK[level] > RANK[has[name] ?? 'none']);
    if (more) throw new Refused(422, 'The permissions requested are not granted to this installation.');
    const repositories = body?.repositories ?? [];
    if (repositories.some(name => `${world.owner}/${name}` !== world.name)) throw new Refused(422, 'There is at least one repository that does not exist or is not accessible to the parent installation.');
    const token = `ghs_${crypto.randomBytes(18).toString('hex')}`;
    const permissions = Object.fromEntries(Object.entries(asked).map(([name, level]) => [name.replaceAll('_', '-'), level]));
    world.tokens.set(token, { login: world.scenario.app.login, permissions });
    world.minted.push({ token, permissions: asked, repositories, revoked: false });
    return { status: 201, body: { token, expires_at: new Date(Date.now() + 3600_000).toISOString(), permissions: asked, repository_selection: 'selected' } };
  },
  'DELETE /installation/token': async (world, { user }) => {
    const minted = world.minted.find(m => m.token === user.secret);
    if (!minted) throw new Refused(401, 'Bad credentials');
    world.tokens.delete(minted.token);
    minted.revoked = true;
    return { status: 204 };
  },
};

// Who sends `secret`, when it is the App's own word: checked like GitHub does, with ten minutes at most.
export function appOf(worlds, secret) {
  const parts = secret.split('.');
  if (parts.length !== 3) return undefined;
  const [head, claims] = parts.slice(0, 2).map(part => JSON.parse(Buffer.from(part, 'base64url')));
  const world = worlds.find(w => String(w.scenario.app?.id) === String(claims.iss));
  if (!world || head.alg !== 'RS256') return undefined;
  const signed = Buffer.from(parts.slice(0, 2).join('.')), now = Date.now() / 1000;
  const good = crypto.verify('RSA-SHA256', signed, world.scenario.app.public_key, Buffer.from(parts[2], 'base64url'));
  return good && claims.iat <= now && claims.exp > now && claims.exp - claims.iat <= 600 ? world : undefined;
}

function mustBeApp(user) {
  if (!user.app) throw new Refused(401, 'A JSON web token could not be decoded');
}

function installation(world) {
  const { app } = world.scenario, url = world.servers.api;
  return {
    id: INSTALLATION, app_id: app.id, app_slug: 'an-app', target_id: 1, target_type: 'Organization', account: world.user(world.owner),
    repository_selection: 'selected', access_tokens_url: `${url}/app/installations/${INSTALLATION}/access_tokens`, repositories_url: `${url}/installation/repositories`,
    html_url: `${url}/settings/installations/${INSTALLATION}`, permissions: app.permissions, events: [], created_at: WHEN, updated_at: WHEN,
    single_file_name: null, suspended_by: null, suspended_at: null,
  };
}
