import { randomUUID } from 'node:crypto';
import type { Store } from '../../../platform/store/index.ts';
import type { Log } from '../../../platform/telemetry/index.ts';
import type { Clock } from '../../../platform/units/index.ts';
import type { EndpointSpec, Variant } from '../../endpoint-spec/schema.ts';
import { ScalingSpec } from '../../endpoint-spec/schema.ts';
import type { ReplicaSet } from '../../replicas/index.ts';
import { createGovernor, type Governor, type ReplicaDecision } from './governor.ts';
import { buildRule, type ScalingRule } from './policy.ts';
import { KnownPrices, type ReplicaPrice, type ReplicaPrices } from './price.ts';
import type { ScaledVariant } from './schema.ts';
import { type KeptDecision, keepDecisions } from './store.ts';
import type { SpentBudget } from './wish.ts';

/** Facts that determine the budget that pays for a replica. */
export interface ScaledSubject {
  readonly endpoint: string;
  readonly model: string;
  readonly version: string;
  readonly project: string | null;
  readonly environment: string | null;
}

/** Budget check before a scale-up. Implemented by FinOps; injected by main. */
export interface ScalingBudget {
  /** The budget that must hold for it, and whether it has nothing left; null where there is none. */
  limitFor(subject: ScaledSubject): Promise<ScalingLimit | null>;
}

export interface ScalingLimit {
  /** Name of the budget. */
  readonly budget: string;
  /** null while there is money. */
  readonly spent: SpentBudget | null;
}

/** A replica set that autoscaling controls. */
export interface ScaledSet {
  readonly name: string;
  readonly variant: Variant;
  readonly version: string;
  readonly set: ReplicaSet;
}

/** A revision with traffic of an endpoint, and its variants. While a canary runs, an endpoint has several. */
export interface ScaledPart {
  readonly revision: { readonly spec: EndpointSpec };
  readonly variants: readonly ScaledSet[];
}

export interface AutoscalingDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly budget: ScalingBudget;
  readonly prices: ReplicaPrices;
}

interface Entry {
  readonly scaled: ScaledSet;
  readonly subject: ScaledSubject;
  readonly rule: ScalingRule;
  readonly price: ReplicaPrice | null;
  readonly governor: Governor;
}

/** Policies look every two seconds at the soonest. */
const TICK_MS = 500;
const BUDGET_EVERY_MS = 15_000;
const KEPT_MS = 90 * 24 * 3_600_000;
const DEFAULTS = ScalingSpec.parse({});

/** Makes the replicas of endpoints follow demand, within their bounds and budgets. */
export class Autoscaling implements AsyncDisposable {
  readonly #deps: AutoscalingDeps;
  readonly #entries = new Map<string, Map<ReplicaSet, Entry>>();
  readonly #parts = new Map<string, readonly ScaledPart[]>();
  readonly #prices = new KnownPrices();
  readonly #unkept: KeptDecision[] = [];
  #keeping: Promise<void> = Promise.resolve();
  #asking: Promise<void> = Promise.resolve();
  #nextAskMs = 0;
  /** Budgets as they were last read. */
  readonly #limits = new WeakMap<Governor, ScalingLimit | null>();
  #timer: NodeJS.Timeout | undefined;

  constructor(deps: AutoscalingDeps) {
    this.#deps = deps;
  }

  start(): void {
    this.#timer = setInterval(() => this.tick(), TICK_MS).unref();
  }

  /** The sets of these follow demand from now on, and no others of the endpoint; those stay as they are. */
  follow(endpoint: string, parts: readonly ScaledPart[]): void {
    const all = parts.flatMap(({ revision, variants }) => variants.map((scaled) => ({ scaled, spec: revision.spec })));
    const before = this.#entries.get(endpoint) ?? new Map<ReplicaSet, Entry>();
    const after = new Map<ReplicaSet, Entry>();
    for (const { scaled, spec } of all) {
      if (after.has(scaled.set)) continue;
      const price = this.#prices.of(scaled.variant);
      const rule = buildRule(scaled.variant, DEFAULTS, price);
      const found = before.get(scaled.set);
      const isSame = found !== undefined && JSON.stringify(found.rule) === JSON.stringify(rule);
      const entry = isSame ? { ...found, scaled } : this.#entryOf(endpoint, spec, scaled, rule);
      after.set(scaled.set, { ...entry, price });
    }
    for (const [set, { governor }] of before) if (!after.has(set)) governor.release();
    if (after.size === 0) {
      this.#entries.delete(endpoint);
      this.#parts.delete(endpoint);
    } else {
      this.#entries.set(endpoint, after);
      this.#parts.set(endpoint, parts);
    }
    this.#nextAskMs = 0;
    this.tick();
  }

  /** Sets the replicas of a set that expected traffic needs; 0: demand alone decides. */
  expect(endpoint: string, set: ReplicaSet, replicas: number): void {
    this.#entries.get(endpoint)?.get(set)?.governor.expect(replicas);
  }

  of(endpoint: string): ScaledVariant[] {
    return [...(this.#entries.get(endpoint)?.values() ?? [])].map(toScaledVariant);
  }

  /** Looks at all whose time has come. */
  tick(): void {
    const now = this.#deps.clock.now();
    if (now >= this.#nextAskMs) {
      this.#nextAskMs = now + BUDGET_EVERY_MS;
      this.#asking = this.#asking.then(async () => {
        await this.#askPrices();
        await this.#askBudgets();
      });
    }
    for (const entry of this.#all()) entry.governor.tick();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.#asking;
    this.#keep();
    await this.#keeping;
  }

  #all(): Entry[] {
    return [...this.#entries.values()].flatMap((entries) => [...entries.values()]);
  }

  #entryOf(endpoint: string, spec: EndpointSpec, scaled: ScaledSet, rule: ScalingRule): Omit<Entry, 'price'> {
    const { project = null, environment = null } = spec;
    const subject = { endpoint, model: scaled.variant.model, version: scaled.version, project, environment };
    const governor = createGovernor({
      set: scaled.set,
      rule,
      concurrency: spec.limits.concurrency,
      startTimeoutMs: spec.startTimeout,
      clock: this.#deps.clock,
      decided: (decision) => this.#note(subject, scaled.name, decision),
    });
    return { scaled, subject, rule, governor };
  }

  #note({ endpoint, model, version }: ScaledSubject, variant: string, decision: ReplicaDecision): void {
    const { clock, log } = this.#deps;
    log.info({ endpoint, variant, ...decision }, 'the number of replicas changed');
    this.#unkept.push({ id: randomUUID(), endpoint, variant, model, version, atMs: clock.now(), ...decision });
    this.#keep();
  }

  #keep(): void {
    const { store, clock, log } = this.#deps;
    this.#keeping = this.#keeping.then(async () => {
      const decisions = this.#unkept.slice();
      if (decisions.length === 0) return;
      try {
        await store.transaction((sql) => keepDecisions(sql, decisions, clock.now() - KEPT_MS));
        this.#unkept.splice(0, decisions.length);
      } catch (error) {
        // The failed decisions are stored with the next ones.
        log.error({ err: error }, 'cannot store autoscaling decisions');
      }
    });
  }

  /** Applies a changed price from now on. If prices cannot be read, the last known prices stay in effect. */
  async #askPrices(): Promise<void> {
    const { prices, store, log } = this.#deps;
    try {
      const variants = this.#all().map(({ scaled }) => scaled.variant);
      if (!(await this.#prices.ask(prices, store, variants))) return;
      for (const [endpoint, parts] of this.#parts) this.follow(endpoint, parts);
    } catch (error) {
      log.error({ err: error }, 'cannot read the price of replicas');
    }
  }

  /** If a budget cannot be read, its last known state stays in effect; one that has money left grants no more. */
  async #askBudgets(): Promise<void> {
    const { budget, log } = this.#deps;
    for (const { subject, governor } of this.#all()) {
      try {
        const limit = await budget.limitFor(subject);
        this.#limits.set(governor, limit);
        governor.limit(limit?.spent ?? null);
      } catch (error) {
        const last = this.#limits.get(governor) ?? null;
        if (last !== null && last.spent === null) governor.limit(createUnread(last.budget));
        log.error({ err: error, endpoint: subject.endpoint }, 'cannot read the budget of an endpoint');
      }
    }
  }
}

function createUnread(budget: string): SpentBudget {
  return { budget, why: `budget "${budget}" cannot be read`, isUnread: true };
}

function toScaledVariant({ scaled: { name, variant, version, set }, rule, price, governor }: Entry): ScaledVariant {
  const { wanted, ready } = set.state();
  const { inFlight, waiting } = set.places.counts();
  const { reason, limitedBy, coldStartMs, coldStartMeasured } = governor.state();
  return {
    variant: name,
    model: variant.model,
    version,
    policy: rule.policy,
    ...{ min: rule.min, max: rule.max, wanted, ready, inFlight, waiting },
    coldStartSeconds: coldStartMs / 1000,
    coldStartMeasured,
    price,
    idleAfterSeconds: rule.min === 0 ? rule.idleAfter / 1000 : null,
    reason,
    limitedBy,
  };
}
