import { FlexRender, type Row } from '@tanstack/react-table';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type RefObject, useEffect } from 'react';
import type { ColumnStyle } from './column-style.ts';
import type { GridFeatures } from './grid-features.ts';
import { Spacer } from './Spacer.tsx';
import styles from './table.module.css';

interface VirtualBodyProps<R extends object> {
  readonly rows: readonly Row<GridFeatures, R>[];
  readonly columnStyles: ReadonlyMap<string, ColumnStyle>;
  readonly scroll: RefObject<HTMLElement | null>;
  readonly focused: number | null;
  readonly onOpen: (row: R, index: number) => void;
  readonly onEnd: (() => void) | undefined;
}

const ROW_HEIGHT_PX = 36;
const OVERSCAN = 12;

/** True for a link, button or field within a row: it has its own action and does not open the row. */
function isOnControl(target: EventTarget): boolean {
  return target instanceof Element && target.closest('a, button, input, select, textarea, label, summary') !== null;
}

/** The visible rows, with the height of the others reserved above and below. */
export function VirtualBody<R extends object>(props: VirtualBodyProps<R>) {
  const { rows, columnStyles, scroll, focused, onOpen, onEnd } = props;
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => ROW_HEIGHT_PX,
    overscan: OVERSCAN,
    initialRect: { width: 1000, height: 600 },
  });
  const items = virtual.getVirtualItems();
  const before = items[0]?.start ?? 0;
  const after = virtual.getTotalSize() - (items.at(-1)?.end ?? 0);
  const atEnd = (items.at(-1)?.index ?? -1) >= rows.length - 1;
  useEffect(() => {
    if (atEnd) onEnd?.();
  }, [atEnd, onEnd]);
  useEffect(() => {
    if (focused !== null) virtual.scrollToIndex(focused);
  }, [focused, virtual]);
  return (
    <tbody>
      {before > 0 && <Spacer height={before} />}
      {items.map(({ index }) => {
        const row = rows[index];
        if (row === undefined) return null;
        return (
          <tr
            key={row.id}
            data-open
            aria-rowindex={index + 1}
            aria-selected={index === focused}
            className={index === focused ? styles.focused : undefined}
            onClick={(event) => {
              if (!isOnControl(event.target)) onOpen(row.original, index);
            }}
          >
            {row.getVisibleCells().map((cell, place) => {
              const style = columnStyles.get(cell.column.id)?.cell;
              return place === 0 ? (
                <th key={cell.id} scope="row" {...style}>
                  <FlexRender cell={cell} />
                </th>
              ) : (
                <td key={cell.id} {...style}>
                  <FlexRender cell={cell} />
                </td>
              );
            })}
          </tr>
        );
      })}
      {after > 0 && <Spacer height={after} />}
    </tbody>
  );
}
