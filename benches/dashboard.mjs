// The first view of a dashboard: node dashboard.mjs NODE_MODULES BROWSER URL. Five fresh browsers' medians: milliseconds from
// the start of the navigation until the page is drawn and answers, and what was loaded until then.
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const [modules, executablePath, url] = process.argv.slice(2);
const { chromium } = await import(pathToFileURL(path.join(modules, 'playwright-core/index.mjs')));
const times = [];
let bytes = 0;
for (let round = 0; round < 5; round++) {
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  const loaded = [];
  page.on('response', response => loaded.push(response.body().then(body => body.length, () => 0)));
  const asked = new Set();
  page.on('request', request => asked.add(request.url().split(/[?#]/)[0]));
  await page.goto(url, { waitUntil: 'load' });
  await page.waitForFunction(() => document.documentElement.dataset.shown && document.querySelectorAll('canvas').length === 2);
  // A click is answered.
  times.push(await page.evaluate(() => new Promise(done => requestAnimationFrame(() => setTimeout(() => done(performance.now()))))));
  if (url.startsWith('file:')) {
    bytes = [...asked].reduce((sum, name) => sum + fs.statSync(new URL(name)).size, 0);
  } else {
    bytes = (await Promise.race([Promise.all(loaded), new Promise(done => setTimeout(() => done(loaded.map(() => 0)), 2000))])).reduce((a, b) => a + b, 0);
  }
  await browser.close();
}
times.sort((a, b) => a - b);
console.log(`${Math.round(times[2])} ms (${Math.round(times[0])} to ${Math.round(times[4])}), ${Math.round(bytes / 1024)} KB`);
