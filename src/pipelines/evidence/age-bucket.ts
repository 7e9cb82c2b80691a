/** Days of age, each bucket up to and including its last day. Source: docs/rules.md, "Exceptions live". */
const buckets = [
  [1, "0–1"],
  [3, "2–3"],
  [7, "4–7"],
  [30, "8–30"],
  [60, "31–60"],
  [90, "61–90"],
] as const

/** SQL for the bucket of an age in days. */
export const ageBucket = (days: string): string =>
  `CASE ${buckets.map(([last, name]) => `WHEN ${days} <= ${last} THEN '${name}'`).join(" ")} ELSE 'over 90' END`
