import type { ModelFrontier } from '../../../src/tradeoff/frontier/schema.ts';
import { CopyButton } from '../parts/CopyButton.tsx';
import { Notice } from '../parts/Notice.tsx';
import { VersionLink } from '../parts/VersionLink.tsx';
import { findUncomparedBaseline } from './compared-points.ts';

/** The evaluation that the champion lacks, and the command that supplies it. */
export function UncomparedNotice({ frontier }: { readonly frontier: ModelFrontier }) {
  const missing = findUncomparedBaseline(frontier);
  if (missing === null) return null;
  const { version, evaluation, runId } = missing;
  const name = evaluation === 'default' ? '' : ` --name ${evaluation}`;
  const outcome = frontier.qualityAxis?.kind === 'binary' ? '--correct' : '--score';
  const command = `steelyard evaluation import outcomes.csv --run ${runId ?? 'RUN'} --id example_id ${outcome} ${frontier.qualityAxis?.outcome}${name}`;
  return (
    <Notice actions={<CopyButton text={command} what="the command that imports the evaluation" />}>
      To compare the champion, evaluate{' '}
      <VersionLink model={frontier.model} version={version}>
        v{version}
      </VersionLink>{' '}
      on the examples of "{evaluation}" and import the outcomes: <code>{command}</code>
    </Notice>
  );
}
