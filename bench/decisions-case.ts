import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { CaseContext } from './case-context.ts';
import { fitGivenHalves, writeCascades, writeRules } from './decisions/cascade-section.ts';
import { loadApiTasks } from './decisions/decision-data.ts';
import { measureSpeed, type SpeedFigures } from './decisions/decision-speed.ts';
import { writeFrontiers } from './decisions/frontier-section.ts';
import { writeErrorRates, writePower } from './decisions/looks-section.ts';
import { writePublished } from './decisions/published-section.ts';
import { writeRouting } from './decisions/routing-section.ts';
import { describeMachine } from './machine.ts';
import { type CaseReport, writeFigures } from './report.ts';

const SUBJECT = 'Steelyard';

/** Times of decisions, and the tables of docs/proof.md on public data; with --quick the tables are printed. */
export async function measureDecisions({ options, folder, report }: CaseContext): Promise<CaseReport> {
  const startedAt = performance.now();
  const load = (loadavg()[0] ?? 0).toFixed(1);
  const { proofPairs, proofSplits, proofRuns, repetitions } = options;
  report(`decisions: times with ${proofPairs} pairs`);
  const speed = await measureSpeed(folder, proofPairs, repetitions);
  const tasks = loadApiTasks();
  report('decisions: frontiers');
  const frontiers = await writeFrontiers(tasks);
  report('decisions: cascades');
  const halves = tasks === null ? null : await fitGivenHalves(tasks);
  const sections = {
    frontiers,
    cascades: writeCascades(halves),
    rules: await writeRules(tasks, proofSplits, report),
    routing: await writeRouting(),
    published: writePublished(halves),
    errors: writeErrorRates(tasks, proofRuns),
    power: writePower(tasks, proofRuns),
  };
  report('decisions: looks');
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  writePage(
    {
      ...sections,
      machine: `Written on ${describeMachine(null)[0]}, in ${seconds} s, at a load average of ${load} when it began.`,
    },
    options.isQuick,
  );
  return describeCase(speed, proofPairs, load);
}

function writePage(sections: Readonly<Record<string, string>>, isQuick: boolean): void {
  const page = fileURLToPath(new URL('../docs/proof.md', import.meta.url));
  for (const [name, text] of Object.entries(sections)) {
    if (isQuick) console.log(`## ${name}\n\n${text}\n`);
    else writeFigures(page, text, name);
  }
}

function describeCase(speed: SpeedFigures, pairs: number, load: string): CaseReport {
  const { gate, comparison, command, fileInProcess, fileProcessor, frontier, updates } = speed;
  const figures = [gate, comparison, command, fileInProcess, fileProcessor, frontier, ...updates.flat()];
  return {
    name: 'decisions',
    title: `Decisions (${pairs.toLocaleString('en-US')} paired outcomes)`,
    subjects: [SUBJECT],
    comparisons: figures.map((figure) => ({ measure: figure.measure, figures: [figure] })),
    budgets: [
      { what: 'a gate over HTTP', limit: 1, figure: gate },
      { what: 'a comparison in memory', limit: 1000, figure: comparison },
      { what: 'decide compare, whole command', limit: 1, figure: command },
      { what: 'a frontier', limit: 300, figure: frontier },
    ],
    notes: [
      `The outcomes are made up and seeded. The command reads a CSV of two columns; its time includes the start of the program. It was measured at a load average of ${load}.`,
      'The time of an observation includes its interval. It does not grow with the observations before it; that of the betting sequence falls, because excluded means are no longer computed.',
      'Error rates, power, cascades and frontiers on public data are in [proof.md](proof.md).',
    ],
  };
}
