import type { FailureClass } from "../../api/retry-policy.ts"
import type { codes } from "./diagnosis.ts"

/** What a class of failure means for a person who only wants to know whether a night would succeed. */
export interface Advice {
  /** Null where the failure is in nobody's way. */
  readonly fails: keyof typeof codes | null
  readonly remedy: string
  /** Whether the answer shows that the credentials were accepted. */
  readonly accepted: boolean
}

const clientNames = "OCEAFIN_PARTNER_API_CLIENT_ID and OCEAFIN_PARTNER_API_CLIENT_SECRET"
const later = "try again later; if it stays so, give Oceafin's support the request id"
const support = "give Oceafin's support the request id"
const held = "run doctor again"

/** One row for each class of the retry table. */
export const listAdvice: Readonly<Record<FailureClass, Advice>> = {
  transport: {
    fails: "api",
    remedy: "check OCEAFIN_PARTNER_API_BASE_URL, this machine's network and its proxy",
    accepted: false,
  },
  // What it failed by says what to do.
  barred: { fails: "configuration", remedy: "", accepted: false },
  rate_limited: {
    fails: null,
    remedy: "try again later; for nights, lower requestsPerSecond or concurrency in the configuration",
    accepted: false,
  },
  processing_unavailable: { fails: "api", remedy: later, accepted: false },
  server_error: { fails: "api", remedy: later, accepted: false },
  not_its_own: {
    fails: "configuration",
    remedy:
      "something on the way answers in the API's place: check OCEAFIN_PARTNER_API_BASE_URL, its path too, and this machine's proxy",
    accepted: false,
  },
  signature_expired: { fails: "credentials", remedy: "set this machine's clock", accepted: false },
  nonce_replayed: { fails: "credentials", remedy: support, accepted: false },
  unauthorized: { fails: "credentials", remedy: `check ${clientNames}`, accepted: false },
  scope_denied: {
    fails: "coverage",
    remedy: "ask Oceafin for the scope of this list; without it no night is complete",
    accepted: true,
  },
  product_disabled: { fails: null, remedy: "", accepted: true },
  customer_not_found: {
    fails: "coverage",
    remedy: "correct the customerId in the file that --customers names",
    accepted: true,
  },
  cursor_expired: { fails: "api", remedy: support, accepted: true },
  other_refusal: {
    fails: "api",
    remedy: `check OCEAFIN_PARTNER_API_BASE_URL, its path too; if it is right, ${support}`,
    accepted: false,
  },
  unknown_code: { fails: "api", remedy: support, accepted: false },
  redirect: { fails: "configuration", remedy: "correct OCEAFIN_PARTNER_API_BASE_URL", accepted: false },
  malformed_body: { fails: "coverage", remedy: later, accepted: true },
  unreadable_envelope: {
    fails: "configuration",
    remedy: "compare contract.page and contract.streams of the configuration with the contract that Oceafin gave you",
    accepted: true,
  },
  unreadable_chain: {
    fails: "api",
    remedy: `raise maxPageMegabytes of the configuration where the page is too large; else ${support}`,
    accepted: true,
  },
  run_deadline: { fails: null, remedy: held, accepted: false },
  budget_spent: { fails: null, remedy: held, accepted: false },
}
