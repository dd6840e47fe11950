import { describe, expect, it } from 'vitest';
import { parseBodyFields, parseQueryFields } from './fields.ts';

describe('fields of a message', () => {
  it('takes null for unset, numbers as text, and JSON that is a JSON string', () => {
    const fields = parseBodyFields(JSON.stringify('{"a": null, "n": "17", "f": "NaN", "b": true, "list": ["x"]}'));
    expect([fields.text('a'), fields.has('a'), fields.integer('n'), fields.flag('b')]).toEqual([
      undefined,
      false,
      17,
      true,
    ]);
    expect(fields.requiredDouble('f')).toBeNaN();
    expect(fields.texts('list')).toEqual(['x']);
    expect(parseBodyFields('').texts('list')).toEqual([]);
  });

  it('takes a field by its camelCase name, and what Python writes for doubles', () => {
    const fields = parseBodyFields(
      '{"experimentId": "4", "value": NaN, "low": -Infinity, "text": "NaN, \\"Infinity\\""}',
    );
    expect(fields.text('experiment_id')).toBe('4');
    expect([fields.requiredDouble('value'), fields.requiredDouble('low')]).toEqual([Number.NaN, -Infinity]);
    expect(fields.text('text')).toBe('NaN, "Infinity"');
    expect(() => parseBodyFields('{"value": NaNs}')).toThrow('not valid JSON');
  });

  it('takes Python’s spelling of a flag in a query, and only true and false in a body', () => {
    expect([parseQueryFields({ b: 'True' }).flag('b'), parseBodyFields('{"b": false}').flag('b')]).toEqual([
      true,
      false,
    ]);
    expect(() => parseBodyFields('{"b": "True"}').flag('b')).toThrow("for parameter 'b' supplied");
  });

  it('refuses half of a surrogate pair, which PostgreSQL cannot keep', () => {
    expect(() => parseBodyFields('{"a": "\\ud800"}').text('a')).toThrow("for parameter 'a' supplied");
    expect(parseBodyFields('{"a": "\\ud83d\\ude00"}').text('a')).toBe('😀');
  });

  it('takes one query value for a list of one', () => {
    expect(parseQueryFields({ ids: 'a' }).texts('ids')).toEqual(['a']);
    expect(parseQueryFields({ ids: ['a', 'b'] }).texts('ids')).toEqual(['a', 'b']);
  });

  it.each([
    [{}, "Missing value for required parameter 'id'."],
    [{ id: null }, "Missing value for required parameter 'id'."],
    [{ id: '' }, "Missing value for required parameter 'id'."],
    [{ id: 9 }, "Invalid value 9 for parameter 'id' supplied:  Hint: Value was of type 'int'."],
    [{ id: 'a\0b' }, 'Invalid value "a\\u0000b" for parameter \'id\' supplied:'],
    [{ id: true }, "Invalid value true for parameter 'id' supplied:  Hint: Value was of type 'bool'."],
    [{ id: ['ü'] }, "Invalid value [\"\\u00fc\"] for parameter 'id' supplied:  Hint: Value was of type 'list'."],
    [{ id: { b: 1, a: {} } }, 'Invalid value {"a":{},"b":1} for parameter \'id\' supplied:'],
  ])('says what is wrong with %j in MLflow’s words', (message, text) => {
    expect(() => parseBodyFields(JSON.stringify(message)).requiredText('id')).toThrow(text);
  });

  it('shows a number as it was written', () => {
    expect(() => parseBodyFields('{"id": 9.0}').text('id')).toThrow("Invalid value 9.0 for parameter 'id' supplied");
    expect(() => parseBodyFields('{"id": 1e400}').text('id')).toThrow('Invalid value 1e400');
  });

  it('names the place of a nested value', () => {
    const body = parseBodyFields('{"metrics": [{"timestamp": 1}, {"timestamp": 2.5}, {}]}');
    const [, second, third] = body.messages('metrics');
    expect(() => second?.requiredInteger('timestamp')).toThrow(
      "Invalid value 2.5 for parameter 'metrics[1].timestamp'",
    );
    expect(() => third?.requiredInteger('timestamp')).toThrow("required parameter 'metrics[2].timestamp'");
    expect(() => parseBodyFields('{"metrics": "foo"}').messages('metrics')).toThrow(
      'Invalid value "foo" for parameter \'metrics\'',
    );
    expect(() => parseBodyFields('{"metrics": [1]}').messages('metrics')).toThrow("parameter 'metrics'");
  });

  it('reads an enum by name and by number', () => {
    const names = ['ONE', 'TWO'] as const;
    expect(parseBodyFields('{"e": "TWO"}').choice('e', names)).toBe('TWO');
    expect(parseBodyFields('{"e": 2}').choice('e', names)).toBe('TWO');
    expect(() => parseBodyFields('{"e": 3}').choice('e', names)).toThrow('Invalid value 3');
    expect(() => parseBodyFields('{"e": "three"}').choice('e', names)).toThrow('Invalid value "three"');
  });

  it.each(['{', '[1]', '17', '"[]"', '"{"'])('refuses the body %j', (body) => {
    expect(() => parseBodyFields(body)).toThrow(expect.objectContaining({ errorCode: 'INVALID_PARAMETER_VALUE' }));
  });

  it('does not take inherited names for fields', () => {
    expect(parseBodyFields('{}').has('constructor')).toBe(false);
  });
});
