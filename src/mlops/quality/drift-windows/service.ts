import { createHash } from 'node:crypto';
import type { Objects } from '../../../platform/objects/index.ts';
import type { Sql, Store } from '../../../platform/store/index.ts';
import type { Clock } from '../../../platform/units/index.ts';
import type { DriftWatch, Monitor } from '../../monitors/schema.ts';
import type { Selection } from '../../predictions/index.ts';
import type { Tables } from '../windows/windows.ts';
import { type ComparedWindow, compareWindow, computeWindowPValue } from './compare-window.ts';
import { judgeColumn, leastEffect } from './least-effect.ts';
import { computeBlockStart, computeWindowThreshold } from './level.ts';
import { findNextWindow, type WindowBounds } from './next-window.ts';
import { createReferences } from './references.ts';
import type { DriftWindow } from './schema.ts';
import { readPredictions } from './selection.ts';
import {
  countDiscoveries,
  findReached,
  type Generation,
  insertWindow,
  type ReachedWindow,
  type WindowFacts,
} from './store.ts';

export interface DriftWindowDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly objects: Objects;
  readonly tables: Tables;
}

/** Further writes for a window in the transaction that stores it. Only the server whose insert succeeds calls it. */
export type OnWindow = (sql: Sql) => Promise<void>;

/** Predictions that are the reference; null: it is a profile of a file, or there is none. */
export type ReferencePredictions = Pick<Selection, 'start' | 'end' | 'modelVersion'> | null;

/** Number of overdue windows that one pass compares; the next pass continues. */
const MOST_AT_ONCE = 50;

export interface DriftWindows {
  /**
   * Compares the complete windows of a monitor that are not compared yet, each once over all servers. Calls `prepare` before
   * it stores a window; the returned function runs in the same transaction.
   */
  watch(
    monitor: Monitor,
    signal: AbortSignal,
    prepare: (window: DriftWindow, reference: ReferencePredictions) => Promise<OnWindow>,
  ): Promise<void>;
}

export function createDriftWindows(deps: DriftWindowDeps): DriftWindows {
  const references = createReferences(deps.objects);
  const next = async (monitor: Monitor, drift: DriftWatch, generation: Generation) => {
    const before = await findReached(deps.store, generation);
    const range = { from: computeEarliestRead(drift, before) };
    return readPredictions({ ...buildPredictionSource(deps.tables, monitor, drift), range }, async (predictions) => {
      const now = deps.clock.now();
      const bounds = await findNextWindow(predictions, { drift, reached: before, now });
      if (bounds === null) return null;
      const window = await compareWindow(references, predictions, bounds, { drift, now, ...generation });
      return { bounds, window, before, now };
    });
  };
  return {
    async watch(monitor, signal, prepare) {
      const { drift } = monitor.spec;
      if (drift === undefined) return;
      const generation = computeGeneration(monitor, drift);
      for (let done = 0; done < MOST_AT_ONCE && !signal.aborted; done += 1) {
        const found = await next(monitor, drift, generation);
        if (found === null) return;
        const numbered = { number: (found.before?.number ?? 0) + 1, tests: found.before?.tests ?? 0 };
        const discoveries = await countDiscoveries(
          deps.store,
          generation,
          computeBlockStart(drift.over, numbered.tests),
        );
        const judged = judgeWindow({ ...found, ...numbered, ...generation, drift, discoveries });
        const follow = await prepare(judged.shown, toReferencePredictions(drift, found.window));
        await deps.store.transaction(async (sql) => {
          if (await insertWindow(sql, judged.stored)) await follow(sql);
        });
      }
    },
  };
}

/** UTC; no future window and no reference contains predictions before this time; undefined: no such limit. */
function computeEarliestRead({ reference }: DriftWatch, before: ReachedWindow | null): string | undefined {
  if (before === null || 'first' in reference) return undefined;
  const instants = [before.endAt, before.lastAt, ...('profile' in reference ? [] : [reference.start])];
  return instants.toSorted()[0];
}

/** A changed `drift:` text, or another model, starts a new generation. */
export function computeGeneration({ monitor, spec: { model } }: Monitor, drift: DriftWatch): Generation {
  const generation = createHash('sha256')
    .update(JSON.stringify([model, drift]))
    .digest('hex')
    .slice(0, 8);
  return { monitor, generation };
}

function toReferencePredictions(
  drift: DriftWatch,
  { referenceUntil, modelVersion }: ComparedWindow,
): ReferencePredictions {
  const { reference } = drift;
  if (referenceUntil === null || 'profile' in reference) return null;
  // Its last prediction counts; those of its millisecond that do not are too few to matter.
  const afterIt = new Date(Date.parse(referenceUntil.at) + 1).toISOString();
  if ('first' in reference) return { modelVersion: reference.modelVersion ?? modelVersion ?? undefined, end: afterIt };
  return { ...reference, modelVersion: reference.modelVersion ?? drift.modelVersion };
}

function buildPredictionSource(tables: Tables, { spec }: Monitor, { columns }: DriftWatch) {
  const labels = columns?.some((column) => /^label(\.|$)/.test(column)) === true;
  return { tables, model: spec.model, withinDays: spec.labels.withinDays, labels };
}

interface WindowJudgement extends Generation {
  readonly number: number;
  readonly tests: number;
  readonly discoveries: number;
  readonly drift: DriftWatch;
  readonly bounds: WindowBounds;
  readonly window: ComparedWindow;
  readonly now: number;
}

/** Applies the threshold that limits false alarms to the configured level, over columns and over time. */
function judgeWindow(judging: WindowJudgement) {
  const { monitor, generation, number, tests, bounds, window, drift } = judging;
  const { report, spreads, variation } = window;
  const pValue = drift.method === 'auto' && report !== null ? computeWindowPValue(report.columns) : null;
  const threshold = pValue === null ? null : computeWindowThreshold(drift, judging.discoveries);
  const columns = (report?.columns ?? []).map((column) => {
    if (threshold === null) return column;
    const said = drift.minEffect;
    const minEffect = leastEffect(column, said, variation?.[column.column]);
    return judgeColumn(column, { threshold, minEffect, said });
  });
  const verdicts = columns.flatMap(({ drifted }) => (drifted === null ? [] : [drifted]));
  const share = verdicts.length === 0 ? null : verdicts.filter(Boolean).length / verdicts.length;
  const facts: WindowFacts = {
    window: `${generation}-${number}`,
    period: bounds.period,
    modelVersion: window.modelVersion,
    predictions: window.predictions,
    referencePredictions: window.referencePredictions,
    comparedAt: new Date(judging.now).toISOString(),
    pValue,
    threshold,
    share,
    drifted: share === null ? null : decideDrift(drift, share, report?.drifted ?? null),
    reason: window.reason,
  };
  const stored = {
    ...{ monitor, generation, number, facts },
    ...{ lastAt: bounds.last.at, lastPrediction: bounds.last.prediction },
    test: pValue === null ? null : tests + 1,
    columns: columns.map((column) => ({ column, distribution: spreads.get(column.column) ?? null })),
  };
  return { stored, shown: { ...facts, columns } satisfies DriftWindow };
}

function decideDrift({ method }: DriftWatch, share: number, reported: boolean | null): boolean | null {
  return method === 'auto' ? share > 0 : reported;
}
