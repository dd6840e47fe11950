import type { CSSProperties, ReactNode } from 'react';

/** How a column looks: in each of its cells, and before the text of its head. */
export interface ColumnStyle {
  readonly cell: { readonly className: string; readonly style?: CSSProperties };
  readonly lead: ReactNode;
}
