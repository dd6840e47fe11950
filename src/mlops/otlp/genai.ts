import { parseBoundedJson } from '../../platform/json/index.ts';
import { type Attribute, anyValue, toPlainValue } from './otlp-span.ts';

/** Tokens of one span by kind, as finops counts them: cached ones are part of the input. Whole numbers, >= 0. */
export interface SpanTokens {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  readonly cacheWrite1hTokens: number;
}

/** A span's facts about the model that it called. */
export interface GenAiFacts {
  /** null when the span reports no usage. */
  readonly tokens: SpanTokens | null;
  readonly model: string | null;
  readonly provider: string | null;
}

type Values = ReadonlyMap<string, unknown>;

/** OpenTelemetry's names first, then its older ones, OpenInference's and Traceloop's. */
const INPUT = ['gen_ai.usage.input_tokens', 'gen_ai.usage.prompt_tokens', 'llm.token_count.prompt'];
const OUTPUT = ['gen_ai.usage.output_tokens', 'gen_ai.usage.completion_tokens', 'llm.token_count.completion'];
const CACHE_READ = [
  'gen_ai.usage.cache_read.input_tokens',
  'gen_ai.usage.cache_read_input_tokens',
  'llm.token_count.prompt_details.cache_read',
];
const CACHE_WRITE = [
  'gen_ai.usage.cache_write.input_tokens',
  'gen_ai.usage.cache_creation.input_tokens',
  'gen_ai.usage.cache_creation_input_tokens',
  'llm.token_count.prompt_details.cache_write',
];
const MODEL = [
  'mlflow.llm.model',
  'gen_ai.response.model',
  'gen_ai.request.model',
  'llm.response.model_name',
  'llm.model_name',
  'llm.request.model_name',
  'embedding.model_name',
];
const PROVIDER = ['mlflow.llm.provider', 'gen_ai.provider.name', 'gen_ai.system', 'llm.provider', 'llm.system'];
const INPUTS = ['gen_ai.input.messages', 'gen_ai.tool.call.arguments', 'input.value', 'traceloop.entity.input'];
const OUTPUTS = ['gen_ai.output.messages', 'gen_ai.tool.call.result', 'output.value', 'traceloop.entity.output'];

const USAGE = 'mlflow.chat.tokenUsage';

/** MLflow's type of a span by its name in each of the conventions. */
const SPAN_TYPES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'gen_ai.operation.name': {
    chat: 'CHAT_MODEL',
    create_agent: 'AGENT',
    embeddings: 'EMBEDDING',
    execute_tool: 'TOOL',
    generate_content: 'LLM',
    invoke_agent: 'AGENT',
    text_completion: 'LLM',
    response: 'LLM',
  },
  'openinference.span.kind': {
    AGENT: 'AGENT',
    CHAIN: 'CHAIN',
    EMBEDDING: 'EMBEDDING',
    EVALUATOR: 'EVALUATOR',
    GUARDRAIL: 'GUARDRAIL',
    LLM: 'LLM',
    RERANKER: 'RERANKER',
    RETRIEVER: 'RETRIEVER',
    TOOL: 'TOOL',
  },
  'traceloop.span.kind': { agent: 'AGENT', task: 'TASK', tool: 'TOOL', workflow: 'WORKFLOW' },
};

/**
 * Model, provider and tokens of a span, by MLflow's attributes or else by the semantic conventions. If a report omits
 * the cached tokens from its input (its cached tokens exceed the input), they are added, since they are billed input.
 */
export function readGenAiFacts(attributes: readonly Attribute[]): GenAiFacts {
  const values = indexAttributes(attributes);
  return { tokens: readTokens(values), model: readName(values, MODEL, 300), provider: readName(values, PROVIDER, 100) };
}

/** The span's attributes, plus MLflow's names for those with names of the semantic conventions. */
export function addMlflowNames(attributes: readonly Attribute[], facts: GenAiFacts): Attribute[] {
  const values = indexAttributes(attributes);
  const added = new Map<string, unknown>();
  const add = (key: string, value: unknown) => {
    if (!values.has(key) && value !== undefined && value !== null) added.set(key, value);
  };
  add('mlflow.spanInputs', findFirst(values, INPUTS));
  add('mlflow.spanOutputs', findFirst(values, OUTPUTS));
  if (facts.tokens !== null) add(USAGE, toMlflowUsage(facts.tokens));
  add('mlflow.llm.model', facts.model);
  add('mlflow.llm.provider', facts.provider);
  const type = findSpanType(values);
  const isUntyped = ['UNKNOWN', undefined].includes(toText(values.get('mlflow.spanType')));
  if (isUntyped && type !== undefined) added.set('mlflow.spanType', type);
  return [
    ...attributes.filter(({ key }) => !added.has(key)),
    ...[...added].map(([key, value]) => ({ key, value: anyValue(value) })),
  ];
}

function findSpanType(values: Values): string | undefined {
  return Object.entries(SPAN_TYPES)
    .map(([key, types]) => new Map(Object.entries(types)).get(String(values.get(key))))
    .find((type) => type !== undefined);
}

/** Usage as MLflow's clients write and read it. */
export function toMlflowUsage(tokens: SpanTokens): Record<string, number> {
  return {
    input_tokens: tokens.inputTokens,
    output_tokens: tokens.outputTokens,
    total_tokens: tokens.inputTokens + tokens.outputTokens,
    ...(tokens.cacheReadTokens > 0 ? { cache_read_input_tokens: tokens.cacheReadTokens } : {}),
    ...(tokens.cacheWriteTokens + tokens.cacheWrite1hTokens > 0
      ? { cache_creation_input_tokens: tokens.cacheWriteTokens + tokens.cacheWrite1hTokens }
      : {}),
    ...(tokens.cacheWrite1hTokens > 0 ? { cache_creation_input_tokens_above_1hr: tokens.cacheWrite1hTokens } : {}),
  };
}

function indexAttributes(attributes: readonly Attribute[]): Values {
  return new Map(attributes.map(({ key, value }) => [key, toPlainValue(value)]));
}

function readTokens(values: Values): SpanTokens | null {
  const own = parseObject(values.get(USAGE));
  const input = count(own?.get('input_tokens')) ?? count(findFirst(values, INPUT));
  const output = count(own?.get('output_tokens')) ?? count(findFirst(values, OUTPUT));
  if (input === null && output === null) return null;
  const cacheRead = count(own?.get('cache_read_input_tokens')) ?? count(findFirst(values, CACHE_READ)) ?? 0;
  const written = count(own?.get('cache_creation_input_tokens')) ?? count(findFirst(values, CACHE_WRITE)) ?? 0;
  const forAnHour = Math.min(count(own?.get('cache_creation_input_tokens_above_1hr')) ?? 0, written);
  const isLeftOut = cacheRead + written > (input ?? 0);
  return {
    inputTokens: (input ?? 0) + (isLeftOut ? cacheRead + written : 0),
    outputTokens: output ?? 0,
    cacheReadTokens: cacheRead,
    cacheWriteTokens: written - forAnHour,
    cacheWrite1hTokens: forAnHour,
  };
}

function findFirst(values: Values, keys: readonly string[]): unknown {
  return keys.map((key) => values.get(key)).find((value) => value !== undefined && value !== null);
}

/** Counts above this are no counts of one request. */
const LARGEST_COUNT = 1_000_000_000_000;

function count(value: unknown): number | null {
  const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 && number <= LARGEST_COUNT
    ? number
    : null;
}

function readName(values: Values, keys: readonly string[], limit: number): string | null {
  const name = toText(findFirst(values, keys))?.trim() ?? '';
  return name === '' ? null : name.slice(0, limit);
}

function toText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** MLflow's usage is an object, or the JSON text of one. */
function parseObject(value: unknown): Values | null {
  const parsed = typeof value === 'string' ? tryJson(value) : value;
  return typeof parsed === 'object' && parsed !== null ? new Map(Object.entries(parsed)) : null;
}

export function tryJson(text: string): unknown {
  try {
    return parseBoundedJson(text);
  } catch {
    return undefined;
  }
}
