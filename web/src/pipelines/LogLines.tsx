import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef } from 'react';
import { formatLine } from './log-lines.ts';
import styles from './pipelines.module.css';

interface LogLinesProps {
  readonly lines: readonly string[];
  /** Number of the first line, from 0. */
  readonly first: number;
  readonly label: string;
  /** True while more lines may arrive; their space is reserved. */
  readonly isLive: boolean;
  /** True if the view follows the end. */
  readonly isFollowed: boolean;
  /** Called when the user scrolls away from the end, or back to it. */
  readonly onFollow: (isFollowed: boolean) => void;
}

const LINE_PX = 18;
const OVERSCAN = 30;
/** Distance to the end in pixels that still counts as at the end. */
const AT_END_PX = 24;

/** The lines of a log, with only the visible ones in the page; long lines wrap. */
export function LogLines({ lines, first, label, isLive, isFollowed, onFollow }: LogLinesProps) {
  const scroll = useRef<HTMLElement>(null);
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => LINE_PX,
    overscan: OVERSCAN,
  });
  const height = virtual.getTotalSize();
  // biome-ignore lint/correctness/useExhaustiveDependencies: measured lines change the height, and the end moves with it
  useEffect(() => {
    const element = scroll.current;
    if (isFollowed && element !== null) element.scrollTop = element.scrollHeight;
  }, [isFollowed, lines, height]);
  const leave = () => {
    const element = scroll.current;
    if (element === null) return;
    const isAtEnd = element.scrollHeight - element.scrollTop - element.clientHeight < AT_END_PX;
    if (!isAtEnd && isFollowed) onFollow(false);
  };
  return (
    <section
      ref={scroll}
      className={`${styles.log} ${isLive ? styles.live : ''}`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled region must be reachable by keyboard
      tabIndex={0}
      aria-label={label}
      onWheel={(event) => {
        if (event.deltaY < 0) leave();
      }}
      onTouchMove={leave}
      onKeyDown={(event) => {
        if (['ArrowUp', 'PageUp', 'Home'].includes(event.key)) onFollow(false);
      }}
    >
      <div style={{ height, position: 'relative' }}>
        {virtual.getVirtualItems().map(({ index, start }) => (
          <div
            key={index}
            ref={virtual.measureElement}
            data-index={index}
            className={styles.line}
            style={{ transform: `translateY(${start}px)` }}
          >
            <span className={styles.lineNumber} aria-hidden="true">
              {first + index + 1}
            </span>
            <span className={styles.lineText}>{formatLine(lines[index] ?? '')}</span>
          </div>
        ))}
      </div>
    </section>
  );
}
