import { token } from '../theme/scheme.ts';

/** Options that all charts share, from the tokens of the active colour scheme. */
export function readChartStyle() {
  const font = { fontFamily: token('--font'), fontSize: 12, color: token('--ink-2') };
  return {
    text: font,
    ink: token('--ink'),
    line: token('--line'),
    lineStrong: token('--line-strong'),
    surface: token('--surface'),
    tooltip: {
      appendTo: 'body' as const,
      backgroundColor: token('--surface'),
      borderColor: token('--line-strong'),
      borderWidth: 1,
      padding: 0,
      textStyle: { ...font, color: token('--ink') },
      extraCssText: 'border-radius:8px;box-shadow:none;z-index:9',
      transitionDuration: 0,
      confine: true,
    },
  };
}
