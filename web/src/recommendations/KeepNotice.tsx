import type { Recommendation } from '../../../src/tradeoff/recommendations/schema.ts';
import { Notice } from '../parts/Notice.tsx';
import parts from '../parts/parts.module.css';
import { useKeep } from './use-recommendations.ts';
import { noticeText } from './words.ts';

const HOURS = [4, 8, 24] as const;

/** The next action of an idle policy, with buttons that postpone it. */
export function KeepNotice({ one }: { readonly one: Recommendation }) {
  const keep = useKeep(one);
  const text = noticeText(one);
  if (text === null) return null;
  const buttons = HOURS.map((hours) => (
    <button
      key={hours}
      type="button"
      className={parts.button}
      disabled={keep.isPending}
      onClick={() => keep.mutate(hours)}
    >
      Keep {hours} h
    </button>
  ));
  return (
    <Notice kind="status" actions={buttons}>
      {keep.error === null ? text : keep.error.message}
    </Notice>
  );
}
