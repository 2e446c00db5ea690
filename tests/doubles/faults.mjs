// Faults on demand: {repo?, method?, path (a regular expression), skip?, times?, applied?, do} where `do` is
// "respond" (with status, headers, body), "hang", "drop" or "truncate". `applied` means that GitHub did the
// work and only the answer was lost.

export class Faults {
  constructor() {
    this.list = [];
  }

  add(fault) {
    this.list.push({ skip: 0, times: 1, do: 'respond', applied: false, ...fault, pattern: new RegExp(fault.path) });
  }

  clear() {
    this.list = [];
  }

  next(method, target, repo) {
    for (const fault of this.list) {
      if ((fault.method && fault.method !== method) || (fault.repo && fault.repo !== repo) || !fault.pattern.test(target) || fault.times === 0) continue;
      if (fault.skip > 0) fault.skip--;
      else {
        fault.times--;
        return fault;
      }
    }
    return undefined;
  }
}

// Sends the fault in place of `answer`, which is the true one when the work was applied.
export function sendFault(response, fault, answer) {
  if (fault.do === 'hang') return;
  if (fault.do === 'drop') return response.destroy();
  if (fault.do === 'truncate') {
    const whole = Buffer.from(answer?.bytes ?? '{"message":"cut short"}');
    response.writeHead(answer?.status ?? 200, { 'content-type': 'application/json', 'content-length': whole.length + 1 });
    response.write(whole.subarray(0, Math.floor(whole.length / 2)), () => response.destroy());
    return;
  }
  const body = fault.body ?? { message: 'a fault that a test asked for' };
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  response.writeHead(fault.status ?? 500, { 'content-type': 'application/json; charset=utf-8', ...fault.headers });
  response.end(text);
}
