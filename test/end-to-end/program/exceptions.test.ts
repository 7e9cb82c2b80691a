import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { userInfo } from "node:os"
import { join } from "node:path"
import { expect, layer } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { temporaryFolder } from "../../support/temporary-folder.ts"
import { type Ended, runProgram } from "./program.ts"
import { serveWorld, smallWorld, writeRoster } from "./served-world.ts"
import { recordsOf, reportsIn, rowsOf } from "./working-folder.ts"

interface OneNight {
  readonly cwd: string
  readonly runId: string
  readonly ask: (...args: ReadonlyArray<string>) => Effect.Effect<Ended>
}

class AfterOneNight extends Context.Tag("test/AfterOneNight")<AfterOneNight, OneNight>() {}

/** A night with known breaks; from then on nothing is asked of the API. */
const afterOneNight = Effect.gen(function* () {
  const cwd = yield* temporaryFolder
  const { env, world } = yield* serveWorld(smallWorld({ breaks: "all" }))
  yield* writeRoster(join(cwd, "customers.csv"), world)
  const night = yield* runProgram(["nightly", "--customers", "customers.csv", "--json"], { cwd, env })
  expect(night.code).toBe(3)
  const runId = String(JSON.parse(night.stdout).runId)
  return { cwd, runId, ask: (...args: ReadonlyArray<string>) => runProgram(args, { cwd }) }
})

const ask = (...args: ReadonlyArray<string>) => Effect.flatMap(AfterOneNight, (night) => night.ask(...args))
const exceptions = (...args: ReadonlyArray<string>) => ask("exceptions", ...args)

interface Listed {
  readonly exception_id: string
  readonly code: string
  readonly severity: string
  readonly state: string
  readonly record_id: string
  readonly customer_id: string
  readonly partner_customer_ref: string
  readonly currency: string | null
  readonly assignee: string | null
  readonly difference: string | null
}

const listed = (...args: ReadonlyArray<string>) =>
  Effect.map(exceptions("list", "--format", "json", ...args), (ended) => {
    expect(ended.code).toBe(0)
    return JSON.parse(ended.stdout) as ReadonlyArray<Listed>
  })

const withCode = (code: string) =>
  Effect.map(listed("--code", code, "--state", "all"), ([first]) => {
    if (first === undefined) throw new Error(`the world has no ${code}`)
    return first
  })

const sentence = (ended: Ended, code: number): string => {
  expect(ended.code).toBe(code)
  expect(ended.stdout).toBe("")
  expect(ended.stderr).toMatch(/^tidemark: .*\n$/)
  return ended.stderr
}

layer(Layer.scoped(AfterOneNight, afterOneNight), { excludeTestServices: true, timeout: 120_000 })(
  "tidemark exceptions, after a night,",
  (it) => {
    it.effect("list prints as CSV, byte for byte, what the report exceptions holds", () =>
      Effect.gen(function* () {
        const { cwd } = yield* AfterOneNight
        const { code, stdout } = yield* exceptions("list", "--format", "csv")
        const reported = reportsIn(join(cwd, "tidemark-out", "latest")).get("exceptions")
        expect(code).toBe(0)
        expect(stdout).toBe(reported?.bytes.toString("utf8"))
        expect(reported?.rows.length).toBeGreaterThan(10)
      }),
    )

    it.effect("list prints the same rows as JSON, with every column and exact amounts", () =>
      Effect.gen(function* () {
        const { cwd } = yield* AfterOneNight
        const reported = recordsOf(reportsIn(join(cwd, "tidemark-out", "latest")).get("exceptions"))
        const rows = yield* listed()
        const asText = (row: Listed) =>
          Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value === null ? "" : String(value)]))
        const plain = (row: Readonly<Record<string, string>>) =>
          Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value.replace(/^'(?=[=+\-@])/, "")]))
        expect(rows.map(asText)).toEqual(reported.map(plain))
      }),
    )

    it.effect("list prints a table for a person, and says how many there are", () =>
      Effect.gen(function* () {
        const { code, stderr, stdout } = yield* exceptions("list", "--severity", "critical", "--limit", "2")
        const all = yield* listed("--severity", "critical")
        expect(code).toBe(0)
        const [head, , ...lines] = stdout.trimEnd().split("\n")
        expect(head?.split(/ {2,}/)).toEqual([
          ...["exception", "severity", "code", "state", "days", "customer", "record", "amount", "assignee"],
        ])
        expect(lines.map((line) => line.split(/ +/)[0])).toEqual(all.slice(0, 2).map((row) => row.exception_id))
        expect(stderr).toBe(`2 of ${all.length} exceptions\n`)
      }),
    )

    it.effect("list filters by check, customer, currency and severity, and sorts", () =>
      Effect.gen(function* () {
        const all = yield* listed()
        const [one] = all
        const ref = one?.partner_customer_ref ?? ""
        const ofCustomer = yield* listed("--customer", ref, "--sort", "code")
        expect(ofCustomer.map((row) => row.exception_id).sort()).toEqual(
          all
            .filter((row) => row.partner_customer_ref === ref)
            .map((row) => row.exception_id)
            .sort(),
        )
        const codes = ofCustomer.map((row) => row.code)
        expect(codes).toEqual([...codes].sort())
        const inCurrency = yield* listed("--currency", "eur", "--severity", "high", "--severity", "critical")
        expect(inCurrency).toEqual(
          all.filter((row) => row.currency === "EUR" && ["high", "critical"].includes(row.severity)),
        )
        expect(inCurrency.length).toBeGreaterThan(0)
        expect(yield* listed("--older-than", "1")).toEqual([])
      }),
    )

    it.effect("list and every act refuse a check or a customer that does not exist, rather than find nothing", () =>
      Effect.gen(function* () {
        const before = yield* listed("--state", "all")
        expect(sentence(yield* exceptions("list", "--code", "LED_MISING"), 2)).toContain("tidemark checks")
        expect(sentence(yield* exceptions("ack", "--customer", "nobody"), 2)).toContain("--customer nobody")
        expect(yield* listed("--state", "all")).toEqual(before)
      }),
    )

    it.effect("show prints both records as received, their pages, the comparison, the rule and the events", () =>
      Effect.gen(function* () {
        const { cwd, runId } = yield* AfterOneNight
        const { exception_id, record_id } = yield* withCode("LED_FEE_MISMATCH")
        const { code, stdout } = yield* exceptions("show", exception_id.slice(0, 8))
        expect(code).toBe(0)
        const rows = yield* rowsOf<{ stream: string; body: string; sha256: string; request_id: string }>(
          join(cwd, "analytics.duckdb"),
          `WITH page AS (SELECT stream, raw.body_of(body, body_no) AS body, sha256, request_id FROM raw.pages WHERE run_id = '${runId}')
           FROM page WHERE contains(body, '${record_id}')`,
        )
        expect(rows.length).toBeGreaterThanOrEqual(2)
        const shown = [...stdout.matchAll(/^ {4}(\{"[a-zA-Z]+Id":.*\})$/gm)].map(([, text]) => text ?? "")
        expect(shown).toHaveLength(2)
        for (const text of shown) expect(rows.filter((row) => row.body.includes(text))).toHaveLength(1)
        for (const row of rows) {
          expect(stdout).toContain(row.sha256)
          expect(stdout).toContain(row.request_id)
        }
        expect(stdout).toMatch(/^ {2}fee +[\d.]+ +[\d.]+ +-?[\d.]+$/m)
        expect(stdout).toMatch(/opened +tidemark/)
        expect(stdout).toContain("recon.grace('LED_FEE_MISMATCH')")
      }),
    )

    it.effect("show prints the same as JSON, in which a record is its text as received", () =>
      Effect.gen(function* () {
        const { exception_id, record_id } = yield* withCode("LED_AMOUNT_MISMATCH")
        const { code, stdout } = yield* exceptions("show", "--json", exception_id)
        expect(code).toBe(0)
        const evidence = JSON.parse(stdout)
        expect(evidence.exception).toMatchObject({ exception_id, record_id, code: "LED_AMOUNT_MISMATCH" })
        expect(evidence.records.map((record: { side: string }) => record.side)).toEqual(["record", "counterpart"])
        for (const record of evidence.records) {
          const [page] = record.pages
          expect(Object.values(JSON.parse(page.as_received))).toContain(record.record_id)
          expect(page).toMatchObject({ sequence: expect.any(Number), sha256: expect.stringMatching(/^[0-9a-f]{64}$/) })
        }
        const compared: ReadonlyArray<{ field: string; difference: string | null }> = evidence.comparison
        const net = compared.find((row) => row.field === "net_amount")
        expect(net?.difference).toBe(evidence.exception.difference)
      }),
    )

    it.effect("show prints the unreadable record of one in quarantine, and the roll-forward of a balance", () =>
      Effect.gen(function* () {
        const invalid = yield* withCode("REC_INVALID")
        const unreadable = yield* exceptions("show", invalid.exception_id)
        expect(unreadable.code).toBe(0)
        expect(unreadable.stdout).toContain("UNREADABLE RECORD")
        expect(unreadable.stdout).toContain(invalid.record_id)
        const balance = yield* withCode("BAL_INCEPTION")
        const rolled = yield* exceptions("show", balance.exception_id)
        expect(rolled.stdout).toMatch(/reported_closing +-?[\d.]+/)
      }),
    )

    it.effect("show says where hashes stand in place of names", () =>
      Effect.gen(function* () {
        const { cwd } = yield* AfterOneNight
        const all = yield* listed("--state", "all")
        const pages = yield* rowsOf<{ stream: string; redacted: boolean }>(
          join(cwd, "analytics.duckdb"),
          "SELECT stream, bool_or(redacted) AS redacted FROM raw.pages GROUP BY stream",
        )
        const hides = new Set(pages.filter((page) => page.redacted).map((page) => page.stream))
        const deposits = all.filter((row) => row.code.startsWith("LED_") && "stream" in row)
        const [hidden] = deposits.filter((row) => hides.has(String((row as unknown as { stream: string }).stream)))
        if (hidden === undefined) throw new Error("the world has no such exception")
        const { stdout } = yield* exceptions("show", hidden.exception_id)
        expect(stdout).toContain("hashes stand in place of personal data")
        expect(stdout).toContain("kept_sha256")
      }),
    )

    it.effect("show refuses what is no id, is too short, or is unknown, with a sentence each", () =>
      Effect.gen(function* () {
        expect(sentence(yield* exceptions("show", "nonsense!"), 2)).toContain("nonsense! is not an exception's id")
        expect(sentence(yield* exceptions("show", "ab"), 2)).toContain("too short")
        expect(sentence(yield* exceptions("show", "0123456789abcdef"), 2)).toContain("there is no exception")
      }),
    )

    it.effect("ack, assign, note, write-off and reopen change the state, and the snapshot shows it at once", () =>
      Effect.gen(function* () {
        const { exception_id } = yield* withCode("BAL_COMPONENTS")
        const now = Effect.map(listed("--code", "BAL_COMPONENTS", "--state", "all"), (rows) =>
          rows.find((row) => row.exception_id === exception_id),
        )
        const acked = yield* exceptions("ack", exception_id, "--note", "looking")
        expect(acked).toMatchObject({ code: 0, stderr: "1 exception acknowledged\n" })
        expect(acked.stdout).toMatch(new RegExp(`^${exception_id} .* open +acknowledged$`, "m"))
        expect(yield* now).toMatchObject({ state: "acknowledged" })
        expect(yield* exceptions("ack", exception_id)).toMatchObject({
          code: 0,
          stderr: `${exception_id} is acknowledged already\nnothing was changed\n`,
        })
        const assigned = yield* exceptions("assign", "--to", "Ben", exception_id)
        expect(assigned.stdout).toMatch(/was assigned to +is assigned to\n/)
        expect(assigned.stdout).toMatch(new RegExp(`^${exception_id} .* nobody +Ben$`, "m"))
        expect(yield* now).toMatchObject({ state: "acknowledged", assignee: "Ben" })
        const off = yield* exceptions(
          "write-off",
          exception_id,
          "--by",
          "ada",
          "--reason",
          "rounding of the bank",
          "--json",
        )
        expect(JSON.parse(off.stdout)).toMatchObject({
          act: "written_off",
          dry_run: false,
          done: [{ exception_id, from: "acknowledged", to: "written_off" }],
          skipped: [],
        })
        expect(yield* listed("--code", "BAL_COMPONENTS", "--state", "written_off")).toMatchObject([{ exception_id }])
        yield* exceptions("reopen", exception_id, "--by", "eve")
        yield* exceptions("note", exception_id, "--note", "=1+1", "--by", "eve")
        expect(yield* now).toMatchObject({ state: "reopened" })
        const { stdout } = yield* exceptions("show", exception_id, "--json")
        const events: ReadonlyArray<Record<string, string | null>> = JSON.parse(stdout).events
        expect(events.map(({ event, note, who }) => [event, who, note])).toEqual([
          ["opened", "tidemark", null],
          ["acknowledged", userInfo().username, "looking"],
          ["assigned", userInfo().username, null],
          ["written_off", "ada", "rounding of the bank"],
          ["reopened", "eve", null],
          ["noted", "eve", "=1+1"],
        ])
      }),
    )

    it.effect("an act that makes no sense ends with 2 and says which exception is in its way", () =>
      Effect.gen(function* () {
        const { exception_id } = yield* withCode("REC_ARITHMETIC")
        const { code, stderr, stdout } = yield* exceptions("reopen", exception_id)
        expect([code, stdout]).toEqual([2, ""])
        expect(stderr).toBe(`${exception_id} is open as it is\nnothing was changed\n`)
      }),
    )

    it.effect("bad requests end with 2 and one sentence, and change nothing", () =>
      Effect.gen(function* () {
        const { cwd } = yield* AfterOneNight
        const { exception_id } = yield* withCode("LED_MISSING_PRODUCT")
        const log = rowsOf(join(cwd, "tidemark.duckdb"), "SELECT * FROM recon.exception_events ORDER BY event_no")
        const before = yield* log
        expect(sentence(yield* exceptions("write-off", exception_id), 2)).toContain("say why")
        expect(sentence(yield* exceptions("write-off", exception_id, "--reason", "  "), 2)).toContain(
          "--reason is empty",
        )
        expect(sentence(yield* exceptions("ack"), 2)).toContain("--customer")
        expect(sentence(yield* exceptions("ack", exception_id, "--reazon", "x"), 2)).toContain("--reazon")
        expect((yield* exceptions("note", exception_id)).code).toBe(2)
        expect((yield* exceptions("list", "--severity", "grave")).code).toBe(2)
        expect((yield* exceptions("acknowledge", exception_id)).code).toBe(2)
        expect(sentence(yield* exceptions("ack", "--db", "none.duckdb", exception_id), 2)).toContain("none.duckdb")
        expect(yield* log).toEqual(before)
        expect(readdirSync(cwd)).not.toContain("none.duckdb")
      }),
    )

    it.effect("a choice that nothing matches ends with 0 and says so; a rehearsal changes nothing", () =>
      Effect.gen(function* () {
        const { cwd } = yield* AfterOneNight
        const none = yield* exceptions("ack", "--older-than", "400")
        expect(none).toMatchObject({ code: 0, stdout: "", stderr: "nothing matches, so nothing was changed\n" })
        const snapshot = readFileSync(join(cwd, "analytics.duckdb"))
        const open = yield* listed("--code", "AGE_STUCK")
        const rehearsed = yield* exceptions("write-off", "--code", "AGE_STUCK", "--reason", "old", "--dry-run")
        expect(rehearsed.code).toBe(0)
        expect(rehearsed.stderr).toContain(`${open.length} exceptions would be written off; nothing was changed`)
        for (const { exception_id } of open) expect(rehearsed.stdout).toContain(exception_id)
        expect(yield* listed("--code", "AGE_STUCK")).toEqual(open)
        expect(readFileSync(join(cwd, "analytics.duckdb")).equals(snapshot)).toBe(true)
        const done = yield* exceptions("write-off", "--code", "AGE_STUCK", "--reason", "old")
        expect(done.stdout).toBe(rehearsed.stdout)
        expect(yield* listed("--code", "AGE_STUCK")).toEqual([])
      }),
    )

    it.effect("an act that was stored and could not be published is published by the same command, run again", () =>
      Effect.gen(function* () {
        const { cwd } = yield* AfterOneNight
        const act = ["ack", "--code", "LED_FEE_MISMATCH"]
        expect((yield* exceptions(...act)).code).toBe(0)
        const acknowledged = yield* listed("--state", "acknowledged")
        rmSync(join(cwd, "analytics.duckdb"))
        expect(yield* exceptions(...act)).toMatchObject({
          code: 0,
          stderr: "nothing matches, so nothing was changed\n",
        })
        expect(existsSync(join(cwd, "analytics.duckdb"))).toBe(true)
        expect(yield* listed("--state", "acknowledged")).toEqual(acknowledged)
      }),
    )

    it.effect("written-off and acknowledged exceptions are what the next report and the next judgement show", () =>
      Effect.gen(function* () {
        const { cwd } = yield* AfterOneNight
        yield* exceptions("write-off", "--code", "REC_UNKNOWN_STATUS", "--reason", "asked, and all is well", "--quiet")
        const live = yield* listed()
        const off = yield* listed("--state", "written_off")
        expect(off.map((row) => row.code)).toContain("REC_UNKNOWN_STATUS")
        expect((yield* ask("reconcile", "--quiet")).code).toBe(3)
        expect((yield* ask("report", "--quiet")).code).toBe(3)
        expect(yield* listed("--state", "written_off")).toEqual(off)
        const reported = recordsOf(reportsIn(join(cwd, "tidemark-out", "latest")).get("exceptions"))
        expect(reported.map((row) => row.exception_id)).toEqual(live.map((row) => row.exception_id))
      }),
    )

    it.effect("runs sign takes a preparer, then another person as reviewer, and runs shows both", () =>
      Effect.gen(function* () {
        const { cwd, runId } = yield* AfterOneNight
        const sign = (...args: ReadonlyArray<string>) => ask("runs", "sign", "--run", runId, ...args)
        expect(sentence(yield* sign("--as", "reviewer", "--by", "ben"), 2)).toContain("no preparer yet")
        expect(yield* sign("--as", "preparer", "--by", "Ada")).toMatchObject({ code: 0, stdout: "" })
        expect(sentence(yield* sign("--as", "reviewer", "--by", "ada "), 2)).toContain("another person must")
        const reviewed = yield* sign("--as", "reviewer", "--by", "ben", "--note", "fine", "--json", "--quiet")
        expect(JSON.parse(reviewed.stdout)).toMatchObject({ signature_no: 2, signer: "ben", note: "fine" })
        const { stdout } = yield* ask("runs", "--json")
        expect(JSON.parse(stdout)).toMatchObject([{ run_id: runId, prepared_by: "Ada", reviewed_by: "ben" }])
        expect((yield* ask("runs")).stdout).toMatch(/prepared by +reviewed by/)
        expect(yield* ask("runs", "verify-signatures")).toMatchObject({
          code: 0,
          stdout: "",
          stderr: "2 signatures, and every one holds\n",
        })
        expect(sentence(yield* ask("report"), 2)).toContain(`run ${runId} is signed by Ada`)
        expect(sentence(yield* ask("reconcile"), 2)).toContain("stays as it was signed")
        appendFileSync(join(cwd, "tidemark-out", "latest", "manifest.json"), "\n")
        const broken = yield* ask("runs", "verify-signatures")
        expect(broken.code).toBe(3)
        expect(broken.stdout).toContain(`run ${runId}: the preparer's signature is of another manifest`)
      }),
    )
  },
)

const verbs: Readonly<Record<string, ReadonlyArray<string>>> = {
  "exceptions list": ["--code", "--state", "--sort", "--limit", "--format"],
  "exceptions show": ["--json"],
  "exceptions ack": ["--customer", "--older-than", "--by", "--dry-run", "--reason"],
  "exceptions write-off": ["--reason"],
  "runs sign": ["--run", "--as", "--by", "--note", "--out"],
}

layer(Layer.empty, { excludeTestServices: true })("the help of commands with commands of their own", (it) => {
  it.scoped("lists each family once, and within it each command with a sentence", () =>
    Effect.gen(function* () {
      const cwd = yield* temporaryFolder
      const { stdout } = yield* runProgram(["--help"], { cwd })
      expect(stdout.match(/^ {2}exceptions /gm)).toHaveLength(1)
      expect(stdout.match(/^ {2}runs /gm)).toHaveLength(1)
      const family = yield* runProgram(["exceptions", "--help"], { cwd })
      expect(family.stdout).toContain("$ tidemark exceptions <command> [options]")
      for (const verb of ["list", "show", "ack", "assign", "note", "write-off", "reopen"]) {
        expect(family.stdout).toMatch(new RegExp(`^ {2}${verb} {2,}[A-Z].*\\.$`, "m"))
      }
    }),
  )

  it.scoped("shows the whole command to type, and no option as if it had to be there", () =>
    Effect.gen(function* () {
      const cwd = yield* temporaryFolder
      yield* Effect.forEach(Object.entries(verbs), ([command, options]) =>
        Effect.gen(function* () {
          const { code, stdout } = yield* runProgram([...command.split(" "), "--help"], { cwd })
          expect(code).toBe(0)
          const usage = /^\$ .*$/m.exec(stdout)?.[0] ?? ""
          expect(usage).toMatch(new RegExp(`^\\$ tidemark ${command} `))
          expect(usage).not.toMatch(/(^| )--(code|customer|severity|assignee|state) /)
          for (const option of options) expect(stdout, command).toMatch(new RegExp(`^${option}( .*)?\\n {2}[A-Z]`, "m"))
          expect(stdout).not.toMatch(/may be repeated zero/)
        }),
      )
    }),
  )
})
