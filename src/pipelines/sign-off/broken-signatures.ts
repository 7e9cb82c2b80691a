import { FileSystem, Path } from "@effect/platform"
import { Effect, Option } from "effect"
import { sha256Hex } from "../../api/signing.ts"
import type { Sql } from "../../store/database.ts"
import type { StoreError } from "../../store/store-error.ts"
import { MANIFEST_FILE, nightFolder } from "../report/nights.ts"
import { findingLine } from "../verify/finding.ts"
import { proveReports, type ReportsUnreadable } from "../verify/report-proofs.ts"
import { readSignatures, type Signature, samePerson, signatureHash } from "./signature.ts"

/** A signature that does not hold, and why, as a clause that goes on from "the signature". */
export interface BrokenSignature {
  readonly runId: string
  readonly role: string
  readonly reason: string
}

const linkFault = (signature: Signature, before: Signature | undefined): string | null => {
  const expected = (before?.signature_no ?? 0n) + 1n
  if (signature.signature_no !== expected) {
    return `has the number ${signature.signature_no}, and ${expected} comes next: one was taken out or put in`
  }
  if (signatureHash(signature) !== signature.sha256) return "is not as it was given: its hash is not that of its fields"
  if (signature.previous_sha256 !== (before?.sha256 ?? null)) {
    return "was given upon another signature than the one that is before it now: that one was altered or replaced"
  }
  return null
}

const orderFault = (signature: Signature, earlier: ReadonlyArray<Signature>): string | null => {
  const ofRun = earlier.filter((other) => other.run_id === signature.run_id)
  if (ofRun.some((other) => other.role === signature.role)) return "is the second in this role"
  const preparer = ofRun.find((other) => other.role === "preparer")
  if (signature.role !== "reviewer") return null
  if (preparer === undefined) return "is a reviewer's, and no preparer signed before"
  return samePerson(preparer.signer, signature.signer) ? "is the preparer's own, as reviewer" : null
}

/**
 * Computes the chain of signatures anew and names each link that does not hold: altered fields, one taken out or put in,
 * a reviewer who is the preparer. What no chain can show is that its newest signatures were cut off.
 */
export const brokenSignatures = (sql: Sql): Effect.Effect<ReadonlyArray<BrokenSignature>, StoreError> =>
  Effect.map(readSignatures(sql), (signatures) =>
    signatures.flatMap((signature, place) => {
      const reason = linkFault(signature, signatures[place - 1]) ?? orderFault(signature, signatures.slice(0, place))
      return reason === null ? [] : [{ runId: signature.run_id, role: signature.role, reason }]
    }),
  )

/** SHA-256 of a run's manifest as it lies under `out`; none where there is no such file. */
export const manifestHash = (
  folder: string,
): Effect.Effect<Option.Option<string>, never, FileSystem.FileSystem | Path.Path> =>
  Effect.gen(function* () {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const bytes = yield* Effect.option(fs.readFile(path.join(folder, MANIFEST_FILE)))
    return Option.map(bytes, (content) => sha256Hex(content))
  })

/** Signatures whose run's manifest under `out` is not the one that was signed, or whose files are not what it says. */
export const changedReports = (
  sql: Sql,
  out: string,
): Effect.Effect<ReadonlyArray<BrokenSignature>, StoreError | ReportsUnreadable, FileSystem.FileSystem | Path.Path> =>
  Effect.gen(function* () {
    const path = yield* Path.Path
    const signatures = yield* readSignatures(sql)
    const starts = yield* sql.rows<{ run_id: string; started_at: string }>("SELECT run_id, started_at FROM recon.runs")
    const startOf = new Map(starts.map((row) => [row.run_id, row.started_at]))
    const checked = yield* Effect.forEach(signatures, (signature) =>
      Effect.gen(function* () {
        const { manifest_sha256, role, run_id } = signature
        const startedAt = startOf.get(run_id)
        if (startedAt === undefined) return [{ runId: run_id, role, reason: "is of a run that is not on record" }]
        const { folder } = yield* nightFolder(out, { runId: run_id, startedAt })
        const hash = Option.getOrNull(yield* manifestHash(folder))
        if (hash === manifest_sha256) {
          const { findings } = yield* proveReports(out, run_id)
          const altered = findings.find((finding) => finding._tag === "File" && path.dirname(finding.file) === folder)
          return altered === undefined
            ? []
            : [{ runId: run_id, role, reason: `is of reports that were altered since: ${findingLine(altered)}` }]
        }
        const reason =
          hash === null
            ? `is of a manifest that is not there: ${folder}`
            : `is of another manifest than the one in ${folder}: the reports were altered or written again`
        return [{ runId: run_id, role, reason }]
      }),
    )
    return checked.flat()
  })
