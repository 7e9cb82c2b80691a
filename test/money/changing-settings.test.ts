import { describe, expect, it } from "vitest"
import { failureOf, play } from "./play.ts"
import { inProcess } from "./runner.ts"
import { changingSettings } from "./worlds/changing-settings.ts"

describe("settings that change from night to night", () => {
  it.each(changingSettings.map((world) => [world.title, world] as const))("%s", async (_title, world) => {
    expect(failureOf(world, await play(world, inProcess))).toBe("")
  })
})
