import { setImmediate } from 'node:timers/promises';
import type { z } from 'zod';
import { AppError } from '../../../platform/errors/index.ts';
import { type Decimal, decimal, decimalString } from '../../../platform/units/index.ts';
import type { Money } from '../../../platform/units/schema.ts';
import { findPrice, type PriceInputDeps, refuseTwoCurrencies } from '../asked-prices/money-of.ts';
import { type MeasuredServing, readEndpointProfile } from './measured-serving.ts';
import { distributeRequests, findCheapestMix, type MixQuestion, type ReplicaType } from './replica-mix.ts';
import type { adviseHardware, HardwareAdvice } from './schema.ts';
import { type JudgedType, judgeTypes } from './verdicts.ts';

export type HardwareQuestion = z.output<typeof adviseHardware.body>;
type Mix = NonNullable<HardwareAdvice['best']>;

const MONTH_HOURS = 730;
const MOST_TYPES = 20;
const ROUNDING_MARGIN = 1e-9;

export interface HardwareDeps extends PriceInputDeps {
  readonly measured: MeasuredServing;
}

/** Errors: `profile_unusable`, `invalid_request` for prices of two currencies. */
export async function evaluateHardware(deps: HardwareDeps, asking: HardwareQuestion): Promise<HardwareAdvice> {
  const question = await addOwnMeasurements(deps, asking);
  const names = listTypeNames(question);
  const prices = await readTypePrices(deps, question, names);
  const judged = judgeTypes(question, names, prices);
  const usable = judged.flatMap(({ type }) => type ?? []);
  const asked = buildMixQuestion(question, usable);
  const found = usable.length === 0 ? null : await findCheapestMix(asked, async () => void (await setImmediate()));
  const best = found === null ? null : buildMix(asked, found, prices, question);
  return {
    best,
    isProven: found?.isProven ?? true,
    reason: best === null ? explainNoMix(question, judged) : null,
    present: question.present.length === 0 ? null : evaluatePresent(question, asked, prices, best),
    types: judged.map(({ type, verdict, reason, name, requestsPerSecond }) => ({
      type: name,
      verdict,
      reason,
      requestsPerSecond,
      ...solveAlone(asked, type, prices),
    })),
  };
}

async function addOwnMeasurements(deps: HardwareDeps, question: HardwareQuestion): Promise<HardwareQuestion> {
  const { endpoint, profiles, demand } = question;
  if (endpoint === undefined) return question;
  const buckets = demand.map(({ bucket }) => bucket);
  return { ...question, profiles: [...profiles, ...(await readEndpointProfile(deps, endpoint, buckets))] };
}

function listTypeNames({ profiles, consider, present }: HardwareQuestion): string[] {
  const names = [...new Set([...profiles, ...present].map(({ type }) => type).concat(consider))];
  if (names.length <= MOST_TYPES) return names;
  const detail = `The profile names ${names.length} types, of at most ${MOST_TYPES}. Leave out types that are both more expensive and slower than another.`;
  throw new AppError('profile_unusable', detail, { types: names.length });
}

/** By type; one without a price is not in it. */
async function readTypePrices(
  deps: PriceInputDeps,
  { prices }: HardwareQuestion,
  names: readonly string[],
): Promise<Map<string, Money>> {
  const found = new Map<string, Money>();
  for (const name of names) {
    const stated = prices.find(({ type }) => type === name)?.price;
    const price = await findPrice(deps, stated ?? { resource: name }).catch((error: unknown) => {
      if (error instanceof AppError && error.code === 'price_not_found') return null;
      throw error;
    });
    if (price !== null && decimal(price.amount).gt(0)) found.set(name, price);
  }
  refuseTwoCurrencies([...found.values()]);
  return found;
}

function buildMixQuestion(
  { demand, loadRatio, leastReplicas, mostReplicas }: HardwareQuestion,
  types: ReplicaType[],
): MixQuestion {
  const rates = demand.map(({ requestsPerSecond }) => requestsPerSecond);
  return { types, demand: rates, loadRatio, leastReplicas, mostReplicas };
}

function sumPrices(counts: readonly (readonly [type: string, replicas: number])[], prices: ReadonlyMap<string, Money>) {
  let sum = decimal(0);
  for (const [type, replicas] of counts) {
    const price = prices.get(type);
    if (price === undefined) return null;
    sum = sum.plus(decimal(price.amount).times(replicas));
  }
  return sum;
}

function findCurrency(prices: ReadonlyMap<string, Money>): string {
  const [price] = prices.values();
  if (price === undefined) throw new Error('there is a price where there is a mix');
  return price.currency;
}

const createMoney =
  (currency: string) =>
  (amount: Decimal): Money => ({ amount: decimalString(amount), currency });

function buildMix(
  asked: MixQuestion,
  { replicas, shares }: { readonly replicas: readonly number[]; readonly shares: readonly (readonly number[])[] },
  prices: ReadonlyMap<string, Money>,
  { demand }: HardwareQuestion,
): Mix {
  const money = createMoney(findCurrency(prices));
  const counts = asked.types.map(({ name }, at) => [name, replicas[at] as number] as const);
  const total = sumPrices(counts, prices) ?? decimal(0);
  const parts = asked.types.flatMap((type, at): Mix['replicas'] => {
    const count = replicas[at] as number;
    if (count === 0) return [];
    const sent = demand.map(({ bucket }, index) => ({ bucket, share: shares[index]?.[at] ?? 0 }));
    const load = demand.reduce(
      (sum, { requestsPerSecond }, index) =>
        sum +
        ((shares[index]?.[at] ?? 0) * requestsPerSecond) / (type.requestsPerSecond[index] ?? Number.POSITIVE_INFINITY),
      0,
    );
    return [
      {
        type: type.name,
        replicas: count,
        pricePerHour: prices.get(type.name) as Money,
        loadRatio: load / count,
        survivesLoss: distributeRequests({ ...asked, loadRatio: 1 }, replicas.with(at, count - 1)) !== null,
        shares: sent.filter(({ share }) => share > ROUNDING_MARGIN),
      },
    ];
  });
  return { replicas: parts, pricePerHour: money(total), pricePerMonth: money(total.times(MONTH_HOURS)) };
}

function evaluatePresent(
  { present }: HardwareQuestion,
  asked: MixQuestion,
  prices: ReadonlyMap<string, Money>,
  best: Mix | null,
): NonNullable<HardwareAdvice['present']> {
  const total = sumPrices(
    present.map(({ type, replicas }) => [type, replicas]),
    prices,
  );
  const counts = asked.types.map(({ name }) =>
    present.reduce((sum, { type, replicas }) => sum + (type === name ? replicas : 0), 0),
  );
  const isMeasured = present.every(({ type }) => asked.types.some(({ name }) => name === type));
  if (total === null) return { pricePerHour: null, meetsDemand: null, monthlySaving: null };
  const money = createMoney(findCurrency(prices));
  const saving = best === null ? null : total.minus(best.pricePerHour.amount).times(MONTH_HOURS);
  return {
    pricePerHour: money(total),
    meetsDemand: isMeasured ? distributeRequests(asked, counts) !== null : null,
    monthlySaving: saving === null ? null : money(saving),
  };
}

function solveAlone(asked: MixQuestion, type: ReplicaType | null, prices: ReadonlyMap<string, Money>) {
  const none = { aloneReplicas: null, alonePricePerHour: null };
  const price = type === null ? undefined : prices.get(type.name);
  if (type === null || price === undefined) return none;
  const loads = asked.demand.map((rate, bucket) => rate / ((type.requestsPerSecond[bucket] ?? 0) * asked.loadRatio));
  const load = loads.reduce((sum, one) => sum + one, 0);
  const replicas = Math.max(Math.ceil(load - ROUNDING_MARGIN), asked.leastReplicas);
  if (!Number.isFinite(load) || replicas > asked.mostReplicas) return none;
  return {
    aloneReplicas: replicas,
    alonePricePerHour: createMoney(price.currency)(decimal(price.amount).times(replicas)),
  };
}

function explainNoMix({ demand }: HardwareQuestion, judged: readonly JudgedType[]): string {
  if (judged.length === 0) return 'no type was named: measure the model on the hardware that you can have';
  const unserved = demand.find((_, at) => judged.every(({ type }) => (type?.requestsPerSecond[at] ?? null) === null));
  if (unserved !== undefined) {
    return `no usable type was measured to answer "${unserved.bucket}" within ${unserved.latencyMs} ms`;
  }
  return 'more replicas than the most of each type would be needed';
}
