import { describe, expect, it } from 'vitest';
import { steelyard } from './testing.ts';

const DATABASE = 'postgresql://steelyard:secret@db.example.org/steelyard';
const SERVER = { STEELYARD_SERVER: 'a', STEELYARD_DATABASE: DATABASE };

describe('steelyard config check of one server of several', () => {
  it.each([
    [{ STEELYARD_SERVER: 'a' }, 'Setting "server" (environment): servers share a PostgreSQL store'],
    [
      { ...SERVER, STEELYARD_PREDICTION_FSYNC: 'interval' },
      'Setting "predictionFsync" (environment): "always" with "server"',
    ],
    [
      { STEELYARD_ROLES: 'gateway' },
      'Setting "roles" (environment): the only server of a data folder needs all of them',
    ],
    [
      { ...SERVER, STEELYARD_ROLES: 'worker' },
      'Setting "publicUrl" (default): required for the role "worker" without "api"',
    ],
    [
      { ...SERVER, STEELYARD_ROLES: 'gatway' },
      'Setting "roles" (environment): "api", "gateway" and "worker", comma-separated',
    ],
  ])('refuses %j and names the setting', async (environment, sentence) => {
    const { code, err } = await steelyard(['config', 'check'], environment);
    expect([code, err]).toEqual([2, expect.stringContaining(sentence)]);
  });

  it('warns of what is shared in part, and hides the password of the store', async () => {
    const { code, out, err } = await steelyard(['config', 'check'], { ...SERVER, STEELYARD_PROCESS_EXECUTOR: 'on' });
    expect(code).toBe(0);
    expect(err).toContain('objects: artifacts are in the data folder, which must be one volume on every server.');
    expect(err).toContain('processExecutor: processes run on the machine of one server');
    expect(out).not.toContain('secret');
  });
});
