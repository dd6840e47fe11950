import { describe, expect, it } from 'vitest';
import { checkArtifactLocation } from './artifact-uri.ts';

describe('the place of artifacts that a client names', () => {
  it.each([
    'mlflow-artifacts:/3',
    's3://bucket/a',
    'GS://bucket/a',
    'abfss://c@a.dfs.core.windows.net/x',
    '/mnt/a',
    'file:///mnt/a',
    'C:/a',
  ])('%s is taken', (location) => {
    expect(() => checkArtifactLocation(location)).not.toThrow();
  });

  it.each([
    'jar:file:///a.jar!/x',
    'gopher://h/x',
    'javascript:alert(1)',
    'data:text/plain,x',
    'http://h/x',
    'x-unknown:/a',
  ])('%s is refused', (location) => {
    expect(() => checkArtifactLocation(location)).toThrow(
      expect.objectContaining({ errorCode: 'INVALID_PARAMETER_VALUE' }),
    );
  });
});
