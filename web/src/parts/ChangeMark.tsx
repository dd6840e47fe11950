import { changeOn } from '../format/number.ts';

interface ChangeMarkProps {
  readonly current: string;
  readonly before: string;
  /** Name of the compared period: "October"; left out where a heading has it. */
  readonly on?: string;
}

const ARROWS = { up: '↑', down: '↓', level: '→' } as const;

/** Arrow, figure and words: "↑ up 12 % on October", "↑ up 12 %". */
export function ChangeMark({ current, before, on }: ChangeMarkProps) {
  const { direction, percent } = changeOn(current, before);
  if (percent === null) return <span>new{on !== undefined && ` since ${on}`}</span>;
  if (direction === 'level') return <span>→ level{on !== undefined && ` with ${on}`}</span>;
  return (
    <span>
      {ARROWS[direction]} {direction} {percent}
      {on !== undefined && ` on ${on}`}
    </span>
  );
}
