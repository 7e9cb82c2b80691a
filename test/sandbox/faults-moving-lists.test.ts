import { FastCheck } from "effect"
import { describe, expect, it } from "vitest"
import { movingLists } from "../../src/sandbox/faults/moving-lists.ts"
import type { PageSource } from "../../src/sandbox/server/page-source.ts"
import { chanceOf } from "../../src/sandbox/world/chance.ts"

/** A list of `total` records, each its own position. */
const sourceOf = (total: number): PageSource => ({
  customers: ["one"],
  products: () => ["core"],
  total: () => total,
  slice: (_customer, _stream, from, to) =>
    Array.from({ length: Math.max(0, Math.min(to, total) - from) }, (_, index) => String(from + index)),
  find: () => null,
  fault: () => null,
})

const truth = (total: number) => new Set(Array.from({ length: total }, (_, index) => String(index)))

const moving = (total: number, seed: number) => {
  const moves: Array<number> = []
  const source = movingLists(
    sourceOf(total),
    () => chanceOf(seed, "a test's list"),
    (_customer, _stream, position) => moves.push(position),
  )
  const slice = (from: number, to: number) => source.slice("one", "transactions", from, to)
  /** Reads to the end by positions, as cursors do. */
  const walk = (limit: number): ReadonlyArray<ReadonlyArray<string>> => {
    const pages: Array<ReadonlyArray<string>> = []
    do pages.push(slice(pages.length * limit, (pages.length + 1) * limit))
    while (pages.length * limit < source.total("one", "transactions"))
    return pages
  }
  return { moves, slice, walk }
}

const sizes = FastCheck.record({
  total: FastCheck.integer({ min: 0, max: 300 }),
  limit: FastCheck.integer({ min: 4, max: 60 }),
  seed: FastCheck.nat(),
})

/** Lists that are long enough to move. */
const long = sizes.filter(({ limit, total }) => total >= limit + 2)

describe("a list that moves while it is read", () => {
  it("is whole once it was read: the chain and a second look at page one are the true list", () => {
    FastCheck.assert(
      FastCheck.property(long, ({ limit, seed, total }) => {
        const list = moving(total, seed)
        const chain = list.walk(limit).flat()
        expect(new Set([...chain, ...list.slice(0, limit)])).toEqual(truth(total))
      }),
    )
  })

  it("deceives whoever only follows cursors: records come twice, and others not at all", () => {
    FastCheck.assert(
      FastCheck.property(long, ({ limit, seed, total }) => {
        const chain = moving(total, seed).walk(limit).flat()
        expect(new Set(chain).size).toBeLessThan(chain.length)
        expect(new Set(chain).size).toBeLessThan(total)
      }),
    )
  })

  it("moves once, between two pages, and then stays", () => {
    FastCheck.assert(
      FastCheck.property(long, ({ limit, seed, total }) => {
        const list = moving(total, seed)
        list.walk(limit)
        expect(list.moves.length).toBe(1)
        expect(list.moves[0]).toBeGreaterThanOrEqual(limit)
        const again = list.walk(limit).flat()
        expect(new Set(again)).toEqual(truth(total))
        expect(again.length).toBe(total)
        expect(list.walk(limit).flat()).toEqual(again)
        expect(list.moves.length).toBe(1)
      }),
    )
  })

  it("hides nothing from a reader whose pages are of another size the second time", () => {
    FastCheck.assert(
      FastCheck.property(long, FastCheck.integer({ min: 1, max: 300 }), ({ limit, seed, total }, other) => {
        const list = moving(total, seed)
        list.slice(0, limit)
        list.walk(other)
        expect(new Set(list.walk(other).flat())).toEqual(truth(total))
      }),
    )
  })

  it("stays as it is where one page holds it", () => {
    FastCheck.assert(
      FastCheck.property(
        sizes.filter(({ limit, total }) => total <= limit),
        ({ limit, seed, total }) => {
          const list = moving(total, seed)
          expect(list.walk(limit)).toEqual([Array.from(truth(total))])
          expect(list.moves).toEqual([])
        },
      ),
    )
  })

  it("is of three kinds: records arrive, a record goes to the head, or both", () => {
    const total = 100
    const kinds = Array.from({ length: 60 }, (_, seed) => {
      const list = moving(total, seed)
      const [first = ""] = list.slice(0, 20)
      list.walk(20)
      const head = list.slice(0, Number(first) + 1)
      const moved = head.some((record) => Number(record) > 20)
      return `${first === "0" ? "nothing" : "some"} arrived, ${moved ? "one" : "none"} moved`
    })
    expect(new Set(kinds)).toEqual(
      new Set(["some arrived, none moved", "nothing arrived, one moved", "some arrived, one moved"]),
    )
  })
})
