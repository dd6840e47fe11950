import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { type Counts, compareCounts, lowerBaseline, moveEntries } from './language/baseline.ts';
import { findBlindSpots } from './language/canary.ts';
import { CANARY, findRenames, listCanary, listFiles, read, root } from './language/files.ts';
import { findHits } from './language/hits.ts';
import { countBy, describeCounts, describeHit } from './language/report.ts';

/**
 * The language gate: phrases of `scripts/language/rules.ts` in comments, strings, JSX text and pages. The baseline has the
 * hits of each file that remain from before the gate. It only falls.
 *
 *     node scripts/check-language.ts                 fails where a file has more hits than its baseline
 *     node scripts/check-language.ts PATH...         lists all hits below these paths
 *     node scripts/check-language.ts --count         counts hits by folder and by rule, and functions `xOf`
 *     node scripts/check-language.ts --lower         lowers the baseline to the present hits; writes it where there is none
 *     --renamed-since COMMIT                         files renamed since then keep their entry (default: HEAD)
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    count: { type: 'boolean', default: false },
    lower: { type: 'boolean', default: false },
    'renamed-since': { type: 'string', default: 'HEAD' },
  },
});

const Baseline = z.record(z.string(), z.int().positive());
const BASELINE = 'scripts/language-baseline.json';
/** Fewer files than this means that the gate has stopped seeing the code. */
const LEAST_FILES = 1000;

function readBaseline(): Counts {
  return Baseline.parse(JSON.parse(readFileSync(join(root, BASELINE), 'utf8')));
}

function writeBaseline(baseline: Counts): void {
  writeFileSync(join(root, BASELINE), `${JSON.stringify(baseline, null, 2)}\n`);
}

const canary = listCanary().map((path) => ({ path: path.slice(CANARY.length), source: read(path) }));
const blindSpots = findBlindSpots(canary);
for (const spot of blindSpots) console.error(spot);
if (blindSpots.length > 0) throw new Error('the language gate does not see its canary: it would pass anything');

const files = listFiles();
if (files.length < LEAST_FILES) throw new Error(`only ${files.length} files were read`);
const chosen = positionals.map((path) => path.replace(/^\.\//, ''));
const isChosen = (path: string) => chosen.length === 0 || chosen.some((prefix) => path.startsWith(prefix));
const sources = files.filter(isChosen).map((path) => ({ path, source: read(path) }));
const hits = sources.flatMap(({ path, source }) => findHits(path, source));

/** Compares all files with the baseline, or lowers it. Returns whether the gate passes. */
function checkBaseline(): boolean {
  const counts: Counts = Object.fromEntries(countBy(hits, ({ path }) => path));
  if (values.lower && !existsSync(join(root, BASELINE))) writeBaseline(lowerBaseline(counts, counts));
  const baseline = moveEntries(readBaseline(), findRenames(values['renamed-since']));
  if (values.lower) writeBaseline(lowerBaseline(baseline, counts));
  const { risen, fallen } = compareCounts(counts, baseline);
  for (const { path, count, allowed } of risen) {
    for (const hit of hits.filter((each) => each.path === path)) console.error(describeHit(hit));
    console.error(`${path} has ${count} hits; its baseline allows ${allowed}`);
  }
  if (fallen.length > 0 && !values.lower) {
    console.log(`language: ${fallen.length} files have fewer hits than the baseline: run with --lower and commit it`);
  }
  console.log(
    `language: ${hits.length} hits in ${files.length} files, ${risen.length} files with new ones; the canary is seen`,
  );
  return risen.length === 0;
}

if (values.count) {
  const code = sources.filter(({ path }) => /^src\/.*\.ts$/.test(path) && !path.endsWith('.test.ts'));
  const lines = describeCounts(
    hits,
    code.map(({ source }) => source),
  );
  console.log(lines.join('\n'));
} else if (chosen.length > 0) console.log(hits.map(describeHit).join('\n'));
else if (!checkBaseline()) process.exit(1);
