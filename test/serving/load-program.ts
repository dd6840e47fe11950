import { Agent, request } from 'node:http';

/**
 * Sends requests to an endpoint without a pause over several connections until SIGTERM; then prints their number, by
 * status and version.
 */
const [, , url = '', connections = '4'] = process.argv;
const agent = new Agent({ keepAlive: true, maxSockets: Number(connections) });
const body = JSON.stringify({ inputs: [[1, 1]] });
const seen: Record<string, number> = {};
let isOver = false;
process.once('SIGTERM', () => {
  isOver = true;
});

function ask(): Promise<string> {
  return new Promise((resolve) => {
    const headers = { 'content-type': 'application/json', 'content-length': body.length };
    const asking = request(`${url}/invocations`, { method: 'POST', agent, headers }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      answer.once('error', (error) => resolve(`torn ${error.message}`));
      answer.once('end', () =>
        resolve(`${answer.statusCode} ${answer.statusCode === 200 ? text : text.slice(0, 200)}`),
      );
    });
    asking.once('error', (error) => resolve(`dropped ${error.message}`));
    asking.end(body);
  });
}

async function keepAsking(): Promise<void> {
  while (!isOver) {
    const answer = await ask();
    seen[answer] = (seen[answer] ?? 0) + 1;
    // The parent process waits for the first answers.
    if (seen[answer] === 1) process.stderr.write(`${answer}\n`);
  }
}

await Promise.all(Array.from({ length: Number(connections) }, keepAsking));
console.log(JSON.stringify(seen));
agent.destroy();
