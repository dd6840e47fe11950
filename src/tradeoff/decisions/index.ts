import type { Billing, BillSums } from '../../finops/billing/index.ts';
import type { Budgets } from '../../finops/budgets/index.ts';
import { decodePageToken, encodePageToken } from '../../platform/contract/page-token.ts';
import { AppError } from '../../platform/errors/index.ts';
import type { Events, SubscribesToEvents } from '../../platform/events/index.ts';
import { handle, limitMoney, limitWork, type Route } from '../../platform/http/index.ts';
import type { Jobs } from '../../platform/jobs/index.ts';
import type { ManifestKind } from '../../platform/manifests/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import { findHiddenBudgets, type Ledger, type TakenDecision } from '../gates/index.ts';
import { insertAct } from './acts-store.ts';
import { verifyDecisions } from './chain/schema.ts';
import { verifyDecisionChain } from './chain/store.ts';
import { generateDecisionId } from './decision-id.ts';
import { digestEvidence } from './evidence-digest.ts';
import { buildExport } from './exports/index.ts';
import { exportDecision } from './exports/schema.ts';
import { addPresentState, readDecisionDetail } from './read-models.ts';
import { type ReplayDeps, replayDecision } from './replay.ts';
import { keepBillChanges } from './restatements.ts';
import {
  announcePolicyChanges,
  BILL_EVENTS,
  CAUSE_EVENTS,
  fileDecisionNotice,
  type PresentJudgement,
  type ReviewScheduleDeps,
  receiveChange,
  scheduleReviews,
  stampQuality,
} from './reviews/index.ts';
import {
  type DecidedAct,
  getDecision,
  listDecidedActs,
  listDecisions,
  replayDecision as replayEndpoint,
  type TakenRecord,
} from './schema.ts';
import {
  findDecision,
  findDecisionsByDelivery,
  findDecisionsNaming,
  findLatestDecisions,
  insertDecision,
  pageDecisions,
  type StoredDecision,
} from './store.ts';
import { pageVisibleActs, type VisibleActsDeps } from './visible-acts.ts';
import { limitDecision, limitDecisionDetail, limitReplay } from './visible-decisions.ts';

export { createAliasGovernance } from './alias-governance.ts';
export { decisionMigrations } from './migrations.ts';
export { judgeOnPresentEvidence } from './reviews/index.ts';
export { findDecidedModel } from './store.ts';

export interface DecisionDeps extends Omit<ReviewScheduleDeps, 'digest' | 'events' | 'jobs'> {
  readonly bills: ReplayDeps['bills'] & Pick<Billing, 'billSums'>;
  readonly events: Pick<Events, 'append'>;
  readonly jobs: Pick<Jobs, 'register' | 'schedule' | 'enqueue'>;
  readonly budgets: Pick<Budgets, 'subjects'>;
  readonly findOwner: VisibleActsDeps['findOwner'];
}

/** The ledger of verdicts. Entries are never changed; a verdict that no longer stands gets a later one. */
export interface Decisions extends Ledger {
  /** Keeps a decision to act in the caller's transaction; answers its id. */
  recordAct(sql: Sql, act: Omit<DecidedAct, 'decision' | 'at'>): Promise<string>;
  /** The newest decision about a version of each of these models. */
  latest(sql: Sql, models: readonly string[]): Promise<TakenRecord[]>;
  /** Decisions about a version, newest first. */
  about(sql: Sql, model: string, version: string, limit: number): Promise<TakenRecord[]>;
  /** A decision as it was taken; null when there is none of this id. */
  taken(sql: Sql, decision: string): Promise<TakenRecord | null>;
  /** Of these runs and logged models, the ones that a decision's evidence names, and which, in words. */
  naming(sql: Sql, items: readonly { readonly id: string }[]): Promise<Map<string, string>>;
  /** Decisions that cannot be replayed without these deliveries, one sentence each. */
  standingOn(sql: Sql, deliveries: ReadonlySet<string>): Promise<string[]>;
  /** The kind `Policy`, which also has the decisions of a changed policy judged again. */
  watchPolicies(kind: ManifestKind): ManifestKind;
  readonly routes: readonly Route[];
}

export function createDecisions(deps: DecisionDeps & SubscribesToEvents): Decisions {
  const digest = async (judgement: PresentJudgement) => {
    const bills = await deps.bills.billSums(deps.store, judgement.billDeliveries);
    return digestEvidence(buildEvidence(judgement, bills));
  };
  subscribeToChanges(deps);
  scheduleReviews({ ...deps, digest }, deps.jobs);
  return {
    async record(sql, taken) {
      const bills = await deps.bills.billSums(sql, taken.billDeliveries);
      const decision = buildDecisionRecord(taken, bills, new Date(deps.clock.now()).toISOString());
      const sequence = await insertDecision(sql, decision);
      await stampQuality(deps, sql, { sequence, record: decision });
      const { model, version, verdict, policy } = decision;
      await deps.events.append(sql, {
        type: 'decision.taken',
        subject: `model:${model}`,
        payload: { decision: decision.decision, model, version, verdict, policy },
      });
      await fileDecisionNotice(deps, sql, decision);
      return decision.decision;
    },
    async recordAct(sql, act) {
      const decided = { decision: generateDecisionId(), at: new Date(deps.clock.now()).toISOString(), ...act };
      await insertAct(sql, decided);
      return decided.decision;
    },
    latest: async (sql, models) => (await findLatestDecisions(sql, models)).map(({ record }) => record),
    about: async (sql, model, version, limit) =>
      (await pageDecisions(sql, { model, version, verdict: null, after: null, limit })).map(({ record }) => record),
    taken: async (sql, decision) => (await findDecision(sql, decision))?.record ?? null,
    async naming(sql, items) {
      const naming = await findDecisionsNaming(sql, new Set(items.map(({ id }) => id)));
      return new Map([...naming].map(([id, decision]) => [id, `decision ${decision} names it in its evidence`]));
    },
    standingOn: async (sql, deliveries) =>
      (await findDecisionsByDelivery(sql, deliveries)).map(
        ({ decision, delivery }) => `a replay of decision ${decision}: its evidence names ${delivery}`,
      ),
    watchPolicies: (kind) => announcePolicyChanges(kind, deps.events),
    routes: createDecisionRoutes(deps),
  };
}

function subscribeToChanges(deps: DecisionDeps & SubscribesToEvents): void {
  const billEvents: readonly string[] = BILL_EVENTS;
  deps.events.subscribe('decisions', CAUSE_EVENTS, (event) =>
    deps.store.transaction(async (sql) => {
      if (billEvents.includes(event.type)) await keepBillChanges(sql, event);
      await receiveChange(deps, sql, event);
    }),
  );
}

function createDecisionRoutes(deps: DecisionDeps): Route[] {
  const { store } = deps;
  return [
    handle(listDecisions, async ({ query: { pageSize, pageToken, ...wanted }, identity }) => {
      const { model = null, verdict = null, since = null, until = null } = wanted;
      const filter = { model, verdict, since, until };
      const [sequence] = pageToken === undefined ? [] : decodePageToken(pageToken, filter);
      const after = sequence === undefined ? null : Number(sequence);
      const owners = limitWork(identity);
      const found = await pageDecisions(store, { ...filter, owners, after, limit: pageSize + 1 });
      const shown = found.slice(0, pageSize);
      const last = shown.at(-1);
      const more = found.length > pageSize && last !== undefined;
      const nextPageToken = more ? encodePageToken([last.sequence], filter) : null;
      const isHidden = await findHiddenBudgets(deps.budgets, store, identity);
      const decisions = await addPresentState(deps, store, shown);
      return { decisions: decisions.map((one) => limitDecision(one, isHidden)), nextPageToken };
    }),
    handle(listDecidedActs, async ({ query: { pageSize, pageToken, about = null }, identity }) => {
      const [sequence] = pageToken === undefined ? [] : decodePageToken(pageToken, { about });
      const after = sequence === undefined ? null : Number(sequence);
      const found = await pageVisibleActs(deps, limitWork(identity), { about, after, limit: pageSize + 1 });
      const shown = found.slice(0, pageSize);
      const last = found.length > pageSize ? shown.at(-1) : undefined;
      const nextPageToken = last === undefined ? null : encodePageToken([last.sequence], { about });
      return { acts: shown.map(({ act }) => act), nextPageToken };
    }),
    handle(getDecision, async ({ params, identity }) => {
      const detail = await readDecisionDetail(deps, store, await requireDecision(store, params.decision));
      if (limitMoney(identity) === null) return detail;
      return limitDecisionDetail(detail, await findHiddenBudgets(deps.budgets, store, identity));
    }),
    handle(replayEndpoint, async ({ params, identity }) => {
      const stored = await requireDecision(store, params.decision);
      const replay = await replayDecision(deps, stored);
      if (limitMoney(identity) === null) return replay;
      return limitReplay(replay, stored.record, await findHiddenBudgets(deps.budgets, store, identity));
    }),
    handle(exportDecision, async ({ params }) => {
      const { document, link } = await requireDecision(store, params.decision);
      return buildExport(document, link);
    }),
    handle(verifyDecisions, ({ query: { head = null } }) => verifyDecisionChain(store, head)),
  ];
}

/** Error: `decision_not_found`. */
async function requireDecision(sql: Sql, decision: string): Promise<StoredDecision> {
  const stored = await findDecision(sql, decision);
  if (stored !== null) return stored;
  const detail = `There is no decision ${decision}. See "steelyard decision list".`;
  throw new AppError('decision_not_found', detail, { decision });
}

function buildEvidence(taken: PresentJudgement, bills: readonly BillSums[]): TakenRecord['evidence'] {
  return {
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
}

function buildDecisionRecord(taken: TakenDecision, bills: readonly BillSums[], at: string): TakenRecord {
  const evidence = buildEvidence(taken, bills);
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
