/** Where a text was found. A label is any text of the web app outside of comments. */
export type Kind = 'comment' | 'text' | 'label' | 'page' | 'commit';

/** A text written for people. `offset` is its place in the file; `text` has the length that it has there. */
export interface Segment {
  readonly offset: number;
  readonly text: string;
  readonly kind: Kind;
}
