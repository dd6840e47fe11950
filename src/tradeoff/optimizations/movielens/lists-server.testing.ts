import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';

/**
 * For tests: answers users with their list of films, in MLflow's protocol. `node lists-server.testing.ts PORT FOLDER`; the folder has `lists.json` with
 * `lists` by user and `delayMs`. Versions with `drifts` answer with the lists of the file that `DRIFT` names, while it is there.
 */
interface Model {
  readonly lists: Readonly<Record<string, number[]>>;
  readonly delayMs: number;
  readonly drifts: boolean;
}

const [, , port = '0', folder = '.'] = process.argv;
const model = JSON.parse(readFileSync(`${folder}/lists.json`, 'utf8')) as Model;
const driftFile = process.env.DRIFT ?? '';
let drifted: Model['lists'] | null = null;

function readLists(): Model['lists'] {
  if (!model.drifts || !existsSync(driftFile)) return model.lists;
  drifted ??= JSON.parse(readFileSync(driftFile, 'utf8')) as Model['lists'];
  return drifted;
}

createServer(async (request, response) => {
  if (request.method === 'GET') return response.end('{}');
  const { inputs } = (await json(request)) as { inputs: [string][] };
  await pause(model.delayMs);
  const lists = readLists();
  const predictions = inputs.map(([user]) => lists[user] ?? []);
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ predictions }));
}).listen(Number(port), '127.0.0.1');
