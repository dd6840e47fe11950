import type { Preview } from '../../../src/finops/allocation/schema.ts';
import { subjectText } from './rule-text.ts';

type Holder = Pick<Preview['holders'][number], 'kind' | 'subject'>;

/** Holder of a cost as text: `team search`, `team search, idle`, `unallocated`, `a pool that was not split`. */
export function holderText({ kind, subject }: Holder): string {
  if (kind === 'unallocated') return 'unallocated';
  if (kind === 'shared-unallocated') return 'a pool that was not split';
  return kind === 'idle' ? `${subjectText(subject)}, idle` : subjectText(subject);
}
