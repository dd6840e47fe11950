export { type Code, type CodeStore, createCodeStore, fileOf, NO_CODE } from './code.ts';
export { textInside } from './inside.ts';
export { createTrees, TreeFile, type Trees, treeDigest } from './trees.ts';
