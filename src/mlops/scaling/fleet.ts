/** Capacity and cold start of the replicas of an endpoint. */
export interface Fleet {
  /** Requests that one replica serves at a time. */
  readonly concurrency: number;
  /** Seconds from the decision for a replica until it serves; it costs from the decision on. */
  readonly coldStartSeconds: number;
}
