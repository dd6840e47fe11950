import type { Identity } from '../../platform/http/index.ts';
import { ownerIn } from '../tracking/index.ts';
import type { Checks } from './checks.ts';

/** A request to one of our own endpoints that changes something, before it is parsed. */
export interface EndpointWrite {
  readonly identity: Identity;
  readonly params: unknown;
  readonly body: unknown;
}

/** Checks the runs, experiments and models that a request names. Error: `not_permitted`. */
export async function checkEndpoint(checks: Checks, { identity, params, body }: EndpointWrite): Promise<void> {
  if (identity.scopes === null) return;
  const fields = { ...fieldsOf(body), ...fieldsOf(params) };
  for (const runId of textsOf(fields.runId, fields.runIds)) await checks.run(identity, runId);
  for (const experimentId of textsOf(fields.experimentId)) await checks.experiment(identity, experimentId);
  for (const modelId of textsOf(fields.modelId)) await checks.loggedModel(identity, modelId);
  for (const model of textsOf(fields.model)) await checks.model(identity, model);
  const tags = Object.entries(fieldsOf(fields.tags)).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  await checks.belonging(identity, ownerIn(tags.map(([key, value]) => ({ key, value }))));
}

/** Of a JSON object; bytes and texts have none, and spreading megabytes of them would hold the event loop for seconds. */
function fieldsOf(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
  return ArrayBuffer.isView(value) || 'pipe' in value ? {} : { ...value };
}

/** The texts among values and lists of values. */
function textsOf(...values: readonly unknown[]): string[] {
  return values.flat().filter((value): value is string => typeof value === 'string');
}
