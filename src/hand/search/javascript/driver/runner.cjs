// The interface of Node's own test runner, as far as tests use it: they are registered and run by the driver.
'use strict';

function make(worker, current) {
  const real = require('node:test');
  const { step, inOrder } = worker;
  let suite = null;

  const open = (name, above) => ({ name, above, before: [], after: [], beforeEach: [], afterEach: [], ready: [] });
  const roots = new Map();
  const root = () => {
    const file = current.file;
    if (!roots.has(file)) roots.set(file, open('', null));
    return roots.get(file);
  };
  const chain = at => (at ? [...chain(at.above), at] : []);
  const words = given => {
    const act = given.find(one => typeof one === 'function');
    const options = given.find(one => one && typeof one === 'object') || {};
    const name = typeof given[0] === 'string' ? given[0] : (act && act.name) || '<anonymous>';
    return { name, options, act };
  };

  /** What a test gets as its argument. */
  function context(name, parts) {
    const hooks = { before: [], after: [], beforeEach: [], afterEach: [] };
    parts.push(hooks.after);
    const t = {
      name, diagnostic() {}, signal: new AbortController().signal, skip() {}, todo() {}, plan() {}, runOnly() {},
      assert: require('assert'), mock: real.mock, fullName: name, filePath: current.file,
      waitFor: undefined,
      before: act => act(t), after: act => hooks.after.push(step(act, t, t)),
      beforeEach: act => hooks.beforeEach.push(act), afterEach: act => hooks.afterEach.push(act),
      test(...given) {
        const { name: inner, options, act } = words(given);
        if (!act || options.skip || options.todo) return Promise.resolve();
        const own = [];
        const sub = context(inner, own);
        const steps = [...hooks.beforeEach.map(one => step(one, sub, sub)), step(act, sub, sub)];
        const always = [{ steps: own, add: hooks.afterEach.map(one => step(one, sub, sub)) }];
        // Its failure is the whole test's, whether anybody waits for it or not.
        const result = attempt(() => inOrder(steps, [() => inOrder(always[0].add, []), () => inOrder(own.flat(), [])]));
        parts.push([() => result]);
        result.catch(() => {});
        return result.catch(() => {});
      },
    };
    t.it = t.test;
    return t;
  }

  const attempt = act => {
    try {
      return Promise.resolve(act());
    } catch (error) {
      return Promise.reject(error);
    }
  };

  function register(given, flags = {}) {
    const { name, options, act } = words(given);
    if (!act || options.skip || options.todo || flags.skip || flags.todo) return Promise.resolve();
    const at = suite || root();
    const names = [...chain(at).map(one => one.name), name].filter(Boolean);
    const file = current.file;
    worker.T.tests.push({
      name: `${current.name} > ${names.join(' > ')}`,
      file,
      run() {
        const suites = chain(at);
        const parts = [];
        const t = context(name, parts);
        const hooks = (kind, list) => list.flatMap(one => one[kind].map(hook => step(hook, t, t)));
        const backwards = [...suites].reverse();
        const late = () => {
          // Subtests and what the test asked to be done at its end.
          let result;
          for (const part of parts.flat()) result = result ? result.then(part) : part();
          return result;
        };
        return inOrder(
          [...hooks('before', suites), ...hooks('beforeEach', suites), step(act, t, t), late],
          [...hooks('afterEach', backwards), ...hooks('after', backwards)],
        );
      },
    });
    return Promise.resolve();
  }

  function group(given, flags = {}) {
    const { name, options, act } = words(given);
    if (!act || options.skip || options.todo || flags.skip || flags.todo) return Promise.resolve();
    const at = open(name, suite || root());
    const outer = suite;
    suite = at;
    let result;
    try {
      result = act.call({ name }, { name });
    } finally {
      suite = outer;
    }
    if (result && typeof result.then === 'function') current.pending.push(result);
    return Promise.resolve();
  }

  const flagged = act => Object.assign((...given) => act(given), {
    skip: (...given) => act(given, { skip: true }),
    todo: (...given) => act(given, { todo: true }),
    only: (...given) => act(given),
  });
  const hook = kind => act => { (suite || root())[kind].push(act); };
  const api = {
    test: flagged(register), it: flagged(register), describe: flagged(group), suite: flagged(group),
    before: hook('before'), after: hook('after'), beforeEach: hook('beforeEach'), afterEach: hook('afterEach'),
    mock: real.mock, run: real.run,
  };
  Object.assign(api.test, api, { test: api.test });
  return Object.assign(api, { skip: api.test.skip, todo: api.test.todo, only: api.test.only });
}

module.exports = { make };
