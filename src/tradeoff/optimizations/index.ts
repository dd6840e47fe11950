import { z } from 'zod';
import type { SubscribesToEvents } from '../../platform/events/index.ts';
import { handle, limitWorkUnless, type Route } from '../../platform/http/index.ts';
import { createSpecKind, type ManifestKind } from '../../platform/manifests/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import { PROGRAM } from './lifecycle.ts';
import { lookAtAll } from './look.ts';
import { type ReconcileDeps, reconcilePeriod } from './reconcile.ts';
import {
  getOptimization,
  listOptimizations,
  OptimizationSpec,
  type OptimizationState,
  proposeOptimization,
  resumeOptimization,
  stopOptimization,
} from './schema.ts';
import { list, propose, type ServiceDeps, show, startAgain, stop } from './service.ts';
import { findOptimization, listTimes } from './store.ts';
import { type ProposalAccessDeps, refuseHiddenParts } from './visible-proposals.ts';

export type { LiveScores, ReadLiveScores } from './evidence.ts';
export { optimizationMigrations } from './migrations.ts';
export type { ServiceDeps as OptimizationServiceDeps } from './service.ts';
export { findOptimizedEndpoint } from './store.ts';

const LOOK = 'optimizations.look';
const EVERY_MINUTE = '* * * * *';
const RECONCILE = 'optimizations.reconcile';
/** Events after which the bill of a period may have another cost of an endpoint. */
const BILL_EVENTS = ['bill.imported', 'bill.reverted', 'bill.preferred', 'bill.deleted'];
const BillChange = z.looseObject({ changes: z.array(z.looseObject({ period: z.string() })) });
const Period = z.strictObject({ period: z.string() });

/** Changes that save money, tried on live traffic, kept while quality holds, and undone when it does not. */
export interface Optimizations {
  /** `Optimization`. */
  readonly kinds: readonly ManifestKind[];
  readonly routes: readonly Route[];
  /** Proposes a change in the caller's transaction; it starts within a minute. Errors: those of `proposeOptimization`. */
  readonly propose: (sql: Sql, name: string, spec: OptimizationSpec, actor: string) => Promise<void>;
  /** State of an optimization; null: there is none of this name. */
  readonly findState: (sql: Sql, name: string) => Promise<OptimizationState | null>;
  /** Stretches of time [start, end) Unix ms in which optimizations changed an endpoint; their savings are booked there. */
  readonly times: (sql: Sql, endpoint: string) => Promise<{ readonly start: number; readonly end: number }[]>;
}

export function createOptimizations(
  deps: ServiceDeps & ReconcileDeps & SubscribesToEvents & ProposalAccessDeps,
): Optimizations {
  const { jobs, store } = deps;
  jobs.register(LOOK, { handler: (_payload, { signal }) => lookAtAll(deps, signal) });
  jobs.schedule(LOOK, EVERY_MINUTE, { kind: LOOK, payload: null });
  reconcileOnBills(deps);
  const soon = (sql: Sql) => jobs.enqueue(sql, { kind: LOOK, payload: null });
  const proposeNow = async (sql: Sql, name: string, spec: OptimizationSpec, actor: string) => {
    await propose(deps, sql, name, spec, actor);
    await soon(sql);
  };
  return {
    propose: proposeNow,
    times: listTimes,
    findState: async (sql, name) => (await findOptimization(sql, name))?.shown.state ?? null,
    kinds: [
      createSpecKind('Optimization', 80, OptimizationSpec, (sql, name, spec) => applyDocument(deps, sql, name, spec)),
    ],
    routes: [
      handle(listOptimizations, async ({ query, identity }) => ({
        optimizations: await list(deps, query, limitWorkUnless(identity, 'money')),
      })),
      handle(getOptimization, ({ params: { optimization } }) => show(deps, optimization)),
      handle(proposeOptimization, async ({ body: { optimization, spec }, actor, identity }) => {
        await refuseHiddenParts(deps, identity, spec);
        await store.transaction((sql) => proposeNow(sql, optimization, spec, actor));
        return show(deps, optimization);
      }),
      handle(stopOptimization, ({ params: { optimization }, body, actor }) =>
        stop(deps, optimization, { ...body, reason: body.reason ?? null, actor }),
      ),
      handle(resumeOptimization, async ({ params: { optimization }, body: { reason = null }, actor }) => {
        const shown = await startAgain(deps, optimization, reason, actor);
        await soon(store);
        return shown;
      }),
    ],
  };
}

function reconcileOnBills(deps: ServiceDeps & ReconcileDeps & SubscribesToEvents): void {
  const { jobs, events, store } = deps;
  jobs.register(RECONCILE, {
    handler: (payload, { signal }) => reconcilePeriod(deps, Period.parse(payload).period, signal),
  });
  events.subscribe('optimizations', BILL_EVENTS, async ({ payload }) => {
    for (const period of new Set(BillChange.parse(payload).changes.map((change) => change.period))) {
      await jobs.enqueue(store, { kind: RECONCILE, payload: { period }, uniqueKey: `${RECONCILE} ${period}` });
    }
  });
}

/** A document proposes once; a known one is unchanged, and its change is refused while evidence is collected for the old one. */
async function applyDocument(deps: ServiceDeps, sql: Sql, name: string, spec: OptimizationSpec) {
  const known = await findOptimization(sql, name);
  if (known === null) {
    await propose(deps, sql, name, spec, PROGRAM);
    return 'created' as const;
  }
  if (JSON.stringify(known.shown.spec) === JSON.stringify(spec)) return 'unchanged' as const;
  return propose(deps, sql, name, spec, PROGRAM).then(() => 'changed' as const);
}
