// Review threads over GraphQL: GitHub's own published schema judges every query and shapes every answer; what a thread
// remembers is our reading of its documentation. A thread of a scenario or of /__thread:
//   {id, path, line, startLine?, diffSide?, isResolved?, isOutdated?, comments: [{login, body}]}
import fs from 'node:fs';
import { require, partPath } from './parts.mjs';

const { buildSchema, execute, parse, validate } = require('graphql');
let schema;
const known = () => (schema ??= buildSchema(fs.readFileSync(partPath('@octokit/graphql-schema/schema.graphql'), 'utf8'), { assumeValid: true }));

export async function graphql(world, user, { query, variables } = {}) {
  let document;
  try { document = parse(query ?? ''); } catch (e) { return refuse(e.message); }
  const wrong = validate(known(), document);
  if (wrong.length) return refuse(...wrong.map(w => w.message));
  const writes = document.definitions.some(d => d.operation === 'mutation');
  if (writes && user?.permissions && user.permissions['pull-requests'] !== 'write') {
    return { status: 200, body: { data: null, errors: [{ type: 'FORBIDDEN', message: 'Resource not accessible by integration' }] } };
  }
  const result = await execute({ schema: known(), document, rootValue: root(world, user), variableValues: variables });
  const errors = result.errors?.map(e => ({ type: e.originalError?.kind ?? 'UNPROCESSABLE', message: e.message }));
  return { status: 200, body: { data: result.data ?? null, ...(errors && { errors }) } };
}

const refuse = (...messages) => ({ status: 200, body: { errors: messages.map(message => ({ message })) } });

class NotFound extends Error { kind = 'NOT_FOUND'; }

function root(world, user) {
  const find = id => world.threads.find(t => t.id === id) ?? (() => { throw new NotFound(`Could not resolve to a node with the global id of '${id}'`); })();
  return {
    viewer: { login: user?.login, __typename: 'User' },
    repository: ({ owner, name }) => `${owner}/${name}`.toLowerCase() === world.name.toLowerCase()
      ? { pullRequest: ({ number }) => ({ number, reviewThreads: args => page(world.threads.map(view), args) }) } : null,
    node: ({ id }) => view(find(id)),
    addPullRequestReviewThreadReply: ({ input }) => {
      const thread = find(input.pullRequestReviewThreadId);
      const comment = { login: user.login, body: input.body };
      thread.comments.push(comment);
      return { comment: word(comment) };
    },
    resolveReviewThread: ({ input }) => {
      const thread = find(input.threadId);
      thread.isResolved = true;
      return { thread: view(thread) };
    },
  };
}

const view = thread => ({
  __typename: 'PullRequestReviewThread', isResolved: false, isOutdated: false, diffSide: 'RIGHT', subjectType: 'LINE', startLine: null, ...thread,
  comments: args => page(thread.comments.map(word), args),
});

// GraphQL knows bots without the end of their names.
const word = ({ login, body }) => ({
  url: 'https://example.com/discussion', body,
  author: { __typename: login.endsWith('[bot]') ? 'Bot' : 'User', login: login.replace(/\[bot\]$/, '') },
});

function page(all, { first, last, after }) {
  const from = after ? Number(after) + 1 : last ? Math.max(0, all.length - last) : 0;
  const nodes = all.slice(from, first ? from + first : undefined);
  const end = from + nodes.length - 1;
  return { nodes, totalCount: all.length, pageInfo: { hasNextPage: end + 1 < all.length, hasPreviousPage: from > 0, startCursor: String(from), endCursor: nodes.length ? String(end) : null } };
}
