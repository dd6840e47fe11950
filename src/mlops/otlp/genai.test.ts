import { describe, expect, it } from 'vitest';
import { addMlflowNames, readGenAiFacts } from './genai.ts';
import { type Attribute, anyValue } from './otlp-span.ts';
import { buildPreview } from './preview.ts';
import { isSecretKey, redactNamed, redactText } from './redaction.ts';

const attributes = (values: Readonly<Record<string, unknown>>): Attribute[] =>
  Object.entries(values).map(([key, value]) => ({ key, value: anyValue(value) }));

describe('what a span says of its model', () => {
  it.each([
    [
      'OpenTelemetry',
      {
        'gen_ai.provider.name': 'openai',
        'gen_ai.request.model': 'gpt-4o',
        'gen_ai.response.model': 'gpt-4o-2024-08-06',
        'gen_ai.usage.input_tokens': 100,
        'gen_ai.usage.output_tokens': 20,
        'gen_ai.usage.cache_read.input_tokens': 60,
      },
      { model: 'gpt-4o-2024-08-06', provider: 'openai', input: 100, output: 20, read: 60, write: 0, hour: 0 },
    ],
    [
      'MLflow, before all others',
      {
        'mlflow.llm.model': 'claude-sonnet-4-5',
        'mlflow.llm.provider': 'anthropic',
        'mlflow.chat.tokenUsage': {
          input_tokens: 50,
          output_tokens: 5,
          cache_creation_input_tokens: 30,
          cache_creation_input_tokens_above_1hr: 10,
        },
        'gen_ai.usage.input_tokens': 1,
      },
      { model: 'claude-sonnet-4-5', provider: 'anthropic', input: 50, output: 5, read: 0, write: 20, hour: 10 },
    ],
    [
      'MLflow as the text of JSON',
      { 'mlflow.chat.tokenUsage': '{"input_tokens": 3, "output_tokens": 4}' },
      { model: null, provider: null, input: 3, output: 4, read: 0, write: 0, hour: 0 },
    ],
    [
      'reports that leave the cached tokens out of the input',
      { 'gen_ai.usage.input_tokens': 10, 'gen_ai.usage.cache_read_input_tokens': 90 },
      { model: null, provider: null, input: 100, output: 0, read: 90, write: 0, hour: 0 },
    ],
    [
      'OpenInference',
      { 'llm.model_name': 'gpt-4o', 'llm.token_count.prompt': 7, 'llm.token_count.completion': 2 },
      { model: 'gpt-4o', provider: null, input: 7, output: 2, read: 0, write: 0, hour: 0 },
    ],
  ])('is read in the names of %s', (_names, values, expected) => {
    const { model, provider, tokens } = readGenAiFacts(attributes(values));
    expect({
      model,
      provider,
      input: tokens?.inputTokens,
      output: tokens?.outputTokens,
      read: tokens?.cacheReadTokens,
      write: tokens?.cacheWriteTokens,
      hour: tokens?.cacheWrite1hTokens,
    }).toEqual(expected);
  });

  it.each([
    {},
    { 'gen_ai.usage.input_tokens': -1 },
    { 'gen_ai.usage.input_tokens': 'many' },
    { 'mlflow.chat.tokenUsage': 'x' },
  ])('is no usage in %o', (values) => expect(readGenAiFacts(attributes(values)).tokens).toBeNull());

  it('has the inputs and outputs of Traceloop', () => {
    const given = attributes({ 'traceloop.entity.input': 'in', 'traceloop.entity.output': 'out' });
    expect(addMlflowNames(given, readGenAiFacts(given)).slice(2)).toEqual(
      attributes({ 'mlflow.spanInputs': 'in', 'mlflow.spanOutputs': 'out' }),
    );
  });

  it('is added in the names that MLflow’s clients read', () => {
    const given = attributes({
      'gen_ai.operation.name': 'chat',
      'gen_ai.request.model': 'gpt-4o',
      'gen_ai.usage.input_tokens': 2,
      'gen_ai.input.messages': '[]',
      'mlflow.spanType': 'UNKNOWN',
    });
    expect(addMlflowNames(given, readGenAiFacts(given)).slice(4)).toEqual(
      attributes({
        'mlflow.spanInputs': '[]',
        'mlflow.chat.tokenUsage': { input_tokens: 2, output_tokens: 0, total_tokens: 2 },
        'mlflow.llm.model': 'gpt-4o',
        'mlflow.spanType': 'CHAT_MODEL',
      }),
    );
  });
});

describe('the type of a span', () => {
  it.each([
    ['openinference.span.kind', 'RETRIEVER', 'RETRIEVER'],
    ['traceloop.span.kind', 'tool', 'TOOL'],
    ['gen_ai.operation.name', 'chat', 'CHAT_MODEL'],
    ['traceloop.span.kind', 'constructor', undefined],
  ])('is read from %s %s', (key, value, expected) => {
    const given = attributes({ [key]: value });
    const [added] = addMlflowNames(given, readGenAiFacts(given)).filter(
      (attribute) => attribute.key === 'mlflow.spanType',
    );
    expect(added?.value).toEqual(expected === undefined ? undefined : anyValue(expected));
  });

  it('stays as it is where the span says it in MLflow’s own name', () => {
    const given = attributes({ 'mlflow.spanType': 'AGENT', 'openinference.span.kind': 'LLM' });
    expect(addMlflowNames(given, readGenAiFacts(given))).toEqual(given);
  });
});

describe('a preview', () => {
  it.each([
    [
      {
        messages: [
          { role: 'user', content: 'Hi' },
          { role: 'assistant', content: 'Yes?' },
        ],
      },
      'user',
      'Hi',
    ],
    ['{"choices":[{"message":{"role":"assistant","content":"Hello"}}]}', 'assistant', 'Hello'],
    [{ input: [{ role: 'user', content: [{ type: 'text', text: 'parts' }] }] }, 'user', 'parts'],
    [{ q: 1 }, 'user', '{"q":1}'],
    ['plain', 'user', 'plain'],
    [null, 'user', null],
    ['x'.repeat(1001), 'user', `${'x'.repeat(997)}...`],
  ] as const)('of %o', (value, role, expected) => expect(buildPreview(value, role)).toBe(expected));
});

describe('credentials', () => {
  it.each([
    'api_key',
    'llm.openai.api_key',
    'Authorization',
    'x-api-key',
    'DB_PASSWORD',
    'aws.secret_access_key',
    'token',
  ])('are what the key %s holds', (key) => expect(isSecretKey(key)).toBe(true));

  it.each([
    'gen_ai.usage.input_tokens',
    'max_tokens',
    'mlflow.chat.tokenUsage',
    'tokens',
    'keyword',
    'http.route',
    'author',
  ])('are not what the key %s holds', (key) => expect(isSecretKey(key)).toBe(false));

  it.each([
    ['key sk-ant-api03-0123456789abcdefghij end', 'key [redacted] end'],
    ['AKIAIOSFODNN7EXAMPLE', '[redacted]'],
    ['Authorization: Bearer abcdefghijklmnopqrst', 'Authorization: [redacted]'],
    ['postgres://app:hunter22@db/x', 'postgres://app:[redacted]@db/x'],
    ['{"api_key": "abc", "model": "gpt-4o"}', '{"api_key": "[redacted]", "model": "gpt-4o"}'],
    ["{'client_secret': 'abc'}", "{'client_secret': '[redacted]'}"],
    ['https://example.org:8080/path?q=1', 'https://example.org:8080/path?q=1'],
    ['task-force-of-many-people', 'task-force-of-many-people'],
  ])('are taken out of %s', (text, expected) => expect(redactText(text)).toBe(expected));

  it('take no long time to look for in any text', () => {
    const texts = ['eyJ', 'sk-', '://a:', '"a_', 'Bearer ', '-----BEGIN PRIVATE KEY-----', '"api_key": "'];
    const before = performance.now();
    for (const text of texts) redactNamed('x', text.repeat(1_000_000 / text.length));
    expect(performance.now() - before).toBeLessThan(20_000);
  });
});
