import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bindInputs, bindOutputs } from '../tensors/bind.ts';
import { toGiven, type UntypedTensor } from '../tensors/given.ts';
import {
  countElementBytes,
  countElements,
  type Datatype,
  datatypes,
  type ModelSpec,
  type NumericDatatype,
  parseBytes,
  type Tensor,
} from '../tensors/tensor.ts';
import type { Codec, ParsedRequest } from './codec.ts';
import { mlflowCodec } from './mlflow.ts';
import { kserveV1Codec, v1Codec } from './v1.ts';
import { buildBinaryRequest, v2Codec } from './v2.ts';

const JSON_HEADERS = { 'content-type': 'application/json' };
const FROM = { model: 'm', version: '1' };
const ALL: ParsedRequest = { given: [], table: false, answerAs: 'columns', id: null, wanted: null, binary: false };

function buildHeaders({ contentType, headers }: { contentType: string; headers?: Readonly<Record<string, string>> }) {
  return { ...headers, 'content-type': contentType };
}

/** Tensors of every type; of numbers, those that JSON can say. */
const shapes = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 });

function arbitraryTensor(name: string, type: Datatype): fc.Arbitrary<Tensor> {
  return shapes.chain((shape): fc.Arbitrary<Tensor> => {
    const count = countElements(shape);
    if (type === 'BYTES') {
      const text = fc
        .string()
        .filter((one) => !one.startsWith('\0'))
        .map((one) => new Uint8Array(Buffer.from(one)));
      return fc
        .array(text, { minLength: count, maxLength: count })
        .map((data) => ({ name, datatype: type, shape, data }));
    }
    return numbers(type, count).map((data) => ({ name, datatype: type, shape, data }));
  });
}

function numbers(datatype: NumericDatatype, count: number) {
  if (datatype === 'BOOL') return fc.uint8Array({ minLength: count, maxLength: count, max: 1 });
  const bytes = count * countElementBytes(datatype);
  const raw = fc.uint8Array({ minLength: bytes, maxLength: bytes });
  return raw.map((one) => parseBytes(datatype, one)).map((data) => withoutNaN(datatype, data));
}

/** Their own test is below. */
function withoutNaN(datatype: NumericDatatype, data: ReturnType<typeof parseBytes>): typeof data {
  if (datatype === 'FP16') return (data as Uint16Array).map((bits) => ((bits & 0x7c00) === 0x7c00 ? 0 : bits));
  if (data instanceof Float32Array || data instanceof Float64Array)
    return data.map((value) => (Number.isFinite(value) ? value : 0));
  return data;
}

const tensors: fc.Arbitrary<Tensor[]> = fc
  .array(fc.constantFrom(...datatypes), { minLength: 1, maxLength: 3 })
  .chain((types) => fc.tuple(...types.map((type, at) => arbitraryTensor(`t${at}`, type))));

const buildSpec = (all: readonly Tensor[]): ModelSpec => ({ layout: 'tensors', inputs: all, outputs: all });

/** All of them with the same number of rows. */
const aligned = tensors.map((all) => {
  const rows = Math.min(...all.map(({ shape }) => shape[0] ?? 0));
  return all.map((tensor): Tensor => {
    const shape = [rows, ...tensor.shape.slice(1)];
    return { ...tensor, shape, data: tensor.data.slice(0, countElements(shape)) };
  });
});

describe('what goes through a protocol', () => {
  const cases: readonly [string, Codec, typeof tensors][] = [
    ['v2', v2Codec, tensors],
    ['v1 by columns', v1Codec, tensors],
    ['KServe v1', kserveV1Codec, aligned],
    ['MLflow', mlflowCodec, tensors],
  ];

  it.each(cases)('as a request of %s comes out as it went in', (_name, codec, some) => {
    fc.assert(
      fc.property(some, (all) => {
        const body = codec.encodeRequest(all, buildSpec(all));
        const asked = codec.decodeRequest(Buffer.from(body.content), buildHeaders(body));
        expect(bindInputs(asked, buildSpec(all))).toEqual(all);
      }),
    );
  });

  it.each(cases)('as an answer of %s comes out as it went in', (_name, codec, some) => {
    fc.assert(
      fc.property(some, (all) => {
        const asked = {
          ...ALL,
          answerAs: codec === kserveV1Codec ? 'rows' : 'columns',
          given: all.map(toGiven),
        } as const;
        const body = codec.encodeResponse(all, asked, FROM);
        expect(bindOutputs(codec.decodeResponse(Buffer.from(body.content), buildHeaders(body)), all)).toEqual(all);
      }),
    );
  });

  it('as raw bytes of v2 comes out as it went in, NaN and all', () => {
    fc.assert(
      fc.property(tensors, (all) => {
        const body = buildBinaryRequest(all);
        const asked = v2Codec.decodeRequest(Buffer.from(body.content), buildHeaders(body));
        expect(bindInputs(asked, buildSpec(all))).toEqual(all);
        const answer = v2Codec.encodeResponse(all, asked, FROM);
        const back = v2Codec.decodeResponse(Buffer.from(answer.content), buildHeaders(answer));
        expect(bindOutputs(back, all)).toEqual(all);
      }),
    );
  });

  it('is never read in a way that throws anything but a problem', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
        for (const codec of [v2Codec, v1Codec, mlflowCodec]) {
          for (const read of [codec.decodeRequest, codec.decodeResponse]) {
            try {
              read(Buffer.from(text), JSON_HEADERS);
            } catch (error) {
              expect(error).toHaveProperty('kind');
            }
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});

const MATRIX: ModelSpec = {
  layout: 'tensors',
  inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 2] }],
  outputs: null,
};
const TABLE: ModelSpec = {
  layout: 'columns',
  inputs: [
    { name: 'age', datatype: 'INT64', shape: [-1] },
    { name: 'income', datatype: 'FP64', shape: [-1] },
  ],
  outputs: null,
};

function bound(codec: Codec, body: unknown, spec: ModelSpec, type = 'application/json') {
  const content = typeof body === 'string' ? body : JSON.stringify(body);
  return bindInputs(codec.decodeRequest(Buffer.from(content), { 'content-type': type }), spec);
}

const v2 = (tensor: object) => ({ inputs: [tensor] });
const matrix = [{ name: 'x', datatype: 'FP32', shape: [2, 2], data: Float32Array.from([1, 2, 3, 4]) }];
const columns = [
  { name: 'age', datatype: 'INT64', shape: [2], data: BigInt64Array.from([1n, 3n]) },
  { name: 'income', datatype: 'FP64', shape: [2], data: Float64Array.from([2, 4]) },
];

describe('inputs of a model', () => {
  it.each([
    [
      'MLflow inputs',
      mlflowCodec,
      {
        inputs: [
          [1, 2],
          [3, 4],
        ],
      },
    ],
    [
      'MLflow instances',
      mlflowCodec,
      {
        instances: [
          [1, 2],
          [3, 4],
        ],
      },
    ],
    [
      'MLflow named inputs',
      mlflowCodec,
      {
        inputs: {
          x: [
            [1, 2],
            [3, 4],
          ],
        },
      },
    ],
    [
      'a data frame, split',
      mlflowCodec,
      {
        dataframe_split: {
          columns: ['age', 'income'],
          data: [
            [1, 2],
            [3, 4],
          ],
        },
      },
    ],
    [
      'a data frame, as records',
      mlflowCodec,
      {
        dataframe_records: [
          { age: 1, income: 2 },
          { age: 3, income: 4 },
        ],
      },
    ],
    [
      'rows of TensorFlow Serving',
      v1Codec,
      {
        instances: [
          [1, 2],
          [3, 4],
        ],
      },
    ],
    ['named rows of TensorFlow Serving', v1Codec, { instances: [{ x: [1, 2] }, { x: [3, 4] }] }],
    [
      'columns of TensorFlow Serving',
      v1Codec,
      {
        inputs: [
          [1, 2],
          [3, 4],
        ],
      },
    ],
    ['v2, flat', v2Codec, v2({ name: 'x', shape: [2, 2], datatype: 'FP32', data: [1, 2, 3, 4] })],
    [
      'v2, nested',
      v2Codec,
      v2({
        name: 'x',
        shape: [2, 2],
        datatype: 'FP32',
        data: [
          [1, 2],
          [3, 4],
        ],
      }),
    ],
    ['v2 of another float type', v2Codec, v2({ name: 'x', shape: [2, 2], datatype: 'FP64', data: [1, 2, 3, 4] })],
  ])('are a matrix from %s', (_name, codec, body) => {
    expect(bound(codec, body, MATRIX)).toEqual(matrix);
  });

  it('are a matrix from CSV', () => {
    expect(bound(mlflowCodec, 'age,income\n1,2\n3,4\n', MATRIX, 'text/csv')).toEqual(matrix);
  });

  it.each([
    [
      'a matrix of MLflow',
      mlflowCodec,
      {
        inputs: [
          [1, 2],
          [3, 4],
        ],
      },
    ],
    [
      'a data frame in another order',
      mlflowCodec,
      {
        dataframe_split: {
          columns: ['income', 'age'],
          data: [
            [2, 1],
            [4, 3],
          ],
        },
      },
    ],
    ['a matrix of v2', v2Codec, v2({ name: 'any', shape: [2, 2], datatype: 'INT64', data: [1, 2, 3, 4] })],
    [
      'named rows of TensorFlow Serving',
      v1Codec,
      {
        instances: [
          { age: 1, income: 2 },
          { age: 3, income: 4 },
        ],
      },
    ],
  ])('are columns from %s', (_name, codec, body) => {
    expect(bound(codec, body, TABLE)).toEqual(columns);
  });

  it('keep whole numbers to the last digit', () => {
    const spec: ModelSpec = {
      layout: 'tensors',
      inputs: [{ name: 'id', datatype: 'INT64', shape: [-1] }],
      outputs: null,
    };
    const [tensor] = bound(v1Codec, '{"instances":[9007199254740993,-9223372036854775808]}', spec);
    expect(tensor?.data).toEqual(BigInt64Array.from([9007199254740993n, -9223372036854775808n]));
  });

  it('take NaN where the protocol has a word for it', () => {
    const [tensor] = bound(v1Codec, '{"instances":[[NaN,-Infinity]]}', MATRIX);
    expect(Array.from(tensor?.data as Float32Array)).toEqual([Number.NaN, Number.NEGATIVE_INFINITY]);
    const [missing] = bound(mlflowCodec, { dataframe_split: { columns: ['a', 'b'], data: [[null, 1]] } }, MATRIX);
    expect(Array.from(missing?.data as Float32Array)).toEqual([Number.NaN, 1]);
  });

  it.each<[string, Codec, unknown, ModelSpec, string]>([
    ['too few columns', mlflowCodec, { inputs: [[1], [2]] }, MATRIX, '"x" must have the shape [?, 2], not [2, 1].'],
    [
      'too many dimensions',
      v1Codec,
      { instances: [[[1, 2]]] },
      MATRIX,
      '"x" must have the shape [?, 2], not [1, 1, 2].',
    ],
    [
      'ragged lists',
      v1Codec,
      { instances: [[1, 2], [3]] },
      MATRIX,
      'The lists of a tensor must all have the same length and depth.',
    ],
    ['texts', v1Codec, { instances: [['a', 'b']] }, MATRIX, '"x" must be FP32; "a" is not.'],
    ['true', mlflowCodec, { inputs: [[true, false]] }, MATRIX, '"x" must be FP32; true is not.'],
    ['null', v1Codec, { instances: [[null, 1]] }, MATRIX, '"x" must be FP32; null is not.'],
    [
      'NaN for a whole number',
      mlflowCodec,
      '{"inputs": {"age": [NaN], "income": [1]}}',
      TABLE,
      '"age" must be INT64; NaN is not.',
    ],
    [
      'NaN in v2',
      v2Codec,
      '{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","data":[NaN,1]}]}',
      MATRIX,
      'The body is not JSON',
    ],
    [
      'a fraction for a whole number',
      mlflowCodec,
      { inputs: { age: [1.5], income: [1] } },
      TABLE,
      '"age" must be INT64; 1.5 is not.',
    ],
    [
      'a name that is not there',
      v2Codec,
      v2({ name: 'z', shape: [1, 2], datatype: 'FP32', data: [1, 2] }),
      MATRIX,
      'The model takes "x", not "z".',
    ],
    ['one input of two', v1Codec, { inputs: { age: [1] } }, TABLE, '"income" is missing.'],
    [
      'another number of elements',
      v2Codec,
      v2({ name: 'x', shape: [2, 2], datatype: 'FP32', data: [1, 2, 3] }),
      MATRIX,
      '"x" has 3 elements; its shape [2, 2] has 4.',
    ],
    [
      'an unknown type',
      v2Codec,
      v2({ name: 'x', shape: [1], datatype: 'FP8', data: [1] }),
      MATRIX,
      '"x" has the datatype "FP8"',
    ],
    [
      'a negative shape',
      v2Codec,
      v2({ name: 'x', shape: [-1], datatype: 'FP32', data: [] }),
      MATRIX,
      'non-negative integers',
    ],
    ['two ways at once', mlflowCodec, { inputs: [], instances: [] }, MATRIX, 'exactly one of'],
    ['a list for a body', mlflowCodec, [], MATRIX, 'The body must be a JSON object.'],
    [
      'parameters',
      mlflowCodec,
      { inputs: [[1, 2]], params: { n: 1 } },
      MATRIX,
      '"params" are not supported for this model',
    ],
    [
      'another signature',
      v1Codec,
      { instances: [], signature_name: 'other' },
      MATRIX,
      'The model has the signature "serving_default"',
    ],
  ])('that are %s are refused with what was expected', (_name, codec, body, spec, message) => {
    expect(() => bound(codec, body, spec)).toThrow(message);
  });

  it('that are a type of v2 which cannot hold them are refused', () => {
    const body = v2({ name: 'x', shape: [1], datatype: 'UINT8', data: [256] });
    expect(() => bound(v2Codec, body, MATRIX)).toThrow('"x" has 256, which is not a UINT8.');
  });

  it.each(['text/html', 'application/json; charset=latin1', 'application/json; profile=x', ''])(
    'by MLflow with the type "%s" are refused as its server does',
    (type) => {
      expect(() => bound(mlflowCodec, { inputs: [[1, 2]] }, MATRIX, type)).toThrow(
        expect.objectContaining({ status: 415 }),
      );
    },
  );
});

describe('answers', () => {
  const score: Tensor = { name: 'score', datatype: 'FP64', shape: [2, 1], data: Float64Array.from([1, Number.NaN]) };
  const label: Tensor = {
    name: 'label',
    datatype: 'BYTES',
    shape: [2],
    data: ['a', 'b'].map((one) => Buffer.from(one)),
  };
  const rows: ParsedRequest = { ...ALL, answerAs: 'rows', given: [{ name: 'x', shape: [2, 2], values: [] }] };
  const text = (codec: Codec, outputs: readonly Tensor[], asked = rows) =>
    String(codec.encodeResponse(outputs, asked, FROM).content);

  it('of one output are its rows, of several an object for each row', () => {
    expect(text(v1Codec, [score])).toBe('{"predictions":[[1],[NaN]]}');
    expect(text(v1Codec, [label, score])).toBe(
      '{"predictions":[{"label":"a","score":[1]},{"label":"b","score":[NaN]}]}',
    );
    expect(text(v1Codec, [label, score], ALL)).toBe('{"outputs":{"label":["a","b"],"score":[[1],[NaN]]}}');
    expect(text(mlflowCodec, [label, score])).toBe('{"predictions":{"label":["a","b"],"score":[[1],[NaN]]}}');
  });

  it('of v2 are those that were asked for, with null for NaN', () => {
    const wanted = new Map([['score', { binary: false }]]);
    const answer = JSON.parse(text(v2Codec, [label, score], { ...ALL, wanted, id: 'q' }));
    expect(answer).toEqual({
      model_name: 'm',
      model_version: '1',
      id: 'q',
      outputs: [{ name: 'score', datatype: 'FP64', shape: [2, 1], data: [1, null] }],
    });
    expect(() => text(v2Codec, [label], { ...ALL, wanted })).toThrow(
      'The model has no output "score"; it has "label".',
    );
  });

  it('of another number of rows than were asked for are nobody’s', () => {
    const short: Tensor = { ...score, shape: [1, 1], data: Float64Array.from([1]) };
    expect(() => text(v1Codec, [short])).toThrow(expect.objectContaining({ status: 502 }));
  });

  it.each<[string, Codec, unknown]>([
    ['nothing', mlflowCodec, {}],
    ['nothing', v1Codec, {}],
    ['nothing', v2Codec, {}],
    ['no JSON', mlflowCodec, '<html>'],
  ])('that hold %s are told from requests that do', (_what, codec, body) => {
    const content = typeof body === 'string' ? body : JSON.stringify(body);
    expect(() => codec.decodeResponse(Buffer.from(content), JSON_HEADERS)).toThrow(
      expect.objectContaining({ kind: expect.any(String) }),
    );
  });

  it('are believed where they are not what the signature says', () => {
    const given: UntypedTensor = { name: null, shape: [2], values: [0.5, 1] };
    const [tensor] = bindOutputs([given], [{ name: 'y', datatype: 'INT64', shape: [-1] }]);
    expect(tensor).toEqual({ name: 'y', datatype: 'FP64', shape: [2], data: Float64Array.from([0.5, 1]) });
  });
});
