// The runner's own module, for those who import it.
export async function resolve(name, context, next) {
  if (name === 'node:test') return { url: new URL('./runner.mjs', import.meta.url).href, format: 'module', shortCircuit: true };
  return next(name, context);
}
