import { Skeleton } from './Skeleton.tsx';

/** The place of the answer while its figures load. */
export function AnswerPending() {
  return (
    <span aria-busy="true">
      <span className="visually-hidden">Loading</span>
      <Skeleton height={20} width="min(560px, 90%)" />
    </span>
  );
}
