// The driver inside of a process that runs tests: the tests are registered once, then judged again and again with one
// candidate after the other in the place of the suspect functions. `globalThis.__thanos` is what the woven sources call.
'use strict';
const fs = require('fs'), path = require('path'), util = require('util');

const clock = {
  setTimeout, clearTimeout, setImmediate, now: performance.now.bind(performance),
};
const exit = process.reallyExit ? process.reallyExit.bind(process) : process.exit.bind(process);
const PASSED = 'P', FAILED = 'F', OUT = 'T';
const none = Symbol('none');

class Stop extends Error {}
const stop = new Stop('stop');

const T = {
  on: [], none, ticks: 0, limit: Infinity, over: false, within: false, lines: new Set(), kinds: new Map(), tracing: false,
  tests: [], asserted: 0, script: '', fail: null,

  /** In every loop and at every call into a candidate: an endless one comes to its end here. */
  k() {
    if (++T.ticks > T.limit) {
      T.over = true;
      throw stop;
    }
  },

  /** A line is run. */
  c(number) {
    T.lines.add(number);
    if (++T.ticks > T.limit) {
      T.over = true;
      throw stop;
    }
  },

  /** A variable has a value. */
  v(place, name, value) {
    if (!T.tracing) return;
    let names = T.kinds.get(place);
    if (!names) T.kinds.set(place, names = new Map());
    let kinds = names.get(name);
    if (!kinds) names.set(name, kinds = new Set());
    if (kinds.size < 6) kinds.add(kind(value));
  },

  /** A suspect function begins: what its candidate returns, or `none` where it has none. */
  call(spot, reach, self, given) {
    const active = T.on[spot];
    if (active === undefined) return none;
    if (active.record) return noted(active, spot, reach, self, given);
    T.k();
    return act(active, reach).apply(self, given);
  },

  /** The same for an arrow function, which has no beginning of its own. */
  wrap(spot, act, reach) {
    // A method: no more a constructor than an arrow function is.
    const { wrapped } = {
      wrapped(...given) {
        if (T.on[spot] === undefined) return act.apply(this, given);
        const result = T.call(spot, reach, this, given);
        return result === none ? act.apply(this, given) : result;
      },
    };
    Object.defineProperty(wrapped, 'length', { value: act.length, configurable: true });
    Object.defineProperty(wrapped, 'name', { value: act.name, configurable: true });
    return wrapped;
  },

  /** A script that is a test as a whole. */
  main(file, act) {
    T.tests.push({ name: file, file, run: () => scripts.run(act) });
  },
};

function act(active, reach) {
  return active.act === undefined || active.each ? made(active, reach) : active.act;
}

/** A call that is recorded, and whether it comes from outside of all suspect functions. */
function noted(active, spot, reach, self, given) {
  const outer = !T.within;
  active.record(spot, reach, self, given, outer);
  T.within = true;
  try {
    return act(active, reach).apply(self, given);
  } finally {
    T.within = !outer;
  }
}

function made(active, reach) {
  try {
    const act = reach(active.code);
    if (!active.each) active.act = act;
    return act;
  } catch (error) {
    active.broken = true;
    throw error;
  }
}

/** The type of a value, as a declaration would have it. */
function kind(value, depth = 0) {
  if (value === null) return 'null';
  if (Array.isArray(value)) {
    const inner = value.length && depth < 3 ? kind(value[0], depth + 1) : '';
    return inner && value.every(one => kind(one, depth + 1) === inner) ? `${inner}[]` : 'array';
  }
  if (typeof value !== 'object') return typeof value;
  const name = value.constructor && value.constructor.name;
  return !name || name === 'Object' ? 'object' : name;
}

// Scripts --------------------------------------------------------------------------------------------------------------

/** A script is over when nothing of what it began is pending; it has failed when its process would end with an error. */
const scripts = {
  at: null,
  async wait() {
    const base = scripts.base;
    for (let turn = 0; turn < 2000; turn++) {
      await new Promise(clock.setImmediate);
      if (scripts.at.code !== undefined || scripts.at.error) return;
      const busy = process.getActiveResourcesInfo().filter(one => one !== 'Immediate');
      if (busy.length <= base && turn) return;
    }
  },
  run(act) {
    const at = (scripts.at = { code: undefined, error: null });
    process.exitCode = undefined;
    T.asserted = 0;
    const known = new Set(process.rawListeners('exit'));
    const check = () => {
      for (const listener of process.rawListeners('exit')) {
        if (known.has(listener)) continue;
        process.removeListener('exit', listener);
        try { listener.call(process, process.exitCode || 0); } catch (error) { if (!(error instanceof Exit)) at.error = error; }
      }
      const code = at.code !== undefined ? at.code : process.exitCode;
      process.exitCode = undefined;
      scripts.at = null;
      if (at.error) throw at.error;
      if (code) throw new Error(`exit ${code}`);
    };
    let result;
    try {
      result = act();
    } catch (error) {
      if (!(error instanceof Exit)) at.error = error;
    }
    // An async function without an await is over at once, but only its promise knows.
    return Promise.resolve(result).catch(error => { if (!(error instanceof Exit)) at.error = error; })
      .then(() => (at.error || at.code !== undefined ? undefined : scripts.wait())).then(check);
  },
};

class Exit extends Error {}

function calm() {
  process.exit = process.reallyExit = code => {
    if (scripts.at) {
      if (scripts.at.code === undefined) scripts.at.code = Number(code === undefined ? process.exitCode || 0 : code);
    }
    throw new Exit('exit');
  };
  process.abort = () => { throw new Exit('abort'); };
  process.kill = () => true;
  // What nobody catches is the failure of whatever runs just now.
  const failed = error => {
    if (error instanceof Exit) return;
    if (scripts.at) scripts.at.error = error || new Error('rejected');
    else if (T.fail) T.fail();
  };
  for (const name of ['uncaughtException', 'unhandledRejection']) process.removeAllListeners(name);
  process.on('uncaughtException', failed);
  process.on('unhandledRejection', failed);
  if (!process.env.THANOS_SEARCH_DEBUG) {
    for (const stream of [process.stdout, process.stderr]) {
      stream.write = (text, encoding, then) => {
        const act = typeof encoding === 'function' ? encoding : then;
        if (typeof act === 'function') process.nextTick(act);
        return true;
      };
    }
    const silent = process.stdout.write;
    for (const name of ['log', 'info', 'warn', 'error', 'debug', 'trace', 'table', 'dir']) {
      const loud = console[name];
      console[name] = function (...words) { if (process.stdout.write !== silent) loud.apply(console, words); };
    }
  }
  Error.stackTraceLimit = 0;
  const assert = require('assert');
  for (const one of [assert, assert.strict]) {
    for (const name of Object.keys(one)) quicken(one, name);
  }
  require('module').syncBuiltinESMExports();
}

/** What an assertion says is of no interest here, and costs more than everything else; how many passed is. */
function quicken(assert, name) {
  const real = assert[name];
  const holds = {
    equal: (a, b) => a == b || (a !== a && b !== b), strictEqual: Object.is, notStrictEqual: (a, b) => !Object.is(a, b),
    deepStrictEqual: util.isDeepStrictEqual, ok: value => value,
  }[name];
  if (typeof real !== 'function' || !/^[a-z]/.test(name) || name === 'strict') return;
  const check = assert === require('assert').strict && name === 'equal' ? Object.is : assert === require('assert').strict && name === 'deepEqual' ? util.isDeepStrictEqual : holds;
  assert[name] = function (...given) {
    if (check) {
      if (!check(given[0], given[1])) {
        if (given.length < (name === 'ok' ? 1 : 2) || given[name === 'ok' ? 1 : 2] instanceof Error) return real.apply(this, given);
        throw Object.assign(new Error('assertion'), { name: 'AssertionError', code: 'ERR_ASSERTION', actual: given[0], expected: given[1] });
      }
    } else {
      const result = real.apply(this, given);
      if (result && typeof result.then === 'function') return result;
    }
    T.asserted++;
    return undefined;
  };
}

// Tests ----------------------------------------------------------------------------------------------------------------

const later = value => value !== null && (typeof value === 'object' || typeof value === 'function') && typeof value.then === 'function';

/** Steps one after the other; a promise only where a step has one. Those of `always` are taken whatever happens. */
function inOrder(steps, always) {
  const walk = (list, at) => {
    for (; at < list.length; at++) {
      const result = list[at]();
      if (later(result)) return result.then(() => walk(list, at + 1));
    }
    return undefined;
  };
  const end = error => {
    let result;
    try { result = walk(always, 0); } catch (other) { throw error || other; }
    if (later(result)) return result.then(() => { if (error) throw error; }, other => { throw error || other; });
    if (error) throw error;
    return undefined;
  };
  let result;
  try { result = walk(steps, 0); } catch (error) { return end(error || new Error('thrown')); }
  return later(result) ? result.then(() => end(), error => end(error || new Error('rejected'))) : end();
}

/** `act` as runners call it: with a callback where it wants one. */
function step(act, self, ...given) {
  return () => {
    if (act.length > given.length) {
      return new Promise((resolve, reject) => {
        const done = error => (error ? reject(error) : resolve());
        done.fail = error => reject(error || new Error('failed'));
        const result = act.call(self, ...given, done);
        if (later(result)) result.then(resolve, reject);
      });
    }
    const result = act.call(self, ...given);
    return later(result) ? result : undefined;
  };
}

/** The verdict over one test; a promise where the test is one. */
function run(test, ticks, ms) {
  T.ticks = 0;
  T.asserted = 0;
  T.limit = ticks;
  T.over = false;
  const end = result => {
    T.limit = Infinity;
    return T.over ? OUT : result;
  };
  let result;
  try {
    result = test.run();
  } catch {
    return end(FAILED);
  }
  return later(result) ? wait(result, ms).then(end) : end(PASSED);
}

async function wait(result, ms) {
  let verdict;
  result.then(() => { verdict = verdict || PASSED; }, () => { verdict = verdict || FAILED; });
  // Most are over when their turn comes, and need no clock.
  for (let turn = 0; turn < 6 && !verdict; turn++) await null;
  if (verdict) return verdict;
  return new Promise(resolve => {
    const timer = clock.setTimeout(() => { T.over = true; over(OUT); }, ms);
    // A script that waits for what is pending does not wait for this.
    timer.unref();
    const over = what => {
      clock.clearTimeout(timer);
      T.fail = null;
      resolve(what);
    };
    T.fail = () => over(FAILED);
    result.then(() => over(PASSED), () => over(FAILED));
  });
}

// The worker -----------------------------------------------------------------------------------------------------------

const STARTING = 0, BETWEEN = 1, JUDGING = 2;

function start(place, root, number, inside) {
  const request = JSON.parse(fs.readFileSync(path.join(place, 'request'), 'utf8'));
  const job = JSON.parse(fs.readFileSync(path.join(place, `job-${number}`), 'utf8'));
  globalThis.__thanos = T;
  const beat = fs.openSync(path.join(place, `beat-${number}`), 'r+');
  const bytes = Buffer.alloc(12);
  let count = 0;
  const worker = {
    T, place, root, number, request, job, run, step, inOrder, clock, kind,
    mark(phase, at = -1) {
      bytes.writeInt32LE(at, 0);
      bytes.writeInt32LE(count = (count + 1) | 0, 4);
      bytes.writeInt32LE(phase, 8);
      fs.writeSync(beat, bytes, 0, 12, 0);
    },
    leave() {
      fs.writeFileSync(path.join(place, `left-${number}`), '');
      exit(0);
    },
    say: answer => fs.appendFileSync(path.join(place, `answer-${number}`), JSON.stringify(answer) + '\n'),
    /** The tests are known. */
    async begin(tests) {
      setInterval(() => {}, 1 << 30);
      scripts.base = process.getActiveResourcesInfo().filter(one => one !== 'Immediate').length;
      calm();
      const names = new Map();
      for (const test of tests) {
        const same = names.get(test.name) || 0;
        names.set(test.name, same + 1);
        if (same) test.name += `#${same}`;
      }
      worker.tests = new Map(tests.map(test => [test.name, test]));
      worker.mark(BETWEEN);
      try {
        await require(path.join(place, 'judge.cjs'))[job.mode](worker);
        fs.writeFileSync(path.join(place, `done-${number}`), '');
      } catch (error) {
        fs.appendFileSync(path.join(place, `said-${number}`), String((error && error.stack) || error));
      }
      exit(0);
    },
    STARTING, BETWEEN, JUDGING, PASSED, FAILED, OUT,
  };
  if (!inside) require(path.join(place, 'doors.cjs')).open(worker);
  return worker;
}

module.exports = { start };
