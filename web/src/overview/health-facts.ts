import type { Tone } from './Tile.tsx';

export type HealthStatus = 'healthy' | 'degraded' | 'unhealthy' | 'unknown';

/** What the tile of production health shows. */
export interface HealthFacts {
  readonly status: HealthStatus;
  readonly headline: string;
  readonly endpoints: number;
  readonly healthy: number;
  /** Open alerts, and how many of them the running version has; null where that is unknown. */
  readonly alerts: number;
  readonly onRunning: number | null;
  /** The alert to look at first. */
  readonly gravest: { readonly monitor: string } | undefined;
}

export const HEALTH_WORDS: Readonly<Record<HealthStatus, { readonly tone: Tone; readonly word: string }>> = {
  healthy: { tone: 'good', word: 'Healthy' },
  degraded: { tone: 'watch', word: 'Degraded' },
  unhealthy: { tone: 'bad', word: 'Unhealthy' },
  unknown: { tone: 'none', word: 'Unknown' },
};
