import { Effect } from "effect"
import { publishActs } from "../../../pipelines/exceptions/publish.ts"
import { sign } from "../../../pipelines/sign-off/sign.ts"
import { signatureRoles } from "../../../pipelines/sign-off/signature.ts"
import { command } from "../../command.ts"
import { existingStore } from "../../open-store.ts"
import { oneOf, optional, required, text } from "../../option-row.ts"
import { by, config, db, json, out, quiet } from "../../options.ts"
import { tell, writeJson } from "../../output.ts"
import { personOf } from "../../person.ts"
import { configurationOf, namedRun } from "../../workplace.ts"

export const signCommand = command({
  name: "runs sign",
  about:
    "Sign the reports of a run, as preparer or as reviewer. Signatures form a chain in which no earlier one can be changed.",
  rows: {
    run: required(text("ID"), "The run to sign; latest for the newest that was reported."),
    as: required(oneOf(signatureRoles), "The preparer signs first; the reviewer is another person."),
    by,
    note: optional(text("TEXT"), "What the signer has to say; it is signed with the rest."),
    config,
    db,
    out,
    json,
    quiet,
  },
  run: (options) =>
    Effect.gen(function* () {
      const configuration = yield* configurationOf(options)
      const person = yield* personOf(options.by)
      const { published, signature } = yield* Effect.gen(function* () {
        const runId = yield* namedRun(options.run, "reported")
        const { as: role, note, out } = options
        const signature = yield* sign({ runId, role, by: person, note, out })
        return { signature, published: (yield* publishActs) !== null }
      }).pipe(Effect.provide(existingStore(options.db, { configuration, command: "runs sign" })))
      if (options.json) {
        const { signature_no, ...fields } = signature
        yield* writeJson({ signature_no: Number(signature_no), ...fields })
      }
      if (options.quiet) return
      yield* tell(
        `run ${signature.run_id} signed by ${signature.signer} as ${signature.role}; its manifest is ${signature.manifest_sha256}`,
      )
      if (!published)
        yield* tell("The newest run was not read to its end, so tidemark runs shows this when the next one ends.")
    }),
})
