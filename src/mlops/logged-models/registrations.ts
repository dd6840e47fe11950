import { z } from 'zod';
import type { Sql } from '../../platform/store/index.ts';
import { upsertModelTags } from '../runs/index.ts';
import { findLoggedModel } from './logged-model-store.ts';

/** Tag in which clients find the versions of a logged model: a JSON list of names and numbers. */
const REGISTRATIONS = 'mlflow.modelVersions';

const Registrations = z.string().transform((text, context) => {
  try {
    return z.array(z.object({ name: z.string(), version: z.union([z.number(), z.string()]) })).parse(JSON.parse(text));
  } catch {
    context.addIssue('not a list of versions');
    return z.NEVER;
  }
});

export interface Registration {
  readonly model: string;
  readonly version: number;
}

/**
 * Adds a version to the list in the tag of its logged model, once, in the format of MLflow's server. A deleted model
 * has no list. A tag with another format was set by a client and stays unchanged.
 */
export async function noteRegistration(sql: Sql, modelId: string, { model, version }: Registration): Promise<void> {
  const logged = await findLoggedModel(sql, modelId, false);
  if (logged === null) return;
  const written = logged.tags.find(({ key }) => key === REGISTRATIONS)?.value ?? '[]';
  const { data: noted } = Registrations.safeParse(written);
  if (noted === undefined || noted.some((entry) => entry.name === model && entry.version === version)) return;
  const entry = `{"name": ${JSON.stringify(model)}, "version": ${version}}`;
  const value = noted.length === 0 ? `[${entry}]` : `${written.trimEnd().slice(0, -1)}, ${entry}]`;
  await upsertModelTags(sql, modelId, [{ key: REGISTRATIONS, value }]);
}
