import { checkGate } from '../../../src/tradeoff/gates/schema.ts';
import type { DemoClient } from './client.ts';
import { explainVerdict } from './explain.ts';
import { MODEL } from './register.ts';

const POLICY = 'ranker-production';

export interface DemoVerdict {
  readonly name: string;
  readonly version: string;
  readonly verdict: string;
  readonly summary: string;
  /** The checks that decided it, one sentence each. */
  readonly reasons: readonly string[];
  readonly ndcgAt10: number;
  /** At the stated demand: exact decimal in USD, or null when it is unknown. */
  readonly costPerThousand: string | null;
}

/** Asks the gate about a version; a promotion moves the alias. */
export async function weigh(
  client: DemoClient,
  { name, ndcgAt10 }: Pick<DemoVerdict, 'name' | 'ndcgAt10'>,
  version: string,
): Promise<DemoVerdict> {
  const body = { model: MODEL, version, policy: POLICY };
  const { verdict, summary, checks } = await client.call(checkGate, { body });
  const cost = checks.find(({ name }) => name === 'cost per 1,000 predictions');
  return {
    name,
    version,
    verdict,
    summary,
    reasons: explainVerdict(verdict, checks),
    ndcgAt10,
    costPerThousand: cost?.measured ?? null,
  };
}
