import { type AnomalyEpisode, type DetectionReport, detectAnomalies } from '../src/finops/anomaly-detection/schema.ts';
import { readBytes } from './bill-files.ts';
import { refuseBothFormats } from './downloads.ts';
import { command } from './frame/command.ts';
import type { Context } from './frame/context.ts';
import { counted, formatCount, formatInstant } from './output/amounts.ts';
import { createProgress } from './output/progress.ts';
import { table } from './output/table.ts';

const DIGITS = 6;

const detectCommand = command({
  path: ['anomaly', 'detect'],
  summary: 'Detect anomalies in a series: spikes, dips, level shifts and gaps',
  example: `steelyard anomaly detect daily-cost.csv --time date --value cost
steelyard anomaly detect requests.csv --time timestamp --value count --json
steelyard anomaly detect tokens.csv --time at --value total --counter --csv > points.csv`,
  needs: 'server',
  positionals: { file: { describe: 'CSV file with a row for each point; gzip or not' } },
  options: {
    time: { value: 'NAME', fallback: 'timestamp', describe: 'Column of the time' },
    value: { value: 'NAME', fallback: 'value', describe: 'Column of the value' },
    counter: { describe: 'The values are a counter: use their increments' },
    csv: { describe: 'Print every point as CSV' },
  },
  run: async (context, { file, time, value, counter, csv }) => {
    refuseBothFormats(context, csv);
    const query = { timeColumn: time, valueColumn: value, counter: counter ? 'true' : 'false' } as const;
    const progress = createProgress(context.io.err, context.globals.json);
    try {
      const client = await context.client();
      const content = readBytes(file, (bytes) => progress.show(`Sending ${file} (${formatCount(bytes)} bytes)`, null));
      const report = await client.upload(detectAnomalies, { query }, content);
      await progress.clear();
      if (csv) await context.io.out.write(pointsCsv(report));
      else await context.answer(report, () => reportText(report, context));
      for (const remark of report.remarks) await context.remark(remark);
    } finally {
      await progress.clear();
    }
    return 0;
  },
});

/** Instants and numbers need no quotes. */
function pointsCsv({ points }: DetectionReport): string {
  const lines = points.map(({ at, value, score, expected }) =>
    [at, value, score, expected].map((one) => one ?? '').join(','),
  );
  return ['at,value,score,expected', ...lines, ''].join('\r\n');
}

function reportText({ points, episodes }: DetectionReport, { paint }: Context): string {
  const judged = points.filter(({ score }) => score !== null).length;
  const of = `${formatCount(judged)} of ${counted(points.length, 'point')} judged`;
  if (judged === 0) return paint.waiting(`${of}.`);
  if (episodes.length === 0) return `${paint.good('No anomaly:')} ${of}.`;
  return [`${paint.bad(counted(episodes.length, 'episode'))}, ${of}.`, '', episodesText(episodes, paint)].join('\n');
}

function episodesText(episodes: readonly AnomalyEpisode[], paint: Context['paint']): string {
  return table(
    episodes,
    [
      { title: 'START', cell: ({ start }) => formatInstant(start) },
      { title: 'END', cell: ({ end, open }) => (open ? 'ongoing' : formatInstant(end)) },
      { title: 'KIND', cell: ({ kind }) => kind.replace('_', ' ') },
      { title: 'POINTS', align: 'right', cell: ({ points }) => formatCount(points) },
      { title: 'IMPACT', align: 'decimal', cell: ({ impact }) => formatImpact(impact) },
    ],
    paint,
  );
}

function formatImpact(impact: number): string {
  const digits = String(Number(impact.toPrecision(DIGITS)));
  return impact > 0 ? `+${digits}` : digits;
}

export const anomalyCommands = [detectCommand];
