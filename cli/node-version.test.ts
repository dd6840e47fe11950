import { describe, expect, it } from 'vitest';
import { nodeRefusal } from './node-version.ts';

describe('the age of Node', () => {
  it.each(['v22.18.0', 'v22.21.1', 'v24.0.0', 'v100.0.0'])('accepts %s', (version) => {
    expect(nodeRefusal(version)).toBeNull();
  });

  it.each(['v18.20.8', 'v20.20.2', 'v22.17.1', 'v22.6.0'])('refuses %s and says what to do', (version) => {
    expect(nodeRefusal(version)).toMatchObject({
      code: 'node_too_old',
      detail: expect.stringContaining(`${version}; Steelyard needs 22.18`),
    });
  });
});
