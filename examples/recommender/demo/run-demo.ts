import { join } from 'node:path';
import { findRecommendations } from '../../../src/tradeoff/recommendations/schema.ts';
import { runGpus } from '../gpus/run-gpus.ts';
import { recordMachines } from '../ledger/record-machines.ts';
import { type Production, runProduction } from '../production/run-production.ts';
import { applyConfig } from './apply-config.ts';
import { type DemoBillOptions, importBills } from './bills.ts';
import type { DemoClient } from './client.ts';
import { decideOnModels, findChampion } from './decide.ts';
import type { DemoVerdict } from './weigh.ts';

export interface DemoOutcome {
  readonly verdicts: readonly DemoVerdict[];
  readonly production: Production;
}

/**
 * The main job from end to end, only over HTTP: it imports a bill, trains and registers models, runs the gate, and
 * serves, monitors and retrains the promoted version.
 */
export async function runDemo(client: DemoClient, options: DemoBillOptions): Promise<DemoOutcome> {
  const { seed, report } = options;
  report('1. Teams, prices, rules, budgets and the policy are applied');
  await applyConfig(client);
  report('2. Who held which machine is metered, and the bill of two clouds comes in');
  // Usage before the bill: late usage would have the bill allocated again.
  const machines = await recordMachines(client, options.asOf);
  report(`metered: ${machines.toLocaleString('en')} intervals of machines, to be matched with the bill`);
  await importBills(client, options);
  const { candidates, verdicts } = await decideOnModels(client, { seed, report });
  report('6. The version that the alias points to now is served and watched; then a campaign changes who comes');
  const production = await runProduction(client, { ...options, champion: findChampion(candidates, verdicts) });
  report('7. Readings of sixteen GPUs come in, with who held them');
  await runGpus(client, { ...options, folder: join(options.folder, '../gpus') });
  report('8. Savings are searched');
  await client.call(findRecommendations, { body: {} });
  return { verdicts, production };
}
