import { Command, Options } from "@effect/cli"
import { Effect, Option } from "effect"
import { publishActs } from "../../../pipelines/exceptions/publish.ts"
import { sign } from "../../../pipelines/sign-off/sign.ts"
import { signatureRoles } from "../../../pipelines/sign-off/signature.ts"
import { choice } from "../../option-kinds.ts"
import { config, db, json, out, quiet } from "../../options.ts"
import { by, personOf } from "../../person.ts"
import { tell, writeOut } from "../../terminal.ts"
import { configurationOf, existingDatabase } from "../../workplace.ts"

const run = Options.text("run").pipe(Options.withPseudoName("ID"), Options.withDescription("The run to sign."))

const role = choice("as", signatureRoles).pipe(
  Options.withDescription("The preparer signs first; the reviewer is another person."),
)

const note = Options.text("note").pipe(
  Options.withPseudoName("TEXT"),
  Options.withDescription("What the signer has to say; it is signed with the rest."),
  Options.optional,
)

export const signCommand = Command.make("sign", { run, as: role, by, note, config, db, out, json, quiet }, (options) =>
  Effect.gen(function* () {
    const configuration = yield* configurationOf(options)
    const person = yield* personOf(options.by)
    const { published, signature } = yield* Effect.gen(function* () {
      const signature = yield* sign({
        runId: options.run,
        role: options.as,
        by: person,
        note: Option.getOrNull(options.note),
        out: options.out,
      })
      return { signature, published: (yield* publishActs) !== null }
    }).pipe(Effect.provide(existingDatabase(options.db, configuration, "runs sign")))
    if (options.json) {
      const { signature_no, ...fields } = signature
      yield* writeOut(`${JSON.stringify({ signature_no: Number(signature_no), ...fields }, null, 2)}\n`)
    }
    if (options.quiet) return
    yield* tell(
      `run ${signature.run_id} signed by ${signature.signer} as ${signature.role}; its manifest is ${signature.manifest_sha256}`,
    )
    if (!published)
      yield* tell("The newest run was not read to its end, so tidemark runs shows this when the next one ends.")
  }),
).pipe(
  Command.withDescription(
    "Sign the reports of a run, as preparer or as reviewer. Signatures form a chain in which no earlier one can be changed.",
  ),
)
