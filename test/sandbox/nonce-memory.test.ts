import { expect, it } from "vitest"
import { makeNonceMemory } from "../../src/sandbox/server/nonce-memory.ts"

it("remembers a nonce for as long as its request could be fresh", () => {
  const memory = makeNonceMemory(1_000)
  expect(memory.use("a nonce", 0)).toBe(true)
  for (const now of [0, 500, 1_000, 2_000]) expect(memory.use("a nonce", now)).toBe(false)
})

it("forgets in time, so that its size is bounded by the traffic of a few windows", () => {
  const memory = makeNonceMemory(1_000)
  let largest = 0
  for (let now = 0; now < 100_000; now += 10) {
    expect(memory.use(`nonce ${now}`, now)).toBe(true)
    largest = Math.max(largest, memory.size())
  }
  expect(largest).toBeLessThan(500)
})
