import type { Check } from "./check.ts"
import type { CheckFile } from "./check-file.ts"

/** Checks that are still written in TypeScript, in the form of check files, until their family has moved. */
export const asCheckFile = (check: Check): CheckFile => ({
  code: check.code,
  severity: check.severity,
  family: check.family,
  definition: check.definition,
  finds: check.finds ?? "",
  silent: check.silent ?? "",
  action: "See the detail, and ask the partner.",
  unprovenWhen: check.unprovenWhen ?? null,
  settings: {
    grace: check.takes?.includes("grace") ?? false,
    tolerance: check.takes?.includes("tolerance") ?? false,
    limitByStream: typeof check.limitHours === "object",
    numbers: typeof check.limitHours === "number" ? { limitHours: check.limitHours } : {},
    words: {},
  },
  restsOn: "customer",
  accepts: [],
  sql: `SELECT * FROM (${check.query})${
    check.unjudged === undefined
      ? ""
      : ` UNION ALL BY NAME SELECT 'unproven' AS outcome, u.* FROM (${check.unjudged}) AS u`
  }`
    .replaceAll("getvariable('grace')", `recon.grace('${check.code}')`)
    .replaceAll("getvariable('limit_hours')", `recon.number_of('${check.code}', 'limitHours')`)
    .replaceAll("getvariable('check_code')", `'${check.code}'`),
})
