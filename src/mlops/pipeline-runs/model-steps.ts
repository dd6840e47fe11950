/** Evaluation of a run. */
export interface GateResult {
  readonly verdict: 'promote' | 'hold' | 'reject';
  readonly summary: string;
  /** Every check in a line, for the log of the step. */
  readonly checks: readonly string[];
}

/** A version that was made. */
export interface RegisteredModel {
  readonly model: string;
  readonly version: string;
  /** Decision of the policy. Null: no policy was named. */
  readonly decision: RegisteredDecision | null;
}

/** A decision of a policy about a version. */
export interface RegisteredDecision {
  readonly decision: string;
  readonly verdict: GateResult['verdict'];
}

/** Functions that the built-in steps need from other features: evaluation, registration and deployment. */
export interface ModelSteps {
  /** Latest value of a metric of a run; null when it logged none. */
  metricOf(runId: string, metric: string): Promise<number | null>;
  /**
   * Evaluates a run as the version that it would become. Errors: `policy_not_found`, `policy_model_missing`, `policy_model_mismatch`,
   * `currency_mismatch`, `budget_not_found`.
   */
  weigh(request: {
    readonly runId: string;
    readonly policy: string;
    /** undefined: the model of the policy. */
    readonly model: string | undefined;
  }): Promise<GateResult>;
  /**
   * Registers a version from a run's logged model, or from `artifact` among its artifacts; a missing model is created.
   * Idempotent: the same run and artifact find the earlier version. With a policy, the decision is recorded and, on
   * promote, its alias moves; a version that is `promotedBefore` keeps that decision, and no alias moves.
   * Errors: `pipeline_model_missing`, `policy_not_found`, `policy_model_mismatch`.
   */
  register(request: {
    readonly model: string;
    readonly runId: string;
    readonly artifact: string | null;
    readonly policy: string | null;
    readonly actor: string;
    readonly mark: string;
    /** Last version that the step promoted by the same policy. Null: none. */
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
