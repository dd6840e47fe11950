import type { Billing, BillSums } from '../../finops/billing/index.ts';
import { decodePageToken, encodePageToken } from '../../platform/contract/page-token.ts';
import { AppError } from '../../platform/errors/index.ts';
import type { Events, SubscribesToEvents } from '../../platform/events/index.ts';
import { handle, type Route } from '../../platform/http/index.ts';
import type { Sql, Store } from '../../platform/store/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import type { Ledger, TakenDecision } from '../gates/index.ts';
import { insertAct, pageActs } from './acts-store.ts';
import { generateDecisionId } from './decision-id.ts';
import { digestEvidence } from './evidence-digest.ts';
import { type ReplayDeps, replayDecision } from './replay.ts';
import { addRestatements, keepBillChanges } from './restatements.ts';
import {
  type DecidedAct,
  type Decision,
  type DecisionDetail,
  getDecision,
  listDecidedActs,
  listDecisions,
  replayDecision as replayEndpoint,
  type TakenRecord,
} from './schema.ts';
import { findDecision, findDecisionsByDelivery, findDecisionsNaming, insertDecision, pageDecisions } from './store.ts';

export { createAliasGovernance } from './alias-governance.ts';
export { decisionMigrations } from './migrations.ts';

export interface DecisionDeps {
  readonly store: Store;
  readonly bills: ReplayDeps['bills'] & Pick<Billing, 'billSums'>;
  readonly clock: Clock;
  readonly events: Pick<Events, 'append'>;
}

/** The ledger of verdicts. Entries are never changed; a verdict that no longer stands gets a later one. */
export interface Decisions extends Ledger {
  /** Keeps a decision to act in the caller's transaction; answers its id. */
  recordAct(sql: Sql, act: Omit<DecidedAct, 'decision' | 'at'>): Promise<string>;
  /** Decisions about a version, newest first. */
  about(sql: Sql, model: string, version: string, limit: number): Promise<TakenRecord[]>;
  /** A decision as it was taken; null when there is none of this id. */
  taken(sql: Sql, decision: string): Promise<TakenRecord | null>;
  /** Of these runs and logged models, the ones that a decision's evidence names, and which, in words. */
  naming(sql: Sql, items: readonly { readonly id: string }[]): Promise<Map<string, string>>;
  /** Decisions that cannot be replayed without these deliveries, one sentence each. */
  standingOn(sql: Sql, deliveries: ReadonlySet<string>): Promise<string[]>;
  readonly routes: readonly Route[];
}

export function createDecisions(deps: DecisionDeps & SubscribesToEvents): Decisions {
  deps.events.subscribe('decisions', ['bill.imported', 'bill.reverted', 'bill.preferred', 'bill.deleted'], (event) =>
    keepBillChanges(deps.store, event),
  );
  return {
    async record(sql, taken) {
      const bills = await deps.bills.billSums(sql, taken.billDeliveries);
      const decision = buildDecisionRecord(taken, bills, new Date(deps.clock.now()).toISOString());
      await insertDecision(sql, decision);
      const { model, version, verdict, policy } = decision;
      await deps.events.append(sql, {
        type: 'decision.taken',
        subject: `model:${model}`,
        payload: { decision: decision.decision, model, version, verdict, policy },
      });
      return decision.decision;
    },
    async recordAct(sql, act) {
      const decided = { decision: generateDecisionId(), at: new Date(deps.clock.now()).toISOString(), ...act };
      await insertAct(sql, decided);
      return decided.decision;
    },
    about: async (sql, model, version, limit) =>
      (await pageDecisions(sql, { model, version, verdict: null, after: null, limit })).map(({ decision }) => decision),
    taken: findDecision,
    async naming(sql, items) {
      const naming = await findDecisionsNaming(sql, new Set(items.map(({ id }) => id)));
      return new Map([...naming].map(([id, decision]) => [id, `decision ${decision} names it in its evidence`]));
    },
    standingOn: async (sql, deliveries) =>
      (await findDecisionsByDelivery(sql, deliveries)).map(
        ({ decision, delivery }) => `a replay of decision ${decision}: its evidence names ${delivery}`,
      ),
    routes: [
      handle(listDecisions, async ({ query: { pageSize, pageToken, model = null, verdict = null } }) => {
        const [sequence] = pageToken === undefined ? [] : decodePageToken(pageToken, { model, verdict });
        const after = sequence === undefined ? null : Number(sequence);
        const found = await pageDecisions(deps.store, { model, verdict, after, limit: pageSize + 1 });
        const shown = found.slice(0, pageSize);
        const taken = shown.map(({ decision }) => decision);
        const decisions = (await addRestatements(deps.store, taken)).map(omitEvidence);
        const last = shown.at(-1);
        const more = found.length > pageSize && last !== undefined;
        const nextPageToken = more ? encodePageToken([last.sequence], { model, verdict }) : null;
        return { decisions, nextPageToken };
      }),
      handle(listDecidedActs, async ({ query: { pageSize, pageToken, about = null } }) => {
        const [sequence] = pageToken === undefined ? [] : decodePageToken(pageToken, { about });
        const found = await pageActs(deps.store, about, sequence === undefined ? null : Number(sequence), pageSize + 1);
        const shown = found.slice(0, pageSize);
        const last = found.length > pageSize ? shown.at(-1) : undefined;
        const nextPageToken = last === undefined ? null : encodePageToken([last.sequence], { about });
        return { acts: shown.map(({ act }) => act), nextPageToken };
      }),
      handle(getDecision, async ({ params }) => {
        const taken = await findTaken(deps.store, params.decision);
        const [decision = { ...taken, restatedBy: [], needsReevaluation: false }] = await addRestatements(deps.store, [
          taken,
        ]);
        return decision;
      }),
      handle(replayEndpoint, async ({ params }) => replayDecision(deps, await findTaken(deps.store, params.decision))),
    ],
  };
}

/** Error: `decision_not_found`. */
async function findTaken(sql: Sql, decision: string): Promise<TakenRecord> {
  const taken = await findDecision(sql, decision);
  if (taken !== null) return taken;
  const detail = `There is no decision ${decision}. See "steelyard decision list".`;
  throw new AppError('decision_not_found', detail, { decision });
}

function omitEvidence({ evidence: _evidence, evidenceSha256: _digest, ...decision }: DecisionDetail): Decision {
  return decision;
}

function buildDecisionRecord(taken: TakenDecision, bills: readonly BillSums[], at: string): TakenRecord {
  const evidence = {
    candidate: taken.candidate,
    champion: taken.champion,
    policy: taken.policy,
    billDeliveries: [...taken.billDeliveries],
    priceBooks: [...taken.priceBooks],
    budgets: [...taken.budgets].map(([budget, left]) => ({ budget, ...left })),
    bills: bills.map(({ totals, rawSha256, ...sums }) => ({
      ...sums,
      totals: totals === null ? null : [...totals],
      rawSha256: [...rawSha256],
    })),
  };
  return {
    decision: generateDecisionId(),
    at,
    actor: taken.actor,
    model: taken.model,
    version: taken.version,
    policy: taken.policy.name,
    policyVersion: taken.policy.policyVersion,
    verdict: taken.verdict,
    summary: taken.summary,
    checks: [...taken.checks],
    action: taken.action,
    evidence,
    evidenceSha256: digestEvidence(evidence),
  };
}
