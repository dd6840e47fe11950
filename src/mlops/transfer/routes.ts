import { handle, type Route } from '../../platform/http/index.ts';
import {
  importArtifact,
  importExperiment,
  importLoggedModel,
  importMetrics,
  importModel,
  importRun,
  listImported,
  listImportedArtifacts,
  recordImported,
} from './schema.ts';
import type { Transfer } from './service.ts';

export function transferRoutes(transfer: Transfer): Route[] {
  return [
    handle(listImported, async ({ body }) => ({ known: await transfer.known(body.source, body.kind, body.ids) })),
    handle(recordImported, async ({ body: { fingerprint, ...entity } }) => {
      await transfer.done(entity, fingerprint);
      return {};
    }),
    handle(importExperiment, async ({ body }) => {
      const { experimentId, outcome } = await transfer.experiment(body);
      return { experimentId: String(experimentId), outcome };
    }),
    handle(importRun, ({ body }) => transfer.run(body)),
    handle(importMetrics, async ({ params, body }) => {
      await transfer.metrics(params.runId, body.metrics);
      return {};
    }),
    handle(importLoggedModel, ({ body }) => transfer.loggedModel(body)),
    handle(importModel, async ({ body }) => {
      const { created, left } = await transfer.model(body);
      return { created, left: [...left] };
    }),
    handle(listImportedArtifacts, async ({ query }) => ({ files: await transfer.files(query.kind, query.id) })),
    handle(importArtifact, async ({ query, stream }) => ({
      sizeBytes: await transfer.putFile(query.kind, query.id, query.path, stream),
    })),
  ];
}
