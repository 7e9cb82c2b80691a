import { Effect } from "effect"
import { publishActs } from "../../pipelines/exceptions/publish.ts"
import { plural } from "../../pipelines/run/quantities.ts"
import { brokenSignatures, changedReports } from "../../pipelines/sign-off/broken-signatures.ts"
import { sign } from "../../pipelines/sign-off/sign.ts"
import { readSignatures, signatureRoles } from "../../pipelines/sign-off/signature.ts"
import { Database } from "../../store/database.ts"
import { command } from "../command.ts"
import { conclude } from "../conclusion.ts"
import { existingStore, snapshotStore } from "../open-store.ts"
import { oneOf, optional, required, text } from "../option-row.ts"
import { by, config, db, json, out, quiet } from "../options.ts"
import { writeOut } from "../output.ts"
import { personOf } from "../person.ts"
import { type TableColumn, tableOf, toJson } from "../text-table.ts"
import { configurationOf, namedRun } from "../workplace.ts"

const columns: ReadonlyArray<TableColumn> = [
  ["run_id", "run"],
  ["started_at", "began"],
  ["state"],
  ["coverage"],
  ["partitions_proven", "proven", "right"],
  ["partitions", "lists", "right"],
  ["records", "records", "right"],
  ["exceptions", "exceptions", "right"],
  ["prepared_by", "prepared by"],
  ["reviewed_by", "reviewed by"],
  ["detail"],
]

const signerOf = (role: string): string =>
  `(SELECT any_value(signer) FROM recon.signatures AS s WHERE s.run_id = r.run_id AND s.role = '${role}')`

const runsSql = `
  SELECT ${columns.map(([name]) => name).join(", ")}
  FROM (SELECT *, ${signerOf("preparer")} AS prepared_by, ${signerOf("reviewer")} AS reviewed_by FROM recon.runs AS r)
  ORDER BY run_id DESC`

const listCommand = command({
  name: "runs",
  about: "List the runs, newest first, as of the published snapshot, with who signed them.",
  rows: { db, json },
  run: (options) =>
    Effect.gen(function* () {
      const database = yield* Database
      const rows = yield* database.rows(runsSql)
      yield* writeOut(`${options.json ? toJson(rows) : tableOf(columns, rows)}\n`)
    }).pipe(Effect.provide(snapshotStore(options.db, "current"))),
})

const signCommand = command({
  name: "runs sign",
  about:
    "Sign the reports of a run, as preparer or as reviewer. Signatures form a chain in which no earlier one can be changed.",
  rows: {
    run: required(text("ID"), "The run to sign; latest for the newest that was reported."),
    as: required(oneOf(signatureRoles), "The preparer signs first; the reviewer is another person."),
    by,
    note: optional(text("TEXT"), "What the signer has to say; it is signed with the rest."),
    ...{ config, db, out, json, quiet },
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
      const { manifest_sha256, role, run_id, signature_no, signer } = signature
      yield* conclude(options, {
        json: { ...signature, signature_no: Number(signature_no) },
        told: [
          `run ${run_id} signed by ${signer} as ${role}; its manifest is ${manifest_sha256}`,
          ...(published
            ? []
            : ["The newest run was not read to its end, so tidemark runs shows this when the next one ends."]),
        ],
      })
    }),
})

const verifySignaturesCommand = command({
  name: "runs verify-signatures",
  about:
    "Prove that no signature was altered or taken out, and that the reports are those that were signed. Ends with 3 where one does not hold.",
  rows: { db, out, json, quiet },
  run: (options) =>
    Effect.gen(function* () {
      const database = yield* Database
      const signatures = (yield* readSignatures(database)).length
      const broken = [...(yield* brokenSignatures(database)), ...(yield* changedReports(database, options.out))]
      const all = plural(signatures, "signature")
      yield* conclude(options, {
        json: { signatures, broken },
        text: broken.map(({ reason, role, runId }) => `run ${runId}: the ${role}'s signature ${reason}`).join("\n"),
        told: [broken.length === 0 ? `${all}, and every one holds` : `of ${all}, some do not hold`],
        exitCode: broken.length === 0 ? 0 : 3,
      })
    }).pipe(Effect.provide(snapshotStore(options.db, "current"))),
})

export const runsCommands = [listCommand, signCommand, verifySignaturesCommand]
