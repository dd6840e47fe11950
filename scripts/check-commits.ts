import { findSubjectFaults } from './language/commits.ts';
import { git } from './language/files.ts';

/**
 * Checks the subjects of commits: length, conventional type, and the word list of the language gate. Merges are skipped.
 *
 *     node scripts/check-commits.ts main..HEAD
 */
const [range = 'main..HEAD'] = process.argv.slice(2);

const commits = git('log', '--no-merges', '--format=%h %s', range)
  .split('\n')
  .filter((line) => line !== '');
const faulty = commits.flatMap((commit) => {
  const subject = commit.slice(commit.indexOf(' ') + 1);
  const faults = findSubjectFaults(subject);
  return faults.length === 0 ? [] : [`${commit}\n${faults.map((fault) => `  ${fault}`).join('\n')}`];
});
for (const report of faulty) console.error(report);
console.log(`commits: ${commits.length} subjects in ${range}, ${faulty.length} to reword`);
if (faulty.length > 0) process.exit(1);
