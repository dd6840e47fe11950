import { randomInt } from 'node:crypto';

const ADJECTIVES = [
  'able amber brave bright calm clean clear crisp deft eager fair fleet fond frank gentle glad grand keen kind lively',
  'loyal lucid mellow merry neat nimble noble plain polite proud quick quiet rapid ready sharp shy smart steady swift wise',
].flatMap((line) => line.split(' '));

const NOUNS = [
  'ant auk bass bear bee boar calf carp cat cod colt crab crane crow deer dove duck eel elk fawn finch fox frog gnat goat',
  'goose hare hawk hen horse jay kite lark lynx mole moth mouse newt otter owl ox perch quail ram rat ray rook seal swan',
].flatMap((line) => line.split(' '));

/** Default name of an entity without a name: `steady-otter-417`. */
export function drawRandomName(): string {
  return `${ADJECTIVES[randomInt(ADJECTIVES.length)]}-${NOUNS[randomInt(NOUNS.length)]}-${randomInt(1000)}`;
}
