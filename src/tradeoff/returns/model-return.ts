import { AppError } from '../../platform/errors/index.ts';
import { type Decimal, decimal, decimalString } from '../../platform/units/index.ts';
import { readRetrainingReturns } from './calibration/read.ts';
import { computeReturn } from './compute-return.ts';
import { type Gathering, openGathering, type ReturnsDeps, type ReturnsRequest } from './context.ts';
import { buildSubjectKey, readBilledCosts } from './gather-costs.ts';
import { readModelValues } from './gather-values.ts';
import type { DayRange, MoneySeries } from './money-series.ts';
import type { ModelReturn, ReturnMark, ReturnPoint } from './schema.ts';
import { createReads, gatherModelFacts } from './subject-rows.ts';

/** The return of one model with its trend. Errors: `invalid_request`, `model_not_found` for a model without cost, value and registration. */
export async function readModelReturn(deps: ReturnsDeps, model: string, request: ReturnsRequest): Promise<ModelReturn> {
  const gathering = await openGathering(deps, request, true);
  const { sql, window } = gathering;
  const amounts = (await readBilledCosts(gathering, ['model'], { model })).get(buildSubjectKey([model]));
  const values = (await readModelValues(gathering, model, 'model')).get(model);
  const isRegistered = (await deps.registry.model(sql, model)) !== null;
  if (amounts === undefined && values === undefined && !isRegistered) {
    throw new AppError('model_not_found', `No bill, outcome event or registration names a model "${model}".`, {
      model,
    });
  }
  const facts = await gatherModelFacts(gathering, { model, amounts, values, reads: createReads() });
  const parts = { making: facts.making.series, running: facts.running.series, value: facts.value.series };
  const currencies = [...new Set(Object.values(parts).flatMap((series) => series?.currency ?? []))];
  const currency = currencies.length === 1 ? (currencies[0] ?? null) : null;
  return {
    model,
    isRegistered,
    currency,
    figures: computeReturn({ window, ...facts }),
    trend: currency === null ? [] : buildTrend(parts, { window, knownFrom: facts.knownFrom }),
    marks: await findMarks(gathering, model),
    retraining: await readRetrainingReturns(sql, model),
    rates: gathering.rates(),
  };
}

type Parts = { readonly [Part in 'making' | 'running' | 'value']: MoneySeries | null };

/** Days of the window with a known amount, oldest first; the balance counts all earlier days too. */
function buildTrend(
  parts: Parts,
  { window, knownFrom }: { readonly window: DayRange; readonly knownFrom: string | null },
): ReturnPoint[] {
  const { making, running, value } = parts;
  const days = [...new Set([making, running, value].flatMap((series) => [...(series?.byDay.keys() ?? [])]))]
    .filter((day) => day < window.end)
    .toSorted();
  const amount = (series: MoneySeries | null, day: string): Decimal => series?.byDay.get(day) ?? decimal(0);
  const isWhole = making !== null && running !== null && value !== null;
  let balance = decimal(0);
  const points: ReturnPoint[] = [];
  for (const day of days) {
    const isKnown = knownFrom === null || day >= knownFrom;
    if (isKnown) balance = balance.plus(amount(value, day)).minus(amount(running, day));
    balance = balance.minus(amount(making, day));
    if (day < window.start) continue;
    const show = (series: MoneySeries | null) => (series === null ? null : decimalString(amount(series, day)));
    points.push({
      day,
      making: show(making),
      running: isKnown ? show(running) : null,
      value: show(value),
      balance: isWhole ? decimalString(balance) : null,
    });
  }
  return points;
}

const MOST_MARKS = 100;

/** Registrations of versions, and the first time at which an endpoint sent one traffic. */
async function findMarks({ deps, sql, window }: Gathering, model: string): Promise<ReturnMark[]> {
  const versions = (await deps.registry.versions(sql, model)) ?? [];
  const registered = versions.map(
    ({ version, createdAt }): ReturnMark => ({ at: createdAt, version, kind: 'registered', endpoint: null }),
  );
  const served = (await deps.servedVersions(sql, null))
    .filter((one) => one.model === model && one.liveAt !== null)
    .toSorted((a, b) => ((a.liveAt ?? '') < (b.liveAt ?? '') ? -1 : 1));
  const first = new Map(served.toReversed().map((one) => [`${one.endpoint} ${one.version}`, one]));
  const taken = [...first.values()].flatMap(({ liveAt, version, endpoint }): ReturnMark[] =>
    liveAt === null ? [] : [{ at: liveAt, version, kind: 'served', endpoint }],
  );
  return [...registered, ...taken]
    .filter(({ at }) => at.slice(0, window.start.length) >= window.start)
    .toSorted((a, b) => a.at.localeCompare(b.at) || Number(a.version) - Number(b.version))
    .slice(-MOST_MARKS);
}
