import { isDeepStrictEqual } from 'node:util';
import type { ReportCell, ReportDocument, ReportSection, RestatedFigure } from './schema.ts';

/** Figures of the window that differ between a report as sent and as known now, over the sections that both have. */
export function findRestated(sent: ReportDocument, now: ReportDocument): RestatedFigure[] {
  return sent.sections.flatMap((before) => {
    const after = now.sections.find(({ id }) => id === before.id);
    return after === undefined ? [] : compareSections(before, after);
  });
}

function compareSections(before: ReportSection, now: ReportSection): RestatedFigure[] {
  const keys = new Set([...before.rows, ...now.rows].map(({ key }) => key));
  return [...keys].flatMap((row) => {
    const [old, fresh] = [before, now].map(({ rows }) => rows.find(({ key }) => key === row)?.cells ?? null);
    return before.columns.flatMap((column, at): RestatedFigure[] => {
      // A newer server may have other columns.
      const place = now.columns.indexOf(column);
      if (place === -1) return [];
      const [one, other] = [old?.[at] ?? null, fresh?.[place] ?? null];
      return isSame(one, other) ? [] : [{ section: before.id, row, column, before: one, now: other }];
    });
  });
}

/** The address of a figure may change; its value may not. */
function isSame(one: ReportCell | null, other: ReportCell | null): boolean {
  const value = (cell: ReportCell | null) => (cell === null ? null : { ...cell, link: null });
  return isDeepStrictEqual(value(one), value(other));
}
