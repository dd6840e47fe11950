export { type Break, followChain, GENESIS, hashLink, type Link, type LinkedRow } from './chain.ts';
export { type ChainReader, type Verification, verifyChain } from './verify.ts';
