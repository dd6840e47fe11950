import type { Fields } from './fields.ts';

/** Writes that a running training sends many times a second: the audit trail counts them by run and minute. */
const COUNTED: ReadonlySet<string> = new Set([
  '/mlflow/runs/log-metric',
  '/mlflow/runs/log-batch',
  '/mlflow/runs/log-parameter',
  '/mlflow/runs/set-tag',
]);

/** Audit mode of the writes of a path; requests about webhooks contain their secret. */
export function selectAuditMode(path: string): { readonly audit?: 'counted' | 'bare' } {
  if (COUNTED.has(path)) return { audit: 'counted' };
  return path.startsWith('/mlflow/webhooks') ? { audit: 'bare' } : {};
}

const IDS = [
  'run_id',
  'run_uuid',
  'experiment_id',
  'model_id',
  'name',
  'new_name',
  'version',
  'alias',
  'key',
  'trace_id',
];
/** For a counted write, only its owner is recorded, so that the rows stay few. */
const OWNERS = ['run_id', 'run_uuid'];

/** Ids that a message names, for the audit trail. */
export function readSubject(
  fields: Fields,
  params: Readonly<Record<string, string>>,
  counted: boolean,
): Record<string, string> {
  const subject: Record<string, string> = { ...params };
  for (const name of counted ? OWNERS : IDS) {
    const text = readId(fields, name);
    if (text !== null) subject[name] = text.slice(0, 250);
  }
  return subject;
}

function readId(fields: Fields, name: string): string | null {
  if (!fields.has(name)) return null;
  try {
    return fields.text(name) ?? null;
  } catch {
    return null; // a wrong type: the handler refuses it with MLflow's text
  }
}
