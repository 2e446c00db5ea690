// The first page: how it goes, in numbers that were computed when the pages were made.
"use strict";

const assumed = () => {
  const own = name => { try { const text = localStorage.getItem("thanos-" + name); return text === null ? NaN : Number(text); } catch { return NaN; } };
  const pick = (name, given) => (Number.isFinite(own(name)) ? own(name) : given);
  return { minutes: pick("minutes", overview.minutes), hourly: pick("hourly", overview.hourly) };
};

// What was saved, by the assumption that is shown beside it.
function savings(totals) {
  const { minutes, hourly } = assumed();
  const hours = (totals.kept * minutes) / 60;
  const spent = totals.all.usd;
  return { minutes, hourly, hours, worth: hours * hourly, spent, net: hours * hourly - spent };
}

const tile = (name, value, note, tone) => h("div", { class: "tile " + (tone || "") }, h("dt", {}, name), h("dd", {}, h("span", { class: "big" }, value), h("span", { class: "note" }, note)));

function tiles(totals) {
  const all = totals.all, saved = savings(totals);
  const settled = all.merged + all.closed + all.reverted;
  return h("dl", { class: "tiles" },
    tile("Success rate", percent(all.fixed, totals.counted), whole(all.fixed) + " proven of " + count(totals.counted, "failure") + " to repair", "accent"),
    tile("Merged", settled ? percent(all.merged, settled) : "–", settled ? whole(all.merged) + " of " + count(settled, "decided pull request") : "no pull request is decided yet"),
    tile("Time to a fix", all.median === null ? "–" : lasted(all.median), all.p90 === null ? "no fix yet" : "median; nine of ten within " + lasted(all.p90)),
    tile("Hours saved", whole(saved.hours), whole(totals.kept) + " fixes that were kept × " + saved.minutes + " min"),
    tile("Money saved", money(saved.net), money(saved.worth) + " of time − " + money(saved.spent) + " of models"),
    tile("Cost of a fix", all.fixed ? money(all.usd / all.fixed) : "–", "all spending ÷ all fixes; " + whole(all.tokens) + " tokens"));
}

function assumptions(again) {
  const { minutes, hourly } = assumed();
  const field = (name, label, value, unit) => h("label", {}, label, h("input", { type: "number", min: "0", step: "1", value: String(value), name, onchange: event => {
    try { localStorage.setItem("thanos-" + name, event.target.value); } catch { /* private window */ }
    again();
  } }), unit);
  return h("details", { class: "assume" }, h("summary", {}, "What this assumes"),
    h("p", {}, "Each fix that was neither closed nor reverted saves a person some time. Both numbers are assumptions: change them to yours."),
    h("div", { class: "fields" }, field("minutes", "Minutes saved by a fix", minutes, "min"), field("hourly", "Cost of an hour", hourly, "$")),
    h("p", { class: "dim" }, "Success is a repair proven by the failing command, of all runs that had something to repair: healthy, flaky, transient, duplicate, ignored and cancelled ones are left out. Kept in this browser only."));
}

function outcomes(totals) {
  const all = totals.outcomes.filter(([, n]) => n > 0).sort((a, b) => b[1] - a[1]);
  const bar = h("div", { class: "stack", "aria-hidden": "true" }, all.map(([word, n]) => {
    const part = h("span", { class: "part " + MEANING[word][0], title: word + ": " + whole(n) });
    part.style.flexGrow = n;
    return part;
  }));
  return card("Outcomes", all.length ? bar : nothing("No runs yet."), h("ul", { class: "outcomes" }, all.map(([word, n]) =>
    h("li", {}, h("a", { href: route("runs", { outcome: word }) }, outcomeBadge(word)), h("span", { class: "means dim" }, MEANING[word][1]), h("span", { class: "num" }, whole(n), h("span", { class: "dim" }, " · " + percent(n, totals.all.runs)))))));
}

function trend() {
  const days = overview.totals.days;
  const last = days.day.length ? days.day[days.day.length - 1] : 0;
  const box = h("div", { class: "pair" });
  const ranges = [["30 days", 30], ["90 days", 90], ["1 year", 365], ["All", 1e6]];
  const fits = ranges.filter(([, n], i) => i === 0 || i === 3 || last - (days.day[0] || 0) > ranges[i - 1][1]);
  let chosen = fits.find(([, n]) => n >= 90) || fits[fits.length - 1];
  const buttons = h("div", { class: "segments", role: "group", "aria-label": "Span of the curves" });
  const draw = () => {
    const at = steps(days, last - chosen[1] + 1);
    const text = " by " + at.step.toLowerCase();
    const rate = at.get(sum => (sum.counted ? Math.round((100 * sum.fixed) / sum.counted) : null));
    box.replaceChildren(
      chart("Runs" + text, at.x, [
        { label: "all runs", values: at.get(sum => sum.runs), colour: "bar", bars: true, integer: true, format: whole },
        { label: "fixed", values: at.get(sum => sum.fixed), colour: "good-fill", bars: true, format: whole }], { step: at.step }),
      chart("Success rate" + text, at.x, [{ label: "success rate", values: rate, colour: "accent", area: true, format: value => value + "%" }], { step: at.step, top: 100 }));
    buttons.replaceChildren(...fits.map(range => h("button", { type: "button", "aria-pressed": String(range === chosen), onclick: () => { chosen = range; draw(); [...buttons.children][fits.indexOf(range)].focus(); } }, range[0])));
  };
  draw();
  return h("section", { class: "card" }, h("div", { class: "heading" }, h("h2", {}, "Trend"), buttons), box);
}

function running(list) {
  const runs = list || [];
  if (!overview.live) return null;
  const one = run => {
    const steps = Array.isArray(run.steps) ? run.steps : [];
    const last = steps[steps.length - 1];
    return h("li", {}, h("div", { class: "now" }, h("span", { class: "pulse", "aria-hidden": "true" }), h("strong", {}, foreign(run.title || "a run")), h("span", { class: "dim" }, foreign(run.repository || ""), " since ", moment(run.started))),
      last ? h("p", {}, badge(last[1], "info"), " ", foreign(last[2])) : null,
      h("details", {}, h("summary", {}, count(steps.length, "step")), h("ol", { class: "steps" }, steps.map(step => h("li", {}, moment(step[0]), " ", h("b", {}, foreign(step[1])), " ", foreign(step[2]))))));
  };
  return h("section", { class: "card live" }, h("h2", {}, "Now"),
    runs.length ? h("ul", { class: "plain" }, runs.map(one)) : h("p", { class: "dim" }, "No run is in progress on this machine. This line changes when one starts."));
}

pages.overview = main => {
  const totals = overview.totals;
  const numbers = h("div", {});
  const again = () => numbers.replaceChildren(tiles(totals));
  again();
  const live = h("div", { id: "running" }, running(window.runningNow));
  put(main, [
    h("h1", { tabindex: "-1" }, "Overview"),
    h("p", { class: "lead dim" }, count(overview.runs, "run"), " from ", foreign(overview.place), ", as of ", moment(overview.generated)),
    live, numbers, assumptions(again), trend(),
    h("div", { class: "pair" }, outcomes(totals),
      h("section", { class: "card" }, h("div", { class: "heading" }, h("h2", {}, "Newest runs"), h("a", { href: "#/runs" }, "All runs")),
        overview.runs ? runList(rowsOf(overview.newest).slice(0, 8), true) : nothing("Nothing is recorded yet: run `thanos-fix demo`, or `thanos-fix heal -- COMMAND`."))),
    problems(),
  ]);
};

function problems() {
  if (!overview.skipped) return null;
  return h("section", { class: "card" }, h("h2", {}, "What could not be read"),
    h("p", {}, count(overview.skipped, "note") + " about records that were left out or are newer than this version. They stay in the ledger as they are."),
    h("details", {}, h("summary", {}, "Which"), h("ul", { class: "plain mono" }, overview.notes.map(note => h("li", {}, foreign(note))))));
}
