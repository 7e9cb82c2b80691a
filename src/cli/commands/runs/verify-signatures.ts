import { Command } from "@effect/cli"
import { Effect } from "effect"
import { brokenSignatures, changedReports } from "../../../pipelines/sign-off/broken-signatures.ts"
import { readSignatures } from "../../../pipelines/sign-off/signature.ts"
import { Database } from "../../../store/database.ts"
import { currentSnapshot } from "../../current-snapshot.ts"
import { Finished } from "../../exit-code.ts"
import { db, json, out, quiet } from "../../options.ts"
import { plural, tell, writeOut } from "../../terminal.ts"

export const verifySignaturesCommand = Command.make("verify-signatures", { db, out, json, quiet }, (options) =>
  Effect.gen(function* () {
    const database = yield* Database
    const signatures = yield* readSignatures(database)
    const broken = [...(yield* brokenSignatures(database)), ...(yield* changedReports(database, options.out))]
    if (options.json) {
      yield* writeOut(`${JSON.stringify({ signatures: signatures.length, broken }, null, 2)}\n`)
    } else if (broken.length > 0) {
      yield* writeOut(
        broken.map(({ reason, role, runId }) => `run ${runId}: the ${role}'s signature ${reason}\n`).join(""),
      )
    }
    if (!options.quiet) {
      yield* tell(
        broken.length === 0
          ? `${plural(signatures.length, "signature")}, and every one holds`
          : `of ${plural(signatures.length, "signature")}, some do not hold`,
      )
    }
    if (broken.length > 0) return yield* new Finished({ code: 3 })
  }).pipe(Effect.provide(currentSnapshot(options.db))),
).pipe(
  Command.withDescription(
    "Prove that no signature was altered or taken out, and that the reports are those that were signed. Ends with 3 where one does not hold.",
  ),
)
