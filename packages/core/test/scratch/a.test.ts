import * as ort from "onnxruntime-node";
import { test, expect } from "vitest";
import { readFileSync } from "node:fs";
import { gunzip } from "../../src/data/formats/gzip.ts";
import { readIdx } from "../../src/data/formats/idx.ts";
import { dataset, takeRows } from "../../src/data/dataset.ts";
import { splitHalves } from "../../src/data/split.ts";
import { stream } from "../../src/random.ts";
import { fit } from "../../src/learners/fit.ts";
import { learners } from "../../src/learners/index.ts";
import { openModel } from "../../src/models/open.ts";
import { argMax } from "../../src/models/losses.ts";
import { runtimeFrom } from "../../src/models/runtime.ts";
const load=(i:string,l:string)=>{const d="/work/shared/data/mnist/"; const x=readIdx(gunzip(readFileSync(d+i))); const y=readIdx(gunzip(readFileSync(d+l))); return dataset({features:x, labels:Array.from(y.data as Uint8Array)} as any);};
test("fits", async()=>{
 const runtime=runtimeFrom(ort as any);
 const train=load("mnist89-train-images-idx3-ubyte.gz","mnist89-train-labels-idx1-ubyte.gz");
 const te=load("mnist89-t10k-images-idx3-ubyte.gz","mnist89-t10k-labels-idx1-ubyte.gz");
 console.log(train.features.shape, train.classNames, train.featureShape);
 let t0=Date.now();
 const [a]=splitHalves(train, stream(0,"s")); console.log("split", Date.now()-t0, a.length);
 const tr=takeRows(train,a);
 for (const [name,l] of Object.entries(learners)) for (const c of ["high","low"] as const) {
  t0=Date.now();
  const f=await fit(l,tr,{runtime,seed:0,label:name+c,options:l.complexities[c]});
  const t1=Date.now();
  const m=await openModel(runtime,f.model);
  const s=await m.scores(te.features as any); const p=argMax(s); let e=0; p.forEach((k,i)=>{if(k!==te.labels[i])e++});
  const t2=Date.now();
  const g=await m.differentiable!.inputGradient("margin", te.features as any, te.labels);
  console.log(name,c,t1-t0,"ms", JSON.stringify(f.training), "err", e/te.labels.length, t2-t1, Date.now()-t2);
 }
},200000);
