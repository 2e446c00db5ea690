// Which page is shown, and word from the server when there is one.
"use strict";

const PAGES = [["", "Overview", "overview"], ["runs", "Runs", "runs"], ["analytics", "Analytics", "analytics"], ["learnings", "Learnings", "learnings"], ["audit", "Audit", "audit"]];
// What is typed after `/` before the page with the search is there; null: nobody waits for it.
let drawnOnce = false, typed = null, turn = 0;

async function show() {
  const mine = ++turn;
  const [path, search] = location.hash.replace(/^#\/?/, "").split("?");
  const [name, ...rest] = path.split("/");
  const known = PAGES.find(([at]) => at === name);
  const page = name === "run" ? "run" : known ? known[2] : null;
  const main = h("main", { id: "main", class: "wrap", tabindex: "-1" });
  document.getElementById("main").replaceWith(main);
  for (const link of document.querySelectorAll("#nav a")) {
    const here = link.dataset.page === page || (page === "run" && link.dataset.page === "runs");
    if (here) link.setAttribute("aria-current", "page"); else link.removeAttribute("aria-current");
  }
  document.title = (known ? known[1] : "Run") + " · thanos-fix";
  try {
    if (!page) throw new Error("there is no such page");
    await pages[page](main, Object.fromEntries(new URLSearchParams(search || "")), name === "run" ? decodeURIComponent(rest.join("/")) : null);
  } catch (error) {
    if (mine === turn) main.replaceChildren(h("h1", { tabindex: "-1" }, "This page cannot be shown"), h("p", {}, String(error.message || error)), h("p", {}, h("a", { href: "#/" }, "Overview")));
  }
  if (mine !== turn) return;
  document.documentElement.dataset.page = page || "none";
  if (drawnOnce) {
    scrollTo(0, 0);
    const search = typed === null ? null : main.querySelector("input[type=search]");
    if (search && typed) {
      search.value = typed;
      search.dispatchEvent(new Event("input", { bubbles: true }));
    }
    typed = null;
    const head = search || main.querySelector("h1");
    if (head) head.focus({ preventScroll: true });
  }
  drawnOnce = true;
  performance.mark("thanos-shown");
  document.documentElement.dataset.shown = String(mine);
}

function follow() {
  const state = document.getElementById("state");
  let version = null;
  const events = new EventSource("events");
  events.onopen = () => { state.textContent = "live"; state.className = "state on"; };
  events.onerror = () => { state.textContent = "not connected"; state.className = "state off"; };
  events.onmessage = async event => {
    const news = JSON.parse(event.data);
    window.runningNow = news.running;
    const box = document.getElementById("running");
    if (box) box.replaceChildren(running(news.running) || "");
    if (version !== null && version !== news.version) await renew();
    version = news.version;
  };
}

async function renew() {
  const before = overview.runs;
  const loaded = [...store.keys()];
  await load("overview", true);
  loaded.filter(name => name !== "overview").forEach(name => store.delete(name));
  foot();
  if (document.documentElement.dataset.page === "overview") { drawnOnce = false; return show(); }
  const fresh = overview.runs - before;
  document.getElementById("news").replaceChildren(h("p", { class: "news" }, fresh > 0 ? count(fresh, "new run") + " " : "The ledger has changed. ", h("button", { type: "button", onclick: () => { document.getElementById("news").replaceChildren(); show(); } }, "Show")));
}

function foot() {
  document.getElementById("foot").replaceChildren(h("p", {}, "thanos-fix " + overview.version + " · ", foreign(overview.place), " · made ", moment(overview.generated), " · ", h("a", { href: "api/data.json" }, "data.json")));
}

function start() {
  const nav = document.getElementById("nav");
  put(nav, PAGES.map(([at, word, page]) => h("a", { href: "#/" + at, "data-page": page }, word)));
  const theme = document.getElementById("theme");
  const label = () => { theme.textContent = { auto: "◐", light: "☀", dark: "☾" }[remembered()]; theme.setAttribute("aria-label", "Colours: " + remembered() + ". Change"); theme.title = "Colours: " + remembered(); };
  theme.onclick = () => { applyTheme(THEMES[(THEMES.indexOf(remembered()) + 1) % THEMES.length]); label(); redraw(); };
  label();
  document.getElementById("skip").onclick = event => { event.preventDefault(); document.getElementById("main").focus(); };
  addEventListener("keydown", event => {
    if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
    if (typed !== null && event.key.length === 1) {
      typed += event.key;
      return event.preventDefault();
    }
    if (event.key !== "/") return;
    const search = document.querySelector("#main input[type=search]");
    event.preventDefault();
    if (search) return search.focus();
    if (location.hash === "#/runs") return;
    typed = "";
    location.hash = "#/runs";
  });
  if (!window.overview) {
    document.getElementById("main").replaceChildren(h("h1", {}, "No data"), h("p", {}, "data/overview.js is missing: make these pages again with `thanos-fix dashboard build`."));
    return;
  }
  foot();
  addEventListener("hashchange", show);
  show();
  if (overview.live) follow();
}
start();
