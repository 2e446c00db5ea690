// What was learned, and the trail of everything that was decided, came back or broke.
"use strict";

const LESSON = { fix: "good", objection: "warn", flaky: "warn", transient: "warn", note: "info" };

function lesson({ at, repository, learning }) {
  return h("li", { class: "card lesson" + (learning.retired ? " retired" : "") },
    h("div", { class: "heading" }, h("span", {}, badge(learning.lesson, LESSON[learning.lesson]), learning.retired ? [" ", badge("retired")] : null, learning.class ? [" ", badge(learning.class)] : null, learning.hand ? [" ", badge(learning.hand)] : null),
      h("span", { class: "sure" }, meter(learning.confidence, Math.round(100 * learning.confidence) + "% sure"))),
    h("p", {}, foreign(learning.text)),
    list(learning.files).length ? h("p", { class: "mono small" }, foreign(list(learning.files).join("  "))) : null,
    h("p", { class: "dim small" }, whole(learning.wins || 0) + " right, " + whole(learning.losses || 0) + " wrong · from ", foreign(learning.origin), repository ? [" · ", foreign(repository)] : null, " · ", moment(at)),
    learning.signature ? h("p", { class: "dim small" }, "for ", mono(learning.signature)) : null,
    learning.patch ? h("details", {}, h("summary", {}, "The patch that worked"), diff(learning.patch)) : null);
}

// Files of data in turn, filtered, a page at a time.
function pager(names, keep, item, into, state, word) {
  let next = 0, shown = 0, waiting = [];
  const more = h("button", { type: "button", class: "more" }, "Show more");
  const page = async () => {
    let wanted = PAGE;
    while (wanted > 0) {
      if (!waiting.length) {
        if (next >= names.length) break;
        waiting = (await load(names[next++].name)).slice();
        if (names[next - 1].reversed) waiting.reverse();
        waiting = waiting.filter(keep);
        continue;
      }
      const batch = waiting.splice(0, wanted);
      into.append(...batch.map(item));
      shown += batch.length;
      wanted -= batch.length;
    }
    more.hidden = next >= names.length && !waiting.length;
    state.textContent = shown ? count(shown, word) + (more.hidden ? "" : " shown") : "Nothing here.";
  };
  more.onclick = page;
  return { more, page };
}

function browser(main, title, lead, fields, names, keep, item, word, kind) {
  const form = h("form", { class: "filters", role: "search", "aria-label": "Filter", onsubmit: event => { event.preventDefault(); draw(); } }, fields(() => draw()), h("div", { class: "actions" }, h("button", { type: "submit", class: "main" }, "Search")));
  const into = h("div", {}), state = h("p", { class: "dim", role: "status" }), foot = h("div", {});
  let turn = 0;
  const draw = async () => {
    const mine = ++turn;
    const chosen = Object.fromEntries(new FormData(form));
    const fresh = h(kind.tag, { class: kind.class });
    const { more, page } = pager(names, keep(chosen), item, fresh, state, word);
    await page();
    if (mine !== turn) return;
    into.replaceChildren(fresh);
    foot.replaceChildren(more);
  };
  put(main, [h("h1", { tabindex: "-1" }, title), h("p", { class: "lead dim" }, lead), form, state, into, foot]);
  return draw();
}

const option = (name, label, words, again) => h("label", {}, label, h("select", { name, onchange: again }, h("option", { value: "" }, "any"), words.map(word => h("option", { value: word }, word))));
const searchField = again => h("label", { class: "wide" }, "Search", h("input", { type: "search", name: "q", autocomplete: "off", "aria-keyshortcuts": "/", onchange: again }));
const holdsAll = (value, q) => { const text = JSON.stringify(value).toLowerCase(); return (q || "").toLowerCase().split(/\s+/).filter(Boolean).every(term => text.includes(term)); };

pages.learnings = main => browser(main, "Learnings", "What earlier runs, reviews and merges taught. The surest comes first; only outcomes from people who may write count. `thanos-fix learnings` lists, edits and deletes them.",
  again => [searchField(again), option("lesson", "Kind", Object.keys(LESSON), again), option("state", "State", ["in use", "retired"], again)],
  Array.from({ length: overview.lesson_files }, (_, at) => ({ name: "learnings-" + at })),
  chosen => ({ learning }) => (!chosen.lesson || learning.lesson === chosen.lesson) && (!chosen.state || (chosen.state === "retired") === Boolean(learning.retired)) && holdsAll(learning, chosen.q),
  lesson, "learning", { tag: "ul", class: "plain lessons" });

// A fact in one line, and what there is beyond it.
function factText(e) {
  const d = e.data;
  switch (e.kind) {
    case "decision": return [badge("decision", "info"), " ", h("b", {}, foreign(d.about)), ": ", foreign(d.choice), h("span", { class: "dim" }, " — ", foreign(d.why)),
      list(d.options).length ? h("details", {}, h("summary", {}, count(list(d.options).length, "option")), h("ul", { class: "plain" }, list(d.options).map(([name, value]) => h("li", {}, foreign(name), " ", h("b", {}, Number.isFinite(value) ? value.toFixed(3) : "–")))), Number.isFinite(d.seed) ? h("p", { class: "dim" }, "seed " + d.seed) : null) : null];
    case "pull": return [badge("pull request", "info"), " ", away(d.url, "#" + d.number), " ", badge(d.state, PULL[d.state])];
    case "review": return [badge("review", "info"), " ", badge(d.verdict, VERDICT[d.verdict]), " by ", foreign(d.reviewer), list(d.remarks).length ? h("details", {}, h("summary", {}, count(list(d.remarks).length, "remark")), remarks(d)) : null];
    case "evaluation": return [badge("score", "info"), " ", h("b", {}, Math.round(d.score)), " of 100"];
    case "learning": return [badge("learning", LESSON[d.lesson]), " ", foreign(d.text), d.retired ? [" ", badge("retired")] : null];
    case "spend": return [badge("spend", "info"), " ", money(d.usd), " " + d.state, d.model ? [" for ", foreign(d.model)] : null];
    case "error": return [badge("error", "bad"), " ", h("b", {}, foreign(d.stage)), ": ", foreign(d.message)];
    default: return [badge(e.kind)];
  }
}

pages.audit = main => browser(main, "Audit trail", "Everything that was decided, spent, learned or came back, newest first.",
  again => [searchField(again), option("kind", "Kind", ["decision", "pull", "review", "evaluation", "learning", "spend", "error"], again)],
  Array.from({ length: overview.trails }, (_, at) => ({ name: "trail-" + (overview.trails - 1 - at), reversed: true })),
  chosen => e => (!chosen.kind || e.kind === chosen.kind) && holdsAll(e, chosen.q),
  e => h("li", {}, h("span", { class: "dim when" }, moment(e.at)), h("div", { class: "fact" }, factText(e), h("p", { class: "dim small" }, e.actor ? ["by ", foreign(e.actor), e.trusted ? null : [" ", badge("untrusted", "warn")], " · "] : null, e.repository ? [foreign(e.repository), " · "] : null, e.attempt ? h("a", { href: runLink(e.attempt, e.repository) }, foreign(e.attempt)) : foreign(e.task || "")))),
  "entry", { tag: "ol", class: "trail" });
