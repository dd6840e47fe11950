import { changeOn } from '../format/number.ts';

interface ChangeMarkProps {
  readonly current: string;
  readonly before: string;
  /** Name of the compared period: "October". */
  readonly on: string;
}

const ARROWS = { up: '↑', down: '↓', level: '→' } as const;

/** Arrow, figure and words: "↑ up 12 % on October". */
export function ChangeMark({ current, before, on }: ChangeMarkProps) {
  const { direction, percent } = changeOn(current, before);
  if (percent === null) return <span>new since {on}</span>;
  if (direction === 'level') return <span>→ level with {on}</span>;
  return (
    <span>
      {ARROWS[direction]} {direction} {percent} on {on}
    </span>
  );
}
