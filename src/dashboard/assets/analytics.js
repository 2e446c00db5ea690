// What works, how fast, at what price, and whether we were right to be sure.
"use strict";

const rate = group => (group.runs ? group.fixed / group.runs : 0);

// Of a hand: the runs in which it had a candidate to try.
function triedBy(totals, hand) {
  const at = totals.words.hands.indexOf(hand);
  return totals.cells.reduce((sum, [, of, runs]) => sum + (of === at ? runs : 0), 0);
}

function hands(totals) {
  const all = totals.hands.filter(group => group.name !== "none").map(group => ({ ...group, runs: triedBy(totals, group.name) }));
  const silent = totals.words.hands.filter(name => !all.some(group => group.name === name) && triedBy(totals, name) > 0);
  const none = { fixed: 0, opened: 0, merged: 0, median: null, usd: 0, score: null };
  return groups("By hand, of the runs in which it had something to try", "Hand", all.concat(silent.map(name => ({ ...none, name, runs: triedBy(totals, name) }))), "hand");
}

function groups(title, word, all, filter) {
  if (!all.length) return null;
  const most = Math.max(...all.map(group => group.runs));
  const name = group => (filter && group.name !== "none" ? h("a", { href: route("runs", { [filter]: group.name }) }, foreign(group.name)) : group.name === "none" ? h("span", { class: "dim" }, "none") : foreign(group.name));
  return card(title, table(title, [word, "Runs", "Fixed", "Merged", "Time to a fix", "Cost of a fix", "Score"], [...all].sort((a, b) => b.runs - a.runs).map(group => [
    name(group), meter(group.runs / most, whole(group.runs), "bar"), meter(rate(group), percent(group.fixed, group.runs), "good"),
    group.opened ? whole(group.merged) + " of " + whole(group.opened) : "–", group.median === null ? "–" : lasted(group.median),
    group.fixed ? money(group.usd / group.fixed) : "–", group.score === null ? "–" : group.score]), { class: "wide", numbers: [3, 4, 5, 6] }));
}

function returns(totals) {
  const saved = savings(totals);
  const factor = saved.spent > 0 ? number.format(Math.round(saved.worth / saved.spent)) + " ×" : "no money was spent";
  return card("Return", facts([
    ["Fixes that were kept", whole(totals.kept)], ["Minutes saved by each (assumed)", whole(saved.minutes)], ["Hours saved", whole(saved.hours)],
    ["Their worth at " + money(saved.hourly) + " an hour (assumed)", money(saved.worth)], ["Spent on models", money(saved.spent)], ["Net", money(saved.net)], ["Worth ÷ spent", factor]]),
    h("p", { class: "dim" }, "Both assumptions are changed on the ", h("a", { href: "#/" }, "overview"), ". The runner's own minutes are not counted."));
}

function calibration(all) {
  if (!all.length) return nothing("No fix yet.");
  const sorted = ["confident", "suggested", "unsure", "none"].map(name => all.find(group => group.name === name)).filter(Boolean);
  return table("What became of fixes, by how sure we were", ["We were", "Fixes", "Decided", "Merged and held", "Closed", "Reverted"], sorted.map(group => {
    const decided = group.merged + group.closed + group.reverted;
    return [group.name === "none" ? "not recorded" : group.name, whole(group.runs), whole(decided), meter(decided ? group.merged / decided : 0, decided ? percent(group.merged, decided) : "–", "good"), whole(group.closed), whole(group.reverted)];
  }), { class: "wide", numbers: [1, 2, 4, 5] });
}

function scores(all) {
  if (!all.length) return nothing("Nothing is rated yet.");
  return table("Merged by score", ["Score", "Rated", "Decided", "Merged"], all.map(group => {
    const decided = group.merged + group.closed + group.reverted;
    return [group.name, whole(group.runs), whole(decided), meter(decided ? group.merged / decided : 0, decided ? percent(group.merged, decided) : "–", "good")];
  }), { class: "wide", numbers: [1, 2] });
}

function matrix(totals) {
  const classes = totals.classes.map(group => group.name);
  const word = (names, at) => names[at] || "none";
  const cells = new Map(totals.cells.map(([cls, hand, runs, fixed]) => [word(totals.words.classes, cls) + " " + word(totals.words.hands, hand), [runs, fixed]]));
  const shown = totals.words.hands.filter(hand => triedBy(totals, hand) > 0);
  if (!shown.length) return null;
  const cell = (cls, hand) => {
    const found = cells.get(cls + " " + hand);
    if (!found) return h("span", { class: "dim" }, "·");
    const [runs, fixed] = found;
    return h("span", { class: "heat", title: fixed + " of " + runs }, whole(fixed), h("span", { class: "dim" }, " / " + whole(runs)));
  };
  return card("Which hand repairs which failure", table("Fixed of the runs in which the hand had something to try, by class", ["Class", ...shown], classes.map(cls => [cls, ...shown.map(hand => cell(cls, hand))]), { class: shown.length > 3 ? "wide" : null, numbers: shown.map((_, i) => i + 1) }));
}

pages.analytics = main => {
  const totals = overview.totals;
  const at = steps(totals.days, 0);
  const by = " by " + at.step.toLowerCase();
  put(main, [
    h("h1", { tabindex: "-1" }, "Analytics"),
    overview.runs ? null : nothing("Nothing is recorded yet."),
    hands(totals),
    groups("By class of failure", "Class", totals.classes, "class"),
    matrix(totals),
    groups("By repository", "Repository", totals.repositories, "repository"),
    groups("By model", "Model", totals.models, "model"),
    h("div", { class: "pair" },
      h("section", { class: "card" }, h("h2", {}, "Score over time"), chart("Mean score" + by, at.x, [{ label: "mean score", values: at.get(sum => (sum.scored ? Math.round(sum.scores / sum.scored) : null)), colour: "accent", area: true, format: whole }], { step: at.step, top: 100 })),
      h("section", { class: "card" }, h("h2", {}, "Spending over time"), chart("Dollars" + by, at.x, [{ label: "dollars", values: at.get(sum => sum.usd), colour: "warn-fill", bars: true, format: money }], { step: at.step }))),
    h("div", { class: "pair" },
      card("Were we right to be sure?", calibration(totals.confidences)),
      card("Does the score tell what is merged?", scores(totals.scores), Number.isFinite(totals.merge_hours) ? h("p", { class: "dim" }, "Half of the merged ones were merged within " + lasted(totals.merge_hours * 3600) + ".") : null)),
    returns(totals),
  ]);
};
