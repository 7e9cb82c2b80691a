import { Either } from "effect"
import { describe, expect, it } from "vitest"
import { streams } from "../../src/api/streams.ts"
import { faultPlan } from "../../src/sandbox/faults/fault-plan.ts"
import { settingRows, standardSettings } from "../../src/sandbox/faults/fault-settings.ts"
import { readFaultSpec } from "../../src/sandbox/faults/fault-spec.ts"
import { faults } from "../../src/sandbox/faults/faults.ts"
import { profiles } from "../../src/sandbox/faults/profiles.ts"

const read = (spec: string) => Either.getOrThrow(readFaultSpec(spec, 5))
const refused = (spec: string) => Either.getOrThrow(Either.flip(readFaultSpec(spec, 5)))

describe("a specification of faults", () => {
  it("may be a profile", () => {
    expect(read("storm")).toEqual(faultPlan("storm", { seed: 5 }))
    expect(read("none")).toEqual({ seed: 5, odds: {}, settings: standardSettings })
  })

  it("may be faults with their probability, by name, by status, or by a name with dashes", () => {
    expect(read("503=0.05, 429=.02,server-error=1,reset").odds).toEqual({
      processing_unavailable: 0.05,
      rate_limited: 0.02,
      server_error: 1,
      reset: 1,
    })
  })

  it("may name the stream that a fault is kept to", () => {
    expect(read("stream_down@conversions,reset@balances=0.5").odds).toEqual({
      "stream_down@conversions": 1,
      "reset@balances": 0.5,
    })
  })

  it("lets what comes later go before what came earlier", () => {
    const plan = read("storm,reset=0,bad-network,retry_after=0,slow_millis=10")
    expect(plan.odds).toEqual({ ...profiles.storm.odds, ...profiles["bad-network"].odds })
    expect(plan.settings).toMatchObject({ retryAfterSeconds: 0, slowMillis: 10 })
    expect(read("storm,retry_after=9,storm,reset=0").odds.reset).toBe(0)
  })

  it.each([
    ["", '"" is neither a profile nor fault=probability'],
    ["storm,", '"" is neither a profile nor fault=probability'],
    ["503=often", '"503=often" is neither a profile nor fault=probability'],
    ["thunder", "there is no fault, profile or setting called thunder"],
    ["storm=0.5", "there is no fault, profile or setting called storm"],
    ["503=5", "the probability of processing_unavailable must be from 0 to 1"],
    ["reset=-0.1", "the probability of reset must be from 0 to 1"],
    ["retry_after=4000", "retry_after must be a whole number from 0 to 3600"],
    ["skew_minutes=0.5", "skew_minutes must be a whole number from -1440 to 1440"],
    ["slow_millis", "slow_millis must be a whole number from 1 to 3600000"],
    ["clock_skew@balances", "clock_skew is of the whole server, and of no stream alone"],
    [
      "reset@horses",
      `there is no stream called horses; the streams are ${streams.map(({ stream }) => stream).join(", ")}`,
    ],
  ])("%j is refused: %s", (spec, sentence) => {
    expect(refused(spec)).toBe(sentence)
  })
})

describe("the names of profiles, faults, statuses and settings", () => {
  it("are all different, so that each says one thing", () => {
    const names = [
      ...Object.keys(profiles),
      ...faults.flatMap((fault) => ("alias" in fault ? [fault.name, fault.alias] : [fault.name])),
      ...settingRows.map(({ name }) => name),
      "list",
    ]
    expect(new Set(names).size).toBe(names.length)
  })
})
