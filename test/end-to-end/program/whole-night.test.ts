import { readdirSync, readFileSync, readlinkSync, realpathSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, layer } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { parseDefinition } from "../../../src/pipelines/report/definition.ts"
import { temporaryFolder } from "../../support/temporary-folder.ts"
import { type Ended, runProgram, startSandbox } from "./program.ts"
import { namesIn, recordsOf, reportsIn, rowsOf, sha256 } from "./working-folder.ts"

interface Nights {
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  readonly first: Ended
  /** With --json, and without --customers. */
  readonly second: Ended
  /** With --quiet. */
  readonly third: Ended
  readonly folders: ReadonlyArray<string>
}

class BrokenNights extends Context.Tag("test/BrokenNights")<BrokenNights, Nights>() {}
class HealthyNights extends Context.Tag("test/HealthyNights")<HealthyNights, Nights>() {}

const paths = ["--db", "store/tidemark.duckdb", "--out", "reports"]

/** Three nights in a row against `tidemark sandbox`, with no environment but the four documented names. */
const threeNights = (breaks: "all" | "none") =>
  Effect.gen(function* () {
    const cwd = yield* temporaryFolder
    const { env } = yield* startSandbox(["--breaks", breaks, "--roster", "customers.csv"], { cwd })
    const place = { cwd, env, bare: true }
    const first = yield* runProgram(["nightly", "--customers", "customers.csv", ...paths], place)
    const second = yield* runProgram(["nightly", "--json", ...paths], place)
    const third = yield* runProgram(["nightly", "--quiet", ...paths], place)
    const reports = join(cwd, "reports")
    const folders = readdirSync(reports)
      .filter((night) => /^\d/.test(night))
      .flatMap((night) => readdirSync(join(reports, night)).map((run) => join(reports, night, run)))
      .sort()
    return { cwd, env, first, second, third, folders }
  })

interface ManifestFile {
  readonly name: string
  readonly sha256: string
  readonly bytes: number
  readonly rows: number
}

const manifestIn = (folder: string) =>
  JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8")) as {
    readonly files: ReadonlyArray<ManifestFile>
    readonly verdict: string
    readonly run_id: string
    readonly previous_manifest_sha256: string | null
  }

const definitionsFolder = new URL("../../../reports/", import.meta.url)

const definitions = Effect.forEach(
  readdirSync(definitionsFolder).filter((file) => file.endsWith(".sql")),
  (file) => parseDefinition(file.replace(/\.sql$/, ""), readFileSync(new URL(file, definitionsFolder), "utf8")),
)

const folderOf = (nights: Nights, index: number): string => nights.folders[index] ?? "there is no such folder"

layer(Layer.scoped(BrokenNights, threeNights("all")), { excludeTestServices: true, timeout: 300_000 })(
  "nights against a sandbox with known breaks",
  (it) => {
    it.effect("end with 3, and tell verdict, coverage, exceptions by severity and where the reports are", () =>
      Effect.gen(function* () {
        const nights = yield* BrokenNights
        expect(nights.first.code).toBe(3)
        expect(nights.first.stdout).toBe("")
        const [verdict] = nights.first.stderr.split("\n")
        expect(verdict).toMatch(/^EXCEPTIONS: every list was read to its end/)
        expect(nights.first.stderr).toContain("34 of 34 lists proven")
        expect(nights.first.stderr).toMatch(/exceptions {2}\d+ critical, \d+ high, \d+ medium, \d+ low, \d+ info/)
        const told = /^reports +(.*)$/m.exec(nights.first.stderr)?.[1] ?? ""
        expect(realpathSync(join(nights.cwd, told))).toBe(realpathSync(folderOf(nights, 0)))
        expect(nights.first.stderr).toMatch(/^snapshot +.*analytics\.duckdb$/m)
      }),
    )

    it.effect("draw no progress line where stderr is no terminal", () =>
      Effect.gen(function* () {
        const { first } = yield* BrokenNights
        expect(first.stderr).not.toContain("\r")
        expect(first.stderr).not.toContain("\u001b")
      }),
    )

    it.effect("count the same exceptions on stderr, in --json, in the CSV and in the store", () =>
      Effect.gen(function* () {
        const nights = yield* BrokenNights
        const severities = ["critical", "high", "medium", "low", "info"]
        const told = /^exceptions +(.*)$/m.exec(nights.first.stderr)?.[1]
        const asSaid = (counts: Readonly<Record<string, number>>) =>
          severities.map((severity) => `${counts[severity] ?? 0} ${severity}`).join(", ")
        const inCsv = recordsOf(reportsIn(folderOf(nights, 0)).get("exceptions"))
        const countBy = (rows: ReadonlyArray<Readonly<Record<string, unknown>>>) =>
          asSaid(
            Object.fromEntries(
              severities.map((severity) => [severity, rows.filter((row) => row.severity === severity).length]),
            ),
          )
        expect(countBy(inCsv)).toBe(told)
        expect(asSaid(JSON.parse(nights.second.stdout).exceptions)).toBe(told)
        expect(countBy(yield* rowsOf(join(nights.cwd, "store/tidemark.duckdb"), "FROM recon.exceptions"))).toBe(told)
      }),
    )

    it.effect("list every file in the manifest, with its hash, bytes and rows as anybody computes them anew", () =>
      Effect.gen(function* () {
        const nights = yield* BrokenNights
        for (const folder of nights.folders) {
          const csvs = [...reportsIn(folder).values()]
          expect(csvs.length).toBeGreaterThan(0)
          expect(
            manifestIn(folder)
              .files.filter(({ name }) => name.endsWith(".csv"))
              .map(({ bytes, name, rows, sha256 }) => ({ bytes, name, rows, sha256 }))
              .sort((a, b) => (a.name < b.name ? -1 : 1)),
          ).toEqual(
            csvs
              .map((csv) => ({
                bytes: csv.bytes.length,
                name: csv.name,
                rows: csv.rows.length,
                sha256: sha256(csv.bytes),
              }))
              .sort((a, b) => (a.name < b.name ? -1 : 1)),
          )
          const others = manifestIn(folder).files.filter(({ name }) => !name.endsWith(".csv"))
          expect(others.map(({ name }) => name.replace(/_\d{8}_.*(?=\.)/, "")).sort()).toEqual([
            "index.html",
            "recon.xlsx",
          ])
          for (const { bytes, name, sha256: hash } of others) {
            const written = readFileSync(join(folder, name))
            expect({ bytes: written.length, hash: sha256(written) }).toEqual({ bytes, hash })
          }
        }
      }),
    )

    it.effect("write each report with exactly the columns of its definition, CRLF at every line's end", () =>
      Effect.gen(function* () {
        const nights = yield* BrokenNights
        const csvs = reportsIn(folderOf(nights, 0))
        const defined = yield* definitions
        expect([...csvs.keys()].sort()).toEqual(defined.map(({ name }) => name).sort())
        for (const { columns, name } of defined) {
          const csv = csvs.get(name)
          expect(csv?.header, name).toEqual(columns.map((column) => column.name))
          expect(csv?.bytes.toString("utf8").startsWith(`${columns.map((column) => column.name).join(",")}\r\n`)).toBe(
            true,
          )
          expect(csv?.bytes.toString("utf8").endsWith("\r\n"), name).toBe(true)
        }
      }),
    )

    it.effect("write the exceptions with exactly the columns that the design promises", () =>
      Effect.gen(function* () {
        const nights = yield* BrokenNights
        expect(reportsIn(folderOf(nights, 0)).get("exceptions")?.header.join(", ")).toBe(
          "exception_id, code, severity, state, stream, record_id, counterpart_id, customer_id, partner_customer_ref, " +
            "currency, expected, actual, difference, tolerance, first_seen, last_seen, age_days, bucket, assignee, detail, " +
            "amount_at_stake, what_to_do, evidence",
        )
      }),
    )

    it.effect("point latest at the newest folder, by a link that survives moving the whole", () =>
      Effect.gen(function* () {
        const nights = yield* BrokenNights
        const latest = join(nights.cwd, "reports", "latest")
        expect(realpathSync(latest)).toBe(realpathSync(folderOf(nights, 2)))
        expect(readlinkSync(latest).startsWith("/")).toBe(false)
      }),
    )

    it.effect("chain each manifest to the one before", () =>
      Effect.gen(function* () {
        const nights = yield* BrokenNights
        expect(manifestIn(folderOf(nights, 0)).previous_manifest_sha256).toBeNull()
        for (const index of [1, 2]) {
          const before = sha256(readFileSync(join(folderOf(nights, index - 1), "manifest.json")))
          expect(manifestIn(folderOf(nights, index)).previous_manifest_sha256).toBe(before)
        }
      }),
    )

    it.effect("take the customers from the store where no roster is named", () =>
      Effect.gen(function* () {
        const nights = yield* BrokenNights
        expect(nights.second.code).toBe(3)
        const said = JSON.parse(nights.second.stdout)
        expect(said.coverage.COMPLETE).toBe(34)
        expect(said.partitions).toBe(34)
      }),
    )

    it.effect("print one JSON document on stdout with --json, and still tell a person on stderr", () =>
      Effect.gen(function* () {
        const nights = yield* BrokenNights
        const said = JSON.parse(nights.second.stdout)
        expect(said.verdict).toBe("EXCEPTIONS")
        expect(realpathSync(join(nights.cwd, said.reports))).toBe(realpathSync(folderOf(nights, 1)))
        expect(said.runId).toBe(manifestIn(folderOf(nights, 1)).run_id)
        expect(nights.second.stderr).toContain(said.runId)
      }),
    )

    it.effect("are silent with --quiet, and end with the same code", () =>
      Effect.gen(function* () {
        const { third } = yield* BrokenNights
        expect(third).toEqual({ code: 3, signal: null, stdout: "", stderr: "" })
      }),
    )

    it.effect("leave nothing beside the store, the snapshot, the salt and the reports", () =>
      Effect.gen(function* () {
        const nights = yield* BrokenNights
        expect(namesIn(join(nights.cwd, "store"))).toEqual([
          ".analytics-n.duckdb",
          ".analytics-n.sealed",
          "analytics.duckdb",
          "tidemark.duckdb",
          "tidemark.duckdb.salt",
        ])
        expect(readdirSync(nights.cwd).sort()).toEqual(["customers.csv", "reports", "store"])
      }),
    )
  },
)

layer(Layer.scoped(HealthyNights, threeNights("none")), { excludeTestServices: true, timeout: 300_000 })(
  "nights against a healthy sandbox",
  (it) => {
    it.effect("end with 0, say CLEAN, and report no exception", () =>
      Effect.gen(function* () {
        const nights = yield* HealthyNights
        expect([nights.first.code, nights.second.code, nights.third.code]).toEqual([0, 0, 0])
        expect(nights.first.stderr).toMatch(/^CLEAN: /)
        expect(nights.first.stderr).toContain("0 critical, 0 high, 0 medium, 0 low, 0 info")
        const manifest = manifestIn(folderOf(nights, 0))
        expect(manifest.verdict).toBe("CLEAN")
        const exceptions = reportsIn(folderOf(nights, 0)).get("exceptions")
        expect(exceptions?.rows).toEqual([])
        expect(exceptions?.header.length).toBe(23)
      }),
    )

    it.effect("leave no case unproven: whatever was read whole can be judged", () =>
      Effect.gen(function* () {
        const { first, second } = yield* HealthyNights
        expect(first.stderr).not.toContain("unproven")
        expect(JSON.parse(second.stdout).unproven).toBe(0)
      }),
    )
  },
)

describe("the sandbox's exports", () => {
  layer(Layer.empty, { excludeTestServices: true })((it) => {
    it.scoped("name the four documented environment variables, and none else", () =>
      Effect.gen(function* () {
        const cwd = yield* temporaryFolder
        const { env } = yield* startSandbox([], { cwd })
        expect(Object.keys(env).sort()).toEqual([
          "OCEAFIN_PARTNER_API_BASE_URL",
          "OCEAFIN_PARTNER_API_CLIENT_ID",
          "OCEAFIN_PARTNER_API_CLIENT_SECRET",
          "OCEAFIN_PARTNER_API_WEBHOOK_SECRET",
        ])
      }),
    )
  })
})
