import { expect, it } from 'vitest';
import type { DriftWindow } from '../../../src/mlops/quality/drift-windows/schema.ts';
import type { ModelHealth, ProductionAlert } from '../../../src/tradeoff/production-health/schema.ts';
import { describeModel, describeMonitors, readDrifted } from './model-status.ts';

const alert = (
  standing: ProductionAlert['standing'],
  cause: ProductionAlert['cause'],
  progress: { has: number | null; needs: number | null } = { has: null, needs: null },
) => ({ standing, cause, running: [{ version: '7', standing, ...progress }] }) as unknown as ProductionAlert;
const quality = { metric: 'ndcg@10', value: 0.67, predictions: 1200, estimated: false } as ModelHealth['quality'];
const model = (more: Partial<ModelHealth> = {}) =>
  ({ model: 'ranker', status: 'healthy', running: [{ version: '7' }], quality, alerts: [], ...more }) as ModelHealth;

it('says the quality of the running version, and each alert by its standing', () => {
  expect(describeModel(model())).toBe('ranker v7: ndcg@10 is 0.67 of 1,200 predictions. No open alerts.');
  const alerts = [alert('cleared', 'quality'), alert('not_proven', 'drift', { has: 1200, needs: 1500 })];
  expect(describeModel(model({ alerts }))).toBe(
    'ranker v7: ndcg@10 is 0.67 of 1,200 predictions. Recovery not proven yet: drift (1,200 of 1,500 predictions). Cleared by the running version: quality.',
  );
  expect(describeModel(model({ alerts: [alert('open', 'latency')], quality: null }))).toBe(
    'ranker v7: quality is not measured yet. 1 alert is open: latency.',
  );
});

it('says of several models how many need attention, and which one most', () => {
  expect(describeMonitors(0, [])).toBe('No monitor yet.');
  expect(describeMonitors(2, [model(), model()])).toBe('2 models: no alert is open on a running version.');
  const wrong = model({ model: 'scorer', status: 'unhealthy', alerts: [alert('open', 'quality')] });
  expect(describeMonitors(2, [wrong, model()])).toMatch(/^1 of 2 monitored models needs attention\. scorer v7: /);
});

it('counts drifted columns of the running version, else of an earlier one by its name', () => {
  const window = (modelVersion: string, ...drifted: (boolean | null)[]) =>
    ({ modelVersion, share: 0.5, columns: drifted.map((one) => ({ drifted: one })) }) as DriftWindow;
  const unknown = { ...window('7'), share: null } as DriftWindow;
  expect(readDrifted([window('5', true, false, null), unknown], ['7'])).toEqual({
    ...{ text: '1 of 2', drifted: 1, version: '5', isRunning: false },
  });
  expect(readDrifted([window('5', true), window('7', false)], ['7'])?.isRunning).toBe(true);
  expect(readDrifted([unknown], ['7'])).toBeNull();
});
