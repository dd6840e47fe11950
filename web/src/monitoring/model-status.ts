import type { DriftWindow } from '../../../src/mlops/quality/drift-windows/schema.ts';
import type { ModelHealth, ProductionAlert } from '../../../src/tradeoff/production-health/schema.ts';
import { counted, formatCount, formatMeasure } from '../format/number.ts';
import { CAUSES } from './words.ts';

type Status = Pick<ModelHealth, 'model' | 'status' | 'running' | 'quality' | 'alerts'>;

/**
 * Quality of a model and its open alerts in a sentence, by the running version.
 *
 * @example "ranker v7: ndcg@10 is 0.67 of 1,200 predictions. Open alerts: drift not proven yet (1,200 of 1,500 predictions); quality cleared."
 */
export function describeModel({ model, running, quality, alerts }: Status): string {
  const versions = running.map(({ version }) => `v${version}`).join(', ');
  const name = versions === '' ? model : `${model} ${versions}`;
  const { metric = '', value = null, predictions = 0, estimated = false } = quality ?? {};
  const figure =
    value === null
      ? 'quality is not measured yet'
      : `${metric} is ${estimated ? 'estimated at ' : ''}${formatMeasure(value)} of ${counted(predictions, 'prediction')}`;
  if (alerts.length === 0) return `${name}: ${figure}. No open alerts.`;
  return `${name}: ${figure}. ${describeAlerts(alerts)}`;
}

/** `1 alert is open on v7: quality. Not proven yet: drift (1,200 of 1,500). Cleared on v7: latency.` */
export function describeAlerts(alerts: readonly ProductionAlert[]): string {
  const of = (standing: ProductionAlert['standing']) => alerts.filter((one) => one.standing === standing);
  const [open, unproven, cleared] = [of('open'), of('not_proven'), of('cleared')];
  const names = (list: readonly ProductionAlert[]) => [...new Set(list.map(({ cause }) => CAUSES[cause]))].join(', ');
  return [
    ...(open.length === 0 ? [] : [`${counted(open.length, 'alert is open', 'alerts are open')}: ${names(open)}.`]),
    ...(unproven.length === 0 ? [] : [`Recovery not proven yet: ${unproven.map(describeProgress).join(', ')}.`]),
    ...(cleared.length === 0 ? [] : [`Cleared by the running version: ${names(cleared)}.`]),
  ].join(' ');
}

function describeProgress({ cause, running }: ProductionAlert): string {
  const one = running.find(({ standing }) => standing === 'not_proven');
  if (one?.has == null || one.needs === null) return CAUSES[cause];
  return `${CAUSES[cause]} (${formatCount(one.has)} of ${formatCount(one.needs)} predictions)`;
}

/** The state of all monitors in a sentence: one by its figures, several by their counts and the gravest. */
export function describeMonitors(monitors: number, models: readonly Status[] | undefined): string {
  if (monitors === 0) return 'No monitor yet.';
  if (models === undefined) return `${counted(monitors, 'monitor')}.`;
  const [first] = models;
  if (models.length === 1 && first !== undefined) return describeModel(first);
  const wrong = models.filter(({ status }) => status === 'unhealthy' || status === 'degraded');
  const [gravest] = wrong;
  if (gravest === undefined) return `${counted(models.length, 'model')}: no alert is open on a running version.`;
  const count = `${formatCount(wrong.length)} of ${counted(models.length, 'monitored model')} needs attention`;
  return `${wrong.length === 1 ? count : count.replace('needs', 'need')}. ${describeModel(gravest)}`;
}

export interface Drifted {
  /** `2 of 16`. */
  readonly text: string;
  readonly drifted: number;
  /** Version of the window; null: windows of all versions. */
  readonly version: string | null;
  /** Whether the running version answered in the window. */
  readonly isRunning: boolean;
}

/**
 * Drifted columns of the last window with a verdict: of the running version if it has one, else of an earlier version.
 * Null: no window has a verdict.
 */
export function readDrifted(windows: readonly DriftWindow[], running: readonly string[]): Drifted | null {
  const judged = windows.filter(({ share }) => share !== null);
  const isOwn = ({ modelVersion }: DriftWindow) => modelVersion === null || running.includes(modelVersion);
  const window = judged.findLast(isOwn) ?? judged.at(-1);
  if (window === undefined) return null;
  const compared = window.columns.filter(({ drifted }) => drifted !== null);
  const drifted = compared.filter((one) => one.drifted === true).length;
  return {
    text: `${drifted} of ${compared.length}`,
    drifted,
    version: window.modelVersion,
    isRunning: isOwn(window),
  };
}
