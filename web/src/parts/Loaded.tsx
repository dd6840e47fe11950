import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { ErrorState } from './ErrorState.tsx';
import { Skeleton } from './Skeleton.tsx';

interface LoadedProps<T> {
  readonly query: Pick<UseQueryResult<T>, 'data' | 'error'> & { readonly refetch: () => unknown };
  /** As the subject of a sentence: "The budgets". */
  readonly what: string;
  /** Height in pixels that the content will take, about. */
  readonly height: number;
  readonly children: (data: T) => ReactNode;
}

/** The content of a query: its place while it loads, the error when it fails, the data otherwise. */
export function Loaded<T>({ query, what, height, children }: LoadedProps<T>) {
  if (query.data !== undefined) return children(query.data);
  if (query.error !== null) return <ErrorState error={query.error} what={what} onRetry={() => query.refetch()} />;
  return <Skeleton height={height} />;
}
