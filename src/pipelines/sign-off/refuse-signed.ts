import { Data, Effect } from "effect"
import type { Sql } from "../../store/database.ts"
import type { StoreError } from "../../store/store-error.ts"

/** Somebody has signed the run, so it is not judged or reported anew. */
export class RunIsSigned extends Data.TaggedError("RunIsSigned")<{ readonly runId: string; readonly signer: string }> {
  readonly exitCode = 2
  override get message(): string {
    return `run ${this.runId} is signed by ${this.signer}, so it stays as it was signed; run tidemark nightly for a new one`
  }
}

/** Refuses to touch what was signed: another judgement or another manifest would make the signature worthless. */
export const refuseSigned = (sql: Sql, runId: string): Effect.Effect<void, StoreError | RunIsSigned> =>
  Effect.gen(function* () {
    const [signature] = yield* sql.rows<{ signer: string }>(
      "SELECT signer FROM recon.signatures WHERE run_id = $1 ORDER BY signature_no LIMIT 1",
      [runId],
    )
    if (signature !== undefined) return yield* new RunIsSigned({ runId, signer: signature.signer })
  })
