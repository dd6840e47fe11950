/** Capacity and cold start of the replicas of an endpoint. */
export interface Fleet {
  /** Requests that one replica serves at a time. */
  readonly concurrency: number;
  /** Seconds from the wish for a replica until it serves; it is paid from the wish on. */
  readonly coldStartSeconds: number;
}
