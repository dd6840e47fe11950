import { listServers } from '../src/platform/servers/schema.ts';
import { command } from './frame/command.ts';
import { table } from './output/table.ts';

const listCommand = command({
  path: ['server', 'list'],
  summary: 'List the servers that share the store, with role, state and lease',
  example: 'steelyard server list --url https://steelyard.example.org',
  needs: 'server',
  run: async (context) => {
    const answer = await (await context.client()).call(listServers);
    await context.answer(answer, () =>
      table(
        answer.servers,
        [
          { title: 'SERVER', cell: ({ name }) => name ?? '(the only one)' },
          { title: 'STATE', cell: ({ state, holder }) => (state === 'takenOver' ? `taken over by ${holder}` : state) },
          { title: 'ROLES', cell: ({ roles }) => roles.join(', ') },
          { title: 'VERSION', cell: ({ version }) => version },
          { title: 'ADDRESS', cell: ({ url }) => url },
          { title: 'STARTED', cell: ({ startedAt }) => startedAt },
          { title: 'LEASE UNTIL', cell: ({ leaseUntil }) => leaseUntil },
        ],
        context.paint,
      ),
    );
  },
});

export const serverCommands = [listCommand];
