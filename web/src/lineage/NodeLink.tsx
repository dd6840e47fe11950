import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { LineageNode } from '../../../src/tradeoff/lineage/schema.ts';

interface NodeLinkProps {
  readonly node: LineageNode;
  readonly className?: string | undefined;
  /** Called when the pointer or the focus enters or leaves. */
  readonly onNear?: (near: boolean) => void;
  readonly children: ReactNode;
}

/** A node as a link to its own page; to the graph around it where it has none. */
export function NodeLink({ node, className, onNear, children }: NodeLinkProps) {
  const id = node.id.slice(node.kind.length + 1);
  const style = {
    ...(className === undefined ? {} : { className }),
    onPointerEnter: () => onNear?.(true),
    onPointerLeave: () => onNear?.(false),
    onFocus: () => onNear?.(true),
    onBlur: () => onNear?.(false),
  };
  if (node.kind === 'run') {
    return (
      <Link to="/runs/$runId" params={{ runId: id }} {...style}>
        {children}
      </Link>
    );
  }
  if (node.kind === 'decision') {
    return (
      <Link to="/decisions/$decision" params={{ decision: id }} {...style}>
        {children}
      </Link>
    );
  }
  if (node.kind === 'endpoint') {
    return (
      <Link to="/endpoints/$endpoint" params={{ endpoint: id }} {...style}>
        {children}
      </Link>
    );
  }
  const slash = id.lastIndexOf('/');
  if (node.kind === 'model_version' && slash > 0) {
    return (
      <Link
        to="/models/$model/versions/$version"
        params={{ model: id.slice(0, slash), version: id.slice(slash + 1) }}
        {...style}
      >
        {children}
      </Link>
    );
  }
  return (
    <Link to="/lineage" search={{ node: node.id }} {...style}>
      {children}
    </Link>
  );
}
