/** The measures that some faults have. */
export interface FaultSettings {
  readonly retryAfterSeconds: number
  readonly slowMillis: number
  readonly hugeMegabytes: number
  readonly skewMinutes: number
  readonly outageAfterSeconds: number
  readonly outageSeconds: number
  readonly outageEverySeconds: number
  readonly windowRequests: number
  readonly windowSeconds: number
}

export interface SettingRow {
  /** As a specification writes it: `retry_after=0`. */
  readonly name: string
  readonly key: keyof FaultSettings
  readonly least: number
  readonly most: number
  readonly sentence: string
}

export const settingRows: ReadonlyArray<SettingRow> = [
  {
    name: "retry_after",
    key: "retryAfterSeconds",
    least: 0,
    most: 3600,
    sentence: "Seconds that Retry-After asks a client to wait.",
  },
  {
    name: "slow_millis",
    key: "slowMillis",
    least: 1,
    most: 3_600_000,
    sentence: "Milliseconds by which a slow answer comes late.",
  },
  {
    name: "huge_megabytes",
    key: "hugeMegabytes",
    least: 1,
    most: 256,
    sentence: "Megabytes by which a huge page is padded.",
  },
  {
    name: "skew_minutes",
    key: "skewMinutes",
    least: -1440,
    most: 1440,
    sentence: "Minutes by which a skewed server clock is ahead; behind where negative.",
  },
  {
    name: "outage_after",
    key: "outageAfterSeconds",
    least: 0,
    most: 86_400,
    sentence: "Seconds from the first request to the first outage.",
  },
  {
    name: "outage_seconds",
    key: "outageSeconds",
    least: 1,
    most: 86_400,
    sentence: "Seconds that an outage lasts.",
  },
  {
    name: "outage_every",
    key: "outageEverySeconds",
    least: 1,
    most: 86_400,
    sentence: "Seconds from the beginning of an outage to that of the next.",
  },
  {
    name: "window_requests",
    key: "windowRequests",
    least: 1,
    most: 1_000_000,
    sentence: "Requests that a rate limit lets through in each window.",
  },
  {
    name: "window_seconds",
    key: "windowSeconds",
    least: 1,
    most: 86_400,
    sentence: "Seconds of a rate limit's window; the first begins with the first request.",
  },
]

export const standardSettings: FaultSettings = {
  retryAfterSeconds: 1,
  slowMillis: 45_000,
  hugeMegabytes: 25,
  skewMinutes: 10,
  outageAfterSeconds: 1,
  outageSeconds: 10,
  outageEverySeconds: 60,
  windowRequests: 100,
  windowSeconds: 10,
}
