export { type Code, type CodeStore, createCodeStore, NO_CODE, readCodeFile } from './code.ts';
export { readTextInside } from './inside.ts';
export { createTrees, hashTree, TreeFile, type Trees } from './trees.ts';
