import { describe, expect, it } from "@effect/vitest"
import { DateTime } from "effect"
import type { LastNight } from "../../../src/cli/notices/last-night.ts"
import { metricsText } from "../../../src/cli/notices/metrics.ts"
import { isOccasion } from "../../../src/cli/notices/occasion.ts"
import type { ToldNight } from "../../../src/cli/notices/told-night.ts"
import { occasions } from "../../../src/pipelines/configuration/notice-settings.ts"
import type { RunSummary, Verdict } from "../../../src/pipelines/run/run-summary.ts"
import { readPrometheusText } from "../../support/prometheus-text.ts"

const at = DateTime.unsafeMake("2026-11-26T02:30:00Z")

const night = (exitCode: number, verdict: Verdict | null, opened = 0): ToldNight => ({
  ended: { exitCode, why: null, run: null },
  result:
    verdict === null
      ? null
      : {
          summary: { verdict, changes: { opened, reopened: 0, resolved: 0 } } as RunSummary,
          places: {},
          json: {},
        },
  startedAt: at,
  endedAt: at,
  lastSuccessAt: null,
})

const earlier = (exitCode: number, verdict: Verdict | null): LastNight => ({
  endedAt: at,
  exitCode,
  verdict,
  lastSuccessAt: null,
})

describe("who is told when", () => {
  it.each([
    ["the first night, clean", night(0, "CLEAN"), null, ["always", "change"]],
    ["clean again", night(0, "CLEAN"), earlier(0, "CLEAN"), ["always"]],
    ["exceptions for the first time", night(3, "EXCEPTIONS", 2), earlier(0, "CLEAN"), ["always", "failure", "change"]],
    ["the same exceptions", night(3, "EXCEPTIONS"), earlier(3, "EXCEPTIONS"), ["always", "failure"]],
    ["one more exception", night(3, "EXCEPTIONS", 1), earlier(3, "EXCEPTIONS"), ["always", "failure", "change"]],
    ["clean after exceptions", night(0, "CLEAN"), earlier(3, "EXCEPTIONS"), ["always", "change", "recovery"]],
    ["the same code, another word", night(0, "ACCEPTED"), earlier(0, "CLEAN"), ["always", "change"]],
    ["nobody there", night(75, null), earlier(0, "CLEAN"), ["always", "failure", "change"]],
    ["still nobody there", night(75, null), earlier(75, null), ["always", "failure"]],
    ["asked to end by the machine", night(143, null), earlier(143, null), ["always", "failure"]],
    ["interrupted by hand", night(130, null), earlier(0, "CLEAN"), []],
  ] as const)("%s", (_, tonight, last, told) => {
    expect(occasions.filter((occasion) => isOccasion([occasion], tonight, last))).toEqual(told)
    expect(isOccasion(occasions, tonight, last)).toBe(told.length > 0)
  })
})

describe("the grammar that reads the metrics", () => {
  it("takes what a night writes, and no text that breaks a rule of the format", () => {
    const text = metricsText(night(75, null))
    expect(readPrometheusText(text).map(({ name, value }) => [name, value])).toContainEqual(["tidemark_exit_code", 75])
    for (const broken of [
      text.trimEnd(),
      text + text,
      text.replace("# TYPE", "#TYPE"),
      text.replace(" gauge", " number"),
      text.replace(/code 75/, "code x"),
      text.replace(/code 75/, "code{severity=high} 75"),
      `${text}tidemark_exit_code 75\n`,
    ]) {
      expect(() => readPrometheusText(broken)).toThrow()
    }
  })
})
