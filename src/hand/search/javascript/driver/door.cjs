// Stands at the start of every process of the failing command (NODE_OPTIONS). In the first run it finds out which
// processes run tests, and how they are started; in a worker it lets the driver in. Everywhere else it only gives the
// woven sources their counterpart, which does nothing.
'use strict';
const fs = require('fs'), path = require('path');

const PLACE = process.env.THANOS_SEARCH || '';
const ROOT = process.env.THANOS_SEARCH_ROOT || '';
const worker = process.env.THANOS_WORKER;
const inner = process.env.THANOS_INNER;
delete process.env.THANOS_WORKER;

const none = Symbol('none');
if (!globalThis.__thanos) {
  globalThis.__thanos = {
    on: [], none, k() {}, c() {}, v() {}, call: () => none, wrap: (_, act) => act,
    main(_, act) { return act(); },
  };
}

function real(name) {
  try { return fs.realpathSync(name); } catch { return path.resolve(name || '.'); }
}

/** Which runner's command line a script is. */
function runner(script) {
  const known = { jest: /\/(jest|jest-cli)\/bin\/jest\.js$/, mocha: /\/mocha\/bin\/_?mocha(\.js)?$/, vitest: /\/vitest\/vitest\.mjs$/ };
  return Object.keys(known).find(name => known[name].test(script.replace(/\\/g, '/')));
}

const TESTS = /(^|[._-])(tests?|specs?|__tests__)([._-]|$)/i;

function isTest(inside) {
  const parts = inside.split(path.sep);
  return parts.some(part => TESTS.test(part)) || /(Test|Tests|Spec)\.[cm]?[jt]sx?$/.test(inside);
}

function found(kind) {
  const env = { ...process.env };
  for (const name of ['THANOS_SEARCH', 'THANOS_SEARCH_ROOT', 'NODE_TEST_CONTEXT', 'NODE_V8_COVERAGE']) delete env[name];
  env.NODE_OPTIONS = (env.NODE_OPTIONS || '').replace(/"?--require=\S*door\.cjs"?/, '').trim();
  const script = kind === 'node' ? real(process.argv[1]) : process.argv[1];
  const told = { kind, node: process.execPath, options: process.execArgv, script, words: process.argv.slice(2), cwd: process.cwd(), env };
  fs.appendFileSync(path.join(PLACE, 'found'), JSON.stringify(told) + '\n');
}

function discover() {
  const options = process.execArgv;
  const starter = !process.env.NODE_TEST_CONTEXT && options.some(word => word === '--test' || word.startsWith('--watch'));
  if (starter || options.some(word => /^(-e|-p|-pe|--eval|--print)$/.test(word)) || !process.argv[1]) return;
  const script = real(process.argv[1]);
  const known = runner(script);
  if (known) {
    found(known);
    process.exit(0);
  }
  const inside = path.relative(ROOT, script);
  if (inside.startsWith('..') || inside.split(path.sep).includes('node_modules')) return;
  if (process.env.NODE_TEST_CONTEXT || isTest(inside)) {
    found('node');
    process.exit(0);
  }
  process.on('exit', code => { if (code) found('node'); });
}

if (PLACE && worker !== undefined) {
  delete process.env.THANOS_SEARCH;
  require(path.join(PLACE, 'core.cjs')).start(PLACE, ROOT, Number(worker));
} else if (inner) {
  // vitest asks its workers to be of a kind; what they start in turn is none.
  if (/vitest|tinypool/.test(process.argv[1] || '')) {
    delete process.env.THANOS_INNER;
    const [place, root, number] = JSON.parse(inner);
    require(path.join(place, 'vitest.cjs')).enter(place, root, number);
  }
} else if (PLACE && require('worker_threads').isMainThread && fs.existsSync(path.join(PLACE, 'discover'))) {
  discover();
}
