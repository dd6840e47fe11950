import { type AppliedManifest, postApply } from '../src/platform/manifests/schema.ts';
import { command } from './frame/command.ts';
import type { Context } from './frame/context.ts';
import { table } from './output/table.ts';
import { findTextFiles, readTextFile } from './text-files.ts';

const applyCommand = command({
  path: ['apply'],
  summary: 'Apply YAML documents (teams, sources, prices, budgets, policies…), all or none',
  example: 'steelyard apply -f steelyard/ --dry-run\nsteelyard apply -f policies/recommender.yaml',
  needs: 'server',
  options: {
    file: {
      value: 'FILE|DIR',
      short: 'f',
      required: true,
      repeat: true,
      describe: 'A YAML file, or a folder with all .yaml and .yml files below it',
    },
    dryRun: { describe: 'Only show the changes; apply none' },
  },
  run: async (context, { file, dryRun }) => {
    const documents = findTextFiles(file, /\.ya?ml$/i, '.yaml or .yml file').map(readTextFile);
    const client = await context.client();
    const result = await client.call(postApply, { body: { documents, dryRun } });
    await context.answer(result, () => appliedText(result.applied, context));
    if (dryRun) await context.remark('Dry run: nothing was changed.');
    return 0;
  },
});

function appliedText(applied: readonly AppliedManifest[], { paint }: Context): string {
  return table(
    applied,
    [
      { title: 'KIND', cell: ({ kind }) => kind },
      { title: 'NAME', cell: ({ name }) => name },
      {
        title: 'OUTCOME',
        cell: ({ outcome }) => outcome,
        style: ({ outcome }) => (outcome === 'unchanged' ? paint.faint : paint.good),
      },
    ],
    paint,
  );
}

export const applyCommands = [applyCommand];
