import type { ErrorComponentProps } from '@tanstack/react-router';
import { ErrorState } from '../parts/ErrorState.tsx';
import { Page } from '../parts/Page.tsx';

/** A page that failed to render: a bug, or a part of the app that did not load. */
export function RouteFailed({ error, reset }: ErrorComponentProps) {
  return (
    <Page title="Page failed" answer="This page could not be shown.">
      <ErrorState error={error} what="The page" onRetry={reset} />
    </Page>
  );
}
