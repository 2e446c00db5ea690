// Runs a composite action's steps as GitHub's runner does, with GitHub's own parser and expression evaluator:
//   node composite.mjs DIRECTORY [input=value]...
// The environment is the caller's plus what the runner adds. Prints {"exit", "outputs"} and exits 0 unless
// the action itself is malformed. A signal to this process goes to the step, as a cancelled job's does.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { importPart } from '../doubles/parts.mjs';

const { parseAction } = await importPart('@actions/workflow-parser/dist/actions/index.js');
const { Evaluator, Lexer, Parser, data } = await importPart('@actions/expressions/dist/index.js');
const { default: YAML } = await importPart('yaml/dist/index.js');

const directory = path.resolve(process.argv[2]);
const file = path.join(directory, 'action.yml');
const text = fs.readFileSync(file, 'utf8');
const errors = parseAction({ name: file, content: text }, { info() {}, verbose() {}, error() {} }).context.errors.getErrors();
if (errors.length) throw new Error(errors.map(e => e.message).join('\n'));

const action = YAML.parse(text);
const temp = fs.mkdtempSync(path.join(os.tmpdir(), 'composite-'));
process.on('exit', () => fs.rmSync(temp, { recursive: true, force: true }));
const env = process.env;
const context = {
  github: { action_path: directory, token: env.GITHUB_TOKEN ?? '', event_name: env.GITHUB_EVENT_NAME ?? '', workspace: env.GITHUB_WORKSPACE ?? process.cwd() },
  runner: { os: 'Linux', arch: 'X64', temp },
  env: {}, inputs: {}, steps: {},
};
readInputs(process.argv.slice(3));
let exit = 0;
for (const [index, step] of action.runs.steps.entries()) {
  if (step.uses) throw new Error(`step ${index + 1}: this runner runs no other actions`);
  exit = await runStep(step, index);
  if (exit) break;
}
const outputs = Object.fromEntries(Object.entries(action.outputs ?? {}).map(([name, output]) => [name, expand(output.value)]));
console.log(JSON.stringify({ exit, outputs }));

function readInputs(given) {
  for (const [name, input] of Object.entries(action.inputs ?? {})) context.inputs[name] = expand(input.default);
  for (const pair of given) {
    const [, name, value] = pair.match(/^([^=]+)=(.*)$/s);
    if (!(name in context.inputs)) throw new Error(`the action has no input ${name}`);
    context.inputs[name] = value;
  }
}

function expand(value) {
  return String(value ?? '').replace(/\$\{\{([\s\S]*?)\}\}/g, (_, expression) => evaluate(expression));
}

function evaluate(expression) {
  const tokens = new Lexer(expression).lex().tokens;
  const tree = new Parser(tokens, Object.keys(context), []).parse();
  return new Evaluator(tree, asData(context)).evaluate().coerceString();
}

function asData(value) {
  if (value === null || value === undefined) return new data.Null();
  if (typeof value === 'string') return new data.StringData(value);
  return new data.Dictionary(...Object.entries(value).map(([key, inner]) => ({ key, value: asData(inner) })));
}

async function runStep(step, index) {
  const at = name => path.join(temp, `${index}-${name}`);
  const files = { GITHUB_OUTPUT: at('output'), GITHUB_ENV: at('env'), GITHUB_PATH: at('path'), GITHUB_STEP_SUMMARY: env.GITHUB_STEP_SUMMARY ?? at('summary') };
  for (const name of Object.values(files)) fs.appendFileSync(name, '');
  fs.writeFileSync(at('script.sh'), expand(step.run));
  const mapped = Object.fromEntries(Object.entries(step.env ?? {}).map(([name, value]) => [name, expand(value)]));
  const runner = { GITHUB_ACTION_PATH: directory, RUNNER_TEMP: temp, CI: 'true', GITHUB_ACTIONS: 'true', ...files };
  const child = spawn('bash', ['--noprofile', '--norc', '-eo', 'pipefail', at('script.sh')], {
    cwd: context.github.workspace, env: { ...runner, ...env, ...mapped, ...files }, stdio: ['ignore', 2, 'inherit'],
  });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  const code = await new Promise(resolve => child.on('close', (status, signal) => resolve(status ?? 128 + os.constants.signals[signal])));
  if (step.id) context.steps[step.id] = { outputs: fileCommands(fs.readFileSync(files.GITHUB_OUTPUT, 'utf8')) };
  return code;
}

// `name=value` lines and `name<<END` blocks.
function fileCommands(content) {
  const found = {}, lines = content.split('\n');
  while (lines.length) {
    const line = lines.shift();
    const [, block, end] = line.match(/^([^=<]+)<<(.+)$/) ?? [];
    if (block) found[block] = lines.splice(0, lines.indexOf(end) + 1).slice(0, -1).join('\n');
    else if (line.includes('=')) found[line.slice(0, line.indexOf('='))] = line.slice(line.indexOf('=') + 1);
  }
  return found;
}
