import { createDemoClient, type DemoClient } from '../../examples/recommender/demo/client.ts';
import { recordUsage } from '../../src/finops/metering/schema.ts';
import { postApply } from '../../src/platform/manifests/schema.ts';

export interface SeededRuns {
  readonly experimentId: string;
  readonly runIds: readonly string[];
}

/** A picture of 24 × 16 pixels, red. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAABgAAAAQCAIAAACDRijCAAAAGklEQVR4nGPYZ2NEFcQwatCoQaMGjRpEGQIAor3CEJvHTjEAAAAASUVORK5CYII=',
  'base64',
);
const SCRIPT = '<script>window.ranFromArtifact = true; fetch("/api/v1/ran-from-artifact")</script>';

/** Artifacts of a hostile client: no part of them may ever run. */
const HOSTILE: Readonly<Record<string, string | Buffer>> = {
  'hostile/page.html': `<!doctype html><body onload="window.ranFromArtifact = true">${SCRIPT}`,
  'hostile/fake.png': SCRIPT,
  'hostile/picture.svg': `<svg xmlns="http://www.w3.org/2000/svg" onload="window.ranFromArtifact = true">${SCRIPT}</svg>`,
  'hostile/cells.csv': `name,value\n"${SCRIPT.replaceAll('"', '""')}",1\n=cmd|' /C calc'!A0,2\n`,
  'hostile/<img src=x onerror=window.ranFromArtifact=1>.txt': 'the name is the attack',
  'hostile/model.pkl': Buffer.from('\x80\x04cposix\nsystem\n(S"touch /tmp/owned"\ntR.\x00', 'latin1'),
};

const START = Date.UTC(2026, 9, 5, 8);
const STEPS = 400;

/** Runs of one experiment over MLflow's wire: curves with noise and one spike, params, metered cost, files. */
export async function seedRuns(url: string, count: number): Promise<SeededRuns> {
  const client = createDemoClient(url);
  await client.call(postApply, { body: { documents: [{ file: 'prices.yaml', text: PRICES }] } });
  const { experiment_id } = await client.mlflow<{ experiment_id: string }>('experiments/create', { name: 'ctr-tower' });
  const runIds: string[] = [];
  for (let index = 0; index < count; index += 1) runIds.push(await seedRun(client, experiment_id, index));
  const [first = ''] = runIds;
  await putFiles(client, `mlflow-artifacts:/${experiment_id}/${first}/artifacts`);
  return { experimentId: experiment_id, runIds };
}

const PRICES = `apiVersion: steelyard/v1
kind: PriceBook
metadata: { name: test-prices }
spec:
  currency: USD
  source: test
  prices:
    - { resource: cpu-core, perHour: "0.0425", effectiveFrom: 2026-01-01 }
`;

async function seedRun(client: DemoClient, experimentId: string, index: number): Promise<string> {
  const startTime = START + index * 3_600_000;
  const width = [64, 128, 256, 512][index % 4] ?? 64;
  const rate = [0.1, 0.03, 0.01][index % 3] ?? 0.1;
  const { run } = await client.mlflow<{ run: { info: { run_id: string } } }>('runs/create', {
    experiment_id: experimentId,
    run_name: `tower-${width}-${index + 1}`,
    user_id: 'ada',
    start_time: startTime,
    tags: [
      { key: 'mlflow.source.git.commit', value: '4f1c2d9e8b7a6c5d4e3f2a1b0c9d8e7f6a5b4c3d' },
      { key: 'mlflow.source.name', value: 'train_tower.py' },
      { key: 'steelyard.team', value: 'ads' },
    ],
  });
  const runId = run.info.run_id;
  const params = [
    { key: 'width', value: String(width) },
    { key: 'learning_rate', value: String(rate) },
    { key: 'optimizer', value: index % 2 === 0 ? 'adam' : 'sgd' },
    { key: 'epochs', value: '20' },
  ];
  const metrics = curves(index, width, rate, startTime);
  for (let at = 0; at < metrics.length; at += 1000) {
    const part = metrics.slice(at, at + 1000);
    await client.mlflow('runs/log-batch', { run_id: runId, metrics: part, ...(at === 0 ? { params } : {}) });
  }
  const endTime = startTime + (600_000 + width * 4000);
  await client.mlflow('runs/update', {
    run_id: runId,
    status: index % 11 === 7 ? 'FAILED' : 'FINISHED',
    end_time: endTime,
  });
  // The last run stays without usage: its cost is unknown.
  if (index % 11 !== 7) await meter(client, runId, startTime, endTime, width);
  return runId;
}

function curves(index: number, width: number, rate: number, startTime: number) {
  const noise = wave(index + 1);
  const level = 0.28 + 12 / (width + 30) + rate * 0.8;
  const quality = 0.61 + Math.log2(width) * 0.017 - Math.abs(rate - 0.03) * 0.5 + noise() * 0.006;
  const at = (key: string, value: number, step: number) => ({
    key,
    value,
    step,
    timestamp: startTime + Math.round(((600_000 + width * 4000) / STEPS) * step),
  });
  const points = [
    at('val/auc', quality, STEPS - 1),
    at('val/auc.ci_lower', quality - 0.004, STEPS - 1),
    at('val/auc.ci_upper', quality + 0.004, STEPS - 1),
  ];
  for (let step = 0; step < STEPS; step += 1) {
    const spike = index === 0 && step === 210 ? 1.6 : 0;
    points.push(at('train/loss', level + 0.7 * Math.exp(-step / (40 + 400 * rate)) + noise() * 0.05 + spike, step));
    if (step % 10 === 9) points.push(at('val/loss', level + 0.05 + 0.6 * Math.exp(-step / 70) + noise() * 0.01, step));
    if (step % 20 === 0) points.push(at('system/cpu_utilization_percentage', 82 + noise() * 14, step));
  }
  return points;
}

/** Numbers from -0.5 to 0.5 that look like noise and are the same every time. */
function wave(seed: number): () => number {
  let state = seed * 2_654_435_761;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296 - 0.5;
  };
}

async function meter(client: DemoClient, runId: string, start: number, end: number, width: number): Promise<void> {
  const period = { start: new Date(start).toISOString(), end: new Date(end).toISOString() };
  const subject = { team: 'ads', run: runId, purpose: 'training' as const };
  const quantity = String(width / 32);
  const interval = { usage: `${runId}:train`, subject, resource: 'cpu-core', quantity, period, origin: 'test' };
  await client.call(recordUsage, { body: { intervals: [interval] } });
}

async function putFiles(client: DemoClient, root: string): Promise<void> {
  const files: Record<string, string | Buffer> = {
    'report.txt': 'Area under the curve by day\nMonday 0.71\nTuesday 0.72\n',
    'config.json': '{"layers":[512,128],"dropout":0.10,"seed":12345678901234567890}',
    'confusion.png': PNG,
    'top-errors.csv': `ad,clicks,expected\n${Array.from({ length: 240 }, (_, line) => `ad-${line},${line * 3},${(line * 2.7).toFixed(2)}`).join('\n')}\n`,
    'model/MLmodel': 'flavors:\n  python_function:\n    loader_module: mlflow.sklearn\n',
    'big.log': 'step 1 of many, nothing to see\n'.repeat(40_000),
    ...HOSTILE,
  };
  for (const [name, content] of Object.entries(files)) {
    await client.putArtifact(root, name.split('/').map(encodeURIComponent).join('/'), content);
  }
}
