// How survivors behave on arguments like those that the tests gave: recorded, varied, and the results told as text.
'use strict';
const util = require('util');

const MOST_CALLS = 40, VARIED = 240;

/** The same numbers every time. */
class Dice {
  constructor(seed) {
    this.state = seed >>> 0;
  }

  next() {
    this.state = (Math.imul(this.state, 1664525) + 1013904223) >>> 0;
    return this.state / 4294967296;
  }

  below(count) {
    return Math.floor(this.next() * count);
  }

  of(list) {
    return list[this.below(list.length)];
  }
}

/** A copy that shares nothing but functions, with the same classes. */
function copy(value, known = new Map(), depth = 0) {
  if (value === null || typeof value !== 'object') return value;
  if (known.has(value)) return known.get(value);
  if (depth > 60) throw new Error('too deep');
  const within = one => copy(one, known, depth + 1);
  const tag = Object.prototype.toString.call(value);
  if (tag === '[object Date]') return new Date(value.getTime());
  if (tag === '[object RegExp]') return value;
  if (ArrayBuffer.isView(value) || tag === '[object ArrayBuffer]') return value.slice ? value.slice() : value;
  if (tag === '[object Map]' || tag === '[object Set]') {
    const made = new value.constructor();
    known.set(value, made);
    if (tag === '[object Map]') value.forEach((one, key) => made.set(within(key), within(one)));
    else value.forEach(one => made.add(within(one)));
    return made;
  }
  if (value instanceof Promise || value instanceof WeakMap || value instanceof WeakSet) return value;
  const made = Array.isArray(value) ? new Array(value.length) : Object.create(Object.getPrototypeOf(value));
  known.set(value, made);
  for (const key of Object.keys(value)) made[key] = within(value[key]);
  return made;
}

class Fuzz {
  constructor(seed) {
    this.dice = new Dice(seed);
    this.seen = { number: [], string: [] };
  }

  learn(value, depth = 0) {
    if (this.seen[typeof value]) this.seen[typeof value].push(value);
    else if (value && typeof value === 'object' && depth < 4) Object.values(value).slice(0, 20).forEach(one => this.learn(one, depth + 1));
  }

  vary(value, often) {
    const { dice } = this;
    if (Array.isArray(value)) return this.sequence([...value], often).map(one => this.vary(one, often / 2));
    if (value && typeof value === 'object') {
      const proto = Object.getPrototypeOf(value);
      if (proto === null || Object.getPrototypeOf(proto) === null) for (const key of Object.keys(value)) value[key] = this.vary(value[key], often / 2);
      return value;
    }
    if (dice.next() > often) return value;
    if (typeof value === 'boolean') return dice.next() < 0.5;
    if (typeof value === 'number') return dice.of([value + 1, value > 0 ? Math.max(0, value - 1) : value - 1, dice.of(this.seen.number)]);
    if (typeof value === 'string') return this.sequence([...value], 1).join('');
    return value;
  }

  sequence(items, often) {
    const { dice } = this;
    if (!items.length || dice.next() > often) return items;
    const at = dice.below(items.length), other = dice.below(items.length);
    const way = dice.below(4);
    if (way === 0) items.splice(at, 1);
    else if (way === 1) items.splice(at, 0, copy(items[other]));
    else if (way === 2) [items[at], items[other]] = [items[other], items[at]];
    else items[at] = copy(items[other]);
    return items;
  }
}

/** The calls that the tests make into the suspect functions, with a survivor in its place: it lets them come to their end. */
async function record(worker, bench, tests, survivor) {
  const calls = [];
  const seen = new Map();
  const note = (spot, reach, self, given, outer) => {
    const known = seen.get(spot) || new Set();
    seen.set(spot, known);
    if (known.size >= MOST_CALLS) return;
    let frozen;
    try {
      frozen = copy([self === globalThis ? undefined : self, [...given]]);
    } catch {
      return;
    }
    const text = show(frozen);
    if (text.length > 20000 || known.has(text)) return;
    known.add(text);
    calls.push({ spot, reach, frozen, asked: outer });
  };
  bench.maker.put(worker.request.candidates[survivor], [...worker.request.spots.keys()]).forEach(one => { one.record = note; });
  worker.T.within = false;
  for (const { test, known } of tests) await worker.run(test, bench.limit(known, 1), 1000);
  bench.maker.clear();
  return vary(calls, worker.request.seed);
}

function vary(calls, seed) {
  // What the tests ask themselves is first.
  const all = [...calls].sort((a, b) => b.asked - a.asked);
  const spots = [...new Set(calls.map(call => call.spot))];
  for (const spot of spots) {
    const own = calls.filter(call => call.spot === spot);
    const fuzz = new Fuzz(seed);
    own.forEach(call => fuzz.learn(call.frozen[1]));
    for (let turn = 0; own.length && turn < VARIED / spots.length; turn++) {
      const call = own[turn % own.length];
      const [self, given] = copy(call.frozen);
      all.push({ ...call, asked: false, frozen: [self, given.map(one => fuzz.vary(one, 0.5))] });
    }
  }
  return all;
}

function show(value) {
  return util.inspect(value, { depth: 8, maxArrayLength: 300, maxStringLength: 4000, breakLength: Infinity, sorted: true, showProxy: false });
}

async function told(result) {
  const value = await result;
  if (value && typeof value.next === 'function' && typeof value[Symbol.iterator] === 'function') {
    const items = [];
    for (const one of value) if (items.push(one) >= 200) break;
    return `each ${show(items)}`;
  }
  return show(value);
}

/** [number of the call, what came of it]; without a number of the program as it is. */
async function behave(worker, bench, number, calls) {
  const { T, clock } = worker;
  const did = [];
  for (const [at, call] of calls.entries()) {
    const [self, given] = copy(call.frozen);
    let active;
    try {
      active = bench.maker.put(number === undefined ? [0, []] : worker.request.candidates[number], [call.spot]);
    } catch {
      break;
    }
    if (!active) continue;
    T.ticks = 0;
    T.limit = 50000;
    T.over = false;
    let what;
    try {
      let timer;
      const late = new Promise((_, reject) => { timer = clock.setTimeout(() => reject(new Error('late')), 100); });
      timer.unref();
      const text = await Promise.race([told(T.call(call.spot, call.reach, self, given)), late]);
      clock.clearTimeout(timer);
      what = `value ${text} ${show(given)} ${show(self)}`.slice(0, 6000);
    } catch (error) {
      what = `raises ${(error && error.name) || error}`;
    }
    T.limit = Infinity;
    if (T.over) what = 'takes long';
    did.push([at, what]);
    worker.mark(worker.JUDGING, number === undefined ? -1 : number);
  }
  bench.maker.clear();
  return did;
}

module.exports = { record, behave };
