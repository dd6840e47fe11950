import { useEffect } from 'react';

/** Text copied from a page has exact amounts: `$48,210.33` on the screen, `48210.3349` on the clipboard. */
export function useExactCopy(): void {
  useEffect(() => {
    const onCopy = (event: ClipboardEvent) => {
      const selection = document.getSelection();
      if (selection === null || selection.isCollapsed || event.clipboardData === null) return;
      const copied = document.createElement('div');
      for (let index = 0; index < selection.rangeCount; index += 1) {
        copied.append(selection.getRangeAt(index).cloneContents());
      }
      const figures = copied.querySelectorAll<HTMLElement>('data[value]');
      if (figures.length === 0) return;
      for (const figure of figures) figure.textContent = figure.getAttribute('value');
      event.clipboardData.setData('text/plain', tabbed(copied));
      event.preventDefault();
    };
    document.addEventListener('copy', onCopy);
    return () => document.removeEventListener('copy', onCopy);
  }, []);
}

/** Cells by tab and rows by line, so that a table pastes into a spreadsheet. */
function tabbed(copied: HTMLElement): string {
  const rows = [...copied.querySelectorAll('tr')];
  if (rows.length === 0) return copied.textContent.trim();
  return rows
    .map((row) => [...row.querySelectorAll('th, td')].map((cell) => cell.textContent.trim()).join('\t'))
    .join('\n');
}
