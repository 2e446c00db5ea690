// The timeline: files of a thousand runs each, opened newest first, and only those that may hold what is looked for.
"use strict";

const PAGE = 50;
const words = () => overview.totals.words;

// Columns back into rows, newest first as they are given or oldest first in files of the timeline.
function rowsOf(columns) {
  const word = (list, at) => (at < 0 ? null : list[at] || null);
  return columns.at.map((at, i) => ({
    at, attempt: columns.text[i][0], task: columns.text[i][1], title: columns.text[i][2], reason: columns.text[i][3],
    seconds: columns.seconds[i], usd: columns.usd[i], score: columns.score[i], tokens: columns.tokens[i], tried: columns.tried[i], pr: columns.pr[i],
    outcome: word(words().outcomes, columns.outcome[i]), hand: word(words().hands, columns.hand[i]), class: word(words().classes, columns.class[i]),
    pull: word(words().pulls, columns.pull[i]), repository: word(columns.repositories, columns.repository[i]), model: word(columns.models, columns.model[i]),
  }));
}

function runItem(row, short) {
  const meta = [
    row.hand ? h("span", {}, row.hand) : null,
    row.class ? h("span", {}, row.class) : null,
    h("span", {}, lasted(row.seconds)),
    row.usd > 0 ? h("span", {}, money(row.usd)) : null,
    row.score >= 0 ? h("span", {}, "score " + row.score) : null,
    row.pr ? h("span", {}, "#" + row.pr + (row.pull ? " " + row.pull : "")) : null,
  ];
  return h("li", {}, h("a", { href: runLink(row.attempt, row.repository), class: "run" },
    h("span", { class: "mark" }, outcomeBadge(row.outcome)),
    h("span", { class: "what" }, h("span", { class: "title" }, foreign(row.title || row.reason || row.task)),
      short ? null : h("span", { class: "why dim" }, foreign(row.title ? row.reason : ""))),
    h("span", { class: "where dim" }, row.repository ? h("span", {}, foreign(row.repository)) : null, h("span", {}, foreign(row.task))),
    h("span", { class: "meta dim" }, meta),
    h("span", { class: "when dim" }, when(row.at))));
}
const runList = (rows, short) => h("ol", { class: "runs" + (short ? " short" : "") }, rows.map(row => runItem(row, short)));

const has = (bits, list, word) => { const at = list.indexOf(word); return at >= 0 && (bits & (1 << at)) !== 0; };
const endOfDay = text => { const at = Date.parse(text + "T23:59:59"); return Number.isFinite(at) ? at / 1000 : Infinity; };
const startOfDay = text => { const at = Date.parse(text + "T00:00:00"); return Number.isFinite(at) ? at / 1000 : -Infinity; };

function matcher(query) {
  const terms = (query.q || "").toLowerCase().split(/\s+/).filter(Boolean);
  const from = query.from ? startOfDay(query.from) : -Infinity, to = query.to ? endOfDay(query.to) : Infinity;
  const repository = query.repository ? overview.names.indexOf(query.repository) : -1;
  const same = name => row => !query[name] || row[name] === query[name];
  const tests = ["outcome", "hand", "class", "repository", "pull", "model"].map(same);
  return {
    file: ([first, last, , outcomes, hands, classes, repositories]) => last >= from && first <= to
      && (!query.outcome || has(outcomes, words().outcomes, query.outcome))
      && (!query.hand || has(hands, words().hands, query.hand))
      && (!query.class || has(classes, words().classes, query.class))
      && (!query.repository || !repositories || repository < 0 || repositories.includes(repository)),
    row: row => row.at >= from && row.at <= to && tests.every(test => test(row))
      && (!terms.length || (text => terms.every(term => text.includes(term)))([row.title, row.reason, row.task, row.attempt, row.repository, row.pr ? "#" + row.pr : ""].join(" ").toLowerCase())),
  };
}

// Matching rows, newest first, a file at a time.
async function* search(query, told) {
  const match = matcher(query);
  const rest = overview.chunks.map((about, at) => ({ about, at })).filter(({ about }) => match.file(about)).reverse();
  const unseen = overview.runs - rest.reduce((sum, { about }) => sum + about[2], 0);
  let seen = unseen;
  for (const { about, at } of rest) {
    const rows = rowsOf(await load("runs-" + at)).reverse().filter(match.row);
    seen += about[2];
    told(seen);
    yield rows;
  }
}

function filters(query, change) {
  const totals = overview.totals;
  const select = (name, label, list) => h("label", {}, label, h("select", { name, onchange: change }, h("option", { value: "" }, "any"), list.map(word => h("option", { value: word, selected: query[name] === word }, word))));
  const given = groups => groups.map(group => group.name).filter(name => name !== "none");
  const repositories = given(totals.repositories).sort();
  const input = (name, label, type, more) => h("label", { class: name === "q" ? "wide" : null }, label, h("input", { type, name, value: query[name] || "", onchange: type === "date" ? change : null, ...more }));
  return h("form", { class: "filters", role: "search", "aria-label": "Filter the runs", onsubmit: event => { event.preventDefault(); change(); } },
    input("q", "Search", "search", { placeholder: "words of title, reason, task, attempt, #number", autocomplete: "off", "aria-keyshortcuts": "/" }),
    select("outcome", "Outcome", totals.outcomes.filter(([, n]) => n).map(([word]) => word)),
    select("hand", "Hand", given(totals.hands)),
    select("class", "Class", given(totals.classes)),
    select("pull", "Pull request", words().pulls),
    repositories.length > 1 || query.repository ? select("repository", "Repository", repositories) : null,
    totals.models.length ? select("model", "Model", given(totals.models)) : null,
    input("from", "From", "date"), input("to", "To", "date"),
    h("div", { class: "actions" }, h("button", { type: "submit", class: "main" }, "Search"), h("a", { class: "button", href: "#/runs" }, "Clear")));
}

pages.runs = (main, query) => {
  const list = h("ol", { class: "runs" });
  const state = h("p", { class: "dim", role: "status" });
  const more = h("button", { type: "button", class: "more", hidden: true }, "Show more");
  let form = null, typing = 0;
  const change = () => {
    const data = Object.fromEntries(new FormData(form));
    history.replaceState(null, "", route("runs", data));
    begin(data);
  };
  let turn = 0;
  async function begin(chosen) {
    const mine = ++turn;
    let seen = 0, shown = 0, over = false, waiting = [];
    const found = search(chosen, n => { seen = n; });
    list.replaceChildren();
    const tell = busy => {
      const all = seen >= overview.runs || over;
      const what = Object.values(chosen).some(Boolean) ? (shown ? count(shown, "run") + (over && !waiting.length ? " match" : " shown") : busy ? "" : "No run matches") : shown + " of " + count(overview.runs, "run");
      state.textContent = [what, busy ? "searching… " + percent(seen, overview.runs) : all ? "" : whole(seen) + " of " + whole(overview.runs) + " searched"].filter(Boolean).join(" · ");
    };
    async function page() {
      more.hidden = true;
      let wanted = PAGE;
      while (wanted > 0) {
        if (!waiting.length) {
          tell(true);
          let next;
          try { next = await found.next(); } catch (error) { if (mine === turn) state.textContent = String(error.message); return; }
          if (mine !== turn) return;
          if (next.done) { over = true; break; }
          waiting = next.value;
          continue;
        }
        const batch = waiting.splice(0, wanted);
        list.append(...batch.map(row => runItem(row)));
        shown += batch.length;
        wanted -= batch.length;
      }
      if (mine !== turn) return;
      more.hidden = over && !waiting.length;
      tell(false);
    }
    more.onclick = async () => {
      const before = list.children.length;
      await page();
      const first = list.children[before];
      if (first) first.querySelector("a").focus();
    };
    await page();
  }
  form = filters(query, change);
  form.elements.q.addEventListener("input", () => { clearTimeout(typing); typing = setTimeout(change, 250); });
  put(main, [h("h1", { tabindex: "-1" }, "Runs"), form, state, list, more]);
  return begin(query);
};
