import { readFileSync, writeFileSync } from "node:fs"
import { createServer, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { type StreamName, streams } from "../../../src/api/streams.ts"
import { apiPage, apiRecord } from "../../support/scripted-api.ts"
import { temporaryFolder } from "../../support/temporary-folder.ts"
import { runProgram } from "./program.ts"
import { filesIn, foundInRows, rowsOf, textsFoundIn } from "./working-folder.ts"

const secret = 's3cret/of+the=hostile\\night"9f'
/** A person, and what would forge a line or rule a terminal. */
const person = "Ada Lovelace-Byron"
const forged = `x\u001b[2J\u001b[1A\r\nCLEAN\u009b\u202e\u0007 ${"long ".repeat(2)}`
const hostile = `${person} ${forged}`

/** The secret in every way in which an API may write it. */
const echoes = [
  secret,
  encodeURIComponent(secret),
  Buffer.from(secret).toString("base64"),
  JSON.stringify(secret).replace("s3c", String.raw`s\u0033c`).slice(1, -1),
]

/** What each list answers; those that are not named, a record with something hostile in every field that may have it. */
const answers: Partial<Record<StreamName, (response: ServerResponse) => void>> = {
  transactions: (response) => {
    response.writeHead(409, { "content-type": "application/problem+json", "x-request-id": secret })
    const detail = `${hostile} ${secret} ${"and on ".repeat(700_000)}`
    response.end(JSON.stringify({ code: "PARTNER_RESOURCE_STATE_INVALID", title: hostile, detail, requestId: hostile }))
  },
  fiat_withdrawals: (response) => {
    response.writeHead(200).end(`${hostile} ${secret} {`)
  },
  crypto_deposits: (response) => {
    response.writeHead(200).end(JSON.stringify({ error: hostile, of: { [person]: secret } }))
  },
  crypto_withdrawals: (response) => {
    const record = JSON.stringify(apiRecord("crypto_withdrawals", { extra: "here" }))
    const deep = `${"[".repeat(6000)}"${person}"${"]".repeat(6000)}`
    response.writeHead(200).end(apiPage([]).replace("[]", `[${record.replace('"here"', deep)}]`))
  },
  crypto_refunds: (response) => {
    const escapes = `"${String.raw`\u0041da \"`.repeat(1_000_000)}"`
    const record = JSON.stringify(apiRecord("crypto_refunds", { amount: "here" })).replace('"here"', escapes)
    response.writeHead(200).end(apiPage([apiRecord("crypto_refunds")]).replace("[", `[${record},`))
  },
  conversions: (response) => {
    response.writeHead(422).end(JSON.stringify({ code: hostile, detail: hostile }))
  },
}

const someRecord = (stream: StreamName, fields: ReadonlyArray<{ readonly field: string; readonly type: string }>) => {
  const own = fields.filter(({ field, type }) => type === "text" && !/customerId|currency$/i.test(field))
  const text = Object.fromEntries(own.map(({ field }) => [field, `${forged} ${secret} of ${field}`]))
  return [
    apiRecord(stream, { ...text, [person]: person, payer: [{ [person]: hostile }], email: hostile, n: 1 }),
    ...fields
      .filter(({ field, type }) => type !== "text" || field === "currency")
      .map(({ field }, place) => apiRecord(stream, { [field]: hostile, reference: `other ${place}` })),
  ]
}

const serve = Effect.acquireRelease(
  Effect.promise(async () => {
    const server = createServer((request, response) => {
      const path = new URL(request.url ?? "/", "http://x").pathname.split("/").at(-1)
      const row = streams.find((candidate) => candidate.path === path)
      response.setHeader("content-type", "application/json")
      response.setHeader("x-request-id", encodeURIComponent(hostile))
      const answer = row === undefined ? undefined : answers[row.stream]
      if (answer !== undefined) answer(response)
      else if (row !== undefined) {
        const page = apiPage(someRecord(row.stream, row.fields)).replace("{", `{"for":${JSON.stringify(hostile)},`)
        response.end(page.replaceAll(JSON.stringify(secret).slice(1, -1), echoes[streams.indexOf(row) % 4] ?? secret))
      }
    })
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening))
    return server
  }),
  (server) => Effect.sync(() => server.closeAllConnections()).pipe(Effect.zipRight(Effect.sync(() => server.close()))),
).pipe(Effect.map((server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`))

const quick = {
  retry: Object.fromEntries(
    ["malformed_body", "not_its_own"].map((failure) => [
      failure,
      { firstDelaySeconds: 0.01, capSeconds: 0.05, tries: 2 },
    ]),
  ),
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there.
const controls = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/

describe("an API that sends names, its partner's secret and control characters wherever it can", () => {
  it.scopedLive(
    "fails by list and record, and nothing of it is stored, logged, bundled, reported or printed",
    () =>
      Effect.gen(function* () {
        const cwd = yield* temporaryFolder
        writeFileSync(join(cwd, "customers.csv"), "customerId,partnerCustomerRef\nc-1,ref-1\n")
        writeFileSync(join(cwd, "tidemark.json"), JSON.stringify(quick))
        const place = {
          cwd,
          env: {
            OCEAFIN_PARTNER_API_BASE_URL: yield* serve,
            OCEAFIN_PARTNER_API_CLIENT_ID: "tests",
            OCEAFIN_PARTNER_API_CLIENT_SECRET: secret,
          },
        }
        const logs = ["--log-format", "pretty", "--log-level", "debug"]
        const night = yield* runProgram(["nightly", "--customers", "customers.csv", ...logs], place)
        const commands = {
          night,
          json: yield* runProgram(["runs", "show", "--json"], place),
          doctor: yield* runProgram(["doctor", "--customers", "customers.csv", ...logs], place),
          bundle: yield* runProgram(["support-bundle", "--out", "bundle.json"], place),
          list: yield* runProgram(["exceptions", "list"], place),
          verify: yield* runProgram(["verify"], place),
        }
        expect([night.code, commands.verify.code]).toEqual([4, 0])

        const database = join(cwd, "tidemark.duckdb")
        const states = yield* rowsOf<{ stream: string; state: string; reason: string }>(
          database,
          "SELECT stream, state, reason FROM recon.coverage WHERE state <> 'COMPLETE' ORDER BY stream",
        )
        expect(states.map(({ state, stream }) => [stream, state])).toEqual(
          ["conversions", "crypto_deposits", "fiat_withdrawals", "transactions"].map((stream) => [stream, "FAILED"]),
        )
        for (const { reason } of states) expect(reason.length).toBeLessThan(500)
        const read = yield* rowsOf(
          database,
          "SELECT 1 FROM main.crypto_withdrawals UNION ALL SELECT 1 FROM main.crypto_refunds",
        )
        expect(read.length).toBe(2)

        // Everything that must be nowhere, in the bytes of every file and in every row of what is compressed.
        const nowhere = [person, "Lovelace", ...echoes, "s3cret/of", Buffer.from(secret).toString("hex")]
        const said = Object.entries(commands).flatMap(([name, { stderr, stdout }]) =>
          // Doctor shows a person what the API explains, and keeps nothing.
          nowhere
            .filter((text) => name !== "doctor" || !person.includes(text))
            .flatMap((text) => ((stdout + stderr).includes(text) ? [`${name}: ${text}`] : [])),
        )
        expect(said).toEqual([])
        expect(textsFoundIn(cwd, nowhere)).toEqual([])
        for (const file of ["tidemark.duckdb", "analytics.duckdb"]) {
          expect(yield* foundInRows(join(cwd, file), nowhere)).toEqual([])
        }

        for (const { stderr, stdout } of Object.values(commands)) expect(stdout + stderr).not.toMatch(controls)
        const reports = filesIn(join(cwd, "tidemark-out")).filter((file) => /\.(csv|html|json)$/.test(file))
        expect(reports.length).toBeGreaterThan(5)
        for (const file of reports) {
          expect(readFileSync(file, "utf8").replaceAll("\r\n", "\n"), file).not.toMatch(controls)
        }
      }),
    240_000,
  )
})
