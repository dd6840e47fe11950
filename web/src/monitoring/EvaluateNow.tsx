import { useMutation, useQueryClient } from '@tanstack/react-query';
import { evaluateMonitor } from '../../../src/mlops/monitoring/alerts/schema.ts';
import { call } from '../client.ts';
import parts from '../parts/parts.module.css';

/** Evaluates the alerts of a monitor now; the figures of the page follow. */
export function EvaluateNow({ monitor }: { readonly monitor: string }) {
  const queries = useQueryClient();
  const evaluate = useMutation({
    mutationFn: () => call(evaluateMonitor, { params: { monitor } }),
    onSettled: () => queries.invalidateQueries(),
  });
  const label = evaluate.isPending ? 'Evaluating…' : evaluate.isError ? 'Evaluation failed, retry' : 'Evaluate now';
  return (
    <button
      type="button"
      className={parts.button}
      onClick={() => evaluate.mutate()}
      disabled={evaluate.isPending}
      data-tip={evaluate.isError ? evaluate.error.message : 'All alerts are evaluated every minute without it'}
    >
      {label}
    </button>
  );
}
