// Turns GitHub's own OpenAPI description into the operations that prism validates by
// (target/doubles/operations.json). Run once by tests/run; the double then starts in about a second.
import fs from 'node:fs';
import { operationsFile, partPath, require } from './parts.mjs';

const REPO = '^/repos/\\{owner\\}/\\{repo\\}';
const KEEP = [
  new RegExp(`${REPO}$`),
  new RegExp(`${REPO}/(pulls|issues|git|actions/(runs|jobs|workflows|artifacts|permissions)|dispatches`
    + '|check-runs|check-suites|installation|commits|statuses|deployments|collaborators|labels|branches|compare|contents|rulesets|rules)(/|$)'),
  /^\/(rate_limit|user|meta|app)$/,
  /^\/app\/installations/,
  /^\/installation\/(repositories|token)$/,
  /^\/search\/issues$/,
];
// GitHub answers these media types wherever it answers plain JSON; the description lists only some.
const ALSO_JSON = ['application/vnd.github+json', 'application/vnd.github.v3+json'];

const source = partPath('@octokit/openapi/generated/api.github.com.json');
const spec = JSON.parse(fs.readFileSync(source, 'utf8'));
const operationsOf = item => Object.values(item).filter(op => op?.responses);

for (const path of Object.keys(spec.paths)) {
  if (!KEEP.some(keep => keep.test(path))) delete spec.paths[path];
}
const responses = Object.values(spec.paths).flatMap(item => operationsOf(item).flatMap(op => Object.values(op.responses)));
for (const response of [...Object.values(spec.components.responses), ...responses]) {
  const json = response.content?.['application/json'];
  if (json) for (const type of ALSO_JSON) response.content[type] ??= json;
}
dropUnreferenced();
delete spec['x-webhooks'];

const { getHttpOperationsFromSpec } = require('@stoplight/prism-http');
const operations = await getHttpOperationsFromSpec(spec);
mendSchemas(operations, new Set());
refuseRequestsThatDoNotCompile();
fs.writeFileSync(`${operationsFile}.new`, JSON.stringify(operations));
fs.renameSync(`${operationsFile}.new`, operationsFile);
console.log(`${operations.length} of GitHub's operations -> ${operationsFile}`);

// `nullable` without a `type` is what prism leaves of "this one of several, or null"; its validator cannot
// compile that, nor an enumeration that names a value twice, and what does not compile lets everything through.
function mendSchemas(value, seen) {
  if (!value || typeof value !== 'object' || seen.has(value)) return;
  seen.add(value);
  if (value.nullable === true && !value.type) {
    delete value.nullable;
    for (const key of ['oneOf', 'anyOf']) value[key]?.push({ type: 'null' });
    if (value.enum) value.enum.push(null);
  }
  if (Array.isArray(value.enum)) value.enum = [...new Set(value.enum)];
  for (const inner of Object.values(value)) mendSchemas(inner, seen);
}

function refuseRequestsThatDoNotCompile() {
  const Ajv = require('ajv').default;
  const ajv = new Ajv({ allowUnionTypes: true, allowMatchingProperties: true, strict: false, logger: false });
  require('ajv-formats').default(ajv);
  for (const operation of operations) {
    for (const { schema } of (operation.request?.body?.contents ?? []).filter(content => content.schema)) {
      ajv.compile({ ...schema, __bundled__: operation.__bundled__ });
    }
  }
}

function dropUnreferenced() {
  for (let dropped = 1; dropped;) {
    dropped = 0;
    const text = JSON.stringify(spec);
    for (const [kind, entries] of Object.entries(spec.components)) {
      for (const name of Object.keys(entries)) {
        if (text.includes(`"#/components/${kind}/${name}"`)) continue;
        delete entries[name];
        dropped++;
      }
    }
  }
}
