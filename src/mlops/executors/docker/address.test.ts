import { describe, expect, it } from 'vitest';
import { buildConnection } from './address.ts';

describe('the address of a Docker Engine', () => {
  it.each([
    ['unix:///var/run/docker.sock', { protocol: 'http', socketPath: '/var/run/docker.sock' }],
    ['tcp://127.0.0.1:2375', { protocol: 'http', host: '127.0.0.1', port: 2375 }],
    ['tcp://[::1]:2375', { protocol: 'http', host: '::1', port: 2375 }],
  ])('%s leads there', (address, connection) => {
    expect(buildConnection({ address, certificates: null })).toEqual(connection);
  });

  it('on another machine is refused without TLS', () => {
    const find = () => buildConnection({ address: 'tcp://10.0.0.1:2375', certificates: null });
    expect(find).toThrow(expect.objectContaining({ code: 'config_invalid' }));
  });

  it('with certificates that are not there says which', () => {
    const find = () => buildConnection({ address: 'tcp://10.0.0.1:2376', certificates: '/no/such/folder' });
    expect(find).toThrow(/\/no\/such\/folder\/ca\.pem/);
  });
});
