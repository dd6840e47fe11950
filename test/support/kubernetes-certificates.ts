import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Owner of a certificate: the user and the group that the apiserver reads from it. */
export interface Person {
  readonly name: string;
  readonly group: string;
}

export interface ClusterCertificates {
  /** Path of a file in the folder of certificates. */
  file(name: string): string;
}

/** A certificate authority, and the certificates of a cluster's servers. */
export function makeClusterCertificates(folder: string, address: string): ClusterCertificates {
  mkdirSync(folder, { recursive: true });
  const file = (name: string) => join(folder, name);
  openssl(
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-days',
    '2',
    '-subj',
    '/CN=kubernetes-of-tests',
    '-keyout',
    file('ca.key'),
    '-out',
    file('ca.crt'),
  );
  openssl(
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-days',
    '2',
    '-subj',
    '/CN=service-accounts',
    '-keyout',
    file('service-account.key'),
    '-out',
    file('service-account.crt'),
  );
  const names = `subjectAltName=DNS:localhost,DNS:kubernetes,IP:127.0.0.1,IP:10.230.0.1,IP:${address}`;
  sign(file, 'apiserver', { name: 'kube-apiserver', group: 'kubernetes' }, names);
  sign(file, 'kubelet', { name: 'kubelet', group: 'kubernetes' }, names);
  sign(file, 'apiserver-kubelet', { name: 'apiserver-kubelet', group: 'system:masters' });
  return { file };
}

/** Writes the kubeconfig of a user of the cluster, and returns its path. */
export function kubeconfigOf({ file }: ClusterCertificates, server: string, person: Person, namespace: string): string {
  const stem = `person-${person.name.replaceAll(':', '-')}`;
  sign(file, stem, person);
  const encoded = (name: string) => readFileSync(file(name)).toString('base64');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    clusters: [{ name: 'test', cluster: { server, 'certificate-authority-data': encoded('ca.crt') } }],
    users: [
      {
        name: 'test',
        user: {
          'client-certificate-data': encoded(`${stem}.crt`),
          'client-key-data': encoded(`${stem}.key`),
        },
      },
    ],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test', namespace } }],
  };
  writeFileSync(file(`${stem}.json`), JSON.stringify(config));
  return file(`${stem}.json`);
}

function sign(file: (name: string) => string, stem: string, { name, group }: Person, extension?: string): void {
  openssl(
    'req',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-subj',
    `/O=${group}/CN=${name}`,
    '-keyout',
    file(`${stem}.key`),
    '-out',
    file(`${stem}.csr`),
  );
  writeFileSync(file(`${stem}.ext`), extension ?? '');
  openssl(
    'x509',
    '-req',
    '-days',
    '2',
    '-in',
    file(`${stem}.csr`),
    '-CA',
    file('ca.crt'),
    '-CAkey',
    file('ca.key'),
    '-CAcreateserial',
    '-extfile',
    file(`${stem}.ext`),
    '-out',
    file(`${stem}.crt`),
  );
}

function openssl(...args: string[]): void {
  execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] });
}
