// Stands in the place of a script that runs tests: loads all of them into one process.
'use strict';
const worker = globalThis.__thanosWorker;
delete globalThis.__thanosWorker;
if (worker) require('./doors.cjs').host(worker);
