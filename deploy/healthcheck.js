// Exit code 0 while the server of this container answers. Its file names a loopback address without TLS, on any port.
import { readFileSync } from 'node:fs';

const { url } = JSON.parse(readFileSync(`${process.env.STEELYARD_DATA}/server.json`, 'utf8'));
const answer = await fetch(`${url}/health`, { signal: AbortSignal.timeout(4_000) });
if (!answer.ok) throw new Error(`GET /health answered ${answer.status}`);
