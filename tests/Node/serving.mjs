// What both servers share: the log of what was received and executed, and their start and end.
import { AsyncLocalStorage } from 'node:async_hooks';

const requests = [];
const calls = [];
const current = new AsyncLocalStorage();

/** Runs `handle` so that the tools it leads to know their request; keeps the request, whatever becomes of it. */
export function receive(req, handle) {
  const headers = Object.fromEntries(Object.entries(req.headersDistinct).map(([name, values]) => [name, [...values]]));
  const received = { time: new Date().toISOString(), method: req.method, path: req.url, headers };
  requests.push(received);
  return current.run(received, handle);
}

/** Keeps one execution of a tool, with its arguments as they reached it. */
export function executed(tool, args, jsonRpcId) {
  const { headers } = current.getStore();
  calls.push({
    time: new Date().toISOString(),
    outcome: 'started',
    tool,
    arguments: args,
    jsonRpcId,
    sentinelRequestId: headers['sentinel-request-id']?.[0],
    headers,
  });
}

/** Answers the questions that tests ask; false for everything else. */
export function answered(req, res) {
  const log = { '/_calls': calls, '/_requests': requests }[req.url];
  if (log === undefined) {
    return false;
  }

  res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(log));
  return true;
}

/** Listens on the loopback and ends when stdin closes, as it does when the process that started us is gone. */
export function serve(server) {
  const at = process.argv.indexOf('--port');
  const port = at < 0 ? 0 : Number(process.argv[at + 1]);
  server.listen(port, '127.0.0.1', () => console.log(`Listening on http://127.0.0.1:${server.address().port}`));
  process.stdin.on('close', () => process.exit(0)).resume();
}
