import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import {
  createNoveltyJudge,
  NOVELTY_OPTIONS,
  type NoveltyOptions,
} from '../src/finops/anomaly-detection/novelty-judge.ts';
import { parseSeriesTime } from '../src/finops/anomaly-detection/series-time.ts';
import {
  LOW_FALSE_NEGATIVES,
  LOW_FALSE_POSITIVES,
  type NabSeries,
  type NabTally,
  nabScore,
  STANDARD,
  sumTallies,
  tallySeries,
} from './nab-score.ts';

const USAGE = `usage: node bench/nab-leave-out.ts FOLDER

Scores the judge of series with many points a day on the Numenta Anomaly Benchmark. FOLDER is a checkout of
github.com/numenta/NAB, or a folder with combined_windows.json and the series of each group, gzipped or not.
For each group the options are chosen on all other groups, and scored on it.`;

/** Every combination of these is tried; the alarm is chosen with them. */
const MEAN_POINTS = [1, 3, 6, 12, 24];
const QUIET_POINTS = [100, 150];
const NEWER = [1, 1.3, 1.5];
const ALARMS = [0.03, 0.035, 0.04, 0.045, 0.05, 0.055, 0.06, 0.065, 0.07, 0.075, 0.08, 0.09, 0.1, 0.11, 0.12];

/** Options with the tally of each group. */
interface Candidate {
  readonly options: NoveltyOptions;
  readonly groups: ReadonlyMap<string, NabTally>;
}

function readNab(folder: string): NabSeries[] {
  const isCheckout = readdirSync(folder).includes('labels');
  const labels: Record<string, [string, string][]> = JSON.parse(
    readFileSync(join(folder, isCheckout ? 'labels' : '.', 'combined_windows.json'), 'utf8'),
  );
  const data = join(folder, isCheckout ? 'data' : '.');
  return Object.entries(labels).map(([name, windows]) => readSeries(data, name, windows));
}

function readSeries(data: string, name: string, windows: readonly [string, string][]): NabSeries {
  const [group = '', file = ''] = name.split('/');
  const isZipped = readdirSync(join(data, group)).includes(`${file}.gz`);
  const bytes = readFileSync(join(data, isZipped ? `${name}.gz` : name));
  const [, ...lines] = (isZipped ? gunzipSync(bytes) : bytes).toString('utf8').trim().split(/\r?\n/);
  const rows = lines.map((line) => line.split(','));
  const rowOf = (time: string) => rows.findIndex(([text = '']) => seconds(text) === seconds(time));
  return {
    name,
    points: rows.map(([time = '', value]) => [Number(parseSeriesTime(time)), Number(value)] as const),
    windows: windows.map(([start, end]) => [rowOf(start), rowOf(end)] as const).toSorted((a, b) => a[0] - b[0]),
  };
}

/** A time without its fraction. */
function seconds(time: string): string {
  return time.split('.')[0] ?? time;
}

function groupOf({ name }: NabSeries): string {
  return name.split('/')[0] ?? name;
}

/** How new each point is to the judge: its score brought back to a strength, so that any alarm can be tried on it. */
function strengthsOf({ points }: NabSeries, options: NoveltyOptions): number[] {
  const judge = createNoveltyJudge(undefined, { ...options, alarmNovelty: 1 });
  return points.map(([at, value]) => {
    const { score } = judge.judge(at, value);
    return score === null || score === 1 ? 0 : score / (1 - score);
  });
}

function candidatesOf(all: readonly NabSeries[], options: NoveltyOptions, alarms: readonly number[]): Candidate[] {
  const scored = all.map((series) => ({ series, strengths: strengthsOf(series, options) }));
  return alarms.map((alarmNovelty) => {
    const groups = Map.groupBy(scored, ({ series }) => groupOf(series));
    const tallies = [...groups].map(([group, of]) => {
      const sum = sumTallies(of.map(({ series, strengths }) => tallySeries(series, strengths, alarmNovelty)));
      return [group, sum] as const;
    });
    return { options: { ...options, alarmNovelty }, groups: new Map(tallies) };
  });
}

/** The candidate with the best standard score over groups. */
function bestOn(candidates: readonly Candidate[], groups: readonly string[]): Candidate | undefined {
  const scoreOn = (one: Candidate) => nabScore(tallyOn(one, groups), STANDARD) ?? 0;
  return candidates.toSorted((a, b) => scoreOn(b) - scoreOn(a))[0];
}

function tallyOn({ groups }: Candidate, wanted: readonly string[]): NabTally {
  return sumTallies(wanted.flatMap((group) => groups.get(group) ?? []));
}

function lineOf(name: string, tally: NabTally): string {
  const scores = [STANDARD, LOW_FALSE_POSITIVES, LOW_FALSE_NEGATIVES].map((profile) => nabScore(tally, profile));
  const shown = scores.map((score) => (score === null ? '-' : score.toFixed(1)).padStart(7)).join('');
  return `${name.padEnd(24)}${shown}  ${tally.found} of ${tally.windows} windows, ${tally.falseAlarms} false alarms`;
}

function printReport(all: readonly NabSeries[]): void {
  const groups = [...new Set(all.map(groupOf))].toSorted();
  const shipped = candidatesOf(all, NOVELTY_OPTIONS, [NOVELTY_OPTIONS.alarmNovelty])[0];
  console.log(`${all.length} series; standard, low false positives, low false negatives\n\nas shipped`);
  for (const group of groups) if (shipped !== undefined) console.log(lineOf(group, tallyOn(shipped, [group])));
  if (shipped !== undefined) console.log(lineOf('all', tallyOn(shipped, groups)));
  const grid = MEAN_POINTS.flatMap((meanPoints) =>
    QUIET_POINTS.flatMap((quietPoints) =>
      NEWER.map((newer) => ({ ...NOVELTY_OPTIONS, meanPoints, quietPoints, newer })),
    ),
  );
  const candidates = grid.flatMap((options) => candidatesOf(all, options, ALARMS));
  printLeaveOut('the alarm alone chosen on the other groups', candidatesOf(all, NOVELTY_OPTIONS, ALARMS), groups);
  printLeaveOut(`one of ${candidates.length} choices of all four options, on the other groups`, candidates, groups);
}

function printLeaveOut(title: string, candidates: readonly Candidate[], groups: readonly string[]): void {
  console.log(`\n${title}`);
  const left = groups.flatMap((group) => {
    const chosen = bestOn(
      candidates,
      groups.filter((other) => other !== group),
    );
    if (chosen === undefined) return [];
    const { meanPoints, alarmNovelty, quietPoints, newer } = chosen.options;
    const tally = tallyOn(chosen, [group]);
    console.log(
      `${lineOf(group, tally)} (mean of ${meanPoints}, alarm ${alarmNovelty}, quiet ${quietPoints}, ${newer})`,
    );
    return [tally];
  });
  console.log(lineOf('all', sumTallies(left)));
}

const { positionals } = parseArgs({ allowPositionals: true });
const [folder] = positionals;
if (folder === undefined) {
  console.error(USAGE);
  process.exitCode = 2;
} else printReport(readNab(folder));
