import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import parts from './parts.module.css';

interface VersionLinkProps {
  readonly model: string;
  readonly version: string;
  /** `version 4` when left out. */
  readonly children?: ReactNode;
}

/** A version of a model as a link to its page. */
export function VersionLink({ model, version, children }: VersionLinkProps) {
  return (
    <Link to="/models/$model/versions/$version" params={{ model, version }} className={parts.textLink}>
      {children ?? `version ${version}`}
    </Link>
  );
}
