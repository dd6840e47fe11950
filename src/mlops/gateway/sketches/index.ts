export { createDdSketch, type DdSketch, ddSketchOf, type SketchState } from './dd-sketch.ts';
