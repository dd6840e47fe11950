import type { VersionLook } from '../../mlops/monitoring/index.ts';
import type { Alert } from '../../mlops/monitoring/schema.ts';
import type { AlertStandingOnVersion, ProductionAlert, RunningVersionVerdict } from './schema.ts';

/** A version that answers now, and the condition of an alert on its predictions alone. */
export interface RunningLook {
  readonly version: string;
  readonly since: string | null;
  readonly look: VersionLook;
}

/** An open alert with the versions that answered in its window. */
export interface AlertFacts {
  readonly alert: Pick<
    Alert,
    'episode' | 'monitor' | 'model' | 'alert' | 'cause' | 'state' | 'openedAt' | 'window' | 'reason'
  >;
  readonly answeredBy: ProductionAlert['answeredBy'];
  readonly mutedUntil: ProductionAlert['mutedUntil'];
  /** Empty: the running version is unknown. */
  readonly running: readonly RunningLook[];
}

const WORST: readonly AlertStandingOnVersion[] = ['open', 'not_proven', 'cleared'];

/**
 * Judges an open alert by the versions that answered in its window, and not by the time at which it opened. A running version that
 * answered the whole window has the alert. Any other running version is judged by its own predictions.
 *
 * @example window of version 5, version 7 runs, look at 7 is ok -> cleared
 */
export function judgeAlert({ alert, answeredBy, mutedUntil, running }: AlertFacts): ProductionAlert {
  const { episode, monitor, model, alert: name, cause, state, openedAt, window } = alert;
  const verdicts = running.map((one) => judgeVersion(alert, answeredBy, one));
  const standing = WORST.find((one) => verdicts.some((verdict) => verdict.standing === one)) ?? 'open';
  const main = verdicts.find((one) => one.standing === standing);
  const what = `${capitalize(CAUSES[cause])} alert "${name}" of ${model}`;
  const sentence = main === undefined ? `${what} is open: ${alert.reason}` : `${what}: ${main.sentence}`;
  return {
    ...{ episode, monitor, model, alert: name, cause, state, openedAt, window, standing, mutedUntil, sentence },
    answeredBy: [...answeredBy],
    running: verdicts,
  };
}

const CAUSES: Readonly<Record<ProductionAlert['cause'], string>> = {
  drift: 'drift',
  quality: 'quality',
  estimated_quality: 'estimated quality',
  latency: 'latency',
  errors: 'error',
  no_data: 'missing data',
};

function judgeVersion(
  { cause, reason }: AlertFacts['alert'],
  answeredBy: AlertFacts['answeredBy'],
  { version, since, look }: RunningLook,
): RunningVersionVerdict {
  const facts = { version, since, has: look.has, needs: look.needs };
  const isOwn = answeredBy.length > 0 && answeredBy.every((one) => one.version === version);
  const others = answeredBy.flatMap((one) => (one.version === null || one.version === version ? [] : [one.version]));
  if (cause === 'no_data' || isOwn) {
    return { ...facts, standing: 'open', sentence: `still open on v${version}. ${reason}` };
  }
  const raised = others.length === 0 ? '' : `raised on predictions of ${listVersions(others)}, before v${version}. `;
  switch (look.level) {
    case 'ok':
      return {
        ...facts,
        standing: 'cleared',
        sentence: `${raised}Since v${version}: ${look.reason.replace(/\.$/, '').replace(/^None /, 'none ')}: within the bound.`,
      };
    case 'unknown':
      return { ...facts, standing: 'not_proven', sentence: `${raised}${explainTooFew(version, look)}` };
    case 'warning':
    case 'alert':
      return { ...facts, standing: 'open', sentence: `still open on v${version}. ${look.reason}` };
  }
}

function explainTooFew(version: string, { has, needs, reason }: VersionLook): string {
  if (has === null || needs === null) return `Not proven on v${version} yet. ${reason}`;
  return `Not enough predictions since v${version} to tell (${has.toLocaleString('en')} of ${needs.toLocaleString('en')}).`;
}

/** `v4, v5 and v6`. */
function listVersions(versions: readonly string[]): string {
  const names = [...new Set(versions)].toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  const [last = '', ...rest] = names.map((one) => `v${one}`).toReversed();
  return rest.length === 0 ? last : `${rest.toReversed().join(', ')} and ${last}`;
}

function capitalize(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
