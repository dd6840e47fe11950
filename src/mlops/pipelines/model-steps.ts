/** A run that was weighed. */
export interface Weighed {
  readonly verdict: 'promote' | 'hold' | 'reject';
  readonly summary: string;
  /** Every check in a line, for the log of the step. */
  readonly checks: readonly string[];
}

/** A version that was made. */
export interface RegisteredModel {
  readonly model: string;
  readonly version: string;
  /** What the policy said of it, where one was named; null without. */
  readonly decision: RegisteredDecision | null;
}

/** A decision of a policy about a version. */
export interface RegisteredDecision {
  readonly decision: string;
  readonly verdict: Weighed['verdict'];
}

/** What the built-in steps ask of others: who weighs, who registers, who deploys. */
export interface ModelSteps {
  /** Latest value of a metric of a run; null when it logged none. */
  metricOf(runId: string, metric: string): Promise<number | null>;
  /** Weighs a run as the version that it would become. Errors: `policy_not_found`, `currency_mismatch`, `budget_not_found`. */
  weigh(request: { readonly runId: string; readonly policy: string }): Promise<Weighed>;
  /**
   * Makes a version of what a run logged, or of `artifact` among its artifacts; the model is made where it is not there. The same run
   * and artifact again find the version that was made before. With a policy, the decision is recorded and, on promote, its alias moves;
   * a version that is `promotedBefore` keeps that decision, and no alias moves.
   * Errors: `pipeline_model_missing`, `policy_not_found`, `policy_model_mismatch`.
   */
  register(request: {
    readonly model: string;
    readonly runId: string;
    readonly artifact: string | null;
    readonly policy: string | null;
    readonly actor: string;
    readonly mark: string;
    /** What the step promoted the last time by the same policy; null when it promoted nothing. */
    readonly promotedBefore: { readonly version: string; readonly decision: string } | null;
  }): Promise<RegisteredModel>;
  /** Errors: `model_version_not_found`. */
  deploy(request: {
    readonly model: string;
    readonly version: string;
    readonly alias: string;
    readonly actor: string;
  }): Promise<void>;
}
