import type { Page, Route } from 'playwright-core';
import { open } from '../support/browser.ts';

/** Which of the answers that a page waits for comes next: the one that was asked for first, or last, or any but this one. */
export type Order = 'first' | 'last' | { readonly allBut: `/api/v1/${string}` };

/**
 * Opens an address and lets the server's answers through one at a time, the next when the page has drawn what the one
 * before brought. So what a slow machine or line can show is shown on a fast one too.
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
    /** Null when the page is open and nothing is held. */
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
