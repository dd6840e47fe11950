import { parseArgs } from 'node:util';
import { isAlert, type JudgedWindow, judgeWindows } from './judged-stream.ts';
import { type SeasonalStream, simulateStream } from './seasonal-streams.ts';

/**
 * Windows of simulated seasonal streams that raise an alarm of drift, as a Markdown table.
 * `node bench/drift-seasons.ts [--family seasons|shapes|sizes|changes] [--seed 1 …] [--reference MONTHS] [--windows MONTHS]`
 */
const { values } = parseArgs({
  options: {
    family: { type: 'string', default: 'seasons' },
    seed: { type: 'string', multiple: true, default: ['1', '2', '3', '4', '5', '6', '7', '8'] },
    reference: { type: 'string', default: '12' },
    windows: { type: 'string', default: '36' },
  },
});

type Stream = Omit<SeasonalStream, 'seed' | 'referenceMonths' | 'months'>;
const QUIET: Stream = { season: 0.3, wobble: 0.03, trend: 0 };
/** Rules were chosen on `seasons` alone. */
const FAMILIES: Readonly<Record<string, Readonly<Record<string, Stream>>>> = {
  seasons: {
    'no season': { season: 0, wobble: 0, trend: 0 },
    'season 0.3, wobble 0.03': QUIET,
    'season 0.6, wobble 0.03': { ...QUIET, season: 0.6 },
    'season 0.3, wobble 0.08, trend 0.004': { season: 0.3, wobble: 0.08, trend: 0.004 },
  },
  shapes: {
    'two months of holidays, 0.6': { ...QUIET, season: 0.6, shape: 'holidays' },
    'ramp of 0.5': { ...QUIET, season: 0.5, shape: 'ramp' },
    'two waves of 0.5, wobble 0.05': { season: 0.5, wobble: 0.05, trend: 0, shape: 'twoWaves' },
    'cycle of 4, 0.5': { ...QUIET, season: 0.5, cycle: 4 },
    'cycle of 7, 0.4, wobble 0.05': { season: 0.4, wobble: 0.05, trend: 0, cycle: 7 },
    'wobble 0.1 without season': { season: 0, wobble: 0.1, trend: 0 },
    'trend 0.002': { ...QUIET, trend: 0.002 },
    'trend 0.02 without season': { season: 0, wobble: 0.03, trend: 0.02 },
  },
  sizes: {
    '4 columns': { ...QUIET, season: 0.5, columns: 4 },
    '40 columns': { ...QUIET, season: 0.5, columns: 40 },
    '300 rows': { ...QUIET, season: 0.5, rows: 300 },
    '10,000 rows': { ...QUIET, season: 0.5, rows: 10_000 },
    '20 % missing': { ...QUIET, season: 0.5, missing: 0.2 },
  },
  changes: {
    'no change at all': { season: 0, wobble: 0, trend: 0, changes: 0 },
    'season 0.3, no change': { ...QUIET, changes: 0 },
    ...Object.fromEntries(
      [0, 0.3].flatMap((season) =>
        [0.3, 0.5, 1].flatMap((shift) =>
          [1 / 12, 1 / 3].map((shifted) => [
            `season ${season}, shift ${shift} of ${Math.round(12 * shifted)} of 12 columns`,
            { ...QUIET, season, shift, shifted },
          ]),
        ),
      ),
    ),
  },
};

const RULE = { name: 'drift', on: 'drift', open: 1, close: 2 } as const;
const SHARED = { ...RULE, share: 0.3 };
type Look = (judged: JudgedWindow) => boolean;
const KINDS: Readonly<Record<string, Look>> = {
  'any column, before': ({ window }) => isAlert(RULE, window, null, true),
  'any column': ({ window }) => isAlert(RULE, window, null),
  '30 %, before': ({ window }) => isAlert(SHARED, window, null, true),
  '30 %': ({ window }) => isAlert(SHARED, window, null),
  'any column, labels known': ({ window, loss }) => isAlert(RULE, window, loss),
  '30 %, labels known': ({ window, loss }) => isAlert(SHARED, window, loss),
};
/** Limit of the acceptance criterion: the two changed months and one more. */
const MOST = 3;

const family = FAMILIES[values.family];
if (family === undefined) throw new Error(`--family is one of ${Object.keys(FAMILIES).join(', ')}`);
const mean = (of: readonly number[]) => (of.reduce((sum, one) => sum + one, 0) / of.length).toFixed(1);

function cellOf(streams: readonly (readonly JudgedWindow[])[], look: Look): string {
  const alarmed = streams.map((windows) => windows.filter(look));
  const all = alarmed.map(({ length }) => length);
  const real = alarmed.map((windows) => windows.filter(({ isChanged }) => isChanged).length);
  const within = all.filter((count) => count <= MOST).length;
  return `${mean(all)} (${mean(real)}) ${Math.max(...all)}; ${within}`;
}

console.log(
  `${values.windows} windows after ${values.reference} months of reference, ${values.seed.length} seeds: mean of the alarms (of those in the changed months) most of any stream; streams with at most ${MOST}.\n`,
);
console.log(`| stream | ${Object.keys(KINDS).join(' | ')} |`);
console.log(
  `| --- | ${Object.keys(KINDS)
    .map(() => '---:')
    .join(' | ')} |`,
);
for (const [name, stream] of Object.entries(family)) {
  const length = { referenceMonths: Number(values.reference), months: Number(values.windows) };
  const judged = values.seed.map((seed) => judgeWindows(simulateStream({ ...stream, ...length, seed: Number(seed) })));
  const cells = Object.values(KINDS).map((look) => cellOf(judged, look));
  console.log(`| ${name} | ${cells.join(' | ')} |`);
}
