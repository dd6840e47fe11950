/** Share of a model's predictions that is stored, 0 to 1, and the fields that are never written. */
export interface LogRule {
  readonly sample: number;
  /** Paths of fields of inputs and outputs, such as "user.email". */
  readonly redact: readonly string[];
}

/** A question of a monitor that the remaining rows cannot answer. */
export interface LostQuestion {
  readonly monitor: string;
  readonly question: string;
}

/** The settings of monitors that the log applies. Implemented by monitors; supplied by the caller. */
export interface MonitorRules {
  /** Null: the model has no monitor, so all its predictions are stored whole. */
  logRule(model: string): Promise<LogRule | null>;
  /** Days after a prediction in which its label may arrive; null: the model has no monitor. */
  labelWithinDays(model: string): Promise<number | null>;
  /** Questions of monitors that need rows from before a UTC day (YYYY-MM-DD). */
  questionsBefore(day: string): Promise<LostQuestion[]>;
}
