/** State of a detector after a value. Only some methods report `warning` before `drift`. */
export type StreamState = 'stable' | 'warning' | 'drift';

/** Monitors one stream of numbers. After `drift` the detector restarts with the state that its method keeps. */
export interface StreamDetector {
  update(value: number): StreamState;
}
