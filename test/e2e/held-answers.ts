import type { Page, Route } from 'playwright-core';
import { open } from '../support/browser.ts';

/** The next answer to release: the first requested one, the last one, or any except the named one. */
export type Order = 'first' | 'last' | { readonly allBut: `/api/v1/${string}` };

/**
 * Opens a page and releases the server's answers one at a time, each after the page has drawn the one before. This
 * reproduces intermediate states of a slow machine or line on a fast one.
 */
export async function openAnswerByAnswer(page: Page, url: string, order: Order): Promise<void> {
  const held = heldRoutes();
  await page.route('**/api/v1/**', held.add);
  const opened = open(page, url).finally(held.end);
  for (let route = await held.take(order); route !== null; route = await held.take(order)) {
    await route.continue();
    const answer = await route.request().response();
    await answer?.finished();
    await drawn(page);
  }
  await opened;
}

function heldRoutes() {
  const held: Route[] = [];
  let ended = false;
  let change = Promise.withResolvers<void>();
  const changed = () => {
    change.resolve();
    change = Promise.withResolvers<void>();
  };
  return {
    add(route: Route) {
      held.push(route);
      changed();
    },
    end() {
      ended = true;
      changed();
    },
    /** Null when the page is open and no request is held. */
    async take(order: Order): Promise<Route | null> {
      while (held.length === 0 && !ended) await change.promise;
      if (order === 'last') return held.pop() ?? null;
      const next = order === 'first' ? 0 : held.findIndex((route) => !route.request().url().includes(order.allBut));
      return held.splice(Math.max(0, next), 1)[0] ?? null;
    },
  };
}

/** The second frame includes every answer that was read before the first. */
function drawn(page: Page): Promise<void> {
  return page.evaluate<void>('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))');
}
