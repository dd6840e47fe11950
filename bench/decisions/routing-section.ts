import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { compareOutcomeFile } from '../../src/tradeoff/outcome-files/index.ts';
import type { OutcomeComparison } from '../../src/tradeoff/outcome-files/schema.ts';
import type { PairedCounts } from '../../src/tradeoff/statistics/index.ts';
import { findDataFile, splitLines, toTextFile } from './decision-data.ts';
import { buildTable, describeSkipped, formatCount, formatInterval, formatPercent } from './tables.ts';

/** USD for 1,000 calls of 1,000 tokens; an assumption, stated on the page. */
const PRICES = { strong: 24.7, weak: 0.24 };
const MARGINS = [0.05, 0.1, 0.12, 0.13, 0.15];
const SHARES = [0.95, 0.9, 0.8, 0.5, 0.2, 0];

/** The file without the rows that its authors left out; null without the data. */
export function readUncontaminated(): string | null {
  const file = findDataFile('routellm', 'mmlu.csv.gz');
  if (file === null) return null;
  const [header = '', ...lines] = splitLines(gunzipSync(readFileSync(file.path)).toString());
  const place = header.split(',').indexOf('contaminated');
  return [header, ...lines.filter((line) => line.split(',')[place] === '0')].join('\n');
}

/** Pairs of the outcomes of the weak (candidate) and the strong model (baseline). */
export function countModelPairs(text: string): PairedCounts {
  const [header = '', ...lines] = splitLines(text);
  const columns = header.split(',');
  const [weak, strong] = [columns.indexOf('mixtral_8x7b_correct'), columns.indexOf('gpt4_1106_correct')];
  const counts = { both: 0, onlyCandidate: 0, onlyBaseline: 0, neither: 0 };
  for (const line of lines) {
    const fields = line.split(',');
    const [isWeak, isStrong] = [fields[weak] === '1', fields[strong] === '1'];
    counts[isWeak ? (isStrong ? 'both' : 'onlyCandidate') : isStrong ? 'onlyBaseline' : 'neither'] += 1;
  }
  return counts;
}

/** Compares the weak with the strong model on RouteLLM's MMLU rows, paired. */
export function compareModels(text: string, margin: number): Promise<OutcomeComparison> {
  const evaluation = `candidates:
  - {name: strong, correct: gpt4_1106_correct, pricePerThousand: ${PRICES.strong}}
  - {name: weak, correct: mixtral_8x7b_correct, pricePerThousand: ${PRICES.weak}}`;
  return compareOutcomeFile({
    file: toTextFile('mmlu.csv', text),
    evaluation: { path: 'mmlu.yaml', text: evaluation },
    baseline: 'strong',
    candidate: 'weak',
    margin,
    alpha: 0.05,
    rows: 'all',
    plan: { kind: 'once' },
  });
}

/** A router that sends a random share of the calls to the strong model. */
export interface RandomRouter {
  readonly strongShare: number;
  readonly difference: { readonly estimate: number; readonly lower: number; readonly upper: number };
  readonly saving: number;
}

/** Expected difference and saving of a random router: those of the weak model times the share that it answers. */
export function computeRandomRouter(
  difference: { readonly estimate: number; readonly lower: number; readonly upper: number },
  saving: number,
  strongShare: number,
): RandomRouter {
  const weakShare = 1 - strongShare;
  const { estimate, lower, upper } = difference;
  return {
    strongShare,
    difference: { estimate: weakShare * estimate, lower: weakShare * lower, upper: weakShare * upper },
    saving: weakShare * saving,
  };
}

export async function writeRouting(): Promise<string> {
  const text = readUncontaminated();
  if (text === null) return describeSkipped('routellm');
  const compared = await Promise.all(MARGINS.map((margin) => compareModels(text, margin)));
  const [first] = compared;
  const { estimate, lower, upper } = first?.difference ?? {};
  const saving = first?.saving?.estimate;
  if (first === undefined || estimate == null || lower == null || upper == null || saving == null) {
    throw new Error('mmlu.csv has no comparison');
  }
  const verdicts = compared.map(({ margin, verdict }) => [`${formatPercent(margin, 0)}`, verdict]);
  const routers = SHARES.map((share) => computeRandomRouter({ estimate, lower, upper }, saving, share));
  const line = routers.map((router) => [
    formatPercent(router.strongShare, 0),
    formatInterval(router.difference),
    formatPercent(router.saving),
    formatPercent(1 - router.difference.estimate / estimate, 0),
  ]);
  return [
    `${formatCount(first.n)} questions. Weak (Mixtral-8x7B) ${formatPercent(first.quality.candidate, 2)}, strong (GPT-4-1106) ${formatPercent(first.quality.baseline, 2)}. ` +
      `Difference ${formatInterval(first.difference)} points, ${first.test}. Stated prices: ${PRICES.strong} and ${PRICES.weak} USD for 1,000 calls of 1,000 tokens; with them the weak model saves ${formatPercent(saving)}.`,
    buildTable(['margin', 'verdict on the weak model alone'], verdicts),
    'A router that sends calls at random, by share of calls to the strong model:',
    buildTable(['strong calls', 'expected difference, points', 'saving', 'gap recovered'], line),
  ].join('\n\n');
}
