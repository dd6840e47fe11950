import { hasRoute, notifyRoutes } from '../../platform/notification-routes/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import { formatInstant, type RetrainingDeps } from './context.ts';
import type { RetrainingRound } from './schema.ts';

/** States in which something is asked of a person. */
const UNWANTED: ReadonlySet<RetrainingRound['state']> = new Set(['failed', 'not_promoted']);

/** Files the notice of a round that started or ended for the notification routes, in the transaction of the change. */
export async function fileRoundNotice(
  { registry, clock }: Pick<RetrainingDeps, 'registry' | 'clock'>,
  sql: Sql,
  round: RetrainingRound,
): Promise<void> {
  if (!(await hasRoute(sql, 'retraining'))) return;
  const at = formatInstant(clock.now());
  const { retraining, round: number, model, state, reason, verdict, candidate, cost } = round;
  const team = (await registry.ownerOf(sql, model))?.team ?? null;
  const title = `Retraining ${retraining} of ${model}, round ${number}: ${state}`;
  const id = `retraining:${retraining}:${number}:${state}`;
  const link = `/retraining/${encodeURIComponent(retraining)}`;
  const text = [
    title,
    ...(reason === null ? [] : [reason]),
    ...(candidate === null ? [] : [`Candidate: version ${candidate}.`]),
    ...(verdict === null ? [] : [`Verdict of the gate: ${verdict}.`]),
    `steelyard retraining show ${retraining}`,
  ];
  await notifyRoutes(sql, {
    ...{
      topic: 'retraining',
      severity: UNWANTED.has(state) ? 'warning' : 'info',
      teams: team === null ? [] : [team],
      models: [model],
    },
    ...{ subject: `retraining/${retraining}`, at },
    notice: {
      ...{ id, title, text: text.join('\n'), link },
      event: {
        ...{ specversion: '1.0', id, source: `/api/v1/retrainings/${retraining}`, time: at },
        ...{ type: 'steelyard.retraining.changed', subject: retraining, datacontenttype: 'application/json' },
        data: { retraining, round: number, model, state, reason, verdict, candidate, cost },
      },
    },
  });
}
