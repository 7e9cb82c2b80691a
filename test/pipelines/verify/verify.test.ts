import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { NodeContext } from "@effect/platform-node"
import { describe, expect, it, layer } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { resolveContract } from "../../../src/api/contract.ts"
import { findingLine } from "../../../src/pipelines/verify/finding.ts"
import { verify } from "../../../src/pipelines/verify/verify.ts"
import { faultPlan } from "../../../src/sandbox/faults/fault-plan.ts"
import { generateWorld } from "../../../src/sandbox/world.ts"
import { Database } from "../../../src/store/database.ts"
import { nightLayer, worldNight } from "../../end-to-end/world-night.ts"
import { temporaryFolder } from "../../support/temporary-folder.ts"

const now = Date.parse("2026-06-28T02:30:00Z")

interface Nights {
  readonly folder: string
  readonly runIds: ReadonlyArray<string>
  /** A partition of several pages. */
  readonly customerId: string
}

class TwoNights extends Context.Tag("test/TwoNights")<TwoNights, Nights>() {}

/** Two nights over one world with every break, small pages, so that chains are long. */
const twoNights = Effect.gen(function* () {
  const folder = yield* temporaryFolder
  const world = generateWorld({ seed: 31, now, customers: 2, days: 14, breaks: "all" })
  const out = join(folder, "out")
  return yield* Effect.gen(function* () {
    const database = yield* Database
    const first = yield* worldNight({ world, out, pageSize: 10 })
    const second = yield* worldNight({ world, out, pageSize: 10, secondsAfter: 300 })
    const [long] = yield* database.rows<{ customer_id: string }>(
      `SELECT customer_id FROM recon.coverage
       WHERE stream = 'transactions' AND state = 'COMPLETE' AND pages > 3 ORDER BY customer_id LIMIT 1`,
    )
    expect(long).toBeDefined()
    return { folder, runIds: [first.run.runId, second.run.runId], customerId: long?.customer_id ?? "" }
  }).pipe(Effect.provide(nightLayer(join(folder, "tidemark.duckdb"))))
})

const proof = (folder: string, only: string | null = null) =>
  verify(resolveContract(), join(folder, "out"), only).pipe(
    Effect.provide(
      Layer.merge(
        Database.layer({ file: join(folder, "tidemark.duckdb"), access: "read", memoryLimit: "512MB" }),
        NodeContext.layer,
      ),
    ),
  )

interface Edited {
  readonly control_totals: ReadonlyArray<object>
  readonly coverage: object
  readonly files: ReadonlyArray<object>
}

/** The nights in a folder of their own, with something done to them. */
const tampered = (tamper: (folder: string, nights: Nights) => Effect.Effect<unknown, unknown, Database>) =>
  Effect.gen(function* () {
    const nights = yield* TwoNights
    const folder = yield* temporaryFolder
    cpSync(nights.folder, folder, { recursive: true, verbatimSymlinks: true })
    const file = join(folder, "tidemark.duckdb")
    yield* tamper(folder, nights).pipe(Effect.provide(Database.layer({ file, access: "write", memoryLimit: "512MB" })))
    const result = yield* proof(folder)
    return { ...result, lines: result.findings.map((finding) => findingLine(finding).replaceAll(folder, "")), folder }
  })

const tamperedFiles = (act: (folder: string, nights: Nights) => void) =>
  tampered((folder, nights) => Effect.sync(() => act(folder, nights)))

const statement = (text: string) => Effect.flatMap(Database, (database) => database.run(text))

/** A page of the long chain of the first night. */
const pageAt = ({ customerId, runIds }: Nights, sequence: number): string =>
  `run_id = '${runIds[0]}' AND customer_id = '${customerId}' AND stream = 'transactions' AND sequence = ${sequence}`

const placeOf = ({ customerId, runIds }: Nights, sequence: number): string =>
  `run ${runIds[0]}, customer ${customerId}, transactions, page ${sequence}`

const partitionOf = ({ customerId, runIds }: Nights): string =>
  `run ${runIds[0]}, customer ${customerId}, transactions: `

const reportsOf = (folder: string, runId: string | undefined): string =>
  join(folder, "out", "2026-06-28", runId ?? "no such run")

const reportOf = (folder: string, runId: string | undefined, name: string): string => {
  const reports = reportsOf(folder, runId)
  return join(reports, readdirSync(reports).find((file) => file.startsWith(`recon_${name}_`)) ?? "no such report")
}

describe("a night whose lists moved and whose cursors expired", () => {
  it.scopedLive("is as it was read, its chains that were begun anew included", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const world = generateWorld({ seed: 32, now, customers: 1, days: 14, breaks: "all" })
      const faults = faultPlan("moving", { odds: { expired_cursor: 0.05 } })
      yield* Effect.gen(function* () {
        const database = yield* Database
        yield* worldNight({ world, out: join(folder, "out"), pageSize: 10, served: { faults } })
        const [restarted] = yield* database.rows<{ chains: number }>("SELECT max(chain) AS chains FROM raw.pages")
        expect(restarted?.chains).toBeGreaterThan(1)
      }).pipe(Effect.provide(nightLayer(join(folder, "tidemark.duckdb"))))
      const { findings, notes } = yield* proof(folder)
      expect(findings.map(findingLine)).toEqual([])
      expect(notes).toEqual([])
    }),
  )
})

layer(Layer.scoped(TwoNights, twoNights), { excludeTestServices: true, timeout: 400_000 })(
  "what two nights stored and wrote",
  (it) => {
    it.effect("is as it was read and written, and all of it is counted", () =>
      Effect.gen(function* () {
        const { folder } = yield* TwoNights
        const { files, findings, notes, pages, runs } = yield* proof(folder)
        expect(findings.map(findingLine)).toEqual([])
        expect(notes).toEqual([])
        expect(runs).toBe(2)
        const written = readdirSync(join(folder, "out", "2026-06-28"), { recursive: true, withFileTypes: true })
        expect(files).toBe(written.filter((entry) => entry.isFile()).length)
        expect(pages).toBeGreaterThan(70)
      }),
    )

    it.effect("can be proven for one run alone", () =>
      Effect.gen(function* () {
        const { folder, runIds } = yield* TwoNights
        const all = yield* proof(folder)
        const one = yield* proof(folder, runIds[1])
        expect(one).toMatchObject({ runs: 1, findings: [], notes: [] })
        expect(one.files * 2).toBe(all.files)
        expect(one.pages).toBeLessThan(all.pages)
        expect(yield* Effect.flip(proof(folder, "no-such-run"))).toMatchObject({ _tag: "UnknownRun" })
      }),
    )

    describe("stored pages", () => {
      it.scoped("with one character changed are found by their hash, and nothing else is accused", () =>
        Effect.gen(function* () {
          const nights = yield* TwoNights
          const { lines } = yield* tampered((_, nights) =>
            statement(
              `UPDATE raw.pages SET body = replace(body, '"CREDIT"', '"CREDIt"') WHERE ${pageAt(nights, 2)} AND body LIKE '%"CREDIT"%'`,
            ),
          )
          expect(lines).toHaveLength(1)
          expect(lines[0]).toContain(`${placeOf(nights, 2)} (request `)
          expect(lines[0]).toContain("its body is not the one that was kept")
        }),
      )

      it.scoped("with a changed body and a hash made to fit it are found by the hash of what was received", () =>
        Effect.gen(function* () {
          const nights = yield* TwoNights
          const { lines } = yield* tampered((_, nights) =>
            statement(
              `UPDATE raw.pages SET body = replace(body, '1', '2'), kept_sha256 = sha256(replace(body, '1', '2')) WHERE ${pageAt(nights, 2)}`,
            ),
          )
          expect(lines[0]).toContain(placeOf(nights, 2))
          expect(lines[0]).toContain("its two hashes differ")
        }),
      )

      it.scoped(
        "whose every hash was made to fit are found by the hash of their chain, and by the records that are nowhere",
        () =>
          Effect.gen(function* () {
            const nights = yield* TwoNights
            const { lines } = yield* tampered((_, nights) =>
              statement(
                `UPDATE raw.pages SET body = b, kept_sha256 = sha256(b), sha256 = sha256(b)
           FROM (SELECT replace(body, '"transactionId":"', '"transactionId":"x') AS b FROM raw.pages WHERE ${pageAt(nights, 2)})
           WHERE ${pageAt(nights, 2)}`,
              ),
            )
            expect(lines).toHaveLength(2)
            expect(lines[0]).toContain(placeOf(nights, 2))
            expect(lines[0]).toMatch(/its record x\S+ is not in transactions/)
            expect(lines[1]).toBe(`${partitionOf(nights)}the hash over its chain is not the one that was recorded`)
          }),
      )

      it.scoped("that were taken out are missing by their number, in the middle of a chain and at its end", () =>
        Effect.gen(function* () {
          const nights = yield* TwoNights
          const { lines } = yield* tampered((_, nights) =>
            Effect.gen(function* () {
              yield* statement(`DELETE FROM raw.pages WHERE ${pageAt(nights, 2)}`)
              yield* statement(
                `DELETE FROM raw.pages WHERE run_id = '${nights.runIds[1]}' AND customer_id = '${nights.customerId}'
               AND stream = 'transactions' AND NOT has_more`,
              )
            }),
          )
          expect(lines).toContain(`${placeOf(nights, 2)}: it is missing`)
          const last = lines.filter((line) => line.startsWith(`run ${nights.runIds[1]}`))
          expect(last.some((line) => line.endsWith("it is missing"))).toBe(true)
          expect(last.some((line) => line.includes("it says that more follows, and no page follows"))).toBe(true)
        }),
      )

      it.scoped("of a run that did not end are proven without the hash of their chain, and that is said", () =>
        Effect.gen(function* () {
          const nights = yield* TwoNights
          const unended = yield* tampered((_, { runIds }) =>
            statement(`UPDATE recon.runs SET state = 'interrupted', finished_at = NULL WHERE run_id = '${runIds[1]}'`),
          )
          expect(unended.lines).toEqual([])
          expect(unended.notes).toEqual([
            `run ${nights.runIds[1]} did not end, so the hashes over its chains are not compared`,
          ])
        }),
      )

      it.scoped("that were all taken out leave a first page that is missing", () =>
        Effect.gen(function* () {
          const nights = yield* TwoNights
          const { lines } = yield* tampered((_, { customerId, runIds }) =>
            statement(
              `DELETE FROM raw.pages WHERE run_id = '${runIds[0]}' AND customer_id = '${customerId}' AND stream = 'transactions'`,
            ),
          )
          expect(lines).toEqual([
            `${placeOf(nights, 1)}: it is missing`,
            expect.stringContaining("its chain has a recorded hash, and no page is there"),
          ])
        }),
      )

      it.scoped("whose cursors changed places are named, both of them", () =>
        Effect.gen(function* () {
          const nights = yield* TwoNights
          const { lines } = yield* tampered((_, nights) =>
            statement(
              `UPDATE raw.pages AS p SET cursor_out = o.cursor_out
           FROM (SELECT sequence, cursor_out FROM raw.pages WHERE ${pageAt(nights, 1)} OR ${pageAt(nights, 2)}) AS o
           WHERE (${pageAt(nights, 1).replaceAll("sequence", "p.sequence")} AND o.sequence = 2)
              OR (${pageAt(nights, 2).replaceAll("sequence", "p.sequence")} AND o.sequence = 1)`,
            ),
          )
          for (const sequence of [1, 2]) {
            const line = lines.find((candidate) => candidate.startsWith(placeOf(nights, sequence)))
            expect(line).toContain("its body gives another cursor than is recorded")
          }
          expect(lines.find((line) => line.startsWith(placeOf(nights, 3)))).toContain(
            "it was not asked for with the cursor that the page before it gave",
          )
          expect(lines.at(-1)).toBe(`${partitionOf(nights)}the hash over its chain is not the one that was recorded`)
        }),
      )

      it.scoped(
        "of the look back are missed too: by their number, or where the last one is gone by the partition's counts",
        () =>
          Effect.gen(function* () {
            const nights = yield* TwoNights
            const lookBack = ({ customerId, runIds }: Nights) =>
              `run_id = '${runIds[0]}' AND customer_id = '${customerId}' AND stream = 'transactions' AND part = 'look back'`
            const gone = yield* tampered((_, nights) => statement(`DELETE FROM raw.pages WHERE ${lookBack(nights)}`))
            expect(gone.lines).toEqual([
              `${partitionOf(nights)}the hash over its chain is not the one that was recorded; its pages are not as many as were counted; the records on its pages are not as many as were counted`,
            ])
            const moved = yield* tampered((_, nights) =>
              statement(`UPDATE raw.pages SET sequence = sequence + 1 WHERE ${lookBack(nights)}`),
            )
            expect(moved.lines[0]).toMatch(/page \d+ of the look back: it is missing$/)
            const begun = yield* tampered((_, nights) =>
              statement(`UPDATE raw.pages SET cursor_in = 'elsewhere' WHERE ${lookBack(nights)}`),
            )
            expect(begun.lines[0]).toContain("it begins the look back, and yet was asked for with a cursor")
            expect(begun.lines[1]).toBe(
              `${partitionOf(nights)}the hash over its chain is not the one that was recorded`,
            )
          }),
      )

      it.scoped("whose counts were changed say what their bodies hold", () =>
        Effect.gen(function* () {
          const { lines } = yield* tampered((_, nights) =>
            statement(`UPDATE raw.pages SET items = 9 WHERE ${pageAt(nights, 1)}`),
          )
          expect(lines[0]).toContain("its body holds 10 records, and 9 records are recorded")
          expect(lines[1]).toContain("the records on its pages are not as many as were counted")
        }),
      )

      it.scoped("that nobody planned are told apart", () =>
        Effect.gen(function* () {
          const { lines } = yield* tampered((_, { customerId, runIds }) =>
            Effect.gen(function* () {
              const copy = (change: string) =>
                statement(
                  `INSERT INTO raw.pages SELECT * REPLACE (${change}) FROM raw.pages
               WHERE run_id = '${runIds[0]}' AND customer_id = '${customerId}' AND stream = 'balances'`,
                )
              yield* copy("'stranger' AS customer_id")
              yield* copy("'another-run' AS run_id")
            }),
          )
          expect(lines).toContainEqual(
            expect.stringMatching(/customer stranger, balances: it holds pages, and the run did not plan it/),
          )
          expect(lines).toContainEqual(
            expect.stringMatching(/run another-run, .*: it holds pages, and the run is not on record/),
          )
        }),
      )
    })

    describe("typed rows", () => {
      it.scoped("and quarantined records that were taken out are missed by the page that brought them", () =>
        Effect.gen(function* () {
          const nights = yield* TwoNights
          const { lines } = yield* tampered((_, { customerId }) =>
            Effect.gen(function* () {
              yield* statement(
                `DELETE FROM main.transactions WHERE transaction_id = (SELECT max(transaction_id) FROM main.transactions WHERE customer_id = '${customerId}')`,
              )
              yield* statement("DELETE FROM raw.quarantine")
            }),
          )
          for (const runId of nights.runIds) {
            const ofRun = lines.filter((line) => line.startsWith(`run ${runId}`))
            expect(ofRun).toContainEqual(
              expect.stringMatching(/transactions, page \d+ \(request \S+\): its record \S+ is not in transactions$/),
            )
            expect(ofRun).toContainEqual(
              expect.stringMatching(/its record number \d+ is refused by the contract and not in quarantine$/),
            )
          }
        }),
      )
    })

    describe("what was made of the pages", () => {
      const tamperedBy = (...statements: ReadonlyArray<(nights: Nights) => string>) =>
        tampered((_, nights) => Effect.forEach(statements, (text) => statement(text(nights)), { discard: true }))

      it.scoped("is found where an amount was altered, by the page that says otherwise", () =>
        Effect.gen(function* () {
          const nights = yield* TwoNights
          const { lines } = yield* tamperedBy(
            ({ customerId }) =>
              `UPDATE main.transactions SET net_amount = net_amount + 0.000000000000000001
               WHERE transaction_id = (SELECT max(transaction_id) FROM main.transactions WHERE customer_id = '${customerId}')`,
          )
          for (const runId of nights.runIds) {
            expect(lines.filter((line) => line.startsWith(`run ${runId}`))).toContainEqual(
              expect.stringMatching(
                /page \d+ \(request \S+\): its record \S+ is otherwise in transactions \(net_amount\)/,
              ),
            )
          }
        }),
      )

      it.scoped("is found where rows were added or doubled, or a version was taken out", () =>
        Effect.gen(function* () {
          const { lines } = yield* tamperedBy(
            () =>
              "INSERT INTO main.fiat_deposits SELECT * REPLACE ('made up' AS deposit_id) FROM main.fiat_deposits LIMIT 1",
            () => "INSERT INTO main.conversions SELECT * FROM main.conversions LIMIT 1",
            () =>
              "DELETE FROM main.superseded_versions WHERE version = 1 AND stream = (SELECT min(stream) FROM main.superseded_versions)",
          )
          expect(lines).toContainEqual(
            expect.stringMatching(
              /^run \S+, table main\.fiat_deposits: it holds what no page of the run does: made up$/,
            ),
          )
          expect(lines).toContainEqual(expect.stringMatching(/^table main\.conversions: it holds twice: \S+$/))
          expect(lines).toContainEqual(
            expect.stringMatching(/^table main\.\S+: the versions of a record are not one after the other: /),
          )
        }),
      )

      it.scoped("is found where a reading of a balance was altered, taken out or added", () =>
        Effect.gen(function* () {
          const nights = yield* TwoNights
          for (const change of [
            "UPDATE main.balance_snapshots SET total = total + 1 WHERE rowid = 0",
            "DELETE FROM main.balance_snapshots WHERE rowid = 0",
            "INSERT INTO main.balance_snapshots SELECT * FROM main.balance_snapshots WHERE rowid = 0",
          ]) {
            const { lines } = yield* tamperedBy(() => change)
            expect(lines).toEqual([
              expect.stringMatching(
                new RegExp(`^run ${nights.runIds[0]}, table main\\.balance_snapshots: .*(readings|rows)`),
              ),
            ])
          }
        }),
      )

      it.scoped("is found by its seal: roll-forward, settings, hashes of the configuration, results", () =>
        Effect.gen(function* () {
          const nights = yield* TwoNights
          const [first = "", second = ""] = nights.runIds
          for (const [table, runId, change] of [
            [
              "recon.rollforward",
              first,
              "UPDATE recon.rollforward SET opening = opening + 1, computed_closing = computed_closing + 1",
            ],
            ["recon.settings", first, "UPDATE recon.settings SET value = '1000000'"],
            ["recon.runs", second, "UPDATE recon.runs SET configuration_sha256 = sha256('another')"],
            ["recon.check_results", second, "DELETE FROM recon.check_results"],
            ["recon.conservation", second, "UPDATE recon.conservation SET items = items + 1"],
          ] as const) {
            const { lines } = yield* tamperedBy(() => `${change} WHERE run_id = '${runId}'`)
            expect(lines).toContainEqual(expect.stringContaining(`run ${runId}, table ${table}: `))
            // The manifest is a witness of the sums; it is not what is accused.
            expect(lines.filter((line) => !line.includes(table) || line.includes("manifest.json"))).toEqual([])
          }
        }),
      )

      it.scoped("is found where an exception was altered, by the log; and where the log was, by its seals", () =>
        Effect.gen(function* () {
          const state = yield* tamperedBy(() => "UPDATE recon.exceptions SET state = 'written_off' WHERE rowid = 3")
          expect(state.lines).toEqual([
            expect.stringMatching(
              /^table recon\.exceptions: its rows are not what they were when they were sealed; x[0-9a-f]{16}: it is written_off, and the log says open$/,
            ),
          ])
          const gone = yield* tamperedBy(() => "DELETE FROM recon.exception_events WHERE event_no = 4")
          expect(gone.lines.join("\n")).toMatch(
            /table recon\.exception_events: event 4 is gone; events 1 to \d+ are not as they were/,
          )
          const tail = yield* tamperedBy(
            () =>
              "DELETE FROM recon.exception_events WHERE event_no = (SELECT max(event_no) FROM recon.exception_events)",
          )
          expect(tail.lines.join("\n")).toMatch(/table recon\.exception_events: event \d+ is gone/)
          const added = yield* tamperedBy(
            () =>
              "INSERT INTO recon.exception_events SELECT * REPLACE (event_no + 100000 AS event_no, 'noted' AS event) FROM recon.exception_events WHERE event_no = 2",
          )
          expect(added.lines.join("\n")).toMatch(/events from 100002 on were added by nobody whom the program knows/)
          const edited = yield* tamperedBy(
            () => "UPDATE recon.exception_events SET who = 'somebody else' WHERE event_no = 2",
          )
          expect(edited.lines).toEqual([
            expect.stringMatching(
              /^table recon\.exception_events: events 1 to \d+ are not as they were when they were sealed$/,
            ),
          ])
        }),
      )

      it.scoped("is found where seals were made to fit, or taken out", () =>
        Effect.gen(function* () {
          const nights = yield* TwoNights
          const edited = yield* tamperedBy(() => "UPDATE recon.seals SET rows = rows + 1 WHERE seal_no = 2")
          expect(edited.lines).toContain(
            "table recon.seals: seal 2 does not follow from the one before: altered, or one was taken out",
          )
          const gone = yield* tamperedBy(() => "DELETE FROM recon.seals WHERE seal_no = 2")
          expect(gone.lines).toContain(
            "table recon.seals: seal 3 does not follow from the one before: altered, or one was taken out",
          )
          const cut = yield* tamperedBy(
            ({ runIds }) =>
              `DELETE FROM recon.seals WHERE seal_no >= (SELECT min(seal_no) FROM recon.seals WHERE run_id = '${runIds[1]}')`,
          )
          expect(cut.lines.join("\n")).toContain(
            `run ${nights.runIds[1]}, table recon.seals: the run was judged, and its seals are gone`,
          )
        }),
      )
    })

    describe("report files", () => {
      it.scoped("with one cell edited are found, and no other file is accused", () =>
        Effect.gen(function* () {
          const nights = yield* TwoNights
          const { lines } = yield* tamperedFiles((folder, { runIds }) => {
            const file = reportOf(folder, runIds[0], "exceptions")
            writeFileSync(file, readFileSync(file, "utf8").replace(",high,", ",info,"))
          })
          expect(lines).toEqual([
            expect.stringMatching(
              new RegExp(
                `${nights.runIds[0]}/recon_exceptions_\\S+\\.csv: it is not as it was written: the SHA-256 differs$`,
              ),
            ),
          ])
        }),
      )

      it.scoped("with a row taken out say how many rows are left", () =>
        Effect.gen(function* () {
          const { lines } = yield* tamperedFiles((folder, { runIds }) => {
            const file = reportOf(folder, runIds[1], "exceptions")
            const text = readFileSync(file, "utf8")
            writeFileSync(file, text.slice(0, text.lastIndexOf("\r\n", text.length - 3) + 2))
          })
          expect(lines).toHaveLength(1)
          expect(lines[0]).toMatch(
            /it has \d+ bytes, and its manifest says \d+; it has \d+ rows, and its manifest says \d+$/,
          )
        }),
      )

      it.scoped("that are gone, and files that nobody wrote, are named", () =>
        Effect.gen(function* () {
          const { lines } = yield* tamperedFiles((folder, { runIds }) => {
            rmSync(reportOf(folder, runIds[1], "coverage"))
            const exceptions = reportOf(folder, runIds[1], "exceptions")
            rmSync(exceptions)
            symlinkSync(join(folder, "nowhere"), exceptions)
            writeFileSync(join(reportsOf(folder, runIds[1]), "extra.csv"), "a\r\n")
          })
          expect(lines).toEqual([
            expect.stringMatching(/extra\.csv: no manifest names it$/),
            expect.stringMatching(/recon_coverage_\S+\.csv: it is missing, and its manifest names it$/),
            expect.stringMatching(/recon_exceptions_\S+\.csv: it is missing, and its manifest names it$/),
          ])
        }),
      )

      it.scoped("whose manifest was edited are found: an older one by the next, the newest by the store", () =>
        Effect.gen(function* () {
          const nights = yield* TwoNights
          const edit = (folder: string, runId: string | undefined, change: (manifest: Edited) => void) => {
            const file = join(reportsOf(folder, runId), "manifest.json")
            const manifest = JSON.parse(readFileSync(file, "utf8")) as Edited
            change(manifest)
            writeFileSync(file, `${JSON.stringify(manifest, null, 2)}\n`)
          }
          const older = yield* tamperedFiles((folder, { runIds }) =>
            edit(folder, runIds[0], (manifest) => Object.assign(manifest, { produced_at: "2026-06-28T00:00:00.000Z" })),
          )
          expect(older.lines).toEqual([
            `/out/2026-06-28/${nights.runIds[0]}/manifest.json: it is not the one that was written: the SHA-256 differs, so it proves nothing of its folder; it is not the manifest that run ${nights.runIds[1]} names as the one before it: altered, written again later, or one between them is gone`,
          ])
          const newest = yield* tamperedFiles((folder, { runIds }) =>
            edit(folder, runIds[1], (manifest) => {
              const [total] = manifest.control_totals
              Object.assign(total ?? {}, { transactions_sum: "1.00" })
              Object.assign(manifest.coverage, { COMPLETE: 1 })
            }),
          )
          expect(newest.lines).toHaveLength(1)
          expect(newest.lines[0]).toMatch(
            /it is not the one that was written: .*; the manifest says 1 lists COMPLETE, and the store says \d+; the manifest says 1\.00 for transactions_sum of /,
          )
          const closings = yield* tamperedFiles((folder, { runIds }) =>
            edit(folder, runIds[1], (manifest) => {
              const off = manifest.control_totals.find((total) =>
                /[1-9]/.test(String(Object(total).closing_difference)),
              )
              Object.assign(off ?? {}, { reported_closing: "1.00", computed_closing: "1.00" })
            }),
          )
          expect(closings.lines[0]).toMatch(
            /the manifest says that [A-Z]{3,4} closed at 1\.00, by what was posted at 1\.00, and that they differ by -?\d/,
          )
          const files = yield* tamperedFiles((folder, { runIds }) =>
            edit(folder, runIds[1], (manifest) => {
              Object.assign(manifest.files[0] ?? {}, { rows: 99_999 })
              Object.assign(manifest, { previous_manifest_sha256: "0".repeat(64) })
            }),
          )
          expect(files.lines).toEqual([
            `/out/2026-06-28/${nights.runIds[1]}/manifest.json: it is not the one that was written: the SHA-256 differs, so it proves nothing of its folder`,
          ])
        }),
      )

      it.scoped(
        "whose manifest is gone or unreadable cannot be proven, and a whole folder that is gone is noted, and missed if it is the newest",
        () =>
          Effect.gen(function* () {
            const nights = yield* TwoNights
            const gone = yield* tamperedFiles((folder, { runIds }) => {
              rmSync(join(reportsOf(folder, runIds[1]), "manifest.json"))
              writeFileSync(join(reportsOf(folder, runIds[0]), "manifest.json"), "{}")
            })
            expect(gone.lines).toEqual([
              `/out/2026-06-28/${nights.runIds[0]}/manifest.json: it cannot be read as a manifest`,
              `/out/2026-06-28/${nights.runIds[1]}/manifest.json: there is no manifest, so nothing in its folder can be proven`,
            ])
            const folderGone = yield* tamperedFiles((folder, { runIds }) =>
              rmSync(reportsOf(folder, runIds[0]), { recursive: true }),
            )
            expect(folderGone.lines).toEqual([])
            expect(folderGone.notes).toEqual([
              expect.stringContaining("names a manifest before it that is not here"),
              expect.stringContaining(`run ${nights.runIds[0]} wrote reports, and they are not under`),
            ])
            const newestGone = yield* tamperedFiles((folder, { runIds }) =>
              rmSync(reportsOf(folder, runIds[1]), { recursive: true }),
            )
            expect(newestGone.lines).toEqual([
              expect.stringContaining(`the reports of run ${nights.runIds[1]} are gone; put the folder back`),
            ])
          }),
      )

      it.scoped("of a folder made up between two nights break the chain of manifests", () =>
        Effect.gen(function* () {
          const { lines } = yield* tamperedFiles((folder, { runIds }) => {
            const madeUp = `${runIds[0]}-more`
            mkdirSync(reportsOf(folder, madeUp))
            cpSync(
              join(reportsOf(folder, runIds[0]), "manifest.json"),
              join(reportsOf(folder, madeUp), "manifest.json"),
            )
          })
          expect(lines.join("\n")).toMatch(/-more\/manifest\.json: it speaks of run/)
        }),
      )
    })
  },
)
