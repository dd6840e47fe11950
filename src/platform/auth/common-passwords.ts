import { AppError } from '../errors/index.ts';

/** Words of the most common passwords, in lower case without digits and signs. */
const COMMON_WORDS: readonly string[] = (
  'password passwort passphrase passcode passwd pass contrasena motdepasse senha parola wachtwoord ' +
  'admin administrator root user username guest login signin logon access secret private default test testing tester demo temp ' +
  'temporary changeme change letmein welcome hello hallo hola bonjour enter open sesame whatever nothing something trustno ' +
  'steelyard mlflow server database postgres oracle docker kubernetes computer internet google facebook linkedin microsoft ' +
  'windows apple samsung company office work ' +
  'iloveyou loveyou lovely love forever babygirl baby angel sunshine princess prince flower butterfly honey sweet sugar cookie ' +
  'chocolate cheese banana orange cherry pepper ginger coffee summer winter spring autumn january february march april june july ' +
  'august september october november december monday tuesday wednesday thursday friday saturday sunday ' +
  'monkey dragon tiger lion eagle falcon wolf shark panther horse pony kitty kitten puppy donald mickey snoopy pokemon pikachu ' +
  'superman batman spiderman ironman wonderwoman starwars matrix hunter ranger killer master shadow ninja pirate wizard phoenix ' +
  'football baseball basketball softball hockey soccer tennis golf liverpool chelsea arsenal barcelona juventus yankees ' +
  'michael jordan jennifer jessica ashley amanda daniel andrew joshua matthew robert thomas charlie george maggie nicole michelle ' +
  'freedom liberty america england london berlin paris mustang ferrari porsche mercedes corvette harley yamaha ' +
  'qwerty qwertz azerty asdf zxcv qazwsx abcdef abc'
)
  .split(' ')
  .toSorted((one, other) => other.length - one.length);

const ROWS = [
  '1234567890',
  'qwertyuiop',
  'qwertzuiop',
  'azertyuiop',
  'asdfghjkl',
  'zxcvbnm',
  'abcdefghijklmnopqrstuvwxyz',
];
const RUNS = ROWS.flatMap((row) => [row, [...row].reverse().join('')]);
const SHORTEST_RUN = 3;
const SHORTEST_NAME = 3;
/** Characters that must be left when all that is easily guessed is taken out. */
const FEWEST_LEFT = 5;

const LETTERS: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
  '!': 'i',
};

/**
 * Refuses passwords that guessing tries first: common words with digits or signs, repeated characters, sequences, rows of the keyboard, years
 * and the name of the account, alone or joined. Error: `password_too_common`.
 */
export function checkPasswordStrength(password: string, account: string): void {
  if (!isCommonPassword(password, account)) return;
  const detail =
    'The password is too common: a common word, a sequence, repeated characters or the name of the account. Choose another.';
  throw new AppError('password_too_common', detail, { account });
}

/** Example: `isCommonPassword('Password1234', 'ada')` is true; `isCommonPassword('violet anchor 52 rivers', 'ada')` is false. */
export function isCommonPassword(password: string, account: string): boolean {
  const plain = password.normalize('NFKC').toLowerCase();
  const spelled = [...plain].map((character) => LETTERS[character] ?? character).join('');
  const names = account
    .toLowerCase()
    .split(/[._@-]/)
    .concat(account.toLowerCase());
  return [plain, spelled].some((text) => removeKnownParts(text, names).length < FEWEST_LEFT || isRepetition(text));
}

/** The rest of a password without its guessable parts and the signs between them. */
function removeKnownParts(text: string, names: readonly string[]): string {
  let rest = text;
  for (const name of names) if (name.length >= SHORTEST_NAME) rest = rest.replaceAll(name, ' ');
  for (const word of COMMON_WORDS) rest = rest.replaceAll(word, ' ');
  rest = removeRuns(rest)
    .replaceAll(/(19|20)\d\d/g, ' ')
    .replaceAll(/(.)\1{2,}/gu, ' ');
  return rest.replaceAll(/[^\p{L}\p{N}]/gu, '');
}

/** Without neighbours of the alphabet, of digits and of the keyboard. */
function removeRuns(text: string): string {
  let rest = '';
  for (let at = 0; at < text.length; ) {
    const length = measureRun(text, at);
    rest += length >= SHORTEST_RUN ? ' ' : text.slice(at, at + 1);
    at += length >= SHORTEST_RUN ? length : 1;
  }
  return rest;
}

function measureRun(text: string, at: number): number {
  let length = 1;
  for (const row of RUNS) {
    const from = row.indexOf(text.charAt(at));
    if (from < 0) continue;
    let same = 1;
    while (same < text.length - at && text.charAt(at + same) === row.charAt((from + same) % row.length)) same += 1;
    length = Math.max(length, same);
  }
  return length;
}

/** Whether a text is a short unit over and over: `abababababab`. */
function isRepetition(text: string): boolean {
  return [1, 2, 3, 4].some((length) =>
    [...text].every((character, at, all) => at < length || character === all[at - length]),
  );
}
