import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import parts from './parts.module.css';

interface TagValueProps {
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Presentation of a value without a page; the plain value when left out. */
  readonly children?: ReactNode;
}

/** The value of a tag; a link where the tag names a run, a pipeline, a run of one, or an endpoint. */
export function TagValue({ name, tags, children }: TagValueProps) {
  const value = tags[name] ?? '';
  const pipeline = tags['steelyard.pipeline'];
  const style = { className: parts.textLink };
  if (name === 'mlflow.parentRunId' || name === 'steelyard.run') {
    return (
      <Link to="/runs/$runId" params={{ runId: value }} {...style}>
        {value}
      </Link>
    );
  }
  if (name === 'steelyard.pipelineRun' && pipeline !== undefined) {
    return (
      <Link to="/pipelines/$pipeline/runs/$run" params={{ pipeline, run: value }} {...style}>
        {value}
      </Link>
    );
  }
  if (name === 'steelyard.pipeline') {
    return (
      <Link to="/pipelines/$pipeline" params={{ pipeline: value }} {...style}>
        {value}
      </Link>
    );
  }
  if (name === 'steelyard.endpoint') {
    return (
      <Link to="/endpoints/$endpoint" params={{ endpoint: value }} {...style}>
        {value}
      </Link>
    );
  }
  return children ?? value;
}
