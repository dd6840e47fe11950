import { parseArgs } from 'node:util';
import { driftLook } from '../src/mlops/monitoring/alerts/looks/drift-look.ts';
import type { AlertRule } from '../src/mlops/monitoring/monitors/alerts/schema.ts';
import type { DriftWindow } from '../src/mlops/monitoring/windows/schema.ts';
import { judgeWindows, type SeasonalStream, simulateStream } from './seasonal-streams.ts';

/**
 * Windows of simulated seasonal streams that raise an alarm of drift, as a Markdown table.
 * `node bench/drift-seasons.ts [--seed 1 …] [--reference MONTHS]`
 */
const { values } = parseArgs({
  options: {
    seed: { type: 'string', multiple: true, default: ['1', '2', '3', '4', '5', '6', '7', '8'] },
    reference: { type: 'string', default: '12' },
    windows: { type: 'string', default: '36' },
  },
});

type DriftRule = Extract<AlertRule, { on: 'drift' }>;
const RULE: DriftRule = { name: 'drift', on: 'drift', open: 1, close: 2 };
const KINDS = [
  { name: 'any column, quality not known', rule: RULE, isKnown: false },
  { name: '30 % of the columns, quality not known', rule: { ...RULE, share: 0.3 }, isKnown: false },
  { name: 'any column, labels known', rule: RULE, isKnown: true },
  { name: '30 % of the columns, labels known', rule: { ...RULE, share: 0.3 }, isKnown: true },
] as const;
/** Seasons as standard deviations, changes of a month of its own, and a trend a month. */
const STREAMS: readonly Omit<SeasonalStream, 'seed' | 'referenceMonths' | 'months'>[] = [
  { season: 0, wobble: 0, trend: 0 },
  { season: 0.3, wobble: 0.03, trend: 0 },
  { season: 0.6, wobble: 0.03, trend: 0 },
  { season: 0.3, wobble: 0.08, trend: 0.004 },
];

const isAlert = (rule: DriftRule, window: DriftWindow, loss: Parameters<typeof driftLook>[2]) =>
  driftLook(rule, window, loss).level === 'alert';

const rows = STREAMS.map((stream) => {
  const judged = values.seed.map((seed) =>
    judgeWindows(
      simulateStream({
        ...stream,
        seed: Number(seed),
        referenceMonths: Number(values.reference),
        months: Number(values.windows),
      }),
    ),
  );
  const cells = KINDS.map(({ rule, isKnown }) => {
    const counts = judged.map((windows) => {
      const alarmed = windows.filter(({ window, loss }) => isAlert(rule, window, isKnown ? loss : null));
      return { all: alarmed.length, real: alarmed.filter(({ isChanged }) => isChanged).length };
    });
    const mean = (of: readonly number[]) => (of.reduce((sum, one) => sum + one, 0) / of.length).toFixed(1);
    return `${mean(counts.map(({ all }) => all))} (${mean(counts.map(({ real }) => real))}), most ${Math.max(...counts.map(({ all }) => all))}`;
  });
  return `| ${stream.season} | ${stream.wobble} | ${stream.trend} | ${cells.join(' | ')} |`;
});
console.log(
  [
    `${values.windows} windows after ${values.reference} months of reference, ${values.seed.length} seeds; mean of the alarms, of those in the two changed months, and the most of any stream.`,
    '',
    `| season | wobble | trend | ${KINDS.map(({ name }) => name).join(' | ')} |`,
    `| ---: | ---: | ---: | ${KINDS.map(() => '---:').join(' | ')} |`,
    ...rows,
  ].join('\n'),
);
