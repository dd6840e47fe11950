import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import {
  type PipelineRun,
  resumePipelineRun,
  startPipelineRun,
  stopPipelineRun,
} from '../../../src/mlops/pipelines/schema.ts';
import { call } from '../client.ts';
import type { Params } from './params-typed.ts';
import { runQuery } from './use-pipelines.ts';

/** Starts a run and opens its page. */
export function useStart(pipeline: string) {
  const open = useOpenRun();
  return useMutation({
    mutationFn: ({ params, ref }: { readonly params: Params; readonly ref: string | null }) =>
      call(startPipelineRun, { params: { pipeline }, body: { params, ...(ref === null ? {} : { ref }) } }),
    onSuccess: open,
  });
}

/** Resumes a run with a new one, and opens its page. */
export function useResume({ pipeline, run }: Pick<PipelineRun, 'pipeline' | 'run'>) {
  const open = useOpenRun();
  return useMutation({
    mutationFn: (params: Params) => call(resumePipelineRun, { params: { pipeline, run }, body: { params } }),
    onSuccess: open,
  });
}

/** Requests the stop of a run. */
export function useStop(
  { pipeline, run, number }: Pick<PipelineRun, 'pipeline' | 'run' | 'number'>,
  onDone: () => void,
) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => call(stopPipelineRun, { params: { pipeline, run } }),
    onSuccess: (stopped) => {
      queries.setQueryData(runQuery(pipeline, String(number)).queryKey, stopped);
      onDone();
    },
  });
}

function useOpenRun() {
  const navigate = useNavigate();
  return ({ pipeline, number }: PipelineRun) =>
    navigate({ to: '/pipelines/$pipeline/runs/$run', params: { pipeline, run: String(number) }, search: {} });
}
