import { describe, expect, it } from "vitest"
import { failureOf, play } from "./play.ts"
import { inProcess } from "./runner.ts"
import { changingCustomers } from "./worlds/changing-customers.ts"

describe("records that go from one customer to another", () => {
  it.each(changingCustomers.map((world) => [world.title, world] as const))("%s", async (_title, world) => {
    expect(failureOf(world, await play(world, inProcess))).toBe("")
  })
})
