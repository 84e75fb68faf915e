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
import { runtimeFrom } from "../../src/models/runtime.ts";
import { craftEvasion } from "../../src/attacks/evasion/craft.ts";
import { l2 } from "../../src/threat/norm.ts";
import { projectL2 } from "../../src/threat/projectL2.ts";
const load=(i:string,l:string)=>{const d="/work/shared/data/mnist/"; const x=readIdx(gunzip(readFileSync(d+i))); const y=readIdx(gunzip(readFileSync(d+l))); return dataset({features:x, labels:Array.from(y.data as Uint8Array), featureShape:[784]} as any);};
test("attacks", async()=>{
 const runtime=runtimeFrom(ort as any);
 const train=load("mnist89-train-images-idx3-ubyte.gz","mnist89-train-labels-idx1-ubyte.gz");
 const te0=load("mnist89-t10k-images-idx3-ubyte.gz","mnist89-t10k-labels-idx1-ubyte.gz");
 const te=takeRows(te0, Int32Array.from({length:1000},(_,i)=>i));
 let t0=Date.now();
 const [a]=splitHalves(train, stream(0,"s"));
 const tr=takeRows(train,a.slice(0,2000));
 const eps=[.5,1,2,5];
 for (const [name,l] of Object.entries(learners)) for (const c of ["high","low"] as const) {
  const f=await fit(l,tr,{runtime,seed:0,label:name+c,options:l.complexities[c]});
  const m=await openModel(runtime,f.model);
  t0=Date.now();
  const r=await craftEvasion({model:f.model, opened:m.differentiable!, x:te.features as any, labels:te.labels, threat:{norm:l2, domain:te.domain}, epsilons:eps, pool:tr, seed:0});
  const dt=Date.now()-t0;
  let gapmax=0;
  if (name!=="mlp") { // closed form
   const W=f.model.onnx!.graph.initializers.get("weights")!.data as Float32Array; 
   const x=te.features.data as Float32Array;
   r.forEach((res,k)=>{ for(let i=0;i<1000;i++){ const y=te.labels[i]; const c=new Float64Array(784), org=new Float64Array(784); for(let j=0;j<784;j++){c[j]=(y===1?-1:1)*(W[j*2+1]-W[j*2]); org[j]=x[i*784+j];}
     const p=org.map((v,j)=>v+1e9*c[j]); projectL2(p,org,eps[k],te.domain.lower,te.domain.upper); let best=0; for(let j=0;j<784;j++) best+=c[j]*p[j]; const b=f.model.onnx!.graph.initializers.get("bias")!.data as Float32Array; best+=(y===1?-1:1)*(b[1]-b[0]);
     gapmax=Math.max(gapmax,(best-res.objective[i])/Math.max(1,Math.abs(best))); }});
  }
  console.log(name,c,dt,"ms", r.map((q,i)=>`${eps[i]}: err ${q.objective.reduce((s,v)=>s+(v>0?1:0),0)/1000} obj ${(q.objective.reduce((s,v)=>s+v,0)/1000).toFixed(4)} it ${q.iterations} g ${q.queries.gradients/1000} s ${q.queries.scores/1000} size ${Math.max(...q.size)}`).join("\n"), "gap",gapmax);
 }
},200000);
