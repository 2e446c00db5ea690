// GitHub's contract: which operation a request is, and whether request and response keep to it.
import fs from 'node:fs';
import { operationsFile, require } from './parts.mjs';

const { createInstance } = require('@stoplight/prism-http');
const { validateInput, validateOutput } = require('@stoplight/prism-http/dist/validator');
const route = require('@stoplight/prism-http/dist/router').default;

const quiet = { info() {}, success() {}, warn() {}, debug() {}, trace() {}, error() {}, fatal() {}, child: () => quiet };

// Parameters that span several path segments at GitHub, while one of OpenAPI's never does.
const DEEP = [
  /^(\/repos\/[^/]+\/[^/]+\/git\/(?:ref|refs|matching-refs)\/)(.+)()$/,
  /^(\/repos\/[^/]+\/[^/]+\/contents\/)(.*)()$/,
  /^(\/repos\/[^/]+\/[^/]+\/compare\/)(.+)()$/,
  /^(\/repos\/[^/]+\/[^/]+\/branches\/)(.+?)(\/protection(?:\/.*)?)?$/,
  /^(\/repos\/[^/]+\/[^/]+\/commits\/)(.+?)(\/(?:check-runs|check-suites|status|statuses|pulls|comments|branches-where-head))?$/,
];

export function oneSegment(path) {
  for (const deep of DEEP) {
    const [, before, parameter, after] = path.match(deep) ?? [];
    if (before) return before + encodeURIComponent(decodeURIComponent(parameter) || '.') + (after ?? '');
  }
  return path;
}

export class Contract {
  constructor() {
    this.operations = JSON.parse(fs.readFileSync(operationsFile, 'utf8'));
    this.prism = createInstance({ isProxy: false, validateRequest: false, mock: { dynamic: false } }, { logger: quiet });
  }

  // The operation, or nothing when GitHub's description has none (in the part that describe.mjs keeps).
  operation(request) {
    const found = route({ resources: this.operations, input: element(request) });
    return found._tag === 'Right' ? found.right : undefined;
  }

  refusals(operation, request) {
    return diagnostics(validateInput({ resource: operation, element: element(request) }));
  }

  violations(operation, { status, headers, body }) {
    const plain = { statusCode: status, headers: headers ?? {}, body };
    return diagnostics(validateOutput({ resource: operation, element: plain }));
  }

  // GitHub's own example for what neither we nor the emulator keep state of.
  async example(request) {
    const answer = await this.prism.request(element(request), this.operations)();
    if (answer._tag === 'Left') return { status: answer.left.status ?? 500, body: { message: answer.left.detail ?? answer.left.message } };
    const { statusCode, headers, body } = answer.right.output;
    return { status: statusCode, headers, body: typeof body === 'string' ? parse(body) : body };
  }
}

const parse = text => { try { return JSON.parse(text); } catch { return text; } };

const element = ({ method, path, query, headers, body }) => ({
  method: method.toLowerCase(), url: { path: oneSegment(path), query }, headers, body,
});

function diagnostics(either) {
  if (either._tag === 'Right') return [];
  // Severity 0 is an error; the rest is advice, such as a status that the description does not list.
  return either.left.filter(d => d.severity === 0).map(d => `${(d.path ?? []).join('.')}: ${d.message}`);
}
