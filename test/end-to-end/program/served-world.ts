import { writeFileSync } from "node:fs"
import { Effect, Redacted, type Scope } from "effect"
import { rosterCsv } from "../../../src/cli/commands/sandbox.ts"
import { worldSource } from "../../../src/sandbox/server/world-source.ts"
import { type SandboxListenError, type SandboxOptions, serveSandbox } from "../../../src/sandbox/server.ts"
import { generateWorld, type World, type WorldOptions } from "../../../src/sandbox/world.ts"

/** Distinct enough that its bytes cannot be anywhere by chance. */
export const clientSecret = "right-secret-5e1f0c9a77"

/** A small world of this moment: the program's clock is the real one. */
export const smallWorld = (options: Partial<WorldOptions> = {}): World =>
  generateWorld({ seed: 8, now: Date.now(), customers: 2, days: 12, ...options })

export interface ServedWorld {
  readonly world: World
  readonly baseUrl: string
  readonly env: Readonly<Record<string, string>>
}

/** Serves a world from this process, with the environment that a client of it needs. */
export const serveWorld = (
  world: World,
  options: Partial<SandboxOptions> = {},
): Effect.Effect<ServedWorld, SandboxListenError, Scope.Scope> =>
  serveSandbox({
    source: worldSource(world),
    port: 0,
    clientId: "tests",
    clientSecret: Redacted.make(clientSecret),
    ...options,
  }).pipe(
    Effect.map(({ baseUrl }) => ({
      world,
      baseUrl,
      env: {
        OCEAFIN_PARTNER_API_BASE_URL: baseUrl,
        OCEAFIN_PARTNER_API_CLIENT_ID: "tests",
        OCEAFIN_PARTNER_API_CLIENT_SECRET: clientSecret,
        OCEAFIN_PARTNER_API_WEBHOOK_SECRET: "unused",
      },
    })),
  )

export const writeRoster = (file: string, world: World): Effect.Effect<void> =>
  Effect.sync(() => writeFileSync(file, rosterCsv(world)))
