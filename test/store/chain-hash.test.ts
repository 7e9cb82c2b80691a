import { expect, layer } from "@effect/vitest"
import { Effect, FastCheck } from "effect"
import { chainHashes } from "../../src/store/chain-hash.ts"
import { Database } from "../../src/store/database.ts"
import { sha256 } from "../support/pages.ts"

interface Stored {
  readonly chain: number
  readonly part: "chain" | "look back"
  readonly sequence: number
  readonly cursorIn: string | null
  readonly cursorOut: string | null
  readonly sha256: string
  readonly items: number
  readonly fault?: string
}

const page = (sequence: number, different: Partial<Stored> = {}): Stored => ({
  chain: 1,
  part: "chain",
  sequence,
  cursorIn: sequence === 1 ? null : `c${sequence - 1}`,
  cursorOut: `c${sequence}`,
  sha256: sha256(`page ${sequence}`),
  items: 200,
  ...different,
})

const put = (pages: ReadonlyArray<Stored>, runId = "run-1", customerId = "customer-1") =>
  Effect.flatMap(Database, (database) =>
    Effect.forEach(
      pages,
      (stored) =>
        database.run(
          `INSERT INTO raw.pages BY NAME SELECT $1 AS run_id, $2 AS customer_id, 'fiat_deposits' AS stream, $3::INTEGER AS chain,
             $4 AS part, $5::INTEGER AS sequence, $6 AS cursor_in, $7 AS cursor_out, $8 AS sha256, $9::INTEGER AS items,
             $10 AS fault, 0 AS bytes, FALSE AS redacted, '' AS kept_sha256, '' AS request_id, 1 AS attempts, now() AS received_at`,
          [
            runId,
            customerId,
            String(stored.chain),
            stored.part,
            String(stored.sequence),
            stored.cursorIn,
            stored.cursorOut,
            stored.sha256,
            String(stored.items),
            stored.fault ?? null,
          ],
        ),
      { discard: true },
    ),
  )

const hashes = (runId = "run-1") =>
  Effect.flatMap(Database, (database) =>
    Effect.map(
      database.rows<{ customer_id: string; stream: string; chain_sha256: string }>(chainHashes, [runId]),
      (rows) => new Map(rows.map((row) => [`${row.customer_id}/${row.stream}`, row.chain_sha256])),
    ),
  )

const hashOf = (pages: ReadonlyArray<Stored>) =>
  Effect.gen(function* () {
    const database = yield* Database
    yield* database.run("DELETE FROM raw.pages")
    yield* put(pages)
    return (yield* hashes()).get("customer-1/fiat_deposits")
  })

/** The definition in words, once more in another language. */
const byHand = (pages: ReadonlyArray<Stored>): string =>
  sha256(
    pages
      .map((stored) =>
        [
          stored.part,
          stored.sequence,
          stored.cursorIn === null ? "-" : sha256(stored.cursorIn),
          stored.sha256,
          stored.cursorOut === null ? "-" : sha256(stored.cursorOut),
          stored.items,
        ].join("|"),
      )
      .join("\n"),
  )

const memory = Database.layer({ file: ":memory:", access: "write", memoryLimit: "256MB" })

layer(memory)("the hash of a partition's chain", (it) => {
  it.effect("is over its pages in order, the look back after the chain, however they were stored", () =>
    Effect.gen(function* () {
      const [first, second, last] = [page(1), page(2), page(10, { cursorIn: "c2", cursorOut: null })]
      const back = page(1, { part: "look back", cursorOut: null, sha256: sha256("arrived meanwhile") })
      expect(yield* hashOf([last, back, second, first])).toBe(byHand([first, second, last, back]))
    }),
  )

  it.effect("leaves out earlier chains of the partition, and pages that could not be read", () =>
    Effect.gen(function* () {
      const lastChain = [page(1, { chain: 2 }), page(2, { chain: 2, cursorOut: null })]
      const unread = page(3, { chain: 2, fault: "the page has no items" })
      expect(yield* hashOf([page(1), page(2), page(3), ...lastChain, unread])).toBe(byHand(lastChain))
      const begunInVain = page(1, { chain: 3, fault: "the page has no items" })
      expect(yield* hashOf([page(1), ...lastChain, begunInVain])).toBe(byHand(lastChain))
    }),
  )

  it.effect("is one for each customer, and of one run alone", () =>
    Effect.gen(function* () {
      const database = yield* Database
      yield* database.run("DELETE FROM raw.pages")
      yield* put([page(1)], "run-1", "customer-1")
      yield* put([page(2)], "run-1", "customer-2")
      yield* put([page(3)], "run-2", "customer-1")
      expect(yield* hashes()).toEqual(
        new Map([
          ["customer-1/fiat_deposits", byHand([page(1)])],
          ["customer-2/fiat_deposits", byHand([page(2)])],
        ]),
      )
    }),
  )

  const opaque = FastCheck.option(
    FastCheck.oneof(FastCheck.string(), FastCheck.constantFrom("-", "|", "a\nb", "é")),
  ).map((cursor) => cursor?.replaceAll("\u0000", "") ?? null)

  const drawnPages = FastCheck.array(
    FastCheck.record({ cursorIn: opaque, cursorOut: opaque, items: FastCheck.nat(200) }),
    { minLength: 1, maxLength: 5 },
  )

  it.effect.prop(
    "holds for cursors of any text",
    [drawnPages],
    ([drawn]) =>
      Effect.gen(function* () {
        const pages = drawn.map((about, index) => page(index + 1, about))
        expect(yield* hashOf([...pages].reverse())).toBe(byHand(pages))
      }),
    { fastCheck: { numRuns: 20 } },
  )
})
