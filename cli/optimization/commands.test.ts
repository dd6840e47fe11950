import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { linearGraph } from '../../src/mlops/serving/graphs.testing.ts';
import { keptOptimization, runningOptimization } from '../../src/tradeoff/testing/optimizations.ts';
import { createContext } from '../frame/context.ts';
import { capturedIo, golden, type ServedFolder, serveFolder, steelyard, temporaryFolder } from '../testing.ts';
import { optimizationsText, optimizationText } from './text.ts';

const folder = temporaryFolder();
let server: ServedFolder;

async function send(path: string, method: string, body: string | Uint8Array, type = 'application/json') {
  const headers = { 'content-type': type };
  const answer = await fetch(`${server.url}${path}`, { method, headers, body: body as string });
  if (!answer.ok) throw new Error(await answer.text());
  return answer.json();
}

async function registerVersion(graph: Uint8Array): Promise<void> {
  const post = (path: string, body: object) => send(`/api/2.0/mlflow/${path}`, 'POST', JSON.stringify(body));
  const { run } = (await post('runs/create', { experiment_id: '0' })) as {
    run: { info: { run_id: string; artifact_uri: string } };
  };
  const { run_id, artifact_uri } = run.info;
  const place = artifact_uri.replace('mlflow-artifacts:/', '/api/2.0/mlflow-artifacts/artifacts/');
  await send(`${place}/model/model.onnx`, 'PUT', graph, 'application/octet-stream');
  await post('model-versions/create', { name: 'ranker', run_id, source: `${artifact_uri}/model` });
}

beforeAll(async () => {
  server = await serveFolder();
  await send('/api/2.0/mlflow/registered-models/create', 'POST', '{"name": "ranker"}');
  await registerVersion(linearGraph([1, 2]));
  await registerVersion(linearGraph([3, 4]));
  const file = join(folder, 'ranker.yaml');
  const main = 'main: {model: ranker, version: 1, backend: onnx}';
  writeFileSync(
    file,
    `apiVersion: steelyard/v1\nkind: Endpoint\nmetadata: {name: ranker}\nspec:\n  variants:\n    ${main}\n`,
  );
  const { code, err } = await server.run('endpoint', 'apply', '-f', file, '--wait');
  if (code !== 0) throw new Error(err);
});
afterAll(() => server?.[Symbol.asyncDispose]());

const propose = (...options: string[]) => server.run('optimization', 'propose', ...options);
const QUALITY = ['--metric', 'accuracy', '--margin', '0.01'];

describe('optimization', () => {
  it('list says how to propose the first one', async () => {
    const { code, out, err } = await server.run('optimization', 'list');
    expect([code, out]).toEqual([0, '']);
    expect(err).toContain('No optimization yet. Propose one: steelyard optimization propose --help');
  });

  it('propose builds the document from its options', async () => {
    const options = ['--ramp', '5,25', '--step-for', '5m', '--hold-out', '0.05', '--deadline', '7d'];
    const guardrails = ['--guardrail', 'errorRate=0.02', '--guardrail', 'latencyP95=2'];
    const { code, out, err } = await propose(
      ...['smaller', '--endpoint', 'ranker', '--version', '2', '--replicas', '1:2'],
      ...['--metric', 'ndcg@10', '--relative-margin', '0.05', ...guardrails, ...options, '--json'],
    );
    expect([code, err]).toEqual([0, '']);
    expect(JSON.parse(out)).toMatchObject({
      ...{
        optimization: 'smaller',
        endpoint: 'ranker',
        summary: 'ranker, main: version 2, replicas at least 1 at most 2',
      },
      spec: {
        change: { version: '2', replicas: { min: 1, max: 2 } },
        quality: [{ metric: 'ndcg@10', relativeMargin: 0.05 }],
        guardrails: [
          { metric: 'errorRate', margin: 0.02 },
          { metric: 'latencyP95', ratio: 2 },
        ],
        ramp: { percents: [5, 25], for: 300_000 },
        ...{ holdOut: 0.05, deadline: 604_800_000 },
      },
    });
  });

  it('propose applies a YAML document; list and show have it', async () => {
    const file = join(folder, 'other.yaml');
    writeFileSync(
      file,
      `apiVersion: steelyard/v1
kind: Optimization
metadata: {name: other}
spec:
  endpoint: ranker
  variant: main
  change: {version: 2}
  quality: [{metric: accuracy, margin: 0.01}]
`,
    );
    const { code, out } = await propose('-f', file);
    expect([code, out]).toEqual([0, expect.stringMatching(/^optimization +other\nstate +proposed/)]);
    const listed = await server.run('optimization', 'list', '--endpoint', 'ranker');
    expect(listed.out).toMatch(/^OPTIMIZATION +STATE [\s\S]*other +proposed +0 %[\s\S]*smaller /);
    const shown = await server.run('optimization', 'show', 'other');
    expect(shown.out).toMatch(/change +ranker, main: version 2\n[\s\S]*AT +STEP +BY/);
  });

  it('stop ends it with a reason, and resume proposes it again', async () => {
    const stopped = await server.run('optimization', 'stop', 'other', '--reason', 'a launch');
    expect(stopped.out).toMatch(/state +stopped: Stopped by local: a launch\n/);
    const again = await server.run('optimization', 'stop', 'other');
    expect([again.code, again.err]).toEqual([5, expect.stringContaining('error[optimization_ended]')]);
    const resumed = await server.run('optimization', 'resume', 'other', '--reason', 'it is over');
    expect([resumed.code, resumed.out]).toEqual([0, expect.stringContaining('Started again by local: it is over')]);
    const unknown = await server.run('optimization', 'show', 'none');
    expect(unknown.err).toContain('error[optimization_not_found]');
  });

  it.each([
    ['no name', ['--endpoint', 'ranker', '--version', '2', ...QUALITY], 'State NAME and --endpoint'],
    ['no change', ['x', '--endpoint', 'ranker', ...QUALITY], 'State the change'],
    ['two kinds of change', ['x', '--endpoint', 'e', '--to-variant', 'b', '--version', '2'], '--to-variant excludes'],
    ['no margin', ['x', '--endpoint', 'e', '--version', '2', '--metric', 'accuracy'], '--metric needs --margin'],
    ['two margins', ['x', '--endpoint', 'e', '--version', '2', ...QUALITY, '--relative-margin', '0.1'], 'one of them'],
    ['a guardrail of no kind', ['x', '--endpoint', 'e', '--version', '2', '--guardrail', 'p99=2'], 'write errorRate='],
    ['a ramp of words', ['x', '--endpoint', 'e', '--version', '2', '--ramp', '1,all'], 'write rising percents'],
    ['no number of replicas', ['x', '--endpoint', 'e', '--replicas', 'few'], 'write MIN or MIN:MAX'],
    ['a file and a name', ['x', '-f', 'smaller.yaml'], '--file excludes NAME'],
  ])('propose refuses %s in one sentence', async (_what, options, sentence) => {
    const { code, err } = await propose(...options);
    expect([code, err]).toEqual([2, expect.stringContaining(sentence)]);
  });

  it('propose refuses a change that can alter answers without a quality metric', async () => {
    const { err } = await propose('x', '--endpoint', 'ranker', '--variant', 'main', '--version', '2');
    expect(err).toContain('error[optimization_invalid]: The change can alter answers');
  });
});

describe('the text of optimizations', () => {
  const { io } = capturedIo();
  const context = createContext(io, { json: false }, () => Promise.reject(new Error('no client')));

  it.each([
    ['optimization-list', () => optimizationsText([runningOptimization, keptOptimization], context)],
    ['optimization-show-running', () => optimizationText(runningOptimization, context)],
    ['optimization-show-kept', () => optimizationText(keptOptimization, context)],
  ])('is that of %s', (name, write) => {
    const { actual, expected } = golden(name, `${write()}\n`);
    expect(actual).toBe(expected);
  });
});

it('optimization --help lists its commands without a server', async () => {
  const { out } = await steelyard(['optimization', '--help']);
  expect(out).toContain('propose');
});
