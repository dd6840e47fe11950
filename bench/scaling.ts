import { createReadStream } from 'node:fs';
import { parseArgs } from 'node:util';
import { replayReport } from '../src/mlops/scaling/report.ts';
import { ReplaySettings } from '../src/mlops/scaling/schema.ts';
import { bursts, day, flat, images, nights, spikes, steps } from '../src/mlops/scaling/seeded-traces.testing.ts';
import type { Trace } from '../src/mlops/scaling/simulation.ts';
import { readTrace } from '../src/mlops/scaling/trace-csv.ts';

/**
 * Comparison of scaling policies as a Markdown table: on seeded traces, and on files of requests.
 * `npm run bench:scaling -- [--seed 101 …] [--tokens AZURE.csv] [--images ALIBABA.csv.gz]`
 */
interface Case {
  readonly name: string;
  readonly trace: () => Trace | Promise<Trace>;
  readonly concurrency: number;
}

const { values } = parseArgs({
  options: {
    seed: { type: 'string', multiple: true, default: ['101', '102', '103'] },
    tokens: { type: 'string' },
    images: { type: 'string' },
  },
});

const seededCases = values.seed.flatMap((text): Case[] => {
  const seed = Number(text);
  const short = { day, bursts: (number: number) => bursts(number), steps, spikes, flat, nights };
  return [
    ...Object.entries(short).map(([name, make]) => ({
      name: `${name} ${seed}`,
      trace: () => make(seed),
      concurrency: 8,
    })),
    { name: `images ${seed}`, trace: () => images(seed), concurrency: 1 },
  ];
});

function fileCases(): Case[] {
  const { tokens, images: seconds } = values;
  const cases: Case[] = [];
  if (tokens !== undefined) {
    const format = { timeColumn: null, service: { by: 'tokens' } } as const;
    cases.push({ name: 'LLM', trace: () => readTrace(createReadStream(tokens), format), concurrency: 8 });
  }
  if (seconds !== undefined) {
    const format = { timeColumn: 'gmt_create', service: { by: 'column', column: 'exec_time_seconds' } } as const;
    cases.push({ name: 'images, recorded', trace: () => readTrace(createReadStream(seconds), format), concurrency: 1 });
  }
  return cases;
}

const shown = (outcome: { readonly replicaHours: number; readonly waitingShare: number } | null | undefined): string =>
  outcome == null ? '–' : `${outcome.replicaHours.toFixed(1)} h, ${(100 * outcome.waitingShare).toFixed(1)} %`;

const lines = [
  '| trace | requests | slo | hpa | kpa | best constant, known afterwards |',
  '| --- | ---: | ---: | ---: | ---: | ---: |',
];
for (const { name, trace, concurrency } of [...fileCases(), ...seededCases]) {
  const requests = await trace();
  const report = await replayReport(requests, ReplaySettings.parse({ concurrency }), async () => {});
  const { policies, bestConstant } = report;
  const cells = [name, report.requests.toLocaleString('en'), ...policies.map(shown), shown(bestConstant)];
  lines.push(`| ${cells.join(' | ')} |`);
}
process.stdout.write(`${lines.join('\n')}\n`);
