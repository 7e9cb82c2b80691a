import { Path } from "@effect/platform"
import { Clock, Data, DateTime, Effect, Option } from "effect"
import { Database } from "../../store/database.ts"
import { tidemarkItself } from "../exceptions/event-log.ts"
import { nightFolder } from "../report/nights.ts"
import { UnknownRun } from "../run/run.ts"
import { findingLine } from "../verify/finding.ts"
import { proveReports } from "../verify/report-proofs.ts"
import { brokenSignatures, manifestHash } from "./broken-signatures.ts"
import { readSignatures, type Signature, type SignatureRole, samePerson, signatureHash } from "./signature.ts"

/** The run cannot be signed so. */
export class SignRefused extends Data.TaggedError("SignRefused")<{
  readonly reason:
    | "NoOne"
    | "NotReported"
    | "NoReports"
    | "ReportsAltered"
    | "ChainBroken"
    | "SignedAlready"
    | "NotPrepared"
    | "SamePerson"
    | "OtherReports"
  readonly runId: string
  /** What the sentence goes on with: a name, a state, a folder, a fault. */
  readonly detail: string
}> {
  readonly exitCode = 2
  override get message(): string {
    return sentences[this.reason](this.runId, this.detail)
  }
}

const sentences: Readonly<Record<SignRefused["reason"], (run: string, detail: string) => string>> = {
  NoOne: () => "say who signs with --by NAME; a blank name and the program's own are refused",
  NotReported: (run, state) => `run ${run} is ${state}; only a run whose reports were written can be signed`,
  NoReports: (run, folder) => `there are no reports of run ${run} in ${folder}; say where they are with --out`,
  ReportsAltered: (run, fault) =>
    `the reports of run ${run} are not what its manifest says, so nobody can sign them: ${fault}`,
  ChainBroken: (_, link) => `the chain of signatures does not hold, so no other can join it: ${link}`,
  SignedAlready: (run, who) => `run ${run} is signed already: ${who}`,
  NotPrepared: (run) => `run ${run} has no preparer yet; the reviewer signs after the preparer`,
  SamePerson: (run, name) => `${name} prepared run ${run} and cannot review it; another person must`,
  OtherReports: (run, name) =>
    `the reports of run ${run} were written again since ${name} signed them; a reviewer signs what the preparer signed`,
}

export interface SignRequest {
  readonly runId: string
  readonly role: SignatureRole
  readonly by: string
  readonly note: string | null
  /** Where the reports are. */
  readonly out: string
}

/**
 * Signs a run's reports: the preparer first, then a reviewer who is another person, each once. The signature holds the
 * hash of the manifest, whose files must be what it says, and the hash of the signature before it.
 */
export const sign = (request: SignRequest) =>
  Effect.gen(function* () {
    const database = yield* Database
    const path = yield* Path.Path
    const { out, role, runId } = request
    const signer = request.by.trim()
    const refuse = (reason: SignRefused["reason"], detail = "") => new SignRefused({ reason, runId, detail })
    if (signer === "" || samePerson(signer, tidemarkItself)) return yield* refuse("NoOne")
    const [run] = yield* database.rows<{ state: string; started_at: string }>(
      "SELECT state, started_at FROM recon.runs WHERE run_id = $1",
      [runId],
    )
    if (run === undefined) return yield* new UnknownRun({ file: database.file, runId })
    if (run.state !== "reported") return yield* refuse("NotReported", run.state)

    const { folder } = yield* nightFolder(out, { runId, startedAt: run.started_at })
    const manifest = yield* manifestHash(folder)
    if (Option.isNone(manifest)) return yield* refuse("NoReports", folder)
    const { findings } = yield* proveReports(out, runId)
    const altered = findings.find((finding) => finding._tag === "File" && path.dirname(finding.file) === folder)
    if (altered !== undefined) return yield* refuse("ReportsAltered", findingLine(altered))

    const now = DateTime.formatIso(DateTime.unsafeMake(yield* Clock.currentTimeMillis))
    return yield* database.transaction((sql) =>
      Effect.gen(function* () {
        const [broken] = yield* brokenSignatures(sql)
        if (broken !== undefined) {
          return yield* refuse("ChainBroken", `the ${broken.role}'s signature of run ${broken.runId} ${broken.reason}`)
        }
        const signatures = yield* readSignatures(sql)
        const ofRun = signatures.filter((signature) => signature.run_id === runId)
        const same = ofRun.find((signature) => signature.role === role)
        if (same !== undefined) return yield* refuse("SignedAlready", `${same.signer} as ${role}, at ${same.signed_at}`)
        const preparer = ofRun.find((signature) => signature.role === "preparer")
        if (role === "reviewer") {
          if (preparer === undefined) return yield* refuse("NotPrepared")
          if (samePerson(preparer.signer, signer)) return yield* refuse("SamePerson", preparer.signer)
          if (preparer.manifest_sha256 !== manifest.value) return yield* refuse("OtherReports", preparer.signer)
        }
        const before = signatures.at(-1)
        const fields = {
          signature_no: (before?.signature_no ?? 0n) + 1n,
          run_id: runId,
          role,
          signer,
          signed_at: now,
          note: request.note?.trim() || null,
          manifest_sha256: manifest.value,
          previous_sha256: before?.sha256 ?? null,
        }
        const signature: Signature = { ...fields, sha256: signatureHash(fields) }
        yield* sql.run(
          `INSERT INTO recon.signatures BY NAME
           SELECT $1::BIGINT AS signature_no, $2 AS run_id, $3 AS role, $4 AS signer, $5::TIMESTAMPTZ AS signed_at, $6 AS note,
             $7 AS manifest_sha256, $8 AS previous_sha256, $9 AS sha256`,
          Object.values(signature),
        )
        return signature
      }),
    )
  })
