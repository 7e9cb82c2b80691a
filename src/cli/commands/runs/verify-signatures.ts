import { Effect } from "effect"
import { brokenSignatures, changedReports } from "../../../pipelines/sign-off/broken-signatures.ts"
import { readSignatures } from "../../../pipelines/sign-off/signature.ts"
import { Database } from "../../../store/database.ts"
import { command } from "../../command.ts"
import { Finished } from "../../ending.ts"
import { snapshotStore } from "../../open-store.ts"
import { db, json, out, quiet } from "../../options.ts"
import { tell, writeJson, writeOut } from "../../output.ts"
import { plural } from "../../quantities.ts"

export const verifySignaturesCommand = command({
  name: "runs verify-signatures",
  about:
    "Prove that no signature was altered or taken out, and that the reports are those that were signed. Ends with 3 where one does not hold.",
  rows: { db, out, json, quiet },
  run: (options) =>
    Effect.gen(function* () {
      const database = yield* Database
      const signatures = yield* readSignatures(database)
      const broken = [...(yield* brokenSignatures(database)), ...(yield* changedReports(database, options.out))]
      const all = plural(signatures.length, "signature")
      const sentence = broken.length === 0 ? `${all}, and every one holds` : `of ${all}, some do not hold`
      if (options.json) {
        yield* writeJson({ signatures: signatures.length, broken })
      } else if (broken.length > 0) {
        yield* writeOut(
          broken.map(({ reason, role, runId }) => `run ${runId}: the ${role}'s signature ${reason}\n`).join(""),
        )
      }
      if (!options.quiet) yield* tell(sentence)
      if (broken.length > 0) return yield* new Finished({ exitCode: 3, why: sentence })
    }).pipe(Effect.provide(snapshotStore(options.db, "current"))),
})
