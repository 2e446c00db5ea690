// One run: what was wrong, what was tried and why it fell, what proves the repair, what became of it.
"use strict";

const list = value => (Array.isArray(value) ? value : []);
const pre = text => h("pre", { class: "text", tabindex: "0" }, text);
const facts = pairs => h("dl", { class: "facts" }, pairs.filter(([, value]) => value !== null && value !== undefined && value !== "" && value !== false).map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));
const mono = text => h("span", { class: "mono" }, foreign(text));
const short = sha => (sha ? mono(String(sha).slice(0, 12)) : null);

// ---- diffs, with the colours of the language they are in ----
const LANGUAGES = [
  [/\.(py|pyi)$/, "#", "and as assert async await break class continue def del elif else except False finally for from global if import in is lambda None nonlocal not or pass raise return True try while with yield match case"],
  [/\.(rs)$/, "//", "as async await break const continue crate dyn else enum extern false fn for if impl in let loop match mod move mut pub ref return self Self static struct super trait true type unsafe use where while"],
  [/\.(js|mjs|cjs|jsx|ts|tsx|mts)$/, "//", "as async await break case catch class const continue default delete do else enum export extends false finally for from function if implements import in instanceof interface let new null of return static super switch this throw true try type typeof undefined var void while yield"],
  [/\.(go)$/, "//", "break case chan const continue default defer else fallthrough false for func go goto if import interface map nil package range return select struct switch true type var"],
  [/\.(java|kt|cs|c|h|cc|cpp|hpp|cxx|swift|scala|php)$/, "//", "abstract bool boolean break byte case catch char class const continue default delete do double else enum extends false final finally float for fun func if implements import include int interface let long new null nullptr override package private protected public return short signed sizeof static string struct super switch template this throw throws true try typedef union unsigned using val var virtual void volatile while"],
  [/(\.(ya?ml|toml|sh|bash|rb|cfg|ini|conf)|Makefile|Dockerfile)$/, "#", "case do done elif else end esac export false fi for function if in local null return then true while def class module require"],
];

function languageOf(path) {
  const found = LANGUAGES.find(([pattern]) => pattern.test(path));
  return found ? { comment: found[1], words: new Set(found[2].split(" ")) } : { comment: null, words: new Set() };
}

const TOKEN = /("(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|`(?:[^`\\]|\\.)*`?)|(\b\d[\w.]*\b)|([A-Za-z_$][\w$]*)|(\/\/|#)|[^]/g;
function coloured(text, language) {
  if (text.length > 2000) return [text];
  const parts = [];
  let plain = "";
  const flush = () => { if (plain) parts.push(plain); plain = ""; };
  const span = (kind, word) => { flush(); parts.push(h("span", { class: kind }, word)); };
  for (const found of text.matchAll(TOKEN)) {
    const [token, string, digits, word, mark] = found;
    if (mark && mark === language.comment) { span("cm", text.slice(found.index)); return parts; }
    if (string) span("st", token);
    else if (digits) span("nu", token);
    else if (word && language.words.has(word)) span("kw", token);
    else plain += token;
  }
  flush();
  return parts;
}

function diff(text) {
  const table = h("div", { class: "diff", role: "region", tabindex: "0", "aria-label": "The patch" });
  let language = languageOf(""), before = 0, after = 0, old = 0, fresh = 0;
  for (const line of text.replace(/\n$/, "").split("\n").slice(0, 3000)) {
    // What a hunk still has to tell is a line of code, whatever it looks like: `-- a comment`, taken away, is no header.
    const inside = old > 0 || fresh > 0;
    const hunk = inside ? null : /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(line);
    if (!inside && /^(diff |index |--- |\+\+\+ )/.test(line)) {
      const path = /^\+\+\+ b\/(.*)$/.exec(line) || /^--- a\/(.*)$/.exec(line);
      if (path) language = languageOf(path[1]);
      if (!/^(diff|index) /.test(line)) table.append(h("div", { class: "file" }, foreign(line)));
    } else if (hunk) {
      [before, old, after, fresh] = hunk.slice(1).map(count => Number(count ?? 1));
      table.append(h("div", { class: "hunk" }, foreign(line)));
    } else {
      const kind = { "+": "add", "-": "del", " ": "same" }[line[0]] || "note";
      old -= kind === "del" || kind === "same" ? 1 : 0;
      fresh -= kind === "add" || kind === "same" ? 1 : 0;
      const numbers = [kind === "add" || kind === "note" ? "" : before++, kind === "del" || kind === "note" ? "" : after++];
      table.append(h("div", { class: "line " + kind }, h("span", { class: "ln", "aria-hidden": "true" }, numbers[0]), h("span", { class: "ln", "aria-hidden": "true" }, numbers[1]),
        h("span", { class: "sign" }, kind === "note" ? "" : line[0] || " "), h("code", { dir: "ltr" }, kind === "note" ? line : coloured(line.slice(1), language))));
    }
  }
  return table;
}

// ---- parts of the page ----
function stages(run) {
  const s = run.seconds || {};
  const guards = list(run.guards).reduce((sum, guard) => sum + (guard.seconds || 0), 0);
  const known = [["look up", s.collect, "s1"], ["prepare", s.prepare, "s2"], ["command", s.verify, "s3"], ["hands", s.hands, "s4"], ["guards", guards, "s5"], ["publish", s.publish, "s6"]].filter(([, seconds]) => seconds > 0);
  const sum = known.reduce((all, [, seconds]) => all + seconds, 0);
  const rest = Math.max(0, (s.total || 0) + (s.collect || 0) + (s.publish || 0) - sum);
  if (rest > 0.05) known.push(["other", rest, "s7"]);
  const all = sum + rest;
  const bar = h("div", { class: "stack tall", "aria-hidden": "true" }, known.map(([name, seconds, kind]) => {
    const part = h("span", { class: "part " + kind, title: name + ": " + lasted(seconds) });
    part.style.flexGrow = seconds;
    return part;
  }));
  return card("Where the time went", known.length ? bar : nothing("No times are recorded."),
    h("ul", { class: "keys" }, known.map(([name, seconds, kind]) => h("li", {}, h("span", { class: "dot " + kind, "aria-hidden": "true" }), name + " ", h("b", {}, lasted(seconds)), h("span", { class: "dim" }, " " + percent(seconds, all))))));
}

function diagnosis(run) {
  const d = run.detail && run.detail.diagnosis;
  const quote = (d && d.first_error) || null;
  if (!d) return run.class ? card("Diagnosis", facts([["Class", run.class], ["Signature", run.signature ? mono(run.signature) : null]])) : null;
  const place = at => h("li", {}, mono(at.path + (at.line ? ":" + at.line : "")), at.code ? [" ", badge(at.code)] : null, at.message ? [" ", foreign(at.message)] : null);
  return card("Diagnosis",
    quote ? pre(quote) : null,
    facts([["Class", badge(d.class, "info")], ["Recognised by", d.tool], ["Difficulty", d.complexity], ["Order of hands", list(d.strategy).join(" → ")], ["Signature", mono(d.signature)]]),
    list(d.failing).length ? [h("h3", {}, count(list(d.failing).length, "failing test")), h("ul", { class: "plain" }, list(d.failing).map(test => h("li", {}, mono(test))))] : null,
    list(d.locations).length ? [h("h3", {}, "Places that the log names"), h("ul", { class: "plain" }, list(d.locations).map(place))] : null,
    list(d.suspects).length ? [h("h3", {}, "Suspects"), table("Suspected files", ["File", "Suspicion", "Because"], list(d.suspects).map(at => [mono(at.path + (at.line ? ":" + at.line : "")), meter(at.score, Math.round(100 * at.score) + "%"), foreign(list(at.why).join("; "))]))] : null,
    list(d.seen).length ? [h("h3", {}, "Seen before"), h("ul", { class: "plain" }, list(d.seen).map(seen)), h("p", { class: "dim small" }, h("a", { href: route("learnings") }, "All learnings"))] : null);
}

// What the run was told of earlier ones.
function seen(one) {
  return h("li", {}, badge(one.lesson, LESSON[one.lesson]), " ", foreign(one.text), h("p", { class: "dim small" }, (one.match === "signature" ? "the same failure" : "a similar one") + " · " + Math.round(100 * one.confidence) + "% sure · from ", foreign(one.origin), " · ", mono(one.key)));
}

const passed = result => result === "passed";
function candidates(run) {
  const tried = list(run.tried);
  const verdict = result => (passed(result) ? badge("passed", "good") : result.startsWith("removes one cause") ? badge("a step", "info") : badge("fell", "bad"));
  return card("Candidates",
    tried.length ? h("p", { class: "dim" }, count(tried.length, "patch").replace("patchs", "patches") + " in the order in which they were tried.") : nothing("No candidate was tried."),
    h("ol", { class: "tried" }, tried.map(one => h("li", { class: passed(one.result) ? "won" : null }, h("div", {}, verdict(one.result), " ", badge(one.hand), " ", foreign(one.why)), passed(one.result) ? null : h("p", { class: "dim" }, foreign(one.result))))));
}

const STATUS = { pass: "good", warn: "warn", fail: "bad", skipped: "calm" };
function guards(run) {
  const all = list(run.guards);
  if (!all.length) return null;
  return card("Guards", h("ul", { class: "guards" }, all.map(guard => h("li", {}, badge(guard.status, STATUS[guard.status]), " ", h("b", {}, foreign(guard.id)), guard.detail ? h("span", { class: "dim" }, " ", foreign(guard.detail)) : null,
    list(guard.findings).length ? h("ul", { class: "plain" }, list(guard.findings).map(f => h("li", {}, badge(f.severity, { error: "bad", warning: "warn" }[f.severity]), " ", f.path ? [mono(f.path + (f.line ? ":" + f.line : "")), " "] : null, foreign(f.message)))) : null))));
}

function evidence(run) {
  const e = run.evidence;
  if (!e) return null;
  const side = (name, result) => h("div", {}, h("h3", {}, name, " ", result.exit === 0 ? badge("passes", "good") : badge(result.exit === null ? "stopped: " + (result.limit || "limit") : "exit " + result.exit, "bad"), h("span", { class: "dim" }, " " + lasted(result.seconds))), result.excerpt ? pre(result.excerpt) : null);
  return card("Evidence", h("p", {}, h("code", { class: "command" }, foreign(e.command))),
    h("div", { class: "pair" }, side("Before", e.before || {}), e.after ? side("After", e.after) : null),
    facts([["Seen here as it was recorded there", e.reproduced === true ? "yes" : e.reproduced === false ? "no" : null], ["Passed before and still pass", e.pass_to_pass === null || e.pass_to_pass === undefined ? null : count(e.pass_to_pass, "test")], ["Sandbox", e.sandbox], ["What it cannot stop", list(e.sandbox_gaps).join("; ")]]),
    list(e.fail_to_pass).length ? [h("h3", {}, "Failed before, pass now"), h("ul", { class: "plain" }, list(e.fail_to_pass).map(test => h("li", {}, mono(test))))] : null);
}

const PARTS = [["code_quality", "Code quality", 30], ["test_coverage", "Test coverage", 25], ["maintainability", "Maintainability", 25], ["readability", "Readability", 20]];
function score(entry) {
  if (!entry) return null;
  const e = entry.data;
  return card("Score", h("p", { class: "score" }, h("span", { class: "big" }, Math.round(e.score)), h("span", { class: "dim" }, " of 100")),
    table("The parts of the score", ["Part", "Score", "Weight", "Why"], PARTS.map(([key, name, weight]) => {
      const part = e[key] || { score: 0, reasons: [] };
      return [name, meter(part.score / 100, Math.round(part.score)), weight + "%", h("ul", { class: "plain" }, list(part.reasons).map(reason => h("li", {}, foreign(reason))))];
    }), { class: "parts" }), e.opinion === null || e.opinion === undefined ? null : h("p", { class: "dim" }, "A model's opinion: " + Math.round(e.opinion) + "; it moves the score by 10 at most."));
}

const VERDICT = { approved: "good", changes: "warn", commented: "info", none: "calm" };
function remarks(review) {
  return h("ul", { class: "plain" }, list(review.remarks).map(one => h("li", {}, badge(one.severity, { error: "bad", warning: "warn" }[one.severity]), " ", badge(one.concern), " ", one.path ? [mono(one.path + (one.line ? ":" + one.line : "")), " "] : null, foreign(one.claim), one.suggestion ? h("p", { class: "dim" }, "Suggested: ", foreign(one.suggestion)) : null)));
}

function after(run, entries) {
  const pulls = entries.filter(e => e.kind === "pull"), reviews = entries.filter(e => e.kind === "review");
  if (!pulls.length && !reviews.length && !run.pr_url) return null;
  const events = entries.filter(e => ["pull", "review"].includes(e.kind)).sort((a, b) => (a.at < b.at ? -1 : 1));
  const one = e => {
    const who = e.actor ? [" by ", foreign(e.actor), e.trusted ? null : [" ", badge("untrusted", "warn")]] : null;
    if (e.kind === "pull") return [badge(e.data.state, PULL[e.data.state]), who, Number.isFinite(e.data.hours) ? " after " + lasted(e.data.hours * 3600) : null, e.data.edits ? h("details", {}, h("summary", {}, "What people changed before the merge"), diff(e.data.edits)) : null];
    return [badge(e.data.verdict, VERDICT[e.data.verdict]), " review by ", foreign(e.data.reviewer), e.data.source === "person" ? null : [" ", badge(e.data.source)], list(e.data.risks).length ? [" risks: ", foreign(list(e.data.risks).join(", "))] : null, remarks(e.data)];
  };
  return card("What became of it", run.pr_url ? h("p", {}, "Pull request ", away(run.pr_url, "#" + (run.pr || run.pr_url))) : null,
    events.length ? h("ol", { class: "events" }, events.map(e => h("li", {}, h("span", { class: "dim" }, moment(e.at), " "), one(e)))) : nothing("Nothing has come back yet."));
}

function decisions(entries) {
  const all = entries.filter(e => ["decision", "error", "learning"].includes(e.kind));
  return all.length ? card("Decisions", h("ol", { class: "events" }, all.map(e => h("li", {}, h("span", { class: "dim" }, moment(e.at), " "), factText(e))))) : null;
}

function cost(run, entries) {
  const tokens = run.tokens || {};
  const spends = entries.filter(e => e.kind === "spend" && e.data.state === "settled");
  return card("Cost", facts([
    ["Money", money(run.cost_usd || 0) + (run.assumed ? `, of which ${money(run.assumed.usd || 0)} assumed` : "")], ["Tokens read", whole(tokens.input || 0)], ["Tokens written", whole(tokens.output || 0)],
    ["From the provider's cache", tokens.cache_read ? whole(tokens.cache_read) : null], ["Models", spends.map(e => e.data.model).filter(Boolean).length ? foreign(spends.map(e => e.data.model).filter(Boolean).join(", ")) : null],
  ]), run.cost_usd || tokens.output ? null : h("p", { class: "dim" }, "No model was asked."));
}

function transcript(run) {
  const text = run.transcript || (run.detail && run.detail.transcript);
  return text ? card("Transcript", h("details", {}, h("summary", {}, "What was said"), pre(text))) : null;
}

pages.run = async (main, query, attempt) => {
  const title = h("h1", { tabindex: "-1" }, "Run");
  put(main, [title, h("p", { class: "dim", id: "wait" }, "Loading…")]);
  const data = await load("run-" + shardOf(attempt, overview.shards));
  const named = data.runs.filter(one => one.attempt === attempt);
  const run = named.find(one => (one.repository || "") === (query.repository || "")) || named[0];
  main.replaceChildren();
  if (!run) return void put(main, [h("h1", { tabindex: "-1" }, "No such run"), nothing("The ledger that these pages were made of has no attempt of this name."), foreign(attempt, "mono")]);
  const entries = data.facts.filter(e => e.attempt === attempt && (named.length === 1 || (e.repository || "") === (run.repository || "")));
  const detail = run.detail || {};
  const confidence = detail.confidence ? badge(detail.confidence, { confident: "good", suggested: "info" }[detail.confidence]) : null;
  document.title = (detail.title || run.task) + " · thanos-fix";
  put(main, [
    h("p", { class: "crumbs" }, h("a", { href: "#/runs" }, "Runs"), " / ", h("a", { href: route("runs", { q: run.task }) }, foreign(run.task))),
    h("h1", { tabindex: "-1" }, foreign(detail.title || run.task)),
    h("p", { class: "lead" }, outcomeBadge(run.outcome), " ", foreign(run.reason)),
    facts([["Started", moment(run.started)], ["Repository", run.repository ? foreign(run.repository) : null], ["Event", run.event], ["Hand", run.hand], ["Confidence", confidence], ["Pull request", run.pr_url ? away(run.pr_url, "#" + (run.pr || "")) : null],
      ["Base", short(run.base)], ["Target", run.target ? mono(run.target) : null], ["Branch", run.branch ? mono(run.branch) : null], ["Commit", short(run.commit)], ["Attempt", mono(run.attempt)], ["Version", run.version], ["Retry wanted", run.retry_wanted ? foreign(run.retry_wanted) : null]]),
    detail.diff ? card("Patch", detail.why ? h("p", {}, foreign(detail.why)) : null, diff(detail.diff)) : run.patch ? card("Patch", h("p", { class: "dim" }, count(run.patch.files, "file") + ", +" + run.patch.added + " −" + run.patch.removed + ". The text is not in the record.")) : null,
    h("div", { class: "pair" }, stages(run), cost(run, entries)),
    diagnosis(run), candidates(run), evidence(run), guards(run),
    score(entries.filter(e => e.kind === "evaluation").pop()), after(run, entries), decisions(entries), transcript(run),
    list(detail.notes).length ? card("Notes", h("ul", { class: "plain" }, detail.notes.map(note => h("li", {}, foreign(note))))) : null,
  ]);
};
