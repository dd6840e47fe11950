import type { QueryOf } from '../../../platform/contract/schema.ts';
import { AppError } from '../../../platform/errors/index.ts';
import { handle, handleDownload, type Route } from '../../../platform/http/index.ts';
import type { Objects } from '../../../platform/objects/index.ts';
import type { Store } from '../../../platform/store/index.ts';
import type { VersionSources } from '../../artifacts/index.ts';
import { buildArtifactKey, buildAttachmentHeader } from '../../artifacts/index.ts';
import type { LoggedModels } from '../../logged-models/index.ts';
import type { Runs } from '../../runs/index.ts';
import { buildPreview, openImage, type ViewDeps, type ViewedArtifact } from './artifact-view.ts';
import { readComparedRuns, readHistories, readMetricSummaries, readRunFacts } from './run-views.ts';
import {
  artifactFile,
  artifactImage,
  compareRuns,
  listArtifacts,
  metricHistories,
  runFacts,
  runMetrics,
  viewArtifact,
} from './schema.ts';

/** Endpoints of the web pages about runs. */
export function runViewRoutes(store: Store): Route[] {
  return [
    handle(compareRuns, ({ query }) => readComparedRuns(store, query.run)),
    handle(metricHistories, ({ query: { run, key, axis, points, from, to } }) =>
      readHistories(store, { runIds: [...new Set(run)], keys: key ?? null, axis, points, from, to }),
    ),
    handle(runMetrics, async ({ params }) => ({ metrics: await readMetricSummaries(store, params.runId) })),
    handle(runFacts, ({ params }) => readRunFacts(store, params.runId)),
  ];
}

export interface ArtifactViewDeps extends ViewDeps {
  readonly objects: Objects;
  readonly runs: Pick<Runs, 'info'>;
  readonly loggedModels: Pick<LoggedModels, 'get'>;
  readonly versions: VersionSources;
}

type Owner = Omit<QueryOf<typeof listArtifacts>, 'path'>;

/** Content of an artifact is untrusted: its type is not guessed, and scripts in it must not run. */
const LOCKED = { 'content-security-policy': "sandbox; default-src 'none'", 'x-content-type-options': 'nosniff' };

/** Endpoints of the web pages about artifacts: a list, and previews. */
export function artifactViewRoutes(deps: ArtifactViewDeps): Route[] {
  const { objects } = deps;
  return [
    handle(listArtifacts, async ({ query: { path, ...owner } }) => {
      const entries = await objects.list(buildArtifactKey(await resolveRoot(deps, owner), path));
      const folder = path === '' ? '' : `${path.replace(/\/+$/, '')}/`;
      const artifacts = entries.map(({ name, isFolder, sizeBytes }) => ({
        path: `${folder}${name}`,
        isFolder,
        sizeBytes,
      }));
      return { artifacts: artifacts.sort((a, b) => Number(b.isFolder) - Number(a.isFolder)) };
    }),
    handle(viewArtifact, async ({ query: { path, as, ...owner } }) => {
      const viewed = await find(deps, owner, path);
      return { path, sizeBytes: viewed.sizeBytes, shown: await buildPreview(deps, viewed, as) };
    }),
    handleDownload(artifactImage, async ({ query: { path, ...owner } }) => {
      const viewed = await find(deps, owner, path);
      const { type, content } = await openImage(deps, viewed);
      return { contentType: type, content, filename: parseFilename(path), headers: LOCKED };
    }),
    handleDownload(artifactFile, async ({ query: { path, ...owner } }) => {
      const { key, sizeBytes } = await find(deps, owner, path);
      const { content } = await objects.open(key);
      const named = {
        'content-disposition': buildAttachmentHeader(parseFilename(path)),
        'content-length': String(sizeBytes),
      };
      return {
        contentType: 'application/octet-stream',
        content,
        filename: parseFilename(path),
        headers: { ...LOCKED, ...named },
      };
    }),
  ];
}

function parseFilename(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

async function find(deps: ArtifactViewDeps, owner: Owner, path: string): Promise<ViewedArtifact> {
  const key = buildArtifactKey(await resolveRoot(deps, owner), path);
  const sizeBytes = await deps.objects.size(key);
  if (sizeBytes === null) throw new AppError('object_not_found', `There is no file "${path}" among these artifacts.`);
  return { key, sizeBytes };
}

async function resolveRoot(deps: ArtifactViewDeps, { run, loggedModel, model, version }: Owner): Promise<string> {
  const given = [run, loggedModel, model].filter((one) => one !== undefined);
  if (given.length !== 1 || (model === undefined) !== (version === undefined)) {
    const detail = 'Set exactly one owner of the artifacts: "run", "loggedModel", or "model" with "version".';
    throw new AppError('invalid_request', detail);
  }
  if (run !== undefined) return (await deps.runs.info(run)).artifactUri;
  if (loggedModel !== undefined) return (await deps.loggedModels.get(loggedModel)).artifactUri;
  return deps.versions.versionSource(model ?? '', version ?? '');
}
