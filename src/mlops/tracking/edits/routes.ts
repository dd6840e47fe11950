import { handle, type Route } from '../../../platform/http/index.ts';
import type { Store } from '../../../platform/store/index.ts';
import type { Experiments, KeyValue, Logging } from '../../runs/index.ts';
import { RUN_NAME_TAG, readRun, toExperiment } from '../../runs/index.ts';
import { editExperiment, editRun } from './schema.ts';

export interface EditRoutesDeps {
  readonly store: Store;
  readonly logging: Logging;
  readonly experiments: Experiments;
}

/** Edits by people: names, notes and tags. */
export function editRoutes({ store, logging, experiments }: EditRoutesDeps): Route[] {
  return [
    handle(editRun, async ({ params: { runId }, body: { runName, tags } }) => {
      const named = runName === undefined ? {} : { [RUN_NAME_TAG]: runName };
      await logging.editTags(runId, splitTagChanges({ ...tags, ...named }));
      return readRun(store, runId);
    }),
    handle(editExperiment, async ({ params: { experimentId }, body: { name, tags } }) =>
      toExperiment(await experiments.edit(experimentId, { name, ...splitTagChanges(tags) })),
    ),
  ];
}

function splitTagChanges(tags: Readonly<Record<string, string | null>>): { set: KeyValue[]; remove: string[] } {
  const entries = Object.entries(tags);
  return {
    set: entries.flatMap(([key, value]) => (value === null ? [] : [{ key, value }])),
    remove: entries.flatMap(([key, value]) => (value === null ? [key] : [])),
  };
}
