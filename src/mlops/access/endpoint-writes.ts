import type { Identity } from '../../platform/http/index.ts';
import { readOwner } from '../tracking/index.ts';
import { type Checks, isFree } from './checks.ts';

/** A request that changes state at an endpoint of Steelyard's API, before it is parsed. */
export interface EndpointWrite {
  readonly identity: Identity;
  readonly params: unknown;
  readonly body: unknown;
}

/** Checks the runs, experiments, models, pipelines and so on that a request names. Error: `not_permitted`. */
export async function checkEndpoint(checks: Checks, { identity, params, body }: EndpointWrite): Promise<void> {
  if (identity.scopes === null) return;
  const fields = { ...toFields(body), ...toFields(params) };
  const subject = toFields(fields.subject);
  // A proposal names its endpoint in the document that it proposes.
  const spec = toFields(fields.spec);
  for (const runId of selectTexts(fields.runId, fields.runIds, subject.run)) await checks.run(identity, runId);
  for (const experimentId of selectTexts(fields.experimentId)) await checks.experiment(identity, experimentId);
  for (const modelId of selectTexts(fields.modelId)) await checks.loggedModel(identity, modelId);
  for (const model of selectTexts(fields.model)) await checks.model(identity, model);
  for (const field of checks.ownedFields) {
    for (const name of selectTexts(fields[field], spec[field])) await checks.owned(identity, field, name);
  }
  const tags = Object.entries(toFields(fields.tags)).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  await checks.belonging(identity, readOwner(tags.map(([key, value]) => ({ key, value }))));
  await checks.belonging(identity, readBelonging(subject));
  await checkBatch(checks, identity, fields.predictions);
  await checkBatch(checks, identity, fields.events);
}

/** Each prediction or outcome event of a batch names its model and its owner; most name the same ones. */
async function checkBatch(checks: Checks, identity: Identity, batch: unknown): Promise<void> {
  if (!Array.isArray(batch) || isFree(identity)) return;
  const models = new Set<string>();
  const belongings = new Map<string, ReturnType<typeof readBelonging>>();
  for (const one of batch) {
    const { model, team, project } = toFields(one);
    if (typeof model === 'string') models.add(model);
    const belonging = readBelonging({ team, project });
    belongings.set(JSON.stringify(belonging), belonging);
  }
  for (const model of models) await checks.model(identity, model);
  for (const belonging of belongings.values()) await checks.belonging(identity, belonging);
}

function readBelonging({ team, project }: Readonly<Record<string, unknown>>) {
  return { team: typeof team === 'string' ? team : null, project: typeof project === 'string' ? project : null };
}

/** Fields of a JSON object. Bytes and texts have none; spreading megabytes of them would block the event loop for seconds. */
function toFields(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
  return ArrayBuffer.isView(value) || 'pipe' in value ? {} : { ...value };
}

/** The texts among values and lists of values. */
function selectTexts(...values: readonly unknown[]): string[] {
  return values.flat().filter((value): value is string => typeof value === 'string');
}
