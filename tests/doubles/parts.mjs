// Where the programs other people wrote are installed: `tests/run` puts them under target/doubles.
import { createRequire, register } from 'node:module';
import { fileURLToPath } from 'node:url';

const home = new URL('../../target/doubles/', import.meta.url);
export const require = createRequire(new URL('package.json', home));
export const partPath = name => fileURLToPath(new URL(`node_modules/${name}`, home));
export const importPart = name => import(new URL(`node_modules/${name}`, home));
export const operationsFile = fileURLToPath(new URL('operations.json', home));

// GitHub's parser imports JSON the way bundlers do, without saying so; node wants it said.
const sayJson = `export async function resolve(name, context, next) {
  const found = await next(name, context);
  return found.url.endsWith('.json') ? { ...found, importAttributes: { type: 'json' } } : found;
}`;
register(`data:text/javascript,${encodeURIComponent(sayJson)}`);
