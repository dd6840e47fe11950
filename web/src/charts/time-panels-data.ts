/** Ends of the interval of each value; null where there is none. */
export interface SeriesInterval {
  readonly display: 'band' | 'whiskers';
  readonly lower: readonly (number | null)[];
  readonly upper: readonly (number | null)[];
}

/** One series of a panel, with a value for each time step. */
export interface PanelSeries {
  readonly id: string;
  readonly name: string;
  /** CSS variable of the colour. */
  readonly variable: string;
  readonly shape: 'bar' | 'line' | 'step';
  /** One for each step, for drawing; null where nothing is known. */
  readonly values: readonly (number | null)[];
  /** Series with the same stack are drawn on top of each other. */
  readonly stack?: string;
  /** Drawn thinner: context of the main figure. */
  readonly faint?: boolean;
  readonly dashed?: boolean;
  /** Each point is marked: where there are few, and each counts for itself. */
  readonly dots?: boolean;
  readonly interval?: SeriesInterval;
  /** Exact value of a step for the tooltip. */
  readonly formatPoint: (index: number) => string;
}

export interface Panel {
  readonly id: string;
  /** Name of the measure with its unit: "Latency, ms". */
  readonly title: string;
  readonly axisText: (value: number) => string;
  readonly series: readonly PanelSeries[];
  /** Least maximum of the axis, so that small values in a quiet hour do not look like a peak. */
  readonly leastMax?: number;
  /** The axis need not begin at zero. Only for series that are not bars. */
  readonly scaled?: boolean;
  /** Lines across it: an SLO, a threshold of an alert. */
  readonly limits?: readonly { readonly label: string; readonly value: number }[];
}

/** Something that happened in a step. */
export interface PanelMark {
  readonly index: number;
  readonly label: string;
  /** Written next to the plot: "v7". */
  readonly short?: string;
}

export interface TimePanelsData {
  /** Start of each step, ISO 8601. */
  readonly times: readonly string[];
  readonly timeText: (time: string) => string;
  readonly panels: readonly Panel[];
  readonly marks: readonly PanelMark[];
}
