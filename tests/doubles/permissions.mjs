// What a token may do. GitHub's documentation names the permission of every operation; this is our reading
// of it for the operations that are used here: writing needs `write`, reading is free in a public repository.
import { Refused } from './refused.mjs';

const AREAS = [
  [/^\/repos\/[^/]+\/[^/]+\/(git|contents|branches|dispatches|merges)\b/, 'contents'],
  [/^\/repos\/[^/]+\/[^/]+\/pulls\b/, 'pull-requests'],
  [/^\/repos\/[^/]+\/[^/]+\/(issues|labels)\b/, 'issues'],
  [/^\/repos\/[^/]+\/[^/]+\/actions\b/, 'actions'],
  [/^\/repos\/[^/]+\/[^/]+\/check-(runs|suites)\b/, 'checks'],
  [/^\/repos\/[^/]+\/[^/]+\/statuses\b/, 'statuses'],
  [/^\/repos\/[^/]+\/[^/]+\/deployments\b/, 'deployments'],
];

// A person's own account and the settings of Actions, which need a permission that GITHUB_TOKEN cannot get.
const NOT_FOR_INTEGRATIONS = /^\/user$|^\/repos\/[^/]+\/[^/]+\/actions\/permissions\b/;

// `user.permissions` as in a workflow: {contents: 'read', issues: 'write'}; without it everything is allowed.
export function mayPush({ permissions }) {
  return !permissions || permissions.contents === 'write';
}

export function checkPermission({ permissions, login }, method, path) {
  if (login.endsWith('[bot]') && NOT_FOR_INTEGRATIONS.test(path)) throw Refused.integration();
  if (!permissions) return;
  const area = AREAS.find(([pattern]) => pattern.test(path))?.[1];
  const level = { none: 0, read: 1, write: 2 }[permissions[area] ?? 'none'];
  if (area && level < (method === 'GET' ? 1 : 2)) throw Refused.integration();
}
