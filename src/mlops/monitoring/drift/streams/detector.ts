/** What a detector says after a value: `warning` comes before `drift` where a method knows it. */
export type StreamState = 'stable' | 'warning' | 'drift';

/** Watches one stream of numbers. After `drift` it begins anew with what the method keeps. */
export interface StreamDetector {
  update(value: number): StreamState;
}
