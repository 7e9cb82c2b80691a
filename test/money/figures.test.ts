import { describe, expect, it } from "vitest"
import { failureOf, play } from "./play.ts"
import { inProcess } from "./runner.ts"
import { figures } from "./worlds/figures.ts"

describe("a report's figures", () => {
  it.each(figures.map((world) => [world.title, world] as const))("%s", async (_title, world) => {
    const nights = await play(world, inProcess)
    if (process.env.SHOW_WORLDS !== undefined) console.log(nights.map(({ printed }) => printed).join("\n"))
    expect(failureOf(world, nights)).toBe("")
  })
})
