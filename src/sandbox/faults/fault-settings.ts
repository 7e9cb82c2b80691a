/** The measures that some faults have. */
export interface FaultSettings {
  readonly retryAfterSeconds: number
  readonly slowMillis: number
  readonly hugeMegabytes: number
  readonly skewMinutes: number
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
]

export const standardSettings: FaultSettings = {
  retryAfterSeconds: 1,
  slowMillis: 45_000,
  hugeMegabytes: 25,
  skewMinutes: 10,
}
