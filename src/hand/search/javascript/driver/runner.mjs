// What `import 'node:test'` gets.
const api = globalThis.__thanosRunner;
export default api.test;
export const { test, it, describe, suite, before, after, beforeEach, afterEach, mock, run, skip, todo, only } = api;
