import { run } from "./runtime.ts";
import { GraphBuilder } from "../src/onnx/builder.ts";
const node = { op: "BatchNormalization", domain: "", name: "b", inputs: ["x","s","b","m","v"], outputs: ["y","rm","rv"], attributes: { training_mode: { int: 1 } } };
const f = (name: string, shape: number[]) => ({ name, type: "float32" as const, shape });
const graph = { name: "g", inputs: [f("x",[3,2]), f("s",[2]), f("b",[2]), f("m",[2]), f("v",[2])], outputs: [{name:"y",type:"float32" as const},{name:"rm",type:"float32" as const},{name:"rv",type:"float32" as const}], initializers: new Map(), nodes: [node] };
const v = (shape: number[], data: number[]) => ({ type: "float32" as const, shape, data });
try { console.log(await run(graph, { x: v([3,2],[1,2,3,4,5,9]), s: v([2],[1,1]), b: v([2],[0,0]), m: v([2],[0,0]), v: v([2],[1,1]) })); } catch (e) { console.log(String(e)); }
