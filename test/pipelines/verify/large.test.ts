import { join } from "node:path"
import { NodeContext } from "@effect/platform-node"
import { describe, expect, it } from "@effect/vitest"
import { Effect, Layer, Logger, LogLevel, Redacted } from "effect"
import { benchSource } from "../../../bench/bench-source.ts"
import { connections } from "../../../src/api/connections.ts"
import { PartnerApi } from "../../../src/api/partner-api.ts"
import { readConfiguration } from "../../../src/pipelines/configuration/settings.ts"
import { sync } from "../../../src/pipelines/sync/sync.ts"
import { findingLine } from "../../../src/pipelines/verify/finding.ts"
import { verify } from "../../../src/pipelines/verify/verify.ts"
import { serveSandbox } from "../../../src/sandbox/server.ts"
import { Database } from "../../../src/store/database.ts"
import { temporaryFolder } from "../../support/temporary-folder.ts"

const records = 120_000
const clientSecret = Redacted.make("a secret of the tests")

/** A night's reading of one long list for each of three customers. */
const readInto = (file: string) =>
  Effect.gen(function* () {
    const source = benchSource({ customers: 3, transactions: records })
    const { baseUrl } = yield* serveSandbox({ source, port: 0, clientId: "tests", clientSecret })
    const configuration = yield* readConfiguration(null, [])
    const customers = source.customers.map((customerId) => ({
      customerId,
      partnerCustomerRef: customerId,
      products: null,
    }))
    yield* sync({ configuration, personalData: { _tag: "Keep" }, customers, baseUrl }).pipe(
      Effect.provide(
        PartnerApi.layer({
          credentials: { baseUrl, clientId: "tests", clientSecret },
          page: configuration.contract.page,
          pageSize: 200,
          concurrency: 8,
          requestsPerSecond: null,
          timeout: "60 seconds",
          maxPageBytes: 20_000_000,
        }),
      ),
    )
  }).pipe(
    Effect.scoped,
    Logger.withMinimumLogLevel(LogLevel.None),
    Effect.provide(
      Layer.mergeAll(Database.layer({ file, access: "write", memoryLimit: "512MB" }), connections, NodeContext.layer),
    ),
  )

describe("a store that is larger than the memory it may take", () => {
  it.scopedLive(
    "is verified page group by page group, within the limit, and an amount altered in it is found",
    () =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        const file = join(folder, "tidemark.duckdb")
        yield* readInto(file)
        const { contract } = yield* readConfiguration(null, []).pipe(Effect.provide(NodeContext.layer))
        // The bodies alone are sixty megabytes.
        const proof = verify(contract, join(folder, "out"), null).pipe(
          Effect.provide(
            Layer.merge(Database.layer({ file, access: "read", memoryLimit: "200MB" }), NodeContext.layer),
          ),
        )
        const well = yield* proof
        expect(well.findings.map(findingLine)).toEqual([])
        expect(well.pages).toBeGreaterThanOrEqual(records / 200)
        yield* Effect.flatMap(Database, (database) =>
          database.run("UPDATE main.transactions SET amount = amount + 0.01 WHERE rowid = 77777"),
        ).pipe(Effect.provide(Database.layer({ file, access: "write", memoryLimit: "512MB" })))
        expect((yield* proof).findings.map(findingLine)).toEqual([
          expect.stringMatching(/its record \S+ is otherwise in transactions \(amount\)$/),
        ])
      }),
    600_000,
  )
})
