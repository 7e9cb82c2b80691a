import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { createServer, type IncomingHttpHeaders } from "node:http"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { serveWorld, smallWorld, writeRoster } from "../../end-to-end/program/served-world.ts"
import { runInProcess } from "../../support/in-process.ts"
import { readPrometheusText } from "../../support/prometheus-text.ts"
import { temporaryFolder } from "../../support/temporary-folder.ts"

const nobody = {
  OCEAFIN_PARTNER_API_BASE_URL: "http://127.0.0.1:1",
  OCEAFIN_PARTNER_API_CLIENT_ID: "tests",
  OCEAFIN_PARTNER_API_CLIENT_SECRET: "never-used-secret",
}

const nightly = ["nightly", "--customers", "customers.csv", "--quiet", "--json", "--metrics", "tidemark.prom"]

const metricsIn = (cwd: string) =>
  new Map(
    readPrometheusText(readFileSync(join(cwd, "tidemark.prom"), "utf8")).map(({ labels, name, value }) => [
      [name, ...Object.values(labels)].join(" "),
      value,
    ]),
  )

const configure = (cwd: string, settings: object) => writeFileSync(join(cwd, "tidemark.json"), JSON.stringify(settings))

/** A command of two lines of shell, as a partner would write one. */
const writeCommand = (cwd: string, name: string, script: string) => {
  writeFileSync(join(cwd, name), `#!/bin/sh\n${script}\n`)
  chmodSync(join(cwd, name), 0o755)
}

interface Received {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** Somebody who takes messages, and answers with a status or never. */
const receiver = (status: number | null) =>
  Effect.acquireRelease(
    Effect.async<{ readonly url: string; readonly received: Array<Received>; readonly close: () => void }>((resume) => {
      const received: Array<Received> = []
      const server = createServer((request, response) => {
        let body = ""
        request.on("data", (part) => {
          body += part
        })
        request.on("end", () => {
          received.push({ path: request.url ?? "", headers: request.headers, body })
          if (status !== null) response.writeHead(status, { location: "/elsewhere" }).end("no")
        })
      })
      server.listen(0, "127.0.0.1", () => {
        const { port } = server.address() as AddressInfo
        const close = () => {
          server.closeAllConnections()
          server.close()
        }
        resume(Effect.succeed({ url: `http://127.0.0.1:${port}/services/T0/secret-part`, received, close }))
      })
    }),
    ({ close }) => Effect.sync(close),
  )

describe("a night that ends before anything is judged", () => {
  it.scopedLive("writes its metrics all the same: no configuration, no environment, nobody there, no credentials", () =>
    Effect.gen(function* () {
      const cwd = yield* temporaryFolder
      writeFileSync(join(cwd, "customers.csv"), "customerId,partnerCustomerRef\nc-1,ref-1\n")
      const { env } = yield* serveWorld(smallWorld({ customers: 1, days: 2, breaks: [] }))
      configure(cwd, { pagesize: 1 })
      expect((yield* runInProcess(nightly, { cwd, env: nobody })).code).toBe(78)
      expect(metricsIn(cwd).get("tidemark_exit_code")).toBe(78)
      // Another account's collector reads it, whatever the program's files are to others.
      expect(statSync(join(cwd, "tidemark.prom")).mode & 0o777).toBe(0o644)
      configure(cwd, { startPatienceMinutes: 0 })
      expect((yield* runInProcess(nightly, { cwd })).code).toBe(78)
      expect((yield* runInProcess(nightly, { cwd, env: nobody })).code).toBe(75)
      expect(metricsIn(cwd).get("tidemark_exit_code")).toBe(75)
      const wrong = { ...env, OCEAFIN_PARTNER_API_CLIENT_SECRET: "another-secret-9999" }
      expect((yield* runInProcess([...nightly, "--db", "other/o.duckdb"], { cwd, env: wrong })).code).toBe(77)
      const refused = metricsIn(cwd)
      expect(refused.get("tidemark_exit_code")).toBe(77)
      // Nothing is guessed of what the night did not come to.
      expect([...refused.keys()].sort()).toEqual([
        "tidemark_duration_seconds",
        "tidemark_exit_code",
        "tidemark_last_run_timestamp_seconds",
      ])

      // When a night last was good is remembered beside the database.
      const good = "2026-11-20T02:40:00.000Z"
      const remembered = { endedAt: good, exitCode: 0, verdict: "CLEAN", lastSuccessAt: good }
      writeFileSync(join(cwd, "other", "o.duckdb.last-night"), JSON.stringify(remembered))
      expect((yield* runInProcess([...nightly, "--db", "other/o.duckdb"], { cwd })).code).toBe(78)
      expect(metricsIn(cwd).get("tidemark_last_success_timestamp_seconds")).toBe(Date.parse(good) / 1000)
      expect(readdirSync(cwd).filter((name) => name.startsWith(".partial"))).toEqual([])
    }),
  )

  it.scopedLive("that cannot write them says so in a line, and ends as it would", () =>
    Effect.gen(function* () {
      const cwd = yield* temporaryFolder
      const ended = yield* runInProcess(["nightly", "--quiet", "--metrics", "nowhere/x.prom"], { cwd })
      expect(ended.code).toBe(78)
      expect(ended.stderr.split("\n")).toEqual([
        expect.stringContaining("not set in the environment"),
        expect.stringMatching(/^tidemark: metrics: .*nowhere.*; the night is not touched by it$/),
        "",
      ])
    }),
  )
})

describe("others are told of a night", () => {
  it.scopedLive("by a command that gets the night's JSON, and by a message that names nobody and no amount", () =>
    Effect.gen(function* () {
      const cwd = yield* temporaryFolder
      const { env, world } = yield* serveWorld(smallWorld({ days: 3, breaks: ["LED_FEE_MISMATCH"] }))
      yield* writeRoster(join(cwd, "customers.csv"), world)
      writeCommand(cwd, "keep.sh", 'cat > told.json; echo "$1" > word; echo noise')
      configure(cwd, {
        failOn: "medium",
        onFinish: { command: ["./keep.sh", "a b;$(x)"] },
        webhook: { when: "failure" },
      })
      const inbox = yield* receiver(200)
      const told = { ...env, TIDEMARK_WEBHOOK_URL: inbox.url }
      const ended = yield* runInProcess(nightly, { cwd, env: told })
      expect(ended.code).toBe(3)
      expect(ended.stderr).toMatch(/^tidemark: EXCEPTIONS[^\n]*\n$/)
      expect(readFileSync(join(cwd, "told.json"), "utf8")).toBe(ended.stdout)
      expect(readFileSync(join(cwd, "word"), "utf8")).toBe("a b;$(x)\n")

      expect(inbox.received.map(({ path }) => path)).toEqual(["/services/T0/secret-part"])
      const [{ body, headers } = { body: "", headers: {} }] = inbox.received
      expect(headers["content-type"]).toContain("application/json")
      const message = JSON.parse(body)
      const night = JSON.parse(ended.stdout)
      const metrics = metricsIn(cwd)
      expect(metrics.get("tidemark_last_success_timestamp_seconds")).toBe(
        metrics.get("tidemark_last_run_timestamp_seconds"),
      )
      expect(
        [
          "records",
          "requests",
          "retries",
          "lists COMPLETE",
          "verdict EXCEPTIONS",
          "verdict CLEAN",
          "open_exceptions medium",
          "unproven_cases",
          "changed_exceptions opened",
        ].map((name) => metrics.get(`tidemark_${name}`)),
      ).toEqual([
        night.records,
        night.requests,
        night.retries,
        night.coverage.COMPLETE,
        1,
        0,
        night.exceptions.medium,
        night.unproven,
        night.changes.opened,
      ])
      expect(message).toMatchObject({
        run: night.runId,
        verdict: "EXCEPTIONS",
        exitCode: 3,
        exceptions: night.exceptions,
        changes: night.changes,
        unproven: night.unproven,
        paths: { reports: join(cwd, night.reports.replace(cwd, "")) },
      })
      const names = world.customers.flatMap(({ customerId, partnerCustomerRef }) => [customerId, partnerCustomerRef])
      expect(names.filter((name) => body.includes(name))).toEqual([])
      expect(JSON.stringify(message)).not.toMatch(/amount|currency|atStake/)

      // Whoever wants to hear of failures alone does not hear of a good night, and whoever waits for recovery does.
      configure(cwd, {
        failOn: "critical",
        lake: "lake",
        webhook: { form: "slack", tells: "sums", when: ["failure", "recovery"] },
        onFinish: { command: ["./missing.sh"], when: "failure" },
      })
      const better = yield* runInProcess(nightly, { cwd, env: told })
      expect([better.code, better.stderr]).toEqual([0, ""])
      // The lake after a night is what the command writes.
      yield* runInProcess(["lake", "--to", "by-hand", "--quiet"], { cwd })
      const filesOf = (to: string) => JSON.parse(readFileSync(join(cwd, to, "v1", "_manifest.json"), "utf8"))
      expect(filesOf("lake")).toEqual(filesOf("by-hand"))
      expect(JSON.parse(better.stdout).lake).toBe(join(cwd, "lake", "v1"))
      const { text } = JSON.parse(inbox.received[1]?.body ?? "{}")
      expect(text).toMatch(/^Tidemark\nEXCEPTIONS: /)
      expect(text).toMatch(/\nat stake: [\d.]+ [A-Z]+ in \d/)
    }),
  )

  it.scopedLive("if they can be, as doctor looks", () =>
    Effect.gen(function* () {
      const cwd = yield* temporaryFolder
      configure(cwd, { webhook: {}, onFinish: { command: ["./none.sh"] } })
      const { checks } = JSON.parse((yield* runInProcess(["doctor", "--json"], { cwd })).stdout) as {
        checks: ReadonlyArray<{ check: string; state: string; detail: string }>
      }
      expect(checks).toContainEqual(expect.objectContaining({ check: "onFinish", state: "warn" }))
      expect(checks).toContainEqual(
        expect.objectContaining({
          check: "webhook",
          state: "warn",
          detail: "TIDEMARK_WEBHOOK_URL is not set in the environment",
        }),
      )
    }),
  )

  it.scopedLive.each([
    ["a command that is not there", { onFinish: { command: ["./none"] } }, /onFinish: .*none could not be started/],
    [
      "a command that fails",
      { onFinish: { command: ["./fail.sh"] } },
      /onFinish: .*fail\.sh ended with 7: no mail today/,
    ],
    [
      "a command that hangs, with what it started",
      { onFinish: { command: ["./hang.sh"], timeoutSeconds: 1 } },
      /onFinish: .*hang\.sh did not end within 1 s and was killed/,
    ],
    ["an address that is not set", { webhook: {} }, /webhook: TIDEMARK_WEBHOOK_URL is not set in the environment/],
  ] as const)("never changes how the night ends: %s", ([, settings, sentence]) =>
    Effect.gen(function* () {
      const cwd = yield* temporaryFolder
      writeCommand(cwd, "fail.sh", "echo first >&2; echo no mail today >&2; exit 7")
      writeCommand(cwd, "hang.sh", "(sleep 3; touch survived) & sleep 60")
      configure(cwd, settings)
      const ended = yield* runInProcess(["nightly", "--quiet"], { cwd })
      expect(ended.code).toBe(78)
      const [, second, end, ...more] = ended.stderr.split("\n")
      expect(second).toMatch(sentence)
      expect([end, more]).toEqual(["", []])
      expect(existsSync(join(cwd, "survived"))).toBe(false)
    }),
  )

  it.scopedLive.each([
    [500, "answered 500"],
    [302, "answered 302"],
    [null, "did not answer within 1 s"],
  ] as const)("never changes how the night ends: whoever is told answers %s", ([status, sentence]) =>
    Effect.gen(function* () {
      const cwd = yield* temporaryFolder
      const inbox = yield* receiver(status)
      configure(cwd, { webhook: { timeoutSeconds: 1 } })
      const ended = yield* runInProcess(["nightly", "--json"], { cwd, env: { TIDEMARK_WEBHOOK_URL: inbox.url } })
      expect(ended.code).toBe(78)
      expect(inbox.received.length).toBe(1)
      expect(JSON.parse(inbox.received[0]?.body ?? "")).toMatchObject({ exitCode: 78, verdict: null, run: null })
      expect(ended.stderr).toContain(sentence)
      // The address is a secret.
      expect(ended.stderr + ended.stdout).not.toContain("secret-part")
    }),
  )
})
