// What a worker does with the tests once it has them: looks at each, judges candidates, confirms survivors.
'use strict';
const fs = require('fs'), path = require('path');

const BATCH = 64;

// Probe ----------------------------------------------------------------------------------------------------------------

async function probe(worker) {
  const { T, request } = worker;
  const deadline = worker.clock.now() + request.budget * 1000;
  T.tracing = true;
  const files = new Set();
  for (const test of worker.tests.values()) {
    if (worker.clock.now() > deadline) break;
    worker.mark(worker.JUDGING);
    T.lines = new Set();
    const began = worker.clock.now();
    const first = await worker.run(test, request.most_ticks, 5000);
    const seconds = (worker.clock.now() - began) / 1000;
    const ticks = T.ticks;
    const lines = [...T.lines];
    // What comes to another end the second time cannot judge.
    const again = first === worker.OUT ? first : await worker.run(test, request.most_ticks, 5000);
    if (test.file) files.add(path.relative(worker.root, test.file));
    if (again !== first) continue;
    worker.say({ test: { name: test.name, result: first, seconds, lines, ticks, asserted: T.asserted } });
  }
  worker.say({ types: [...T.kinds].map(([place, names]) => [place, [...names].map(([name, kinds]) => [name, [...kinds]])]), files: [...files] });
}

// Candidates -----------------------------------------------------------------------------------------------------------

class Maker {
  constructor(worker) {
    this.T = worker.T;
    this.spots = worker.request.spots;
    for (const spot of this.spots) spot.bytes = Buffer.from(spot.text, 'base64').toString('latin1');
  }

  /** The text of a spot's function with edits, as an expression. What belongs to the spot itself gives way to them. */
  code(spot, edits) {
    const made = edits.map(([from, to, text]) => [from - spot.start, to - spot.start, Buffer.from(text, 'utf8').toString('latin1'), 1]);
    for (const fixed of spot.fixed) {
      const [from, to] = fixed;
      const inside = ([a, b]) => (from === to ? a < from && from < b : a < to && from < b);
      if (!made.some(inside)) made.push([from, to, fixed[2], 0]);
    }
    made.sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[3] - b[3]);
    let text = '', at = 0;
    for (const [from, to, new_] of made) {
      text += spot.bytes.slice(at, from) + new_;
      at = to;
    }
    text += spot.bytes.slice(at);
    return Buffer.from(spot.before + text + spot.after, 'latin1').toString('utf8');
  }

  /** The suspect functions in `seen` as they are, unless they are another in the candidate: calls of them are seen too. */
  put(candidate, seen = []) {
    const active = [];
    const changed = candidate[1].map(([number]) => number);
    const others = seen.filter(number => this.spots[number] && !changed.includes(number)).map(number => [number, []]);
    for (const [number, edits] of candidate[1].concat(others)) {
      const spot = this.spots[number];
      if (!spot || number < 0) return null;
      const one = { code: this.code(spot, edits), act: undefined, each: spot.each, broken: false };
      this.T.on[number] = one;
      active.push(one);
    }
    return active;
  }

  clear() {
    this.T.on.fill(undefined);
    this.T.on.length = this.spots.length;
  }
}

class Bench {
  constructor(worker) {
    this.worker = worker;
    this.maker = new Maker(worker);
    this.known = new Map(worker.request.tests.map(test => [test.name, test]));
    const find = name => {
      const test = worker.tests.get(name);
      return test && { test, known: this.known.get(name) || this.known.get(`${worker.job.own}:${name}`) || { ticks: 0, seconds: 0, result: 'P' } };
    };
    this.failing = worker.job.failing.map(find).filter(Boolean);
    this.passing = worker.job.passing.map(find).filter(Boolean);
    const usual = this.passing.concat(this.failing).filter(({ known }) => known.result !== 'T').map(({ known }) => known.ticks);
    this.usual = Math.max(0, ...usual);
  }

  limit(known, step) {
    const base = known.result === 'P' ? known.ticks : Math.max(this.usual, known.result === 'T' ? 0 : known.ticks);
    return (10 * base + 1000) * [1, 15, 200][step];
  }

  /** [verdict, tests passed, assertions of a failing script]. */
  judge(number, step) {
    const { worker, maker } = this;
    const candidate = worker.request.candidates[number];
    let active;
    try {
      active = maker.put(candidate);
    } catch {
      active = null;
    }
    if (!active) {
      maker.clear();
      return ['E', 0, 0];
    }
    const tests = this.failing.concat(this.passing);
    const end = (verdict, passed) => {
      maker.clear();
      const more = passed === 0 && this.failing[0].known.asserted !== undefined ? worker.T.asserted - this.failing[0].known.asserted : 0;
      return [active.some(one => one.broken) ? 'E' : verdict, passed, more];
    };
    const walk = at => {
      for (; at < tests.length; at++) {
        const { test, known } = tests[at];
        const verdict = worker.run(test, this.limit(known, step), Math.max(250, known.seconds * 5000) * [1, 4, 10][step]);
        if (typeof verdict !== 'string') {
          const here = at;
          return verdict.then(late => (late === 'P' ? walk(here + 1) : end(late, here)));
        }
        if (verdict !== 'P') return end(verdict, at);
      }
      return end('P', tests.length);
    };
    return walk(0);
  }

  /** Whether what passed without a candidate still does. */
  async sound() {
    this.maker.clear();
    const quick = this.passing.filter(({ known }) => known.seconds < 0.02).slice(0, 8);
    for (const { test, known } of quick) {
      if ((await this.worker.run(test, this.limit(known, 2), 1000)) !== 'P') return false;
    }
    return true;
  }
}

/** How dear the best survivor of all workers is. */
function best(worker) {
  try {
    const text = fs.readFileSync(path.join(worker.place, 'best'), 'utf8');
    return Math.min(...text.split('\n').filter(Boolean).map(Number));
  } catch {
    return Infinity;
  }
}

function claim(worker, batch) {
  try {
    fs.closeSync(fs.openSync(path.join(worker.place, `batch-${batch}`), 'wx'));
    return true;
  } catch {
    return false;
  }
}

/** Progress that outlives a process which is ended: what it has claimed, what it put off, what it went through. */
class Log {
  constructor(worker) {
    this.file = path.join(worker.place, `log-${worker.number}`);
    const sets = { batch: [], over: [], careful: [], single: [] };
    this.late = new Map();
    let text = '';
    try { text = fs.readFileSync(this.file, 'utf8'); } catch {}
    for (const line of text.split('\n').filter(Boolean)) {
      const [what, number, ...more] = JSON.parse(line);
      if (what === 'late') this.late.set(number, more);
      else sets[what].push(number);
    }
    Object.assign(this, sets);
  }

  say(...words) {
    fs.appendFileSync(this.file, JSON.stringify(words) + '\n');
  }

  put_off(number, step, passed) {
    this.late.set(number, [step, passed]);
    this.say('late', number, step, passed);
  }
}

class Search {
  constructor(worker, checks) {
    Object.assign(this, { worker, checks, log: new Log(worker), bench: new Bench(worker), judged: 0 });
    this.candidates = worker.request.candidates;
    this.lost = new Set(worker.job.lost || []);
  }

  cost(number) {
    return this.candidates[number][0];
  }

  bar() {
    return best(this.worker) + this.worker.request.margin;
  }

  /** What is to be told of a candidate once it is sure that nothing disturbed it. */
  async one(number, step) {
    const { worker, bench } = this;
    worker.mark(worker.JUDGING, number);
    const result = bench.judge(number, step);
    const [verdict, passed, more] = typeof result.then === 'function' ? await result : result;
    this.judged++;
    if (verdict === 'P') return { alive: number };
    if (verdict === 'T' && step < 2) return { late: [number, step + 1, passed] };
    if ((passed > 0 && bench.failing.length > 1) || more > 0) return { hopeful: [number, passed * 1000 + more] };
    return null;
  }

  tell(told) {
    if (told.late) return this.log.put_off(...told.late);
    this.worker.say(told);
    if (told.alive !== undefined) fs.appendFileSync(path.join(this.worker.place, 'best'), `${this.cost(told.alive)}\n`);
    return undefined;
  }

  async sound() {
    this.worker.mark(this.worker.BETWEEN);
    // What a candidate left for later comes to pass now.
    await new Promise(this.worker.clock.setImmediate);
    return !this.checks || this.bench.sound();
  }

  /** Leaves the rest to a fresh process. */
  leave() {
    this.worker.say({ judged: this.judged });
    this.worker.mark(this.worker.BETWEEN);
    this.worker.leave();
  }

  async some(numbers, step) {
    const bar = this.bar(), told = [];
    for (const number of numbers) {
      if (this.lost.has(number) || this.cost(number) > bar) continue;
      const one = await this.one(number, step);
      if (one) told.push(one);
    }
    const sound = await this.sound();
    if (sound) told.forEach(one => this.tell(one));
    return sound;
  }

  /** One by one, each of them in a process that is as it was. */
  async carefully(numbers) {
    for (const number of numbers) {
      if (this.lost.has(number) || this.log.single.includes(number)) continue;
      const one = await this.one(number, 0);
      if (one) this.tell(one);
      this.log.say('single', number);
      if (!(await this.sound())) return this.leave();
    }
    return undefined;
  }

  async batch(batch) {
    const first = batch * BATCH;
    const numbers = Array.from({ length: Math.min(BATCH, this.candidates.length - first) }, (_, at) => first + at);
    if (this.log.careful.includes(batch)) {
      await this.carefully(numbers);
    } else if (!(await this.some(numbers, 0))) {
      this.log.say('careful', batch);
      this.leave();
    }
    this.log.say('over', batch);
  }

  async all() {
    const { log } = this;
    // A batch that was not finished is done again, without the candidate that a process died of.
    for (const batch of log.batch) if (!log.over.includes(batch)) await this.batch(batch);
    for (let batch = 0; batch * BATCH < this.candidates.length; batch++) {
      if (this.cost(batch * BATCH) > this.bar()) break;
      if (log.batch.includes(batch) || !claim(this.worker, batch)) continue;
      log.say('batch', batch);
      await this.batch(batch);
    }
    // Who ran over its time gets more of it when everybody else has had a turn: those first that got furthest.
    for (const step of [1, 2]) {
      const put = [...log.late].filter(([number, [now]]) => now === step && !this.lost.has(number));
      put.sort((a, b) => b[1][1] - a[1][1] || a[0] - b[0]);
      // Where something passes already, what takes so much longer is hardly better.
      const most = best(this.worker) === Infinity ? [0, 1500, 40][step] : [0, 200, 0][step];
      for (const [number] of put.slice(0, most)) await this.some([number], step);
    }
  }
}

async function judge(worker) {
  const began = worker.clock.now();
  const checks = await new Bench(worker).sound();
  const search = new Search(worker, checks);
  await search.all();
  worker.say({ judged: search.judged, seconds: (worker.clock.now() - began) / 1000 });
}

// Confirmation ---------------------------------------------------------------------------------------------------------

async function confirm(worker) {
  const bench = new Bench(worker);
  const behave = require(path.join(worker.place, 'behave.cjs'));
  const lost = new Set(worker.job.lost || []);
  const { survivors } = worker.job;
  const tests = bench.failing.concat(bench.passing);
  for (const number of survivors) {
    if (lost.has(number)) continue;
    worker.mark(worker.JUDGING, number);
    const [verdict] = await bench.judge(number, 2);
    if (verdict === 'P') worker.say({ sound: number });
  }
  const first = survivors.find(number => !lost.has(number));
  if (first === undefined) return;
  worker.mark(worker.JUDGING, first);
  const calls = await behave.record(worker, bench, tests, first);
  worker.mark(worker.JUDGING, -1);
  const asks = calls.filter(call => call.asked);
  const broken = new Map(lost.has(-1) ? [] : await behave.behave(worker, bench, undefined, asks));
  for (const number of survivors) {
    if (lost.has(number)) continue;
    worker.mark(worker.JUDGING, number);
    const did = await behave.behave(worker, bench, number, calls);
    const other = did.filter(([at, what]) => broken.has(at) && broken.get(at) !== what);
    worker.say({ of: number, did, evidence: [other.length, asks.length] });
  }
}

module.exports = { probe, judge, confirm };
