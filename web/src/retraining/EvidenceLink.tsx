import { Link } from '@tanstack/react-router';
import type { TimelineEntry } from '../../../src/tradeoff/retraining/schema.ts';
import parts from '../parts/parts.module.css';

type Evidence = TimelineEntry['evidence'][number];

const SHORT = 8;
const style = { className: parts.textLink ?? '' };

/** Evidence of an entry as a link to its page. */
export function EvidenceLink({
  evidence: { kind, id },
  monitor,
}: {
  readonly evidence: Evidence;
  readonly monitor: string;
}) {
  const slash = id.lastIndexOf('/');
  const [before, after] = [id.slice(0, slash), id.slice(slash + 1)];
  switch (kind) {
    case 'monitor':
      return (
        <Link to="/monitoring/$monitor" params={{ monitor: id }} {...style}>
          monitor {id}
        </Link>
      );
    case 'episode':
      return (
        <Link to="/monitoring/$monitor" params={{ monitor }} {...style}>
          episode <code>{id.slice(0, SHORT)}</code>
        </Link>
      );
    case 'pipeline_run':
      return (
        <Link to="/pipelines/$pipeline/runs/$run" params={{ pipeline: before, run: after }} {...style}>
          {before} #{after}
        </Link>
      );
    case 'mlflow_run':
      return (
        <Link to="/runs/$runId" params={{ runId: id }} {...style}>
          run <code>{id.slice(0, SHORT)}</code>
        </Link>
      );
    case 'model_version':
      return (
        <Link to="/models/$model/versions/$version" params={{ model: before, version: after }} {...style}>
          {before} version {after}
        </Link>
      );
    case 'evaluation':
      return (
        <span>
          evaluation <code>{id.slice(0, SHORT)}</code>
        </span>
      );
    case 'decision':
      return (
        <Link to="/decisions/$decision" params={{ decision: id }} {...style}>
          decision
        </Link>
      );
    case 'budget':
      return (
        <Link to="/budgets/$budget" params={{ budget: id }} {...style}>
          budget {id}
        </Link>
      );
    case 'person':
      return id;
  }
}
