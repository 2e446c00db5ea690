// Writes the woven sources, starts the tests' processes as the failing command starts them, and watches them: who does
// not answer is ended and begun again behind the candidate that kept it. What it writes into the tree is undone by
// whoever runs it.
'use strict';
const fs = require('fs'), os = require('os'), path = require('path');
const { spawn, spawnSync } = require('child_process');

const [directory, ...command] = process.argv.slice(1);
const ROOT = fs.realpathSync(process.cwd());
const request = JSON.parse(fs.readFileSync(0, 'utf8'));
const PLACE = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'search-'));
const at = name => path.join(PLACE, name);
const began = Date.now();
const left = () => request.budget * 1000 - (Date.now() - began);
const POLL = 10;
// As many as the workers take at once.
const BATCH = 64;

const running = new Set();
const stop = child => { try { process.kill(-child.pid, 'SIGKILL'); } catch {} };
process.on('exit', () => {
  running.forEach(stop);
  try { fs.rmSync(PLACE, { recursive: true, force: true }); } catch {}
});
for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(name, () => process.exit(1));

for (const [name, text] of Object.entries(request.drivers)) fs.writeFileSync(at(name), text);
for (const [name, text] of Object.entries(request.texts || {})) fs.writeFileSync(path.join(ROOT, name), Buffer.from(text, 'base64'));
delete request.drivers;
delete request.texts;
fs.writeFileSync(at('request'), JSON.stringify(request));

const lines = name => {
  try { return fs.readFileSync(at(name), 'utf8').split('\n').filter(Boolean); } catch { return []; }
};
const parsed = name => lines(name).flatMap(line => { try { return [JSON.parse(line)]; } catch { return []; } });
const sleep = ms => new Promise(resolve => setTimeout(resolve, ms));
const quoted = word => (/[\s"\\]/.test(word) ? '"' + word.replace(/["\\]/g, '\\$&') + '"' : word);
const own = Object.fromEntries(['TMPDIR', 'TMP', 'TEMP'].filter(name => process.env[name]).map(name => [name, process.env[name]]));
const door = env => ({
  ...env, THANOS_SEARCH: PLACE, THANOS_SEARCH_ROOT: ROOT,
  NODE_OPTIONS: `${env.NODE_OPTIONS || ''} --require=${quoted(at('door.cjs'))}`.trim(),
});

/** How the tests' processes are started. The failing command is run; it gets no further than to its tests. */
async function discover() {
  fs.writeFileSync(at('discover'), '');
  const said = fs.openSync(at('said'), 'w');
  const child = spawn(command[0], command.slice(1), {
    cwd: path.join(ROOT, directory), env: door(process.env), stdio: ['ignore', said, said], detached: true,
  });
  running.add(child);
  let over = false;
  child.on('error', error => { over = true; fs.writeSync(said, String(error)); });
  child.on('exit', () => { over = true; });
  while (!over && left() > 0) await sleep(POLL);
  stop(child);
  return { starts: parsed('found') };
}

/** One process for all that is started alike. */
class Worker {
  constructor(start, number, job) {
    Object.assign(this, { start, number, job, tries: 0 });
    this.begin({});
  }

  begin(resume) {
    const { start, number } = this;
    this.beat = at(`beat-${number}`);
    fs.writeFileSync(this.beat, Buffer.alloc(16));
    fs.writeFileSync(at(`job-${number}`), JSON.stringify({ ...this.job, ...resume, kind: start.kind, scripts: start.scripts }));
    const script = start.kind === 'node' ? at('host.cjs') : start.script;
    const said = fs.openSync(at(`said-${number}`), 'w');
    this.child = spawn(start.node, [...start.options.filter(option => !/^--(test|experimental-test)/.test(option)), script, ...start.words], {
      cwd: start.cwd, env: { ...door(start.env), ...own, THANOS_WORKER: String(number) }, stdio: ['ignore', said, said], detached: true,
    });
    fs.closeSync(said);
    running.add(this.child);
    this.over = false;
    this.since = Date.now();
    this.last = '';
    const child = this.child;
    const ended = () => { running.delete(child); if (this.child === child) this.over = true; };
    child.on('exit', ended);
    child.on('error', ended);
  }

  /** The candidate it is at (-1: none), and its phase. */
  at() {
    const bytes = fs.readFileSync(this.beat);
    return { step: bytes.readInt32LE(0), count: bytes.readInt32LE(4), phase: bytes.readInt32LE(8), last: bytes.toString('latin1') };
  }

  done() {
    return fs.existsSync(at(`done-${this.number}`));
  }
}

const STARTING = 0, BETWEEN = 1, JUDGING = 2;

/** Lets a worker go on until it says that it is done; what hangs or dies costs the candidate it was at. */
async function watch(worker, patience, most) {
  for (;;) {
    await sleep(POLL);
    if (worker.done() || left() <= 0) return stop(worker.child);
    const now = worker.at();
    if (now.last !== worker.last) [worker.last, worker.since] = [now.last, Date.now()];
    const slow = Date.now() - worker.since > (now.phase === JUDGING ? patience : 60000);
    const asked = at(`left-${worker.number}`);
    const leaves = fs.existsSync(asked);
    if (!slow && !worker.over && !leaves) continue;
    stop(worker.child);
    if (leaves) fs.unlinkSync(asked);
    if (now.phase === STARTING || ++worker.tries > most) return;
    fs.appendFileSync(at(`lost-${worker.number}`), JSON.stringify(now.phase === JUDGING ? now.step : -1) + '\n');
    worker.begin({ lost: parsed(`lost-${worker.number}`) });
  }
}

function starts() {
  const groups = new Map();
  for (const start of request.starts) {
    // Scripts that are started alike share a process.
    const key = JSON.stringify([start.kind, start.node, start.options, start.cwd, start.kind === 'node' ? start.words : [start.script, start.words]]);
    if (!groups.has(key)) groups.set(key, { ...start, scripts: [] });
    const { scripts } = groups.get(key);
    if (!scripts.includes(start.script)) scripts.push(start.script);
  }
  return [...groups.values()];
}

async function probe() {
  const all = starts();
  const workers = all.map((start, number) => new Worker(start, number, { mode: 'probe', own: number }));
  await Promise.all(workers.map(worker => watch(worker, 20000, 0)));
  const tests = [], types = [], files = [];
  workers.forEach((worker, number) => {
    for (const told of parsed(`answer-${number}`)) {
      if (told.test) tests.push({ ...told.test, name: all.length > 1 ? `${number}:${told.test.name}` : told.test.name });
      if (told.types) types.push(...told.types);
      if (told.files) files.push(...told.files);
    }
  });
  return { tests, types, files };
}

/** Which of the processes have the failing tests; the others are asked about survivors alone. */
function owner(name, count) {
  return count > 1 ? Number(name.split(':')[0]) : 0;
}

async function judge() {
  const all = starts();
  const of = number => names => names.filter(name => owner(name, all.length) === number).map(name => (all.length > 1 ? name.slice(name.indexOf(':') + 1) : name));
  const first = owner(request.failing[0], all.length);
  const job = { mode: 'judge', failing: of(first)(request.failing), passing: of(first)(request.passing) };
  const workers = Array.from({ length: request.workers }, (_, number) => new Worker(all[first], number, job));
  const patience = Math.max(1500, 4000 * request.slowest);
  const telling = setInterval(() => tellProgress(workers.length), 1000);
  await Promise.all(workers.map(worker => watch(worker, patience, 200)));
  clearInterval(telling);
  let judged = 0, cut = left() <= 0;
  let alive = [];
  const hopeful = [];
  let seconds = 0;
  workers.forEach((_, number) => {
    for (const told of parsed(`answer-${number}`)) {
      if (told.judged) judged += told.judged;
      if (told.alive !== undefined) alive.push(told.alive);
      if (told.hopeful) hopeful.push(told.hopeful);
      if (told.seconds) seconds = Math.max(seconds, told.seconds);
    }
  });
  const cost = number => request.candidates[number][0];
  const by = (a, b) => cost(a) - cost(b) || a - b;
  alive = [...new Set(alive)].sort(by);
  alive = alive.filter(number => cost(number) <= cost(alive[0]) + request.margin).slice(0, 60);
  // Again, in fresh processes: whoever shares one may have passed by what another left behind.
  const behaviour = new Map(), evidence = {};
  for (let number = 0; alive.length && number < all.length; number++) {
    const mine = { mode: 'confirm', failing: of(number)(request.failing), passing: of(number)(request.passing), survivors: alive };
    if (!mine.failing.length && !mine.passing.length) continue;
    const worker = new Worker(all[number], 100 + number, mine);
    await watch(worker, patience * 2, 60);
    const sound = new Set();
    for (const told of parsed(`answer-${100 + number}`)) {
      if (told.sound !== undefined) sound.add(told.sound);
      if (told.evidence) evidence[told.of] = told.evidence.map((count, at) => count + (evidence[told.of] || [0, 0])[at]);
      if (told.did) behaviour.set(told.of, { ...(behaviour.get(told.of) || {}), ...Object.fromEntries(told.did.map(([key, what]) => [`${number}:${key}`, what])) });
    }
    alive = alive.filter(one => sound.has(one));
  }
  hopeful.sort((a, b) => b[1] - a[1] || by(a[0], b[0]));
  return {
    judged, alive, groups: groups(alive, behaviour), evidence, hopeful: [...new Set(hopeful.map(([number]) => number))].slice(0, 40),
    out_of_time: cut, seconds: seconds || (Date.now() - began) / 1000,
  };
}

/** RS, how many are judged (whole batches that are behind the workers), how many of them pass. */
function tellProgress(busy) {
  const batches = fs.readdirSync(PLACE).filter(name => name.startsWith('batch-')).length;
  const judged = Math.min(Math.max(0, batches - busy) * BATCH, request.candidates.length);
  process.stderr.write(`\x1e${judged} ${lines('best').length}\n`);
}

/** Those that do the same. What only one of two refuses says little: the argument may be one that nobody would give. */
function groups(alive, behaviour) {
  const made = [];
  for (const number of alive) {
    const did = behaviour.get(number);
    const value = text => text !== undefined && text.startsWith('value ');
    const same = known => Object.keys(did).every(key => !value(did[key]) || !value(known[key]) || did[key] === known[key]);
    const group = did && Object.keys(did).length ? made.find(one => one.did && same(one.did)) : undefined;
    if (group) group.members.push(number);
    else made.push({ did: did && Object.keys(did).length ? did : undefined, members: [number] });
  }
  return made.map(group => group.members);
}

const modes = { discover, probe, judge };
modes[request.mode]().then(
  answer => {
    if (request.mode !== 'judge' && !(answer.starts || answer.tests).length) {
      const said = ['said', 'said-0'].flatMap(lines);
      console.error(said.slice(-12).join('\n').slice(-2000) || 'no tests were found');
      return process.exit(1);
    }
    process.stdout.write(JSON.stringify(answer) + '\n', () => process.exit(0));
  },
  error => { console.error(error); process.exit(1); },
);
