import parts from '../parts/parts.module.css';
import type { DocumentProblem } from './document.ts';

/** Errors of a document, each with its line and path. */
export function ProblemList({ problems }: { readonly problems: readonly DocumentProblem[] }) {
  return (
    <ul className={parts.refused} aria-label="Errors">
      {problems.map(({ path, line, message }) => (
        <li key={`${path} ${line} ${message}`}>
          {line === null ? '' : `Line ${line}: `}
          {path === '' ? '' : `${path}: `}
          {message}
        </li>
      ))}
    </ul>
  );
}
