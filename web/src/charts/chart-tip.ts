import styles from './charts.module.css';

export interface TipLine {
  readonly name: string;
  readonly value: string;
  /** CSS variable of the colour before the name. */
  readonly variable?: string;
  readonly strong?: boolean;
}

/** Content of a chart's tooltip, built from nodes: names come from bills and must not be parsed as HTML. */
export function chartTip(title: string, lines: readonly TipLine[]): HTMLElement {
  const tip = document.createElement('div');
  tip.className = styles.tip ?? '';
  const head = document.createElement('div');
  head.className = styles.tipTitle ?? '';
  head.textContent = title;
  tip.append(head, ...lines.map(tipLine));
  return tip;
}

function tipLine(line: TipLine): HTMLElement {
  const row = document.createElement('div');
  row.className = `${styles.tipLine ?? ''} ${line.strong === true ? (styles.tipStrong ?? '') : ''}`;
  const swatch = document.createElement('span');
  swatch.className = styles.tipSwatch ?? '';
  if (line.variable !== undefined) swatch.style.background = `var(${line.variable})`;
  const name = document.createElement('span');
  name.className = styles.tipName ?? '';
  name.textContent = line.name;
  const value = document.createElement('span');
  value.textContent = line.value;
  row.append(swatch, name, value);
  return row;
}
