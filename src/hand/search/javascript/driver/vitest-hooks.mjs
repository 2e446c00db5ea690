// Where vitest has collected its tests, the driver is asked.
export async function load(url, context, next) {
  const made = await next(url, context);
  if (!/@vitest\/runner\/dist\/.*\.js$/.test(url) || !made.source) return made;
  const source = String(made.source).replace(
    /async function startTests\((\w+), (\w+)\)\s*\{/,
    '$& $2.onBeforeRunFiles = files => globalThis.__thanosVitest(files, { getFn, getHooks });',
  );
  return { ...made, source };
}
