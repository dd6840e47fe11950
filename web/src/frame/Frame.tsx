import { Outlet, useRouterState } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { DemoBanner } from '../first-use/DemoBanner.tsx';
import { TipLayer } from '../parts/TipLayer.tsx';
import { useNarrow } from '../parts/use-narrow.ts';
import styles from './frame.module.css';
import type { Overlay } from './overlay.ts';
import { Palette } from './Palette.tsx';
import { PhoneBar } from './PhoneBar.tsx';
import { Rail } from './Rail.tsx';
import { RangeNote } from './RangeNote.tsx';
import { needsBillMonths, RANGE_PAGES } from './range-pages.ts';
import { SectionTabs } from './SectionTabs.tsx';
import { TopBar } from './TopBar.tsx';
import { useExactCopy } from './use-exact-copy.ts';
import { useRoute } from './use-route.ts';
import { usePinnedPeriod } from './use-scope.ts';
import { useShortcuts } from './use-shortcuts.ts';

const Shortcuts = lazy(() => import('./Shortcuts.tsx').then((module) => ({ default: module.Shortcuts })));

/** Layout around every page: rail, top bar, and overlays. */
export function Frame() {
  const [overlay, setOverlay] = useState<Overlay>(null);
  const narrow = useNarrow();
  const main = useRef<HTMLElement>(null);
  const path = useRouterState({ select: (state) => state.location.pathname });
  const [first] = useState(path);
  const moved = useRef(false);
  const route = useRoute();
  const ranged = RANGE_PAGES.get(route);
  usePinnedPeriod(needsBillMonths(route));
  useShortcuts(overlay, setOverlay);
  useExactCopy();
  useEffect(() => {
    // The focus follows to the new page for keyboard and screen reader; on the first one the browser's order is right.
    if (moved.current || path !== first) main.current?.focus({ preventScroll: true });
    moved.current = moved.current || path !== first;
  }, [path, first]);
  return (
    <div className={styles.frame}>
      <a className={styles.skip} href="#main">
        Skip to the page
      </a>
      {narrow ? <PhoneBar onShortcuts={() => setOverlay('shortcuts')} /> : <Rail />}
      <div className={styles.column}>
        <TopBar onSearch={() => setOverlay('palette')} onShortcuts={() => setOverlay('shortcuts')} />
        <DemoBanner />
        <main id="main" ref={main} tabIndex={-1} className={styles.main}>
          <SectionTabs />
          {ranged !== undefined && <RangeNote page={ranged} />}
          <Outlet />
        </main>
      </div>
      {overlay === 'palette' && <Palette onClose={() => setOverlay(null)} onShow={setOverlay} />}
      <Suspense>{overlay === 'shortcuts' && <Shortcuts onClose={() => setOverlay(null)} />}</Suspense>
      <TipLayer />
    </div>
  );
}
