import { findMonitors } from '../../mlops/monitors/index.ts';
import { DEFAULT_LABEL_DAYS } from '../../mlops/predictions/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import type { LabelValue } from './schema.ts';
import { findModelValue, listModelValues } from './store.ts';

/** A model whose predictions have the value of their labels. */
export interface LabelSource {
  readonly model: string;
  /** The ModelValue that declares it. */
  readonly name: string;
  readonly labels: LabelValue;
  /** First instant of the predictions that labels value, Unix milliseconds; null: all. */
  readonly from: number | null;
  /** Days after a prediction in which a label of its entity counts, by the monitor of the model. */
  readonly withinDays: number;
  /** Share of the predictions that is stored, by the monitor of the model. */
  readonly share: number;
}

/** Models with `labels` in their ModelValue; only this one if given. */
export async function findLabelSources(sql: Sql, model: string | null): Promise<LabelSource[]> {
  const own = model === null ? null : await findModelValue(sql, { model });
  const statements = model === null ? await listModelValues(sql) : own === null ? [] : [own];
  const declared = statements.flatMap(({ name, spec }) =>
    spec.labels === undefined ? [] : [{ name, model: spec.model, labels: spec.labels }],
  );
  if (declared.length === 0) return [];
  const monitors = new Map((await findMonitors(sql)).map(({ spec }) => [spec.model, spec]));
  return declared.map((one) => {
    const monitor = monitors.get(one.model);
    return {
      ...one,
      from: findLabelStart(one.labels),
      withinDays: monitor?.labels.withinDays ?? DEFAULT_LABEL_DAYS,
      share: monitor?.log.sample ?? 1,
    };
  });
}

/** First instant that labels value, Unix milliseconds; null: all. */
export function findLabelStart({ from }: LabelValue): number | null {
  return from === undefined ? null : Date.parse(`${from}T00:00:00Z`);
}
