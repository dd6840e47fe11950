import { notifyRoutes } from '../../platform/notification-routes/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import type { OptimizationDetail } from './schema.ts';

type Step = OptimizationDetail['timeline'][number];

const TITLES: Partial<Record<Step['what'], string>> = {
  kept: 'was kept',
  rolled_back: 'was rolled back',
  undone: 'was undone',
  stopped: 'was stopped',
  closed: 'is final',
};

/** Files a notice of a step that ends or keeps an optimization for the notification routes, in the transaction of the step. */
export async function fileStepNotice(
  sql: Sql,
  { optimization, endpoint, state, baseline }: OptimizationDetail,
  { at, what, text, by, decision }: Step,
  teams: readonly string[],
): Promise<void> {
  const word = TITLES[what];
  if (word === undefined) return;
  const title = `Optimization ${optimization} of endpoint ${endpoint} ${word}`;
  const id = `optimization:${optimization}:${decision ?? at}`;
  const event = {
    ...{
      specversion: '1.0',
      id,
      source: `/api/v1/optimizations/${optimization}`,
      type: 'steelyard.optimization.changed',
    },
    ...{ subject: optimization, time: at, datacontenttype: 'application/json' },
    data: { optimization, endpoint, step: what, state, text, decision },
  };
  const lines = [title, text, `By ${by}.`, `steelyard optimization show ${optimization}`];
  await notifyRoutes(sql, {
    ...{ topic: 'optimization', severity: what === 'undone' ? 'critical' : 'info', teams },
    ...{ endpoints: [endpoint], models: baseline?.model == null ? [] : [baseline.model] },
    ...{ subject: `optimization/${optimization}`, at },
    notice: { id, title, text: lines.join('\n'), event, link: `/optimizations/${optimization}` },
  });
}
