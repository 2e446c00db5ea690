// Where the programs other people wrote are installed: `tests/run` puts them under target/doubles.
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const home = new URL('../../target/doubles/', import.meta.url);
export const require = createRequire(new URL('package.json', home));
export const partPath = name => fileURLToPath(new URL(`node_modules/${name}`, home));
export const importPart = name => import(new URL(`node_modules/${name}`, home));
export const operationsFile = fileURLToPath(new URL('operations.json', home));
