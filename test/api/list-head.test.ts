import { describe, expect, it } from "@effect/vitest"
import { type ListHead, lookedBack } from "../../src/api/list-head.ts"
import type { ReadPage } from "../../src/api/read-page.ts"

const began = Date.parse("2026-03-10T02:30:00Z")
const earlier = "2026-03-09T12:00:00Z"
const since = "2026-03-10T02:30:07Z"

/** A first page as it looks now: `d-7` is an old record, `d-7!` one that was created after the chain had begun. */
const page = (ids: ReadonlyArray<string>, nextCursor: string | null = "more"): ReadPage => ({
  items: ids.length,
  endIsDoubtful: false,
  hasMore: nextCursor !== null,
  nextCursor,
  kept: "",
  redacted: false,
  loadable: "",
  rejected: [],
  ids: ids.map((id) => id.replace("!", "")),
  createdAt: ids.map((id) => (id.endsWith("!") ? since : earlier)),
})

const head: ListHead = { ids: ["d-9", "d-8", "d-7"], readAtMillis: began }

describe("a list that is looked back at", () => {
  it.each([
    ["is as it was", ["d-9", "d-8", "d-7"]],
    ["has new records before the old ones", ["d-11!", "d-10!", "d-9"]],
    ["has a new record among the old ones, as one that was created earlier and listed late", ["d-9", "d-10!", "d-8"]],
    ["has one new record", ["d-10!", "d-9", "d-8"]],
  ])("is known where it %s", (_what, ids) => {
    expect(lookedBack(head, page(ids))).toBe("known")
  })

  it("must be read on where nothing but new records is on the page", () => {
    expect(lookedBack(head, page(["d-12!", "d-11!", "d-10!"]))).toBe("more")
  })

  it.each([
    ["a record came to the front that was created long before", ["d-2", "d-9", "d-8"]],
    ["two records changed places", ["d-8", "d-9", "d-7"]],
    ["a record has gone and a later one moved up", ["d-9", "d-7", "d-6"]],
    ["the first record has gone", ["d-8", "d-7", "d-6"]],
    ["a record of the page came to its front", ["d-7", "d-9", "d-8"]],
    ["an old record came between new ones", ["d-11!", "d-2", "d-9"]],
    ["nothing on the page is known, and nothing is new", ["d-6", "d-5", "d-4"]],
  ])("has moved where %s", (_what, ids) => {
    expect(lookedBack(head, page(ids))).toBe("moved")
  })

  it("has moved where it is shorter than its first page was", () => {
    expect(lookedBack(head, page(["d-9", "d-8"], null))).toBe("moved")
    expect(lookedBack(head, page([], null))).toBe("moved")
  })

  it("has moved where a record came whose creation cannot be read", () => {
    const odd = { ...page(["d-10!", "d-9", "d-8"]), createdAt: [null, earlier, earlier] }
    expect(lookedBack(head, odd)).toBe("moved")
  })

  it("has moved where nobody knows how it was", () => {
    expect(lookedBack(null, page(["d-9"]))).toBe("moved")
  })

  it("allows the clocks of API and records to differ by five minutes, or by what is said", () => {
    const at = (createdAt: string) => ({ ...page(["d-10!", "d-9", "d-8"]), createdAt: [createdAt, earlier, earlier] })
    expect(lookedBack(head, at("2026-03-10T02:25:00.000Z"))).toBe("known")
    expect(lookedBack(head, at("2026-03-10T02:24:59.999Z"))).toBe("moved")
    expect(lookedBack(head, at("2026-03-10T02:29:59.000Z"), 1000)).toBe("known")
    expect(lookedBack(head, at("2026-03-10T02:29:58.999Z"), 1000)).toBe("moved")
  })
})
