import { describe, expect, it } from "vitest"
import { explanationOf, explanationText } from "../../src/cli/check-explanation.ts"
import { checks } from "../../src/pipelines/reconcile/checks.ts"
import { configurationWith } from "../support/configuration.ts"

const explain = (code: string, settings: Readonly<Record<string, unknown>> = {}) => {
  const check = checks.find((candidate) => candidate.code === code)
  if (check === undefined) throw new Error(`no check ${code}`)
  return explanationOf(check, configurationWith(settings))
}

const textOf = (code: string, settings: Readonly<Record<string, unknown>> = {}) =>
  explanationText(explain(code, settings))

describe("a check explained", () => {
  it("says what it goes by where nothing is configured", () => {
    const text = textOf("LED_MISSING_TRANSACTION")
    expect(text).toMatch(/^severity +high$/m)
    expect(text).toMatch(/^switched +on$/m)
    expect(text).toMatch(/^grace +60 minutes$/m)
    expect(text).toMatch(/^tolerance +none; this check has no tolerance$/m)
    expect(text).toMatch(/^limit +none; this check has no limit$/m)
    expect(text).toMatch(/^unproven +told case by case, with what stands in the way$/m)
    expect(text).toMatch(/^rests on +every list of its customer$/m)
    expect(text).toMatch(/^what to do +Ask the partner/m)
  })

  it("says what it goes by in the configuration at hand: its own settings before those for all", () => {
    const settings = {
      graceMinutes: 30,
      tolerance: { USD: { absolute: "0.05" }, EUR: { absolute: "0.02" } },
      ageLimitHours: { conversions: 2 },
      checks: {
        LED_MISSING_PRODUCT: { enabled: false, severity: "low", graceMinutes: 1 },
        BAL_INCEPTION: { tolerance: { USD: { basisPoints: 1 } } },
        LED_FEE_MISMATCH: { tolerance: { "*": { absolute: "9" } } },
        COV_LATE_ARRIVAL: { limitHours: 5 },
        AGE_TRAVEL_RULE: { limitHours: 36 },
      },
    }
    const product = textOf("LED_MISSING_PRODUCT", settings)
    expect(product).toMatch(/^severity +low by the configuration, critical without it$/m)
    expect(product).toMatch(/^switched +off by the configuration$/m)
    expect(product).toMatch(/^grace +1 minute$/m)
    expect(textOf("LED_STATUS_MISMATCH", settings)).toMatch(/^grace +30 minutes$/m)
    expect(textOf("BAL_INCEPTION", settings)).toContain(
      "USD: the larger of 0 and 1 basis point; EUR: the larger of 0.02 and 0 basis points",
    )
    expect(textOf("LED_FEE_MISMATCH", settings)).toMatch(
      /^tolerance +any other currency: the larger of 9 and 0 basis points$/m,
    )
    expect(textOf("COV_LATE_ARRIVAL", settings)).toMatch(/^limit +5 hours$/m)
    expect(textOf("AGE_STUCK", settings)).toContain("conversions 2 hours")
    expect(textOf("AGE_TRAVEL_RULE", settings)).toMatch(/^limit +36 hours$/m)
  })

  it("shows its query at the margin, over views that stand in the snapshot", () => {
    const about = explain("LED_MISSING_TRANSACTION")
    expect(about.query.startsWith("SELECT recon.outcome")).toBe(true)
    expect(about.query).toContain("FROM recon.money_case")
    expect(about.query).not.toContain("getvariable")
  })

  it.each(checks.map((check) => [check.code, check] as const))(
    "%s has an example of a fault and of a near miss",
    (_, check) => {
      expect(check.finds).toMatch(/\.$/)
      expect(check.silent).toMatch(/\.$/)
      expect(check.action).toMatch(/\.$/)
    },
  )
})
