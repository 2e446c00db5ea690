// Asks the project's own TypeScript for its code fixes. Given on stdin: { files, compiler, project, sure, likely, seconds };
// paths are relative to the working directory, `sure` and `likely` are names of fixes. Prints [{ what, sure, files: [{ path, text }] }], best first.
// Nothing is written: changes live in memory, and one is only kept when there are fewer errors with it.
"use strict";
const path = require("path");
const fs = require("fs");
const asked = JSON.parse(fs.readFileSync(0, "utf8"));
asked.files = asked.files.map((file) => path.resolve(file));
const deadline = Date.now() + asked.seconds * 1000;

function compiler() {
  const from = [process.cwd(), ...asked.files.map((file) => path.dirname(file))];
  if (asked.compiler) from.push(path.dirname(fs.realpathSync(asked.compiler)));
  for (const place of from) {
    try {
      const ts = require(require.resolve("typescript", { paths: [place] }));
      if (typeof ts.createLanguageService === "function") return ts;
    } catch {}
  }
  return undefined;
}

const ts = compiler();
if (!ts) {
  console.log("[]");
  process.exit(0);
}

function parsed(config) {
  const read = ts.readConfigFile(config, ts.sys.readFile);
  return ts.parseJsonConfigFileContent(read.config || {}, ts.sys, path.dirname(config), undefined, config);
}

// The configuration that has the file in it: the call's own, the nearest, one that it refers to or that lies beside it.
function project(file) {
  const near = ts.findConfigFile(path.dirname(file), ts.sys.fileExists);
  const first = asked.project ? [path.resolve(asked.project)] : near ? [near] : [];
  const named = first.map((it) => (ts.sys.directoryExists(it) ? path.join(it, "tsconfig.json") : it));
  const beside = near
    ? fs.readdirSync(path.dirname(near)).filter((it) => /^tsconfig\..*json$/.test(it)).map((it) => path.join(path.dirname(near), it))
    : [];
  let fallback;
  for (const config of [...named, ...beside]) {
    if (!ts.sys.fileExists(config)) continue;
    const whole = parsed(config);
    const all = [whole, ...(whole.projectReferences || []).map((it) => parsed(ts.resolveProjectReferencePath(it)))];
    const holder = all.find((it) => it.fileNames.some((own) => path.resolve(own) === file));
    if (holder) return holder;
    fallback ||= whole;
  }
  return { options: (fallback && fallback.options) || {}, fileNames: [...((fallback && fallback.fileNames) || []), file] };
}

const texts = new Map();
const versions = new Map();
function text(file) {
  if (texts.has(file)) return texts.get(file);
  return ts.sys.readFile(file);
}
function put(file, value) {
  value === undefined ? texts.delete(file) : texts.set(file, value);
  versions.set(file, (versions.get(file) || 0) + 1);
}

function service(own) {
  const roots = new Set(own.fileNames.map((it) => path.resolve(it)));
  asked.files.forEach((file) => roots.add(file));
  return ts.createLanguageService({
    getCompilationSettings: () => own.options,
    getScriptFileNames: () => [...roots],
    getScriptVersion: (file) => String(versions.get(path.resolve(file)) || 0),
    getScriptSnapshot: (file) => {
      const found = text(path.resolve(file));
      return found === undefined ? undefined : ts.ScriptSnapshot.fromString(found);
    },
    getCurrentDirectory: () => process.cwd(),
    getDefaultLibFileName: (options) => ts.getDefaultLibFilePath(options),
    fileExists: ts.sys.fileExists,
    readFile: ts.sys.readFile,
    readDirectory: ts.sys.readDirectory,
    directoryExists: ts.sys.directoryExists,
    getDirectories: ts.sys.getDirectories,
    realpath: ts.sys.realpath,
    useCaseSensitiveFileNames: () => ts.sys.useCaseSensitiveFileNames,
  });
}

// As the file is written.
function style(file) {
  const own = text(file) || "";
  const lines = own.split("\n").filter((line) => /^[ \t]+\S/.test(line));
  const tabs = lines.filter((line) => line.startsWith("\t")).length * 2 > lines.length;
  const narrow = lines.some((line) => /^ {2}\S/.test(line));
  const settings = { ...ts.getDefaultFormatCodeSettings(own.includes("\r\n") ? "\r\n" : "\n") };
  return Object.assign(settings, { convertTabsToSpaces: !tabs, indentSize: narrow ? 2 : 4, tabSize: narrow ? 2 : 4 });
}

const own = project(asked.files[0]);
const language = service(own);

function errors(files) {
  const found = [];
  for (const file of files) {
    if (!language.getProgram().getSourceFile(file)) continue;
    const all = [...language.getSyntacticDiagnostics(file), ...language.getSemanticDiagnostics(file)];
    found.push(...all.filter((it) => it.category === ts.DiagnosticCategory.Error && it.start !== undefined).map((it) => ({ ...it, file })));
  }
  return found;
}

function fixes(error, names) {
  const preferences = { quotePreference: "auto", importModuleSpecifierPreference: "shortest" };
  let found = [];
  try {
    const end = error.start + error.length;
    found = language.getCodeFixesAtPosition(error.file, error.start, end, [error.code], style(error.file), preferences);
  } catch {}
  const silences = (fix) => /^(Prefix|Ignore|Disable)/.test(fix.description);
  const new_ = (fix) => fix.changes.some((change) => change.isNewFile);
  const ranked = found.filter((fix) => names.includes(fix.fixName) && fix.changes.length && !silences(fix) && !new_(fix));
  return ranked.sort((a, b) => names.indexOf(a.fixName) - names.indexOf(b.fixName));
}

function apply(fix) {
  const before = new Map();
  for (const change of fix.changes) {
    const file = path.resolve(change.fileName);
    let now = text(file);
    before.set(file, texts.get(file));
    const edits = [...change.textChanges].sort((a, b) => b.span.start - a.span.start);
    for (const { span, newText } of edits) now = now.slice(0, span.start) + newText + now.slice(span.start + span.length);
    put(file, now);
  }
  return () => before.forEach((value, file) => put(file, value));
}

const state = () => [...texts].map(([file, value]) => ({ path: path.relative(process.cwd(), file), text: value }));
const at = (error) => `${error.file}:${error.start}:${error.code}`;

// Fix after fix, as long as each leaves fewer errors.
function climb(names, only) {
  const told = [];
  const given_up = new Set();
  while (Date.now() < deadline && told.length < 60) {
    const files = new Set([...asked.files, ...texts.keys()]);
    const now = errors(files);
    // With several ways to import a name nobody is sure.
    const ways = (it) => fixes(it, names).filter((fix, _, all) => !only || all.filter((other) => other.fixName === fix.fixName).length === 1);
    const error = now.find((it) => !given_up.has(at(it)) && ways(it).length);
    if (!error) break;
    const better = ways(error).slice(0, 4).find((fix) => {
      const undo = apply(fix);
      const left = errors(new Set([...files, ...texts.keys()]));
      if (left.length < now.length) return true;
      undo();
      return false;
    });
    if (better) told.push(better.description);
    else given_up.add(at(error));
  }
  return told;
}

// What the compiler makes of half a sentence is no ground for a fix.
if (asked.files.some((file) => language.getProgram().getSourceFile(file) && language.getSyntacticDiagnostics(file).length)) {
  console.log("[]");
  process.exit(0);
}

const made = [];
const sure = climb(asked.sure, true);
if (sure.length) made.push({ what: sure, sure: true, files: state() });
const more = climb([...asked.sure, ...asked.likely], false);
if (more.length) made.push({ what: [...sure, ...more], sure: false, files: state() });
for (const file of [...texts.keys()]) put(file, undefined);
for (const error of errors(asked.files).slice(0, 4)) {
  for (const fix of fixes(error, [...asked.sure, ...asked.likely]).slice(0, 4)) {
    if (Date.now() > deadline) break;
    const undo = apply(fix);
    made.push({ what: [fix.description], sure: false, files: state() });
    undo();
    for (const [file, value] of [...texts]) if (value === undefined) texts.delete(file);
  }
}
console.log(JSON.stringify(made));
