// Looks at every page of a dashboard in a real browser: node check.mjs NODE_MODULES BROWSER URL [live|FOLDER]
// Nothing may be requested from elsewhere, no script of the ledger's may run, no page may be wider than its window, axe
// may find nothing serious. Pictures of all pages go to FOLDER, for people. What is wrong is printed, a line each.
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const [modules, executablePath, base, extra] = process.argv.slice(2);
const live = extra === 'live', folder = live ? null : extra;
// A busy machine is no fault of the pages.
const PATIENCE = 240_000;
const { chromium } = await import(pathToFileURL(path.join(modules, 'playwright-core/index.mjs')));
const axe = fs.readFileSync(path.join(modules, 'axe-core/axe.min.js'), 'utf8');
const home = base.slice(0, base.lastIndexOf('/') + 1);
const wrong = [];

const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
await look('light', 1280);
await look('dark', 360);
await keyboard();
if (live) await follows();
await browser.close();
wrong.forEach(line => console.error(line));
process.exit(wrong.length ? 1 : 0);

async function open(options, where) {
  // axe needs to be let in; that the pages' own policy holds is looked at in `keyboard`, without it.
  const context = await browser.newContext({ bypassCSP: true, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  page.on('console', message => { if (['error', 'warning'].includes(message.type())) wrong.push(`${where}: console: ${message.text()}`); });
  page.on('pageerror', error => wrong.push(`${where}: ${error.message}`));
  page.on('dialog', dialog => { wrong.push(`${where}: a dialog: ${dialog.message()}`); dialog.dismiss(); });
  page.on('request', request => { if (!request.url().startsWith(home)) wrong.push(`${where}: asks for ${request.url()}`); });
  await page.goto(base);
  await page.waitForFunction(() => document.documentElement.dataset.shown);
  return page;
}

async function go(page, hash) {
  const before = await page.evaluate(() => document.documentElement.dataset.shown);
  await page.evaluate(hash => { location.hash = hash; }, hash);
  await page.waitForFunction(([hash, before]) => location.hash === hash && document.documentElement.dataset.shown !== before, [hash, before]);
}

async function look(colorScheme, width) {
  const page = await open({ colorScheme, viewport: { width, height: 900 }, reducedMotion: 'reduce' }, `${colorScheme} ${width}`);
  const hashes = await page.evaluate(async () => {
    // One run of each kind, and those with the worst texts.
    const all = [];
    for (let at = 0; at < overview.chunks.length; at++) all.push(...rowsOf(await load('runs-' + at)));
    const some = [all.find(row => row.outcome === 'fixed' && row.score >= 0 && row.pull === 'merged'), all.find(row => row.outcome === 'explained'),
      all.find(row => row.title.includes('<script')), all.find(row => row.title.includes('onload')), all.find(row => row.title.includes('very long'))];
    return ['#/runs', '#/runs?outcome=fixed', ...some.filter(Boolean).map(row => runLink(row.attempt)), '#/run/none', '#/analytics', '#/learnings', '#/audit', '#/nowhere', '#/'];
  });
  let remembered = false;
  for (const [number, hash] of hashes.entries()) {
    const where = `${hash} ${colorScheme} ${width}`;
    await go(page, hash);
    if (await page.title() === 'owned') wrong.push(`${where}: a text of the ledger ran`);
    remembered ||= await page.evaluate(() => /Seen before[^]*the same failure · 75% sure/.test(document.querySelector('main').innerText));
    const broken = await page.evaluate(() => [...document.querySelectorAll('.actions button')].find(button => button.offsetHeight > 60)?.innerText);
    if (broken) wrong.push(`${where}: the button ${broken} is broken into lines`);
    if (await page.evaluate(() => document.querySelector('main script, main iframe, main img') !== null)) wrong.push(`${where}: a text of the ledger became an element`);
    const links = await page.evaluate(() => [...document.querySelectorAll('a')].map(a => a.href).filter(href => !/^(https?|file):/.test(href)));
    if (links.length) wrong.push(`${where}: leads to ${links[0]}`);
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (over > 0) wrong.push(`${where}: ${over} pixels wider than the window`);
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => axe.run({ preload: false }));
    for (const { id, impact, nodes } of violations) {
      if (['serious', 'critical'].includes(impact)) wrong.push(`${where}: axe: ${impact} ${id}: ${nodes[0].html}`);
    }
    if (folder) await page.screenshot({ path: path.join(folder, `${number}-${colorScheme}-${width}.png`), fullPage: true });
  }
  if (!remembered) wrong.push(`${colorScheme} ${width}: no page of a run says what was seen before`);
  await page.context().close();
}

// Without a mouse, and with the pages' own policy in force.
async function keyboard() {
  const page = await open({ bypassCSP: false, viewport: { width: 1280, height: 900 } }, 'keyboard');
  const say = (is, what) => { if (!is) wrong.push(`keyboard: ${what}`); };
  await page.keyboard.press('Tab');
  say(await page.evaluate(() => document.activeElement.id === 'skip'), 'the first stop is no link to the content');
  await go(page, '#/runs');
  say(await page.evaluate(() => document.activeElement.tagName === 'H1'), 'a new page does not take the focus');
  await page.keyboard.press('Tab');
  say(await page.evaluate(() => document.activeElement.name === 'q'), 'the search is not the first stop of the page');
  await page.keyboard.type('zzzzz');
  await page.waitForFunction(() => document.querySelector('[role=status]').textContent.startsWith('No run matches'));
  await page.keyboard.press('Control+A');
  await page.keyboard.press('Delete');
  await page.keyboard.press('Tab');
  say(await page.evaluate(() => document.activeElement.name === 'outcome'), 'the outcome is not the next stop');
  // The browser's own list answers the keyboard; on a slow machine it takes the letters for several words.
  await page.locator('select[name=outcome]').selectOption('fixed');
  await page.waitForFunction(() => location.hash.includes('outcome=fixed') && document.querySelectorAll('.runs > li').length > 3);
  say(await page.evaluate(() => [...document.querySelectorAll('.runs .mark')].every(mark => mark.textContent === 'fixed')), 'the filter lets others through');
  const counted = await page.evaluate(async () => {
    const wanted = overview.totals.outcomes.find(([word]) => word === 'fixed')[1];
    let found = 0;
    for await (const rows of search({ outcome: 'fixed' }, () => {})) found += rows.length;
    return [wanted, found];
  });
  say(counted[0] === counted[1], `${counted[1]} fixed runs are found of ${counted[0]}`);
  await page.locator('.runs a').first().focus();
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => document.documentElement.dataset.page === 'run');
  say(await page.evaluate(() => [...document.querySelectorAll('h2')].some(head => head.textContent === 'Candidates')), 'a run does not open');
  await page.evaluate(() => { for (const key of ['/', 'q', 'q']) document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true })); });
  await page.waitForFunction(() => document.documentElement.dataset.page === 'runs');
  say(await page.evaluate(() => document.activeElement.name === 'q'), '/ does not lead to the search');
  say(await page.evaluate(() => document.activeElement.value === 'qq'), 'what is typed after / before the page is there is lost');
  const ran = await page.evaluate(() => new Promise(done => {
    const inline = document.createElement('script');
    inline.textContent = 'window.inlineRan = true';
    document.body.append(inline);
    setTimeout(() => done(window.inlineRan === true), 50);
  }));
  say(!ran, 'the policy lets a script of the page itself run');
  // Told once for the page's own policy, and once for the server's.
  const refused = wrong.filter(line => line.startsWith('keyboard: console:') && line.includes('Content Security Policy'));
  say(refused.length > 0, 'the refusal is not told');
  refused.forEach(line => wrong.splice(wrong.indexOf(line), 1));
  await page.context().close();
}

// The served pages follow the ledger, which grows by a run when a line is printed and read.
async function follows() {
  const page = await open({ viewport: { width: 1280, height: 900 } }, 'live');
  await page.waitForFunction(() => document.getElementById('state').textContent === 'live');
  const before = await page.evaluate(() => overview.runs);
  console.log('watching');
  await page.waitForFunction(before => overview.runs > before, before);
  await page.waitForFunction(() => document.querySelector('#running .now') !== null);
  const text = await page.locator('#running').textContent();
  if (!text.includes('`make test` fails')) wrong.push(`live: the run in progress is not told: ${text}`);
  console.log('seen');
  await page.waitForFunction(() => document.querySelector('#running .now') === null);
  await page.context().close();
}
