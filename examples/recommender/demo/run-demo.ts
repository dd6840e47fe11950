import { join } from 'node:path';
import { findRecommendations } from '../../../src/tradeoff/recommendations/schema.ts';
import { runGpus } from '../gpus/run-gpus.ts';
import { recordMachines } from '../ledger/record-machines.ts';
import { createAudiences } from '../production/audience.ts';
import { type Production, runProduction } from '../production/run-production.ts';
import { trySavings } from '../production/try-savings.ts';
import { applyConfig } from './apply-config.ts';
import { importBills } from './bills.ts';
import { type Report, trainCandidates } from './candidates.ts';
import type { DemoClient } from './client.ts';
import { decideOnModels, findChampion } from './decide.ts';
import type { StoryClock } from './story-clock.ts';
import type { DemoVerdict } from './weigh.ts';

export interface DemoOutcome {
  readonly verdicts: readonly DemoVerdict[];
  readonly production: Production;
}

/** Eight repetitions of a tenth of a second are enough for an interval of the rate. */
const MEASURE = { secondsPerRepetition: 0.1, warmUpSeconds: 0.1 };

interface DemoOptions {
  readonly seed: number;
  readonly clock: StoryClock;
  /** Where the generated bill is written. */
  readonly folder: string;
  readonly report: Report;
}

/**
 * The main job from end to end, only over HTTP: it imports a bill, trains and registers models, runs the gate, and
 * serves, monitors and retrains the promoted version.
 */
export async function runDemo(client: DemoClient, options: DemoOptions): Promise<DemoOutcome> {
  const { seed, report, clock } = options;
  const bills = { ...options, asOf: new Date() };
  report('1. Teams, prices, rules, budgets and the policy are applied');
  await applyConfig(client);
  report('2. Recommenders are trained; who held which machine is metered, and the bill of two clouds comes in');
  const models = { seed, report, lateMs: clock.lateMs(), measure: MEASURE };
  const trained = trainCandidates(models);
  // Usage before the bill: late usage would have the bill allocated again.
  const machines = await recordMachines(client, bills.asOf);
  report(`metered: ${machines.toLocaleString('en')} intervals of machines, to be matched with the bill`);
  await importBills(client, bills);
  const { candidates, verdicts } = await decideOnModels(client, models, trained);
  const champion = findChampion(candidates, verdicts);
  report('6. The version that the alias points to now is served, and two savings are tried on an hour of its traffic');
  const audiences = createAudiences(options);
  await trySavings(client, { ...options, champion, audience: audiences.crowd });
  report('7. It is watched; then a campaign changes who comes');
  const asOf = new Date();
  const production = await runProduction(client, { ...options, asOf, champion, audiences });
  report('8. Readings of sixteen GPUs come in, with who held them');
  await runGpus(client, { ...options, asOf, folder: join(options.folder, '../gpus') });
  report('9. Savings are searched');
  await client.call(findRecommendations, { body: {} });
  return { verdicts, production };
}
