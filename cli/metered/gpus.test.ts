import { describe, expect, it } from 'vitest';
import { visibleGpus } from './gpus.ts';

describe('GPUs that CUDA shows a command', () => {
  it.each([
    [undefined, null],
    ['', []],
    ['-1', []],
    ['0', ['0']],
    ['2, 0', ['2', '0']],
    ['GPU-8932f937,GPU-1', ['GPU-8932f937', 'GPU-1']],
    ['1,-1,2', ['1']],
  ])('%j are %j', (variable, gpus) => {
    expect(visibleGpus(variable)).toEqual(gpus);
  });
});
