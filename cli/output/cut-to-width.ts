import stringWidth from 'string-width';

const ELLIPSIS = '…';
const graphemes = new Intl.Segmenter();

/**
 * Cuts or pads a text to exactly `columns` terminal columns; a text that does not fit ends with an ellipsis. A character of
 * two columns that would be halved is left out. Example: `cutToWidth('模型注册', 6)` = `模型… `.
 */
export function cutToWidth(text: string, columns: number): string {
  const trimmed = text.trimEnd();
  const cut = stringWidth(trimmed) <= columns ? trimmed : `${takeColumns(trimmed, columns - 1)}${ELLIPSIS}`;
  return cut + ' '.repeat(columns - stringWidth(cut));
}

/** The longest beginning of a text that needs at most `columns` terminal columns. */
function takeColumns(text: string, columns: number): string {
  let taken = '';
  let width = 0;
  for (const { segment } of graphemes.segment(text)) {
    width += stringWidth(segment);
    if (width > columns) break;
    taken += segment;
  }
  return taken;
}
