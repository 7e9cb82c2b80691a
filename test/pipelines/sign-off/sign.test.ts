import { appendFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { NodeContext } from "@effect/platform-node"
import { expect, it } from "@effect/vitest"
import { Effect, type Scope, TestClock } from "effect"
import { describe } from "vitest"
import { writeManifest } from "../../../src/pipelines/report/manifest.ts"
import { brokenSignatures, changedReports } from "../../../src/pipelines/sign-off/broken-signatures.ts"
import { type SignRequest, sign } from "../../../src/pipelines/sign-off/sign.ts"
import { Database } from "../../../src/store/database.ts"
import { runOf } from "../../support/ledger-case.ts"
import { sha256 } from "../../support/pages.ts"
import { temporaryFolder } from "../../support/temporary-folder.ts"

const csv = "a,b\r\n1,2\r\n"

/** A run with reports of one file, written as the program writes them. */
const reported = (out: string, night: number, previous: string | null, verdict: "CLEAN" | "EXCEPTIONS" = "CLEAN") =>
  Effect.gen(function* () {
    const { runId, startedAt } = runOf(night)
    const folder = join(out, startedAt.slice(0, 10), runId)
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, "recon_one.csv"), csv)
    const { sha256: manifest } = yield* writeManifest(folder, {
      version: 1,
      run_id: runId,
      night: startedAt.slice(0, 10),
      produced_at: startedAt,
      verdict,
      coverage: { COMPLETE: 1, NOT_APPLICABLE: 0, PARTIAL: 0, DENIED: 0, FAILED: 0 },
      files: [{ name: "recon_one.csv", title: "One", sha256: sha256(csv), bytes: csv.length, rows: 1 }],
      control_totals: [],
      configuration_sha256: sha256("configuration"),
      previous_manifest_sha256: previous,
    })
    const database = yield* Database
    yield* database.run(
      `INSERT INTO recon.runs (run_id, mode, started_at, state, configuration_sha256)
       SELECT $1, 'full', $2::TIMESTAMPTZ, 'reported', '' WHERE $1 NOT IN (SELECT run_id FROM recon.runs)`,
      [runId, startedAt],
    )
    return { runId, folder, manifest }
  })

/** Two reported nights in a folder of their own, and a store of their own. */
const withNights = <A, E>(
  body: (nights: {
    readonly out: string
    readonly first: Effect.Effect.Success<ReturnType<typeof reported>>
    readonly second: Effect.Effect.Success<ReturnType<typeof reported>>
    readonly signing: (request: Partial<SignRequest>) => ReturnType<typeof sign>
  }) => Effect.Effect<A, E, Database | NodeContext.NodeContext | Scope.Scope>,
) =>
  Effect.gen(function* () {
    const out = yield* temporaryFolder
    yield* TestClock.setTime(Date.parse("2026-03-11T08:00:00Z"))
    const first = yield* reported(out, 0, null)
    const second = yield* reported(out, 1, first.manifest)
    const signing = (request: Partial<SignRequest>) =>
      sign({ runId: first.runId, role: "preparer", by: "ada", note: null, out, ...request })
    return yield* body({ out, first, second, signing })
  }).pipe(
    Effect.provide(Database.layer({ file: ":memory:", access: "write", memoryLimit: "256MB" })),
    Effect.provide(NodeContext.layer),
  )

const broken = Effect.flatMap(Database, brokenSignatures)
const tamper = (statement: string) => Effect.flatMap(Database, (database) => database.run(statement))

describe("signing a run's reports", () => {
  it.scoped("puts who, when, as what and the manifest's hash into a chain, each link upon the one before", () =>
    withNights(({ first, out, second, signing }) =>
      Effect.gen(function* () {
        const one = yield* signing({ note: " looked at every critical one " })
        const two = yield* signing({ role: "reviewer", by: "ben" })
        const three = yield* signing({ runId: second.runId, by: "ben" })
        expect(one).toMatchObject({
          signature_no: 1n,
          run_id: first.runId,
          role: "preparer",
          signer: "ada",
          signed_at: "2026-03-11T08:00:00.000Z",
          note: "looked at every critical one",
          manifest_sha256: first.manifest,
          previous_sha256: null,
        })
        expect([two.previous_sha256, three.previous_sha256]).toEqual([one.sha256, two.sha256])
        // Anybody can compute a hash anew: the columns before it, as one JSON array.
        const fields = [
          "2",
          first.runId,
          "reviewer",
          "ben",
          "2026-03-11T08:00:00.000Z",
          null,
          first.manifest,
          one.sha256,
        ]
        expect(two.sha256).toBe(sha256(JSON.stringify(fields)))
        expect(yield* broken).toEqual([])
        expect(yield* Effect.flatMap(Database, (database) => changedReports(database, out))).toEqual([])
      }),
    ),
  )

  it.scoped("is for two persons, the preparer first, each once, however they write their names", () =>
    withNights(({ signing }) =>
      Effect.gen(function* () {
        const reason = (request: Partial<SignRequest>) =>
          Effect.map(Effect.flip(signing(request)), (error) => ("reason" in error ? error.reason : error._tag))
        expect(yield* reason({ role: "reviewer", by: "ben" })).toBe("NotPrepared")
        expect(yield* reason({ by: " " })).toBe("NoOne")
        expect(yield* reason({ by: "tidemark" })).toBe("NoOne")
        yield* signing({ by: "Ada Lovelace" })
        expect(yield* reason({ by: "ben" })).toBe("SignedAlready")
        expect(yield* reason({ role: "reviewer", by: "ada lovelace" })).toBe("SamePerson")
        expect(yield* reason({ role: "reviewer", by: " ADA\u00a0 Love lace" })).toBe("SamePerson")
        yield* signing({ role: "reviewer", by: "ben" })
        expect(yield* reason({ role: "reviewer", by: "eve" })).toBe("SignedAlready")
      }),
    ),
  )

  it.scoped("is refused for a run that is not known, not reported, or whose reports are not there", () =>
    withNights(({ first, signing }) =>
      Effect.gen(function* () {
        expect(yield* Effect.flip(signing({ runId: "no-such-run" }))).toMatchObject({ _tag: "UnknownRun" })
        expect(yield* Effect.flip(signing({ out: "elsewhere" }))).toMatchObject({ reason: "NoReports" })
        yield* tamper("UPDATE recon.runs SET state = 'reconciled'")
        const refused = yield* Effect.flip(signing({}))
        expect(refused).toMatchObject({ reason: "NotReported" })
        expect(refused.message).toContain(`run ${first.runId} is reconciled`)
      }),
    ),
  )

  it.scoped("is refused where a report is not what its manifest says, and names the file", () =>
    withNights(({ first, signing }) =>
      Effect.gen(function* () {
        appendFileSync(join(first.folder, "recon_one.csv"), "3,4\r\n")
        const altered = yield* Effect.flip(signing({}))
        expect(altered).toMatchObject({ reason: "ReportsAltered" })
        expect(altered.message).toContain("recon_one.csv")
        rmSync(join(first.folder, "recon_one.csv"))
        expect(yield* Effect.flip(signing({}))).toMatchObject({ reason: "ReportsAltered" })
      }),
    ),
  )

  it.scoped("as reviewer is refused where the reports were written again after the preparer had signed", () =>
    withNights(({ out, second, signing }) =>
      Effect.gen(function* () {
        yield* signing({ runId: second.runId })
        const again = yield* reported(out, 1, (yield* reported(out, 0, null)).manifest, "EXCEPTIONS")
        expect(again.manifest).not.toBe(second.manifest)
        const review = { runId: second.runId, role: "reviewer", by: "ben" } as const
        expect(yield* Effect.flip(signing(review))).toMatchObject({ reason: "OtherReports" })
        const changed = yield* Effect.flatMap(Database, (database) => changedReports(database, out))
        expect(changed).toMatchObject([{ runId: second.runId, role: "preparer" }])
        expect(changed[0]?.reason).toContain("written again")
      }),
    ),
  )

  it.scoped("does not hold where a file was altered, though its manifest was not", () =>
    withNights(({ first, out, signing }) =>
      Effect.gen(function* () {
        yield* signing({ runId: first.runId })
        writeFileSync(join(first.folder, "recon_one.csv"), csv.replace("2", "3"))
        const changed = yield* Effect.flatMap(Database, (database) => changedReports(database, out))
        expect(changed).toMatchObject([{ runId: first.runId, role: "preparer" }])
        expect(changed[0]?.reason).toMatch(/^is of reports that were altered since: .*recon_one\.csv/)
      }),
    ),
  )
})

describe("the chain of signatures", () => {
  const signed = <A, E>(
    body: (runs: { readonly first: string; readonly second: string }) => Effect.Effect<A, E, Database>,
  ) =>
    withNights(({ first, second, signing }) =>
      Effect.gen(function* () {
        yield* signing({})
        yield* signing({ role: "reviewer", by: "ben", note: "fine" })
        yield* signing({ runId: second.runId, by: "ben" })
        return yield* body({ first: first.runId, second: second.runId })
      }),
    )

  const alterations: ReadonlyArray<readonly [what: string, change: string, place: 0 | 1 | 2]> = [
    ["another signer", "signer = 'eve'", 1],
    ["another instant", "signed_at = signed_at + INTERVAL 1 MILLISECOND", 0],
    ["another note", "note = NULL", 1],
    ["another manifest", "manifest_sha256 = repeat('0', 64)", 2],
    ["another run", "run_id = 'another'", 1],
  ]

  for (const [what, change, place] of alterations) {
    it.scoped(`breaks where a signature is given ${what}, and the link is named`, () =>
      signed(({ first, second }) =>
        Effect.gen(function* () {
          yield* tamper(`UPDATE recon.signatures SET ${change} WHERE signature_no = ${place + 1}`)
          const runId = change.startsWith("run_id") ? "another" : place === 2 ? second : first
          expect((yield* broken)[0]).toEqual({
            runId,
            role: place === 1 ? "reviewer" : "preparer",
            reason: "is not as it was given: its hash is not that of its fields",
          })
        }),
      ),
    )
  }

  it.scoped("breaks at the next link where a signature was altered and its own hash made to fit", () =>
    signed(({ second }) =>
      Effect.gen(function* () {
        const database = yield* Database
        yield* database.run(
          `UPDATE recon.signatures SET note = 'never', sha256 = sha256(CAST(json_array(signature_no::VARCHAR, run_id, role, signer,
             strftime(signed_at, '%Y-%m-%dT%H:%M:%S.%gZ'), 'never', manifest_sha256, previous_sha256) AS VARCHAR))
           WHERE signature_no = 2`,
        )
        expect(yield* broken).toMatchObject([{ runId: second, role: "preparer" }])
        expect((yield* broken)[0]?.reason).toMatch(/^was given upon another signature/)
      }),
    ),
  )

  it.scoped("breaks where a signature was taken out of its middle or its beginning", () =>
    signed(({ first, second }) =>
      Effect.gen(function* () {
        yield* tamper("DELETE FROM recon.signatures WHERE signature_no = 2")
        expect(yield* broken).toMatchObject([{ runId: second, role: "preparer" }])
        yield* tamper("DELETE FROM recon.signatures WHERE signature_no = 1")
        expect(yield* broken).toMatchObject([{ runId: second }])
        expect(first).not.toBe(second)
      }),
    ),
  )

  it.scoped("that is broken is not signed upon", () =>
    withNights(({ first, second, signing }) =>
      Effect.gen(function* () {
        yield* signing({})
        yield* tamper("UPDATE recon.signatures SET signer = 'eve'")
        const refused = yield* Effect.flip(signing({ runId: second.runId }))
        expect(refused).toMatchObject({ reason: "ChainBroken" })
        expect(refused.message).toContain(`the preparer's signature of run ${first.runId} is not as it was given`)
      }),
    ),
  )
})
