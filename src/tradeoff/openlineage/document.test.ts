import { describe, expect, it } from 'vitest';
import { buildEventDocument, type EventFacts, toRunUuid } from './document.ts';
import { OpenLineageEvent } from './schema.ts';

const names = { producer: 'urn:steelyard:server:1', namespace: 'steelyard' };
const facts: EventFacts = {
  eventType: 'COMPLETE',
  eventTime: '2026-10-02T01:00:00.000Z',
  run: { runId: '0'.repeat(32), runName: 'r', experimentName: 'e', status: 'FINISHED', startTime: 0, endTime: 1 },
  parent: null,
  cost: null,
  datasets: [],
  modelsRead: [],
  modelsLogged: [],
  versions: [],
};
const dataset = (source: string, schema: string | null = null) => ({
  ...{ datasetId: 'd', name: 'clicks', digest: 'abc', sourceType: 's3', source, schema },
});
const buildInput = (source: string, schema?: string) =>
  OpenLineageEvent.parse(buildEventDocument({ ...facts, datasets: [dataset(source, schema)] }, names)).inputs[0];

it('names the run that a step is nested in, by the standard facet', () => {
  const parent = { ...facts.run, runId: '1'.repeat(32), experimentName: 'training' };
  const document = OpenLineageEvent.parse(buildEventDocument({ ...facts, parent }, names));
  expect(document.run.facets.parent).toEqual({
    _producer: names.producer,
    _schemaURL: 'https://openlineage.io/spec/facets/1-1-0/ParentRunFacet.json#/$defs/ParentRunFacet',
    run: { runId: '11111111-1111-1111-1111-111111111111' },
    job: { namespace: 'steelyard', name: 'training' },
  });
});

describe('an OpenLineage document', () => {
  it.each([
    ['{"uri":"s3://bucket/a/b.parquet"}', 's3://bucket', 'a/b.parquet'],
    ['{"url":"https://host:8080/x?y=1"}', 'https://host:8080', 'x'],
    ['s3://bucket/key', 's3://bucket', 'key'],
    ['{"uri":"/local/file.csv"}', 'steelyard', 'datasets/clicks'],
    ['not json', 'steelyard', 'datasets/clicks'],
    ['{"uri":"s3://bucket"}', 'steelyard', 'datasets/clicks'],
    ['{"uri":7}', 'steelyard', 'datasets/clicks'],
  ])('names the dataset of %s', (source, namespace, name) => {
    expect(buildInput(source)).toMatchObject({ namespace, name, facets: { version: { datasetVersion: 'abc' } } });
  });

  it.each([
    [
      '{"mlflow_colspec":[{"name":"a","type":"double"},{"type":"long"}]}',
      [
        { name: 'a', type: 'double' },
        { name: '1', type: 'long' },
      ],
    ],
    ['{"mlflow_tensorspec":{}}', undefined],
    ['broken {', undefined],
    ['[]', undefined],
  ])('says the columns of %s', (schema, fields) => {
    expect(buildInput('{}', schema)?.facets.schema?.fields).toEqual(fields);
  });

  it('has a UUID for any run id: its own where it is one, the same hash for the same text otherwise', () => {
    expect(toRunUuid('0123456789abcdef0123456789abcdef')).toBe('01234567-89ab-cdef-0123-456789abcdef');
    expect(toRunUuid('my-run')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(toRunUuid('my-run')).toBe(toRunUuid('my-run'));
    expect(toRunUuid('my-run')).not.toBe(toRunUuid('my-run2'));
  });
});
