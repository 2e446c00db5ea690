// For the process in which vitest runs its tests: it lets it collect them and then gives them to the driver.
'use strict';
const path = require('path');
const { pathToFileURL } = require('url');

/** vitest's own runner, before it runs what it has collected. */
function enter(place, root, number) {
  require('module').register(pathToFileURL(path.join(place, 'vitest-hooks.mjs')).href);
  let worker;
  const tests = [];
  const seen = new Set();

  function collect(own, suite, above, file) {
    const suites = [...above, suite];
    for (const task of suite.tasks) {
      if (task.mode === 'skip' || task.mode === 'todo') continue;
      if (task.type === 'suite') {
        collect(own, task, suites, file);
        continue;
      }
      const act = own.getFn(task);
      if (!act) continue;
      const hooks = (list, kind, given) => list.flatMap(one => (own.getHooks(one)[kind] || []).map(hook => worker.step(hook, undefined, given(one))));
      const backwards = [...suites].reverse();
      const names = [...suites.slice(1).map(one => one.name), task.name];
      const context = () => task.context || {};
      const fails = task.fails;
      tests.push({
        name: `${path.relative(root, file)} > ${names.join(' > ')}`,
        file,
        run() {
          const test = fails ? () => opposite(act) : () => act();
          return worker.inOrder(
            [...hooks(suites, 'beforeAll', one => one), ...hooks(suites, 'beforeEach', context), test],
            [...hooks(backwards, 'afterEach', context), ...hooks(backwards, 'afterAll', one => one)],
          );
        },
      });
      task.mode = 'skip';
    }
  }

  async function opposite(act) {
    try {
      await act();
    } catch {
      return;
    }
    throw new Error('passes');
  }

  globalThis.__thanosVitest = async (files, own) => {
    if (!worker) worker = require('./core.cjs').start(place, root, number, true);
    for (const file of files) {
      seen.add(file.filepath);
      collect(own, file, [], file.filepath);
    }
    const state = globalThis.__vitest_worker__;
    const all = (state && state.ctx && state.ctx.files) || [];
    if (seen.size >= all.length) await worker.begin(tests);
  };
}

module.exports = { enter };
