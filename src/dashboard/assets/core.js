// What all pages share: data that arrives by script tags, elements, numbers for people. Whatever comes from the ledger
// is foreign text: it reaches the page through text nodes and checked addresses, never as markup.
"use strict";

// ---- data: each file under data/ calls thanos(name, value) ----
const store = new Map();
const waiting = new Map();
const dated = () => (window.overview ? "?v=" + encodeURIComponent(window.overview.generated) : "");

function thanos(name, value) {
  if (name === "overview") window.overview = value;
  store.set(name, value);
  const wait = waiting.get(name);
  if (wait) wait.done(value);
  waiting.delete(name);
}

function load(name, fresh) {
  if (!fresh && store.has(name)) return Promise.resolve(store.get(name));
  if (waiting.has(name)) return waiting.get(name).promise;
  const wait = {};
  wait.promise = new Promise((done, fail) => Object.assign(wait, { done, fail }));
  waiting.set(name, wait);
  const script = document.createElement("script");
  script.src = "data/" + name + ".js" + (fresh ? "?t=" + Date.now() : dated());
  script.onload = () => script.remove();
  script.onerror = () => {
    waiting.delete(name);
    script.remove();
    wait.fail(new Error("data/" + name + ".js cannot be loaded"));
  };
  document.head.append(script);
  return wait.promise;
}

// FNV-1a, as the builder computes it: a run's file is found by the run's name alone.
function shardOf(attempt, shards) {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(attempt)) hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & 0xffffffffffffffffn;
  return Number(hash % BigInt(shards));
}

// ---- elements ----
function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class") element.className = value;
    else if (name === "value") element.value = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  return put(element, children);
}

function put(element, children) {
  for (const child of [children].flat(Infinity)) {
    if (child === null || child === undefined || child === false || child === "") continue;
    element.append(child instanceof Node ? child : String(child));
  }
  return element;
}

// Foreign text: isolated, so that its direction cannot disturb what is around it.
const LONGEST = 4000;
const foreign = (text, extra) => h("bdi", { class: "foreign" + (extra ? " " + extra : "") }, typeof text === "string" && text.length > LONGEST ? text.slice(0, LONGEST) + " …" : text);

// A link to elsewhere only where it is one: scripts and the like stay text.
function away(url, text) {
  let parsed = null;
  try { parsed = new URL(url); } catch { /* no address */ }
  if (!parsed || !["https:", "http:"].includes(parsed.protocol)) return foreign(text);
  return h("a", { href: parsed.href, rel: "noopener noreferrer", target: "_blank" }, foreign(text), h("span", { class: "out", "aria-hidden": "true" }, " ↗"));
}

const route = (page, query) => {
  const search = new URLSearchParams(Object.entries(query || {}).filter(([, value]) => value !== "" && value !== null && value !== undefined));
  return "#/" + page + (search.size ? "?" + search : "");
};
// Runs of two repositories may have one name.
const runLink = (attempt, repository) => route("run/" + encodeURIComponent(attempt), { repository });

// ---- words and numbers ----
const number = new Intl.NumberFormat("en");
const plural = word => (/[^aeiou]y$/.test(word) ? word.slice(0, -1) + "ies" : word.endsWith("x") ? word + "es" : word + "s");
const count = (n, word) => number.format(n) + " " + (n === 1 ? word : plural(word));
const whole = n => number.format(Math.round(n));
const percent = (part, all) => (all > 0 ? Math.round((100 * part) / all) + "%" : "–");

function money(usd) {
  if (!Number.isFinite(usd)) return "–";
  const size = Math.abs(usd);
  // Two digits that count, also where the second is a zero: a column of them is read by its places.
  const places = size >= 0.1 || size === 0 ? 2 : Math.min(8, 1 - Math.floor(Math.log10(size)));
  const text = size >= 1000 ? whole(size) : size.toFixed(places);
  return (usd < 0 ? "−$" : "$") + text;
}

function lasted(seconds) {
  if (!Number.isFinite(seconds) || seconds < 0) return "–";
  if (seconds < 10) return seconds.toFixed(1) + " s";
  if (seconds < 90) return Math.round(seconds) + " s";
  if (seconds < 5400) return Math.round(seconds / 60) + " min";
  if (seconds < 172800) return (seconds / 3600).toFixed(1) + " h";
  return Math.round(seconds / 86400) + " days";
}

const two = n => String(n).padStart(2, "0");
const dayText = date => date.getFullYear() + "-" + two(date.getMonth() + 1) + "-" + two(date.getDate());
function when(seconds) {
  if (!seconds) return "no time";
  const date = new Date(seconds * 1000);
  const text = dayText(date) + " " + two(date.getHours()) + ":" + two(date.getMinutes());
  return h("time", { datetime: date.toISOString() }, text);
}
const moment = text => when(Math.floor((Date.parse(text) || 0) / 1000));

// ---- outcomes ----
const MEANING = {
  fixed: ["good", "a proven repair was published"], proposed: ["good", "a proven repair was made, not published"],
  healthy: ["calm", "the command passes already"], flaky: ["warn", "fails and passes on the same commit"],
  transient: ["warn", "infrastructure, not the code"], explained: ["info", "no repair could be proven; the cause is told"],
  blocked: ["bad", "a rule or a missing right stopped it"], budget: ["warn", "time or money ran out"],
  duplicate: ["calm", "somebody works on it already"], ignored: ["calm", "not for us"],
  recorded: ["calm", "what became of an earlier repair was written down"],
  cancelled: ["calm", "stopped from outside"], error: ["bad", "we broke"], lost: ["bad", "it ended without a word"],
};
const PULL = { opened: "info", green: "info", red: "warn", merged: "good", closed: "bad", reopened: "info", reverted: "bad" };
const badge = (text, tone, title) => h("span", { class: "badge " + (tone || "calm"), title }, text);
const outcomeBadge = word => badge(word, (MEANING[word] || ["calm"])[0], (MEANING[word] || [])[1]);

// ---- a table that people and screen readers read ----
function table(caption, head, rows, options) {
  const set = options || {};
  const cell = (value, at, tag) => h(tag, { class: set.numbers && set.numbers.includes(at) ? "num" : null, scope: tag === "th" ? (value === head[at] ? "col" : "row") : null }, value);
  return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
    h("table", { class: set.class },
      h("caption", { class: set.caption ? null : "hidden" }, caption),
      h("thead", {}, h("tr", {}, head.map((word, at) => cell(word, at, "th")))),
      h("tbody", {}, rows.map(row => h("tr", {}, row.map((value, at) => cell(value, at, at === 0 ? "th" : "td")))))));
}

// A bar behind its own number.
function meter(part, text, tone) {
  const bar = h("span", { class: "fill " + (tone || "") });
  bar.style.width = Math.max(0, Math.min(100, 100 * (part || 0))) + "%";
  return h("span", { class: "meter" }, h("span", { class: "track", "aria-hidden": "true" }, bar), h("span", { class: "of" }, text));
}

const card = (title, ...children) => h("section", { class: "card" }, h("h2", {}, title), ...children);
const nothing = text => h("p", { class: "empty" }, text);

// ---- theme: the system's, until a person says otherwise ----
const THEMES = ["auto", "light", "dark"];
const remembered = () => { try { return localStorage.getItem("thanos-theme") || "auto"; } catch { return "auto"; } };
function applyTheme(theme) {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  try { localStorage.setItem("thanos-theme", theme); } catch { /* private window */ }
}
applyTheme(remembered());

const pages = {};
