import { decodePageToken, encodePageToken } from '../../platform/contract/page-token.ts';
import { handle, type Identity, isAllowed, isWorkVisible, type Route } from '../../platform/http/index.ts';
import type { Sql } from '../../platform/store/index.ts';
import { findPipelines, type StoredPipeline } from '../pipeline-definition/index.ts';
import {
  listRuns,
  type PipelineDeps,
  requirePipeline,
  requirePipelineRun,
  resumeRun,
  type StoredRun,
  startRun,
  stopRun,
} from '../pipeline-runs/index.ts';
import { readLog } from './logs.ts';
import { readPipelineRun, readRunSummaries } from './read.ts';
import {
  getPipelineRun,
  listPipelineRuns,
  listPipelines,
  type Pipeline,
  pipelineStepLog,
  resumePipelineRun,
  startPipelineRun,
  stopPipelineRun,
  uploadPipelineCode,
} from './schema.ts';
import { limitReasons } from './visible-reasons.ts';

interface PipelineRouteDeps extends PipelineDeps {
  /** Replaces texts that name a budget which the caller may not read. */
  readonly hideBudgets: (identity: Identity) => Promise<(text: string) => string>;
}

export function pipelineRoutes(deps: PipelineRouteDeps, wake: (runId: string) => void): Route[] {
  const { store } = deps;
  const showRun = async (run: StoredRun, identity: Identity) =>
    limitReasons(await readPipelineRun(store, run), await deps.hideBudgets(identity));
  return [
    handle(listPipelines, async ({ identity }) => {
      const all = await findPipelines(store, null);
      const pipelines = all.filter(({ spec: { team = null, project = null } }) =>
        isWorkVisible(identity, { team, project }),
      );
      return { pipelines: await Promise.all(pipelines.map((pipeline) => readPipeline(store, pipeline))) };
    }),
    handle(listPipelineRuns, async ({ params: { pipeline }, query: { pageSize, pageToken } }) => {
      await requirePipeline(deps, pipeline);
      const [before] = pageToken === undefined ? [] : decodePageToken(pageToken, { pipeline });
      const found = await listRuns(store, pipeline, before === undefined ? null : Number(before), pageSize + 1);
      const last = found.length > pageSize ? found[pageSize - 1] : undefined;
      return {
        runs: await readRunSummaries(store, found.slice(0, pageSize)),
        nextPageToken: last === undefined ? null : encodePageToken([last.number], { pipeline }),
      };
    }),
    handle(uploadPipelineCode, async ({ stream }) => {
      const { digest, files } = await deps.code.addArchive(stream);
      return { code: digest, files: files.length };
    }),
    handle(startPipelineRun, async ({ params: { pipeline }, body, actor, identity }) => {
      const { params, code = null, ref = null, commit = null, requestKey = null } = body;
      const mayRunCode = isAllowed(identity, 'mlops.run_code');
      const cause = { kind: 'manual', detail: `requested by ${actor}` } as const;
      const request = { pipeline, params, code, ref, commit, requestKey, mayRunCode, cause, actor };
      return showRun(await startRun(deps, request), identity);
    }),
    handle(getPipelineRun, async ({ params: { pipeline, run }, identity }) =>
      showRun(await requirePipelineRun(deps, pipeline, run), identity),
    ),
    handle(stopPipelineRun, async ({ params: { pipeline, run }, actor, identity }) => {
      const found = await requirePipelineRun(deps, pipeline, run);
      await stopRun(deps, found, actor);
      wake(found.id);
      return showRun(await requirePipelineRun(deps, pipeline, run), identity);
    }),
    handle(
      resumePipelineRun,
      async ({ params: { pipeline, run }, body: { params, code = null, commit = null }, actor, identity }) => {
        const mayRunCode = isAllowed(identity, 'mlops.run_code');
        const old = await requirePipelineRun(deps, pipeline, run);
        return showRun(await resumeRun(deps, old, { params, code, commit, mayRunCode, actor }), identity);
      },
    ),
    handle(
      pipelineStepLog,
      async ({ params: { pipeline, run }, query: { step, attempt = null, node, from, maxBytes } }) =>
        readLog(deps, await requirePipelineRun(deps, pipeline, run), step, { attempt, node }, { from, maxBytes }),
    ),
  ];
}

async function readPipeline(sql: Sql, { name, pipelineVersion, spec, appliedAt }: StoredPipeline): Promise<Pipeline> {
  const [lastRun = null] = await readRunSummaries(sql, await listRuns(sql, name, null, 1));
  return {
    name,
    pipelineVersion,
    description: spec.description ?? null,
    project: spec.project ?? null,
    engine: spec.engine,
    ref: spec.source?.ref ?? null,
    steps: Object.keys(spec.steps),
    params: spec.params,
    appliedAt,
    lastRun,
  };
}
