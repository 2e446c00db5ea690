// How the driver gets hold of the tests of each runner.
'use strict';
const fs = require('fs'), path = require('path');
const Module = require('module');
const { pathToFileURL } = require('url');

const kinds = {};

function open(worker) {
  kinds[worker.job.kind](worker);
}

/** Gives every module that is loaded from here on to `change` once. */
function whenLoaded(change) {
  const load = Module._load;
  const done = new WeakSet();
  Module._load = function (name, parent, isMain) {
    const made = load.call(this, name, parent, isMain);
    if (made && (typeof made === 'object' || typeof made === 'function') && !done.has(made)) {
      done.add(made);
      change(made, name, parent);
    }
    return made;
  };
}

// Node's own runner, and scripts ------------------------------------------------------------------------------------

const current = { file: '', name: '', pending: [] };

kinds.node = worker => {
  const api = require('./runner.cjs').make(worker, current);
  globalThis.__thanosRunner = api;
  const load = Module._load;
  Module._load = function (name, ...more) {
    return name === 'node:test' ? api.test : load.call(this, name, ...more);
  };
  if (Module.register) Module.register(pathToFileURL(path.join(worker.place, 'hooks.mjs')).href);
  globalThis.__thanosWorker = worker;
};

async function host(worker) {
  const { T } = worker;
  const words = process.argv.slice(2);
  for (const script of worker.job.scripts) {
    Object.assign(current, { file: script, name: path.relative(worker.root, script), pending: [] });
    T.script = script;
    process.argv = [process.argv[0], script, ...words];
    const known = T.tests.length;
    try {
      await load(script);
      await Promise.all(current.pending);
    } catch (error) {
      T.tests.length = known;
      fs.appendFileSync(path.join(worker.place, `said-${worker.number}`), `${script}: ${(error && error.stack) || error}\n`);
    }
  }
  await worker.begin(T.tests);
}

/** Who reads each extension before anybody transpiles. */
const readers = { ...Module._extensions };

/** Newer versions of Node require modules too, but what those import goes past our hooks then. */
function isModule(script) {
  if (/\.[cm][jt]s$/.test(script)) return /\.m/.test(path.extname(script));
  for (let folder = path.dirname(script); ; folder = path.dirname(folder)) {
    let text;
    try { text = fs.readFileSync(path.join(folder, 'package.json'), 'utf8'); } catch {}
    if (text !== undefined || folder === path.dirname(folder)) {
      let type;
      try { ({ type } = JSON.parse(text)); } catch {}
      if (type) return type === 'module';
      break;
    }
  }
  const own = path.extname(script);
  return Module._extensions[own] === readers[own] && /^\s*(import|export)\s*[\w{*'"]/m.test(fs.readFileSync(script, 'utf8'));
}

function load(script) {
  if (isModule(script)) return import(pathToFileURL(script).href);
  try {
    return Module._load(script, null, true);
  } catch (error) {
    const asModule = error && (error.code === 'ERR_REQUIRE_ESM' || error.code === 'ERR_REQUIRE_ASYNC_MODULE' || (error.name === 'SyntaxError' && /import|export|await/.test(error.message)));
    if (!asModule) throw error;
    return import(pathToFileURL(script).href);
  }
}

// mocha ----------------------------------------------------------------------------------------------------------------

kinds.mocha = worker => {
  whenLoaded(made => {
    if (typeof made !== 'function' || made.name !== 'Mocha' || !made.prototype || !made.prototype.run) return;
    made.prototype.run = function () {
      const tests = [];
      collect(worker, this.suite, [], tests);
      worker.begin(tests);
      return { on() { return this; }, once() { return this; }, abort() {} };
    };
  });
};

function collect(worker, suite, above, tests) {
  const { step, inOrder } = worker;
  const suites = [...above, suite];
  for (const test of suite.tests) {
    if (!test.fn || test.pending || (test.isPending && test.isPending())) continue;
    const self = test.ctx;
    const hooks = (list, kind) => list.flatMap(one => one[kind].map(hook => () => {
      self.currentTest = test;
      self.test = hook;
      return step(hook.fn, self)();
    }));
    const backwards = [...suites].reverse();
    tests.push({
      name: test.fullTitle ? test.fullTitle() : test.title,
      file: test.file,
      run: () => inOrder(
        [...hooks(suites, '_beforeAll'), ...hooks(suites, '_beforeEach'), () => { self.test = test; return step(test.fn, self)(); }],
        [...hooks(backwards, '_afterEach'), ...hooks(backwards, '_afterAll')],
      ),
    });
  }
  for (const inner of suite.suites) collect(worker, inner, suites, tests);
}

// jest -----------------------------------------------------------------------------------------------------------------

kinds.jest = worker => {
  process.argv.push('--runInBand', '--coverage=false', '--watchAll=false', '--silent');
  const tests = [];
  whenLoaded((made, name) => {
    const environment = made.TestEnvironment || (made.default && made.default.prototype && made.default.prototype.getVmContext ? made.default : null) ||
      (made.prototype && made.prototype.getVmContext ? made : null);
    if (environment && environment.prototype && environment.prototype.getVmContext && !environment.prototype.__thanos) enter(worker, environment, tests);
    const runtime = made.default || made;
    if (/jest-runtime/.test(name) && runtime.prototype && runtime.prototype.teardown) runtime.prototype.teardown = () => {};
    const runner = made.default && made.default.prototype && made.default.prototype.runTests ? made.default : made.prototype && made.prototype.runTests ? made : null;
    if (runner && /jest-runner/.test(name) && !runner.prototype.__thanos) {
      runner.prototype.__thanos = true;
      const real = runner.prototype.runTests;
      runner.prototype.runTests = async function (...given) {
        await real.apply(this, given);
        await worker.begin(tests);
      };
    }
  });
};

/** The tests of a file are known when jest begins to run them: it is told to skip them all, and its world is kept. */
function enter(worker, environment, tests) {
  const proto = environment.prototype;
  proto.__thanos = true;
  const setup = proto.setup, heard = proto.handleTestEvent;
  proto.setup = async function (...given) {
    await setup.apply(this, given);
    this.global.__thanos = worker.T;
  };
  proto.teardown = async function () {};
  proto.handleTestEvent = async function (event, state) {
    if (heard) await heard.call(this, event, state);
    if (event.name === 'run_start') {
      keep(worker, state.rootDescribeBlock, [], tests, this.global, state);
    } else if (event.name === 'test_start') {
      event.test.mode = 'skip';
    }
  };
}

function keep(worker, block, above, tests, global, state) {
  const { step, inOrder } = worker;
  const blocks = [...above, block];
  if (block.mode === 'skip') return;
  const inner = block.children || [...block.tests.map(one => Object.assign(one, { type: 'test' })), ...block.children];
  for (const one of inner) {
    if (one.type === 'describeBlock') {
      keep(worker, one, blocks, tests, global, state);
      continue;
    }
    const { fn } = one;
    if (!fn || one.mode === 'skip' || one.mode === 'todo' || (state.hasFocusedTests && one.mode !== 'only')) continue;
    const hooks = (list, type) => list.flatMap(of => of.hooks.filter(hook => hook.type === type).map(hook => hook.fn));
    const backwards = [...blocks].reverse();
    const names = [...blocks.map(of => of.name).filter(name => name !== 'ROOT_DESCRIBE_BLOCK'), one.name];
    const file = global.expect && global.expect.getState && global.expect.getState().testPath;
    tests.push({
      name: `${file ? path.relative(worker.root, file) : ''} > ${names.join(' > ')}`,
      file,
      run() {
        const self = {};
        const all = acts => acts.map(act => step(act, self));
        const before = all([...hooks(blocks, 'beforeAll'), ...hooks(blocks, 'beforeEach')]);
        const after = all([...hooks(backwards, 'afterEach'), ...hooks(backwards, 'afterAll')]);
        const test = one.failing ? () => expectFailure(step(fn, self)) : step(fn, self);
        return inOrder([...before, test], after);
      },
    });
  }
}

async function expectFailure(act) {
  try {
    await act();
  } catch {
    return;
  }
  throw new Error('passes');
}

// vitest ---------------------------------------------------------------------------------------------------------------

kinds.vitest = worker => {
  process.env.THANOS_INNER = JSON.stringify([worker.place, worker.root, worker.number]);
  let version = 0;
  try {
    version = parseInt(JSON.parse(fs.readFileSync(path.join(path.dirname(fs.realpathSync(process.argv[1])), 'package.json'), 'utf8')).version, 10);
  } catch {}
  const alone = version < 4 ? ['--pool=forks', '--poolOptions.forks.singleFork'] : ['--pool=forks', '--maxWorkers=1'];
  process.argv.push('--run', '--no-file-parallelism', '--no-isolate', '--coverage.enabled=false', '--watch=false', ...alone);
};

module.exports = { open, host };
