import type { Run } from '../../../src/mlops/runs/schema.ts';
import { Card } from '../parts/Card.tsx';
import { CopyButton } from '../parts/CopyButton.tsx';
import { Facts } from '../parts/Facts.tsx';

/** Lines that read a run in Python, in a terminal and over HTTP. */
export function RunCode({ run: { runId, experimentName } }: { readonly run: Run }) {
  const origin = window.location.origin;
  const lines: readonly (readonly [string, string])[] = [
    ['Python', `mlflow.set_tracking_uri("${origin}"); run = mlflow.get_run("${runId}")`],
    ['Files in Python', `mlflow.artifacts.download_artifacts(run_id="${runId}")`],
    ['Log a similar run', `mlflow.set_experiment("${experimentName}"); mlflow.start_run()`],
    ['Terminal', `steelyard run show ${runId} --json`],
    ['HTTP', `curl ${origin}/api/v1/runs/${runId}`],
  ];
  return (
    <Card title="As code" note="Read this run from a program.">
      <Facts
        facts={lines.map(([label, line]) => [
          label,
          <span key={label}>
            <code style={{ overflowWrap: 'anywhere' }}>{line}</code>{' '}
            <CopyButton text={line} what={`the line for ${label}`} />
          </span>,
        ])}
      />
    </Card>
  );
}
