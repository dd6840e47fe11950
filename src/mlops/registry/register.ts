import type { Store } from '../../platform/store/index.ts';
import { hasModel } from './model-store.ts';
import type { Models } from './models.ts';
import type { ModelVersion } from './types.ts';
import { listVersionsOfRun } from './version-store.ts';
import type { Versions } from './versions.ts';

/** Content of a new version, and its caller. */
export interface Registration {
  readonly model: string;
  readonly runId: string;
  /** Its logged model; null: `source`. */
  readonly modelId: string | null;
  /** Where its artifacts are, `models:/m-…` or `runs:/…`. */
  readonly source: string;
  /** Caller of the registration. A later call of the same caller finds the version by its run and source. */
  readonly mark: string;
  readonly description: string;
}

const MARK_TAG = 'steelyard.mark';

/**
 * Registers a version of a run and its artifacts once, and creates a missing registered model. Idempotent: the same run
 * and source find the version that was registered for them.
 */
export async function register(
  { store, models, versions }: { readonly store: Store; readonly models: Models; readonly versions: Versions },
  { model, runId, modelId, source, mark, description }: Registration,
): Promise<ModelVersion> {
  if (!(await hasModel(store, model))) {
    // Another client may create it concurrently.
    await models.create({ name: model, description: null, tags: [] }).catch(async (error: unknown) => {
      if (!(await hasModel(store, model))) throw error;
    });
  }
  const before = (await listVersionsOfRun(store, runId)).find(
    (one) =>
      one.model === model &&
      one.source === source &&
      one.modelId === modelId &&
      one.tags.some(({ key }) => key === MARK_TAG),
  );
  if (before !== undefined) return before;
  return versions.create({
    model,
    source,
    runId,
    modelId,
    runLink: null,
    description,
    tags: [{ key: MARK_TAG, value: mark }],
  });
}
