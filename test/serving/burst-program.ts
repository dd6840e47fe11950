import { request } from 'node:http';

/**
 * Sends `count` concurrent requests to an endpoint; prints their number by status and answer, and the longest time in
 * milliseconds.
 */
const [, , url = '', count = '1'] = process.argv;
const body = JSON.stringify({ inputs: [[1, 1]] });

function ask(): Promise<string> {
  return new Promise((resolve) => {
    const headers = { 'content-type': 'application/json', 'content-length': body.length };
    const asking = request(`${url}/invocations`, { method: 'POST', agent: false, headers }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      answer.once('error', (error) => resolve(`torn ${error.message}`));
      answer.once('end', () => resolve(`${answer.statusCode} ${text.slice(0, 200)}`));
    });
    asking.once('error', (error) => resolve(`dropped ${error.message}`));
    asking.end(body);
  });
}

const since = Date.now();
const seen: Record<string, number> = {};
for (const answer of await Promise.all(Array.from({ length: Number(count) }, ask))) {
  seen[answer] = (seen[answer] ?? 0) + 1;
}
console.log(JSON.stringify({ seen, tookMs: Date.now() - since }));
