import type { Config } from '../../platform/config/index.ts';
import { handle, type Route } from '../../platform/http/index.ts';
import type { Store } from '../../platform/store/index.ts';
import type { DemoData } from '../demo-data/schema.ts';
import { type FirstUse, getFirstUse } from './schema.ts';
import { findFirstThings } from './store.ts';

export interface FirstUseDeps {
  readonly config: Pick<Config, 'accounts'>;
  readonly store: Store;
  readonly demo: { show(): Promise<Pick<DemoData, 'state' | 'refusal'>> };
}

const NO_ACCOUNTS =
  'This server runs without accounts, on this machine only. Start it with accounts: on to invite people (docs/security.md).';
const DEMO_LOADED = 'Remove the demo data first: real data are never mixed with them.';

/** Steps of the first use of a server. */
export function createFirstUse(deps: FirstUseDeps): { readonly routes: readonly Route[] } {
  return { routes: [handle(getFirstUse, () => readFirstUse(deps))] };
}

async function readFirstUse({ config, store, demo }: FirstUseDeps): Promise<FirstUse> {
  const [found, { state, refusal }] = await Promise.all([findFirstThings(store), demo.show()]);
  const hasDemo = state !== 'none';
  /** The bills, runs and budgets of the demo data are not steps of a user. */
  const step = (done: boolean, blocked: string | null = null) => ({ done, blocked: done ? null : blocked });
  const real = (done: boolean) => step(done && !hasDemo, hasDemo ? DEMO_LOADED : null);
  return {
    empty: !hasDemo && !found.bill && !found.run && !found.budget,
    demo: state,
    steps: {
      bill: real(found.bill),
      mlflow: real(found.run),
      budget: real(found.budget),
      demo: step(state === 'loaded', state === 'none' ? refusal : null),
      people: step(found.accounts > 1, config.accounts === 'on' ? null : NO_ACCOUNTS),
    },
  };
}
