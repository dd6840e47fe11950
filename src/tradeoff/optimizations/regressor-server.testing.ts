import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';

/**
 * For tests: a regressor that answers a number for rows of one number, in MLflow's protocol. `node regressor-server.testing.ts PORT FOLDER`; the folder
 * has `model.json` with `error` and `delayMs`. The right answer is the number of the row; errors are uniform in -2 to 2 times `error`, so that the mean absolute
 * error is `error`. A file that `DRIFT` names, while it is there, replaces it by its content, for the versions that state `drifts`.
 */
const [, , port = '0', folder = '.'] = process.argv;
const model = JSON.parse(readFileSync(`${folder}/model.json`, 'utf8')) as {
  error: number;
  delayMs: number;
  drifts?: boolean;
};
const driftFile = process.env.DRIFT;

function readError(): number {
  const isDrifted = model.drifts === true && driftFile !== undefined && existsSync(driftFile);
  return isDrifted ? Number(readFileSync(driftFile, 'utf8')) : model.error;
}

/** In 0 to 1, different for versions with another delay. */
function hash(value: number): number {
  return (Math.imul(value + 7919 * model.delayMs, 0x9e3779b1) >>> 0) / 2 ** 32;
}

const server = createServer(async (request, response) => {
  if (request.method === 'GET') return response.end('{}');
  const { inputs } = (await json(request)) as { inputs: [number][] };
  await pause(model.delayMs);
  const predictions = inputs.map(([value]) => value + 4 * readError() * (hash(value) - 0.5));
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ predictions }));
});
server.listen(Number(port), '127.0.0.1');
