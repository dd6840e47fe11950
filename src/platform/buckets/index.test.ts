import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';

/** Counts, in a separate process, the SDK modules of the clouds that the given imports load. */
function sdkModulesAfter(code: string): number {
  const script = `
    import { registerHooks } from 'node:module';
    let count = 0;
    registerHooks({ load(url, context, next) {
      if (/node_modules\\/@(aws-sdk|azure|smithy)\\//.test(url)) count += 1;
      return next(url, context);
    } });
    ${code}
    console.log(count);`;
  const url = new URL('.', import.meta.url);
  return Number(execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: url, encoding: 'utf8' }));
}

describe('the SDKs of the clouds', () => {
  it('are not loaded for a folder', () => {
    const folder = "await (await import('./index.ts')).openBucket({ type: 'folder', path: '.' });";
    expect(sdkModulesAfter(folder)).toBe(0);
  });

  it('are loaded for the bucket that needs them', () => {
    const s3 = "await (await import('./index.ts')).openBucket({ type: 's3', bucket: 'b' });";
    expect(sdkModulesAfter(s3)).toBeGreaterThan(10);
  });
});
