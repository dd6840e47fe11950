import type { Config } from '../../platform/config/index.ts';
import { handle, type Route } from '../../platform/http/index.ts';
import type { Lake } from '../../platform/lake/index.ts';
import type { Objects } from '../../platform/objects/index.ts';
import type { Clock } from '../../platform/units/index.ts';
import type { Uploads } from '../../platform/uploads/index.ts';
import { keepLabelFile } from './label-file.ts';
import { readPredictionPage } from './list.ts';
import type { MonitorRules } from './monitor-rules.ts';
import type { OpenedPredictions } from './open.ts';
import { DEFAULT_LABEL_DAYS } from './read-labelled.ts';
import { deleteSubject, type KeepDays, previewRetention } from './retention.ts';
import {
  deletePredictions,
  importLabels,
  listPredictions,
  previewPredictionRetention,
  recordLabels,
  recordPredictions,
} from './schema.ts';
import { keepLabels, keepPredictions } from './service.ts';

export interface PredictionRouteDeps extends Pick<OpenedPredictions, 'predictions' | 'labels' | 'shadows'> {
  readonly lake: Lake;
  readonly clock: Clock;
  readonly uploads: Pick<Uploads, 'facts' | 'keyOf' | 'discard'>;
  /** Uploads, on this machine. */
  readonly objects: Pick<Objects, 'localPath'>;
  readonly monitors: MonitorRules;
  /** After how many days predictions and labels are deleted. */
  readonly config: KeepDays & Pick<Config, 'lastKnownSeconds'>;
  /** Figures computed from stored rows. Implemented by quality; supplied by the caller. */
  readonly figures: { forget(): Promise<void> };
}

export function predictionRoutes(deps: PredictionRouteDeps): Route[] {
  return [
    handle(recordPredictions, ({ body }) => keepPredictions(deps, body.predictions)),
    handle(recordLabels, ({ body }) => keepLabels(deps, body)),
    handle(importLabels, async ({ body: { upload, model, columns } }) => {
      const { name } = await deps.uploads.facts(upload);
      const path = await deps.objects.localPath(deps.uploads.keyOf(upload));
      if (path === null) throw new Error('uploads are stored on this machine, where the lake reads them');
      const recorded = await keepLabelFile(deps, { path, name, model, columns });
      await deps.uploads.discard(upload);
      return recorded;
    }),
    handle(listPredictions, async ({ query: { pageSize, pageToken, ...selection } }) => {
      const withinDays = (await deps.monitors.labelWithinDays(selection.model)) ?? DEFAULT_LABEL_DAYS;
      return readPredictionPage(deps, selection, { withinDays, pageSize, pageToken });
    }),
    handle(previewPredictionRetention, ({ query }) => {
      const { predictionDays = deps.config.predictionDays, labelDays = deps.config.labelDays } = query;
      return previewRetention(deps, { predictionDays, labelDays });
    }),
    handle(deletePredictions, async ({ body }) => {
      try {
        return await deleteSubject(deps, body);
      } finally {
        // Also after an error: a part of the rows may have been deleted before it.
        if (!body.dryRun) await deps.figures.forget();
      }
    }),
  ];
}
