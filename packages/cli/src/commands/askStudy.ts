// Plans a study of one question, of whatever kind.

import type { Store } from "@carom/core";
import { normIn, type PlanBuilder, type StudyData, type StudyKind, studyKinds } from "@carom/core/study";
import { loadStudyData } from "../host/studyData.ts";
import type { SingleStudy } from "../host/studyFile.ts";
import type { RunFacts } from "../report/manifest.ts";
import { dataWarnings, holdWarnings } from "../ui/dataWarnings.ts";
import { type Telling, tellReading } from "../ui/readData.ts";
import { inStudyWords, toldInStudyWords } from "../ui/studyWords.ts";
import type { Asked } from "./asked.ts";
import { evasionFace, poisoningFace, type StudyFace, sweepFace } from "./studyFaces.ts";

/** Plans a study of surrogates and targets or of one learner. */
export async function ask(
  plan: PlanBuilder,
  study: SingleStudy,
  telling: Telling,
): Promise<Asked & { hashes: Record<string, string> }> {
  const { data, hashes, readings } = await toldInStudyWords(loadStudyData(plan, study));
  for (const [file, reading] of readings) tellReading(file, reading, telling, inStudyWords);
  const warnings = warningsOf(study, data).map(inStudyWords);
  holdWarnings(warnings);
  const asked = <S, M, R extends object>(kind: StudyKind<S, M, R>, face: StudyFace<M, R>, study: S) => {
    const matrices = kind.plan(plan, study, data);
    return {
      hashes,
      warnings,
      wanted: matrices.flatMap((matrix) => kind.wanted(matrix)),
      async answer(store: Store) {
        const result = await kind.read(store, matrices, study, hashes);
        const files = (facts: RunFacts) => face.files(result, facts, { store, matrices, data });
        return { result, text: face.text(result), files };
      },
    };
  };
  if (study.kind === "poisoning") return asked(studyKinds.poisoning, poisoningFace, study);
  if (study.kind === "sweep") return asked(studyKinds.sweep, sweepFace, study);
  return asked(studyKinds.evasion, evasionFace, study);
}

/** What the data do not suit of what is learned from them and asked of them. */
function warningsOf(study: SingleStudy, { train, test }: StudyData): readonly string[] {
  if (study.kind === "poisoning") return dataWarnings(train.dataset, { learned: true });
  const { norm, units } = study.attack;
  const epsilons = study.kind === "sweep" ? [study.attack.epsilon] : study.attack.epsilons;
  const attacked = (test ?? train).dataset;
  const threat = { domain: attacked.domain, norm: normIn(attacked.domain, { norm, ...(units && { units }) }) };
  return dataWarnings(attacked, { learned: true, attack: { threat, units, epsilons } });
}
