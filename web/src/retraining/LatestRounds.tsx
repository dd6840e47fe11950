import { RoundsCard } from './RoundsCard.tsx';
import { useRetraining } from './use-retrainings.ts';

/** Rounds of one retraining, below the list of all. */
export function LatestRounds({ retraining }: { readonly retraining: string }) {
  const { query, rounds, onEnd } = useRetraining(retraining);
  if (query.data === undefined || rounds.length === 0) return null;
  return <RoundsCard retraining={query.data} rounds={rounds} onEnd={onEnd} title={`Latest rounds, ${retraining}`} />;
}
