import { covers } from '../../org/index.ts';
import type { Subject } from '../../org/schema.ts';
import { findStepRange, findSubjectKey } from './known-changes.ts';
import type { SubjectSeries } from './panel.ts';
import type { Base } from './reconcile.ts';
import type { ChangeSubject, ForecastChange, ForecastLevel } from './schema.ts';

/** A forecast of one subject while factors are applied; `effect` is the amount that they add to each day. */
export interface Growing extends Base {
  readonly effect: Float64Array;
}

/** Identity of a subject in the panel. */
type Place = Pick<SubjectSeries, 'level' | 'key' | 'currency'>;

const levels: readonly ForecastLevel[] = ['project', 'team', 'model', 'endpoint', 'service'];

/** The level and key whose cost a factor multiplies. */
export function findTarget(subject: ChangeSubject): { readonly level: ForecastLevel; readonly key: string | null } {
  if (subject.team !== undefined && subject.project === undefined) return { level: 'team', key: subject.team };
  for (const level of levels) {
    const key = findSubjectKey(level, subject);
    if (key !== null) return { level, key };
  }
  return { level: 'total', key: null };
}

function appliesTo({ factor, currency }: ForecastChange, of: Place): boolean {
  return factor !== null && (currency === null || currency === of.currency);
}

/** Whether all that a subject costs is multiplied: everything is, the subject itself, and the projects of its team. */
export function isWhole({ subject }: ForecastChange, { level, key }: Place): boolean {
  const target = findTarget(subject);
  if (target.level === 'total') return true;
  if (target.level === level) return target.key === key;
  return target.level === 'team' && level === 'project' && key?.startsWith(`${target.key}/`) === true;
}

/**
 * Amounts that factors have already added to the known days of each series. They are subtracted before the next days are
 * forecast. The multiplied subject and its parts are divided by the factor; a subject that contains it falls by the same
 * amount.
 */
export function computeEarlierGrowth(
  panel: readonly SubjectSeries[],
  changes: readonly ForecastChange[],
  first: number,
): ReadonlyMap<SubjectSeries, Float64Array> {
  const grown = new Map(panel.map((series) => [series, new Float64Array(series.values.length)]));
  for (const change of changes) {
    for (const [currency, of] of Map.groupBy(panel, (series) => series.currency)) {
      if (!appliesTo(change, { level: 'total', key: null, currency })) continue;
      const plain = of.map((series) => ({
        series,
        mean: subtractValues(series.values, grown.get(series)),
        errors: [],
        mayBeNegative: false,
      }));
      for (const { one, added } of spreadFactor(plain, change, first, computeFactorShare(change.factor))) {
        const sum = grown.get(one.series);
        for (const [step, more] of added.mean.entries())
          if (sum !== undefined) sum[step] = (sum[step] as number) + more;
      }
    }
  }
  return grown;
}

function subtractValues(values: Float64Array, taken: Float64Array | undefined): Float64Array {
  return values.map((value, step) => value - (taken?.[step] ?? 0));
}

/** Share of the present cost that a factor has added: after growth by 1.5, a third of it. */
function computeFactorShare(factor: string | null): number {
  return 1 - 1 / Number(factor ?? 1);
}

/** Applies factors, in their order, to forecasts of one currency that add up, so that they still add up. */
export function applyFactors<T extends Base & { readonly series: Place }>(
  parts: readonly T[],
  changes: readonly ForecastChange[],
  first: number,
): (T & Growing)[] {
  let now = parts.map((part) => ({ ...part, effect: new Float64Array(part.mean.length) }));
  for (const change of changes) {
    const [one] = now;
    if (one === undefined || !appliesTo(change, one.series)) continue;
    const spread = new Map(
      spreadFactor(now, change, first, Number(change.factor) - 1).map(({ one: part, added }) => [part, added]),
    );
    now = now.map((part) => {
      const added = spread.get(part);
      if (added === undefined) return part;
      const more = (values: Float64Array, by: Float64Array) =>
        values.map((value, step) => value + (by[step] as number));
      return {
        ...part,
        mean: more(part.mean, added.mean),
        effect: more(part.effect, added.mean),
        errors: part.errors.map((vector, origin) =>
          more(vector, added.errors[origin] ?? new Float64Array(vector.length)),
        ),
      };
    });
  }
  return now;
}

interface Added {
  readonly mean: Float64Array;
  readonly errors: readonly Float64Array[];
}

/**
 * Amount that a factor adds to each subject. A multiplied subject gets a share of its forecast. The total, and the team
 * of a project, get the same amount as the multiplied subject. On a level without a known owner, the amount goes to the
 * unallocated part; without such a part, all subjects of the level share it by size.
 */
function spreadFactor<T extends Base & { readonly series: Place }>(
  parts: readonly T[],
  change: ForecastChange,
  first: number,
  share: number,
): { readonly one: T; readonly added: Added }[] {
  const target = findTarget(change.subject);
  const grows = parts.find(({ series }) => series.level === target.level && series.key === target.key);
  if (grows === undefined) return [];
  const times = (values: Float64Array, by: (step: number) => number) => {
    const [begin, end] = findStepRange(change, first, values.length);
    return values.map((value, step) => (step >= begin && step < end && !Number.isNaN(value) ? value * by(step) : 0));
  };
  const ofOwn = (one: Base, by: (step: number) => number): Added => ({
    mean: times(one.mean, by),
    errors: one.errors.map((vector) => times(vector, by)),
  });
  const money = ofOwn(grows, () => share);
  return [...Map.groupBy(parts, ({ series }) => series.level)].flatMap(([level, of]) => {
    const whole = of.filter(({ series }) => isWhole(change, series));
    if (whole.length > 0) return whole.map((one) => ({ one, added: ofOwn(one, () => share) }));
    const owner = of.find(({ series }) => series.key === buildOwnerKey(level, change.subject));
    if (owner !== undefined) return [{ one: owner, added: money }];
    const sums = grows.mean.map((_, step) => of.reduce((sum, { mean }) => sum + Math.max(0, mean[step] as number), 0));
    const part = (one: T, step: number) => {
      const sum = sums[step] as number;
      return sum > 0 ? Math.max(0, one.mean[step] as number) / sum : 1 / of.length;
    };
    return of.map((one) => ({
      one,
      added: {
        mean: money.mean.map((value, step) => value * part(one, step)),
        errors: money.errors.map((vector) => vector.map((value, step) => value * part(one, step))),
      },
    }));
  });
}

function buildOwnerKey(level: ForecastLevel, subject: ChangeSubject): string | null {
  return level === 'total' ? null : findSubjectKey(level, subject);
}

/** Factors of all that a budget covers; those of a part of it are known by the part alone. */
export function selectFactors(
  changes: readonly ForecastChange[],
  subject: Subject,
  currency: string,
): ForecastChange[] {
  return changes.filter(({ subject: { serviceName, ...of }, ...change }) => {
    const holds = change.factor !== null && (change.currency === null || change.currency === currency);
    return holds && serviceName === undefined && covers(of, subject);
  });
}
