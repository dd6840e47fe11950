import { lazy, Suspense, useState } from 'react';
import { OverviewPage } from '../overview/OverviewPage.tsx';
import { dismiss, isDismissed } from './dismissal.ts';
import { useFirstUse } from './use-first-use.ts';

const FirstUsePage = lazy(() => import('./FirstUsePage.tsx').then((module) => ({ default: module.FirstUsePage })));

/** The overview; on an empty server the checklist of the first use, until it is dismissed. */
export function HomePage() {
  const [dismissed, setDismissed] = useState(isDismissed);
  // Once the first step is done, the checklist stays until the next visit.
  const [shown, setShown] = useState(false);
  const first = useFirstUse({ poll: false });
  if (first.isPending && !dismissed) return null;
  const isEmpty = first.data?.empty === true;
  if (isEmpty && !dismissed && !shown) setShown(true);
  if (dismissed || !(isEmpty || shown)) return <OverviewPage />;
  const onDismiss = () => {
    dismiss();
    setDismissed(true);
  };
  return (
    <Suspense>
      <FirstUsePage onDismiss={onDismiss} onOverview={() => setShown(false)} />
    </Suspense>
  );
}
