import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';

/**
 * For tests: a classifier that answers `yes` or `no` for rows of one number, in MLflow's protocol. `node classifier-server.testing.ts PORT FOLDER`; the
 * folder has `model.json` with `accuracy` (0 to 1) and `delayMs`. The right answer is `yes` for even numbers. A file that `DRIFT` names, while it is
 * there, replaces the accuracy by its content, for the versions that state `drifts`.
 */
const [, , port = '0', folder = '.'] = process.argv;
const model = JSON.parse(readFileSync(`${folder}/model.json`, 'utf8')) as {
  accuracy: number;
  delayMs: number;
  drifts?: boolean;
};
const driftFile = process.env.DRIFT;

function readAccuracy(): number {
  const isDrifted = model.drifts === true && driftFile !== undefined && existsSync(driftFile);
  return isDrifted ? Number(readFileSync(driftFile, 'utf8')) : model.accuracy;
}

/** A share of the numbers is answered wrong, the same for every version with one accuracy. */
function isRight(value: number): boolean {
  return (Math.imul(value + 1, 0x9e3779b1) >>> 0) / 2 ** 32 < readAccuracy();
}

const server = createServer(async (request, response) => {
  if (request.method === 'GET') return response.end('{}');
  const { inputs } = (await json(request)) as { inputs: [number][] };
  await pause(model.delayMs);
  const predictions = inputs.map(([value]) => ((value % 2 === 0) === isRight(value) ? 'yes' : 'no'));
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ predictions }));
});
server.listen(Number(port), '127.0.0.1');
